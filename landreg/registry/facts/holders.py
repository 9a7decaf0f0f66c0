"""Facts for the correction of a person who holds a right and is no household: name, identity number, address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.access.identity import bearing
from landreg.access.person_queries import same_persons
from landreg.law.book import act_type
from landreg.party.model import Holder
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, Standing
from landreg.registry.effects.parcels import Spoken, correct
from landreg.registry.facts import standing
from landreg.registry.facts.correctable import as_text, read_facts
from landreg.registry.facts.members import HOMES, SAME_NUMBER
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted
from landreg.registry.facts.spoken import spoken
from landreg.registry.facts.telling import told_of_errors
from landreg.registry.facts.third_parties import beside_others
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.requests import read

IDENTITY = frozenset(("name", "person_id"))


@dataclass(frozen=True)
class _Held:
    """A holder as the register says it now, the row in force last, and all rights that they hold."""

    rows: tuple[Spoken, ...]
    rights: tuple[UUID, ...]

    @property
    def now(self) -> Mapping[str, Any]:
        """The facts in force of a person; none of who is no person."""
        row = self.rows[-1].row.row if self.rows else {}
        return row if row.get("kind") == "person" else {}


def holder_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of corrections of holders."""
    if not cases:
        return []
    county = cases[0].county
    papers, told = folders(session, county, [case.case_id for case in cases]), told_of_errors(session, cases)
    held = [_held(session, case) for case in cases]
    limits = standing.restrictions(session, county, [right for one in held for right in one.rights])
    made = [
        _proposal(
            session,
            case,
            one,
            tuple(row for right_id in one.rights for row in limits.get(right_id, ())),
            papers[case.case_id],
            told.get(case.case_id),
        )
        for case, one in zip(cases, held, strict=True)
    ]
    return beside_others(session, made, [one.rights for one in held])


def _held(session: Session, case: Case) -> _Held:
    county, bundles = case.county, standing.rights(session, case.county, case.right_ids[:1])
    holder_id = next((one.right.row["household_id"] for one in bundles.values()), None)
    rows = spoken(session, "holder", Holder, county, Holder.holder_id, holder_id)
    held = standing.rights_held(session, county, [holder_id])[holder_id] if holder_id else {}
    return _Held(rows, tuple(dict.fromkeys([*case.right_ids, *held])))


def _proposal(
    session: Session,
    case: Case,
    held: _Held,
    limits: tuple[Standing, ...],
    folder: frozenset[str],
    told_on: date | None,
) -> ActProposal:
    asked = read(case.act_kind, case.request)
    assert isinstance(asked, Correction)  # noqa: S101  the kind of act says so
    right, invalid = read_facts(case, asked)
    now = held.now
    named = bool(IDENTITY & right.keys()) and bool(now)
    facts = ParcelActFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=bool(held.rows),
        right_kind=case.right_kind,
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(limits),
        now={one.fact: as_text(now.get(one.fact)) for one in asked.facts},
        invalid=invalid if now else tuple(one.fact for one in asked.facts),
        same_person=not named or _same_person(session, case.county, now, {**now, **right}),
        member_of=_homes(session, case.county, now["person_id"]) if named else (),
        told_on=told_on,
    )
    effect = partial(_changes, case, held, right)
    return ActProposal(case, InForce(None, None, limits), facts, effect)


def _same_person(session: Session, county: str, was: Mapping[str, Any], is_: Mapping[str, Any]) -> bool:
    """Whether name or number stays, the name is the one under which the number was entered, and nobody stands in the register
    with the number under another name.
    """
    person = is_["person_id"]
    same = same_persons(session, [was["person_id"], person])
    if is_["name"] != was["name"] and same.get(person) != same.get(was["person_id"]):
        return False
    if person not in bearing(session, [(person, is_["name"])]):
        return False
    others = [one for one in session.scalars(text(SAME_NUMBER), {"person": person}) if one != was["person_id"]]
    homes = session.execute(text(HOMES), {"county": county, "persons": others})
    known = {row.person_id for row in homes} | {*standing.named_elsewhere(session, county, others)}
    return known <= {person}


def _homes(session: Session, county: str, person: UUID) -> tuple[str, ...]:
    """The households of which the person, as the register has them, is a member."""
    found = session.execute(text(HOMES), {"county": county, "persons": [person]})
    return tuple(sorted(row.household_code for row in found))


def _changes(case: Case, held: _Held, right: Mapping[str, Any], on: date) -> Changes:
    """The certificates of all that they hold say who they are: they are replaced."""
    if not held.rows:
        raise ValueError(f"{case.subject_code} is not in force")
    made = correct(held.rows, right, (), on, uuid4)
    return Changes(made.opens, on, made.closes, dict.fromkeys(held.rights, "replaced"))
