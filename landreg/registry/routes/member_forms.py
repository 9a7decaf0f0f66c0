"""Forms of who is in a household: members who join and leave, and whose name changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import get_type_hints
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict

from landreg.core.actor import Actor
from landreg.core.codes import citizen_id_fault, tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.core.periods import beijing_day
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry.casework import applications
from landreg.registry.rules.relations import unlike
from landreg.registry.rules.requests import HouseholdChange, Joining, Leaving, NameChange, Relating
from landreg.web.forms import read_form

JOINING = ("", "_2", "_3", "_4", "_5")
"""How the fields of those who join one household are told apart: as many as one application may name."""


@dataclass(frozen=True)
class HouseholdForm:
    """Who joins, who leaves, whose relation is another, and what else changes."""

    leave: tuple[UUID, ...] = ()
    leave_reason: str = ""
    relate: UUID | None = None
    relate_to: str = ""
    relate_reason: str = ""
    relate_on: date | None = None
    name: str = field(default="", metadata={"most": 60})
    address: str = field(default="", metadata={"most": 200})


@dataclass(frozen=True)
class JoinForm:
    """A person who joins. The fields of the second and later ones bear their number."""

    join_name: str = field(default="", metadata={"most": 60})
    join_id: str = field(default="", metadata={"most": 20})
    join_relation: str = ""
    join_holds: bool = False
    join_reason: str = ""


@dataclass(frozen=True)
class NameForm:
    """Whose name changes, to what, why, and the member's own number."""

    member: UUID
    new_name: str = field(metadata={"most": 60})
    id_number: str = field(metadata={"most": 20})
    reason: str


def household_change(actor: Actor, code: str) -> HouseholdChange:
    """The request of a change of members, name or address."""
    faults: list[Finding] = []
    with unit_of_work(actor) as uow:
        law = load_law(uow.session, code[:6], beijing_day(uow.now))
    joining = {suffix: _joining(suffix, faults, law.on) for suffix in JOINING}
    given = read_form(HouseholdForm)
    if given.leave and not given.leave_reason:
        faults.append(Finding("FORM-1", "leave_reason"))
    relates, lacking = relating(given.relate, given.relate_to, given.relate_reason, given.relate_on)
    faults += (Finding("FORM-1", name) for name in lacking)
    if faults:
        raise BadInput(faults)
    leaves = tuple(Leaving(member, given.leave_reason) for member in given.leave)
    return HouseholdChange(
        tuple(_joined(actor, one, law, f"join_name{suffix}") for suffix, one in joining.items() if one),
        leaves, given.name, given.address, relates,
    )  # fmt: skip


def relating(
    member: UUID | None, relation: str, reason: str, on: date | None
) -> tuple[tuple[Relating, ...], tuple[str, ...]]:
    """Whose relation is another, as a form has it, and the fields of it that are empty; nothing where all of them are."""
    given = {"relate": member, "relate_to": relation, "relate_reason": reason, "relate_on": on}
    if member and relation and reason and on:
        return (Relating(member, relation, reason, on),), ()
    return (), tuple(name for name, value in given.items() if not value) if any(given.values()) else ()


def _joining(suffix: str, faults: list[Finding], today: date) -> JoinForm | None:
    """One of those who join, if anything of them is filled in; what is missing is told under the field's own name."""
    fields = {f"{name}{suffix}": name for name in get_type_hints(JoinForm)}
    sent = request.form.items(multi=True)
    one = read_form(JoinForm, MultiDict((fields[name], text) for name, text in sent if name in fields))
    if not (one.join_name or one.join_id):
        return None
    lacking = [name for name in ("join_name", "join_id", "join_relation", "join_reason") if not getattr(one, name)]
    faults += (Finding("FORM-1", f"{name}{suffix}") for name in lacking)
    if one.join_id and (fault := citizen_id_fault(tidy(one.join_id), today)):
        faults.append(Finding("CHG-6", f"join_id{suffix}", {"fault": fault}))
    return one


def _joined(actor: Actor, one: JoinForm, law: Law, field: str) -> Joining:
    number = tidy(one.join_id)
    person = applications.person_of(actor, one.join_name, number, field)
    against = unlike(number, one.join_relation, one.join_reason, law)
    return Joining(person, one.join_relation, one.join_holds, one.join_reason, against)


def name_change(actor: Actor, code: str) -> NameChange:
    """The request of a change of name. Raises BadInput (CHG-8) where nobody in the register has that number."""
    given = read_form(NameForm)
    person = applications.renamed(actor, given.new_name, tidy(given.id_number))
    return NameChange(given.member, person, given.new_name.strip(), given.reason)
