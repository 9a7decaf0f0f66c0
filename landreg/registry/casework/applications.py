"""Applying for an act of change: a case is opened over a right or a household, with what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from landreg.access.identity import NewPerson, bearing, bearing_number, enter_alone, enter_renamed
from landreg.core.actor import Actor
from landreg.core.codes import citizen_id_fault
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.law.book import ActType, Law, act_types, examine
from landreg.law.queries import load_law
from landreg.party import queries as parties
from landreg.party.model import Household
from landreg.registry import queries
from landreg.registry.casebook import Case, CaseParcel
from landreg.registry.casework.cases import note
from landreg.registry.casework.household_applications import AT_ACCEPTANCE, completed, subject_of
from landreg.registry.casework.married import must_be_old_enough
from landreg.registry.effects import Standing
from landreg.registry.facts import standing
from landreg.registry.facts.acts import act_proposals
from landreg.registry.facts.held_by import exchanged_with
from landreg.registry.facts.households import concerned
from landreg.registry.facts.lapsing import with_lapse
from landreg.registry.guarded import none_ties
from landreg.registry.numbers import next_in_book
from landreg.registry.rules import ACT_RULES
from landreg.registry.rules.exits import AT_THE_END
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.requests import SEVERAL, Reissue, Request, plain, read, written

LATER = AT_ACCEPTANCE | AT_THE_END
"""What is asked at acceptance and not yet when the case is opened: the papers come into its folder."""


def apply_on_right(actor: Actor, county: str, right_id: UUID, kind: str, asked: Request) -> UUID:
    """Open a case for an act on a right in force; its id.

    Every rule but that of the papers is asked at once, so that nothing is applied for in vain. Raises NotFound outside the
    jurisdiction or for a right that ended, BadInput for an act that is not for this kind of right, Refused with all
    findings, Conflict (REG-8) where a case of that kind is open on it.
    """
    with unit_of_work(actor) as uow:
        law = load_law(uow.session, county, beijing_day(uow.now))
        return open_case(uow, law, *case_on_right(uow, law, county, right_id, kind, with_lapse(asked, law)))


def case_on_right(
    uow: UnitOfWork, law: Law, county: str, right_id: UUID, kind: str, asked: Request
) -> tuple[dict[str, Any], list[str]]:
    """The values of a case on a right, and the parcels that it asks for. Raises as `apply_on_right`."""
    bundle = standing.rights(uow.session, county, [right_id]).get(right_id)
    if bundle is None:
        raise NotFound
    right = bundle.right.row
    must_fit(law, kind, "right", right["kind"])
    household_code, applicant = subject_of(uow.session, county, right, list(bundle.codes))
    case = new_case(uow, county, right["village"], kind, completed(uow, county, right["village"], right["code"], asked))
    case |= {"right_kind": right["kind"], "subject_code": right["code"], "household_code": household_code}
    if isinstance(asked, Reissue):
        lost = sorted(one.number for one in standing.certificates_in_force(uow.session, county, [right_id]))
        case["request"] = plain(replace(asked, numbers=tuple(lost)))
    also = concerned(uow.session, county, asked)
    if isinstance(asked, Correction) and asked.of == "holder":
        also += standing.rights_held(uow.session, county, [right["household_id"]])[right["household_id"]]
    if isinstance(asked, Correction):
        also += exchanged_with(uow.session, county, asked)
    case |= {"applicant": applicant, "right_ids": [*dict.fromkeys((right_id, *also))]}
    more = asked.codes("parcels_added") if isinstance(asked, Correction) else ()
    return case, [*dict.fromkeys((*standing.parcel_codes(uow.session, county, case["right_ids"]), *more))]


def apply_on_household(actor: Actor, code: str, kind: str, asked: Request) -> UUID:
    """Open a case for an act on a household; it concerns every right that the household holds. Raises as `apply_on_right`."""
    must_be_old_enough(actor, code, asked)
    with unit_of_work(actor) as uow:
        household = parties.household_by_code(uow.session, code)
        if household is None:
            raise NotFound
        law = load_law(uow.session, household.county, beijing_day(uow.now))
        return open_case(uow, law, *case_on_household(uow, law, household, kind, asked))


def case_on_household(
    uow: UnitOfWork, law: Law, household: Household, kind: str, asked: Request
) -> tuple[dict[str, Any], list[str]]:
    """The values of a case on a household, and the parcels that it asks for. Raises as `apply_on_household`."""
    county, code = household.county, household.code
    held = standing.rights_held(uow.session, county, [household.household_id]).get(household.household_id, {})
    if not held:
        raise Refused(Finding("REG-21", "subject", {"code": code}, subject=code))
    first = min(held.values())
    must_fit(law, kind, "household", first)
    case = new_case(uow, county, household.village, kind, completed(uow, county, household.village, code, asked))
    case |= {"right_kind": first, "subject_code": code, "household_code": code, "applicant": household.name}
    case["right_ids"] = [*held, *concerned(uow.session, county, asked)]
    return case, standing.parcel_codes(uow.session, county, case["right_ids"])


def person_of(actor: Actor, name: str, id_number: str, field: str = "name") -> UUID:
    """The person whom an applicant names by citizen ID, entered where new. field: the name's.

    Raises BadInput for a name or number that is none, and (HH-6) where the register has another name for that number.
    """
    with unit_of_work(actor) as uow:
        _must_be_a_person(uow, field, name, id_number)
        return enter_alone(uow, NewPerson(name.strip(), "1", id_number), field)


def _must_be_a_person(uow: UnitOfWork, field: str, name: str, id_number: str) -> None:
    faults = [Finding("FORM-1", field)] if not name.strip() else []
    if fault := citizen_id_fault(id_number, beijing_day(uow.now)):
        faults.append(Finding("CHG-6", "id_number", {"fault": fault}))
    if faults:
        raise BadInput(faults)


def renamed(actor: Actor, name: str, id_number: str) -> UUID:
    """The person of an identity number under another name; until an act brings it, nobody is found by it.

    Raises BadInput for a name or number that is none, and (CHG-8) where nobody in the register has the number.
    """
    with unit_of_work(actor) as uow:
        _must_be_a_person(uow, "new_name", name, id_number)
        person = enter_renamed(uow, NewPerson(name.strip(), "1", id_number))
    if person is None:
        raise BadInput(Finding("CHG-8", "id_number"))
    return person


def renumbered(actor: Actor, code: str, member_id: UUID, name: str, id_number: str) -> UUID:
    """The person of the right number of a member, under the member's own name; until an act brings it, nobody is found by it.

    Raises NotFound for who is no member of the household, BadInput for a name or number that is none, and (COR-2) for a name
    that is not the member's: nothing is entered then.
    """
    with unit_of_work(actor) as uow:
        member = member_of(uow, code, member_id)
        _must_be_a_person(uow, "name", name, id_number)
        if not bearing(uow.session, [(member.row["person_id"], name.strip())]):
            raise BadInput(Finding("COR-2", "name"))
        person = NewPerson(name.strip(), "1", id_number)
        return enter_renamed(uow, person) or enter_alone(uow, person)


def holder_named(actor: Actor, holder: Standing, name: str, id_number: str) -> UUID:
    """The person of the right name and number of who holds a right; until an act brings it, nobody is found by it.

    Raises BadInput for a name or number that is none, and (COR-16) where neither is the holder's: nothing is entered then.
    """
    with unit_of_work(actor) as uow:
        _must_be_a_person(uow, "name", name, id_number)
        was, named = holder.row["person_id"], name.strip()
        if was not in bearing_number(uow.session, id_number) and named != holder.row["name"]:
            raise BadInput(Finding("COR-16", "name"))
        person = NewPerson(named, "1", id_number)
        return enter_renamed(uow, person) or enter_alone(uow, person)


def member_of(uow: UnitOfWork, code: str, member_id: UUID) -> Standing:
    """A member of a household in force. Raises NotFound for who is none."""
    household = parties.household_by_code(uow.session, code)
    if household is None:
        raise NotFound
    found = standing.households(uow.session, household.county, [code])[code].members
    member = next((row for row in found if row.row["member_id"] == member_id), None)
    if member is None:
        raise NotFound
    return member


def must_fit(law: Law, kind: str, on: str, right_kind: str) -> ActType:
    """The kind of act. Raises BadInput (REG-25) for one that is not of this subject or kind of right."""
    try:
        found = law.act(kind)
    except KeyError:
        raise BadInput(Finding("REG-25", "kind", {"kind": kind})) from None
    if found.on not in (on, "register") or right_kind not in found.rights:
        raise BadInput(Finding("REG-25", "kind", {"kind": kind}))
    return found


def fits(kind: str, on: str, right_kind: str) -> bool:
    """Whether an act of a kind may be applied for on a right of this kind, or on the household that holds it."""
    found = next((one for one in act_types() if one.kind == kind), None)
    return found is not None and found.on == on and right_kind in found.rights


def case_number(uow: UnitOfWork, county: str) -> str:
    """The next number of a case in the county's book of this year."""
    (serial,) = next_in_book(uow, county, "case")
    return f"{county}-{beijing_day(uow.now).year}-{serial:07d}"


def new_case(uow: UnitOfWork, county: str, village: str, kind: str, asked: Request) -> dict[str, Any]:
    """A case's values but its number and those of its subject. A correction's kind of act says who found the error."""
    return {
        "county": county,
        "case_id": uuid4(),
        "village": village,
        "act_kind": asked.act_kind if isinstance(asked, Correction) else kind,
        "state": "draft",
        "prepared_by": uow.actor.account_id,
        "request": plain(asked),
        "findings": [],
    }


def open_case(uow: UnitOfWork, law: Law, values: dict[str, Any], parcels: Sequence[str]) -> UUID:
    """Open a case over parcels: every rule but that of the papers is asked first. Raises Refused, Conflict (REG-26).

    What it says in words goes into the register and onto its papers: none of it ties the land to settling (GUARD-1).
    """
    case = Case(**values)
    none_ties(law.on, written(read(case.act_kind, case.request)))
    (proposal,) = act_proposals(uow.session, [case])
    found = [f for f in examine(ACT_RULES[case.act_kind], proposal.facts, law) if f.code not in LATER]
    if any(law.level(finding) == "refuse" for finding in found):
        raise Refused(found)
    same = case.request if case.act_kind in SEVERAL else None
    if other := queries.open_case_on(uow.session, case.county, case.subject_code, case.act_kind, same):
        said = {"code": case.subject_code, "under_way": other[0], "under_way_id": str(other[1])}
        raise Conflict(Finding("REG-26", "subject", said, subject=case.subject_code))
    case.number = case_number(uow, case.county)
    uow.session.add(case)
    uow.session.flush()
    places = [
        {"county": case.county, "case_id": case.case_id, "village": case.village, "parcel_code": p} for p in parcels
    ]
    if places:
        uow.session.execute(insert(CaseParcel), places)
    note(uow, [case], "open")
    return case.case_id
