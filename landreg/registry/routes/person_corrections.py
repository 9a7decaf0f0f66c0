"""Applying for a correction of a person: a household's member, or who holds a right and is no household."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.person_queries import masked_persons
from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.codes import tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.land import queries as land
from landreg.law.book import terms
from landreg.party import queries as parties
from landreg.registry.casework import applications
from landreg.registry.effects import Standing
from landreg.registry.facts import standing
from landreg.registry.facts.correctable import as_text
from landreg.registry.routes.applying import opened, words
from landreg.registry.routes.corrections import CorrectionForm, correcting, named
from landreg.registry.routes.parcel_acts import blueprint
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.web import problems
from landreg.web.forms import read_form

FACTS = ("relation", "holds_right")
BELONGS = "belongs"
"""Whether somebody is a member at all: who never was one is struck, and nothing else of them is corrected."""


@dataclass(frozen=True)
class MemberForm:
    """What is right of a member. name, id_number: where the number is corrected; both are left empty where it is not."""

    name: str = field(default="", metadata={"most": 60})
    id_number: str = field(default="", metadata={"most": 20})
    relation: str = ""
    holds_right: str = ""
    belongs: str = ""


@dataclass(frozen=True)
class HolderForm:
    """What is right of a holder. name, id_number: both as on the paper, where one is corrected; both are left empty where not."""

    name: str = field(default="", metadata={"most": 60})
    id_number: str = field(default="", metadata={"most": 20})
    address: str = field(default="", metadata={"most": 200})


@blueprint.get("/households/<code>/members/<uuid:member_id>/correction")
@allow(Role.REGISTRAR)
def correct_member(code: str, member_id: UUID) -> Response:
    """The form. Raises NotFound for who is no member of the household."""
    row, _county, village = _member(code, member_id)
    with unit_of_work(current_actor()) as uow:
        path = land.division_path(uow.session, village)
        name, number = masked_persons(uow.session, [row["person_id"]]).get(row["person_id"], ("—", "—"))
    return correcting(
        of="member",
        code=code,
        path=path,
        member=(name, number),
        back=url_for("registry.rights.household", code=code),
        facts=[*((fact, as_text(row[fact])) for fact in FACTS), (BELONGS, "1")],
        choices={
            BELONGS: [("1", _("是")), ("0", _("否：从来不是本户成员，从登记簿上划去"))],
            "relation": words("relation", terms("relation")),
            "holds_right": [("1", _("是")), ("0", _("否"))],
        },
    )


@blueprint.post("/households/<code>/members/<uuid:member_id>/correction")
@allow(Role.REGISTRAR)
@problems.back_to(correct_member)
def corrected_member(code: str, member_id: UUID) -> Redirect:
    """Open the case. What the form leaves as it is, is not corrected."""
    row, county, _village = _member(code, member_id)
    given, told = read_form(CorrectionForm), read_form(MemberForm)
    facts = [
        Corrected(fact, getattr(told, fact))
        for fact in FACTS
        if fact in request.form and getattr(told, fact) != as_text(row[fact])
    ]
    name = ""
    if told.belongs == "0":
        facts = [Corrected(BELONGS, told.belongs)]
    elif told.name.strip() or told.id_number.strip():
        name = told.name.strip()
        person = applications.renumbered(current_actor(), code, member_id, name, tidy(told.id_number))
        facts.append(Corrected("person_id", str(person)))
    if not facts:
        raise BadInput(Finding("PAR-8", "facts"))
    asked = named(Correction("member", given.by, given.why, tuple(facts), (), member_id, name), given)
    return opened(county, applications.apply_on_household(current_actor(), code, "correction", asked))


@blueprint.get("/rights/<county>/<uuid:right_id>/holder/correction")
@allow(Role.REGISTRAR)
def correct_holder(county: str, right_id: UUID) -> Response:
    """The form. Raises NotFound for a right that ended, or that no single person holds."""
    right, holder = _holder(county, right_id)
    with unit_of_work(current_actor()) as uow:
        path = land.division_path(uow.session, right["village"])
        number = masked_persons(uow.session, [holder.row["person_id"]]).get(holder.row["person_id"], ("—", "—"))[1]
    return correcting(
        of="holder",
        code=right["code"],
        path=path,
        holder=(holder.row["name"], number),
        back=url_for("registry.rights.one", county=county, right_id=right_id),
        facts=[("address", as_text(holder.row["address"]))],
    )


@blueprint.post("/rights/<county>/<uuid:right_id>/holder/correction")
@allow(Role.REGISTRAR)
@problems.back_to(correct_holder)
def corrected_holder(county: str, right_id: UUID) -> Redirect:
    """Open the case. What the form leaves as it is, is not corrected."""
    _right, holder = _holder(county, right_id)
    given, told = read_form(CorrectionForm), read_form(HolderForm)
    right = {"address": told.address.strip()} if "address" in request.form else {}
    if told.name.strip() or told.id_number.strip():
        person = applications.holder_named(current_actor(), holder, told.name, tidy(told.id_number))
        right |= {"name": told.name.strip(), "person_id": str(person)}
    facts = tuple(Corrected(fact, value) for fact, value in right.items() if value != as_text(holder.row[fact]))
    if not facts:
        raise BadInput(Finding("PAR-8", "facts"))
    asked = named(Correction("holder", given.by, given.why, facts), given)
    return opened(county, applications.apply_on_right(current_actor(), county, right_id, "correction", asked))


def _holder(county: str, right_id: UUID) -> tuple[dict[str, Any], Standing]:
    """A right in force, and the person who holds it."""
    with unit_of_work(current_actor()) as uow:
        bundle = standing.rights(uow.session, county, [right_id]).get(right_id)
        holder = None if bundle is None else standing.person(uow.session, county, bundle.right.row["household_id"])
    if bundle is None or holder is None:
        raise NotFound
    return dict(bundle.right.row), holder


def _member(code: str, member_id: UUID) -> tuple[dict[str, Any], str, str]:
    """A member's row, with county and village of the household."""
    with unit_of_work(current_actor()) as uow:
        member, household = applications.member_of(uow, code, member_id), parties.household_by_code(uow.session, code)
        if household is None:
            raise NotFound
        return dict(member.row), household.county, household.village
