"""Forms of acts on households as they come in: one dataclass a form, read at once, each fault beside its field."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict

from landreg.core.actor import Actor
from landreg.core.codes import birth_of, may_farm, tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, Refused
from landreg.core.periods import beijing_day
from landreg.party import queries as parties
from landreg.party.model import Household
from landreg.registry.casework import applications, household_queries
from landreg.registry.rules.household_requests import (
    Branch,
    Division,
    Exchange,
    HomesteadInheritance,
    HouseholdMerge,
    LandOperation,
    LandOperationChange,
    LandOperationEnd,
    Operator,
    Placed,
    RepresentativeChange,
)
from landreg.registry.rules.relations import HEADS
from landreg.web.forms import collected, read_form

MOST_BRANCHES = 4
RELATION = "relation_"
_NUMBER_ALONE = re.compile(r"[^0-9A-Za-z]*([0-9]{18})[^0-9A-Za-z]*")
"""A contract's number with words around it: it is kept bare, as the market has it."""


@dataclass(frozen=True)
class DivisionForm:
    """Why and when; who stands for the old household where its own representative goes."""

    reason: str
    signed_on: date
    stays_head: UUID | None = None
    stays_name: str = field(default="", metadata={"most": 60})


@dataclass(frozen=True)
class BranchForm:
    """A new household: its fields bear its number."""

    head: UUID
    name: str = field(metadata={"most": 60})
    member: tuple[UUID, ...] = ()
    parcel: tuple[str, ...] = ()
    homestead: bool = False
    address: str = field(default="", metadata={"most": 200})


@dataclass(frozen=True)
class MergeForm:
    """The household that joins, and when the contract over all was signed."""

    other: str = field(metadata={"most": 18})
    signed_on: date


@dataclass(frozen=True)
class RepresentativeForm:
    """Who stands for the household from now on, why, and who died."""

    head: UUID
    name: str = field(metadata={"most": 60})
    reason: str
    deceased: tuple[UUID, ...] = ()


HEIRS = ("alone", "agreed")
"""Whether there are other heirs: none, or they agreed on the one who takes the house."""


@dataclass(frozen=True)
class InheritanceForm:
    """The heir, what shows it, and whether there are others."""

    name: str = field(metadata={"most": 60})
    id_number: str = field(metadata={"most": 20})
    basis: str = field(metadata={"most": 100})
    others: str
    address: str = field(default="", metadata={"most": 200})
    deceased: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class ExchangeForm:
    """With whom, what for what, and when it was agreed."""

    right: UUID
    signed_on: date
    give: tuple[str, ...] = ()
    take: tuple[str, ...] = ()


@dataclass(frozen=True)
class OperatorForm:
    """Who is to hold a land-operation right: the fields of one of the three kinds."""

    operator: str = ""
    organization: str = field(default="", metadata={"most": 100})
    uscc: str = field(default="", metadata={"most": 20})
    person: str = field(default="", metadata={"most": 60})
    id_number: str = field(default="", metadata={"most": 20})
    household: str = field(default="", metadata={"most": 18})
    address: str = field(default="", metadata={"most": 200})


@dataclass(frozen=True)
class OperationForm:
    """The transfer: how, under which contract, from when to when, on which parcels."""

    mode: str
    basis: str = field(metadata={"most": 100})
    signed_on: date
    starts_on: date
    last_day: date
    parcels: tuple[str, ...] = ()


@dataclass(frozen=True)
class OperationChangeForm:
    """What is to be otherwise, and on which paper."""

    basis: str = field(metadata={"most": 100})
    last_day: date | None = None
    parcels: tuple[str, ...] = ()
    reason: str = field(default="", metadata={"most": 40})


@dataclass(frozen=True)
class OperationEndForm:
    """Why it ends, and on which paper."""

    reason: str
    basis: str = field(metadata={"most": 100})


def branches() -> int:
    """How many new households the form is for."""
    asked = request.args.get("households", "1")
    return min(max(int(asked), 1), MOST_BRANCHES) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 1


def division(actor: Actor, household: Household) -> Division:
    """The request of a division; every section is read, so that all faults are told at once."""
    faults: list[Finding] = []
    parts: list[Branch] = []
    for number in range(1, branches() + 1):
        with collected(faults, f"_{number}"):
            parts.append(_branch(number))
    with collected(faults):
        whole = read_form(DivisionForm)
    if faults:
        raise BadInput(faults)
    leaving = frozenset().union(*(part.member_ids for part in parts))
    staying = tuple(one for one in _placed() if one.member_id not in leaving) if whole.stays_head else ()
    return Division(tuple(parts), whole.reason, whole.signed_on, whole.stays_head, whole.stays_name, staying)


def _branch(number: int) -> Branch:
    given = read_form(BranchForm, _section(number))
    placed = tuple(Placed(member, _relation(member)) for member in given.member)
    return Branch("", given.head, given.name, placed, given.parcel, given.homestead, given.address)


def _section(number: int) -> MultiDict[str, str]:
    ending = f"_{number}"
    fields = request.form.items(multi=True)
    return MultiDict((name.removesuffix(ending), text) for name, text in fields if name.endswith(ending))


def household_merge(actor: Actor, household: Household) -> HouseholdMerge:
    """The request of a merge: all members of the other household come along. Raises BadInput (HH-9) for none such."""
    given = read_form(MergeForm)
    with unit_of_work(actor) as uow:
        other = household_queries.household_of(uow.session, given.other)
    if other is None:
        raise BadInput(Finding("HH-9", "other", {"other": given.other}))
    return HouseholdMerge(other.household_id, _placed(), given.signed_on)


def representative_change(actor: Actor, household: Household) -> RepresentativeChange:
    """The request of another representative. Raises Refused (HH-8) where everybody died, before anybody has to be chosen."""
    died = request.form.getlist("deceased")
    with unit_of_work(actor) as uow:
        people = parties.members(uow.session, household.county, household.household_id)
    if died and not any(one.holds_right and str(one.member_id) not in died for one in people):
        raise Refused(Finding("HH-8", "deceased", subject=household.code))
    given = read_form(RepresentativeForm)
    said = {one.member_id: one for one in _placed() if one.member_id not in given.deceased}
    # Of the new representative one relation alone can be; that of all others to them is chosen anew.
    placed = tuple(({given.head: Placed(given.head, HEADS[1])} | said).values())
    return RepresentativeChange(given.head, given.name, given.reason, given.deceased, placed)


def homestead_inheritance(actor: Actor, county: str) -> HomesteadInheritance:
    """The request of who inherits a house. The heir becomes a person of the register, whatever becomes of the case."""
    given = read_form(InheritanceForm)
    if given.others not in HEIRS:
        raise BadInput(Finding("FORM-6", "others", {"given": given.others}))
    person = applications.person_of(actor, given.name, tidy(given.id_number))
    return HomesteadInheritance(
        person, given.name, given.basis, given.address, given.deceased, given.others == HEIRS[1]
    )


def exchange(actor: Actor, county: str) -> Exchange:
    """The request of an exchange."""
    given = read_form(ExchangeForm)
    return Exchange(given.right, given.give, given.take, given.signed_on)


def land_operation(actor: Actor, county: str) -> LandOperation:
    """The request of a land-operation right."""
    faults: list[Finding] = []
    with collected(faults):
        given = read_form(OperationForm)
    with collected(faults):
        operator = operator_named(actor, county)
        if operator is None:
            raise BadInput(Finding("FORM-1", "operator"))
    if faults:
        raise BadInput(faults)
    bare = _NUMBER_ALONE.fullmatch(given.basis)
    terms = (
        given.mode,
        bare[1] if bare else given.basis,
        given.signed_on,
        given.starts_on,
        given.last_day,
        given.parcels,
    )
    return LandOperation("", operator, *terms)


def land_operation_change(actor: Actor, county: str) -> LandOperationChange:
    """The request of a changed land-operation right."""
    given = read_form(OperationChangeForm)
    return LandOperationChange(given.basis, given.last_day, given.parcels, operator_named(actor, county), given.reason)


def land_operation_end(actor: Actor, county: str) -> LandOperationEnd:
    """The request of the end of a land-operation right."""
    given = read_form(OperationEndForm)
    return LandOperationEnd(given.reason, given.basis)


def operator_named(actor: Actor, county: str) -> Operator | None:
    """Who is named, under the id by which the register has them already, or a new one; None where nobody is."""
    given = read_form(OperatorForm)
    match given.operator:
        case "":
            return None
        case "household":
            return _household_operator(actor, given)
        case "organization":
            code = tidy(given.uscc)
            with unit_of_work(actor) as uow:
                holder = household_queries.holder_id_of(uow.session, county, code=code)
            return Operator("organization", holder, given.organization, code, None, given.address)
        case "person":
            number = tidy(given.id_number)
            person = applications.person_of(actor, given.person, number, "person")
            with unit_of_work(actor) as uow:
                holder = household_queries.holder_id_of(uow.session, county, person_id=person)
                born, today = birth_of(number), beijing_day(uow.now)
            too_young = born is not None and not may_farm(born, today)
            return Operator("person", holder, given.person, "", person, given.address, too_young)
    raise BadInput(Finding("FORM-5", "operator", {"given": given.operator[:20]}))


def _household_operator(actor: Actor, given: OperatorForm) -> Operator:
    with unit_of_work(actor) as uow:
        found = household_queries.household_of(uow.session, given.household)
    if found is None:
        raise BadInput(Finding("LO-3", "household", {"known": None}))
    return Operator("household", found.household_id, found.name, found.code)


def _placed() -> tuple[Placed, ...]:
    """Every member for whom the form says a relation."""
    found: list[Placed] = []
    for name, text in request.form.items():
        if name.startswith(RELATION) and text:
            found.append(Placed(_id(name.removeprefix(RELATION)), text[:2]))
    return tuple(found)


def _relation(member: UUID) -> str:
    return request.form.get(f"{RELATION}{member}", "")[:2]


def _id(text: Any) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput(Finding("FORM-6", "members", {"given": text[:40]})) from None
