"""Facts for the correction of a household's member: identity number, relation to the representative, share in the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.access.identity import bearing
from landreg.access.person_queries import masked_persons, sexes_of
from landreg.law.book import act_type
from landreg.party.model import Collective, Holder, Household, Member
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, Standing
from landreg.registry.effects.parcels import Spoken, correct_member
from landreg.registry.facts import standing
from landreg.registry.facts.correctable import as_text, read_facts
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted
from landreg.registry.facts.spoken import spoken
from landreg.registry.facts.telling import told_of_errors
from landreg.registry.facts.third_parties import beside_others
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.relations import HEADS
from landreg.registry.rules.requests import read

Named = tuple[str, tuple[Spoken, ...]]
"""The column that names a person, and the rows of a subject that do so with it."""


def member_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of corrections of members."""
    if not cases:
        return []
    county = cases[0].county
    papers = folders(session, county, [case.case_id for case in cases])
    households = standing.households(session, county, [case.household_code for case in cases])
    ids = {code: found.household.row["household_id"] for code, found in households.items()}
    held = standing.rights_held(session, county, list(ids.values()))
    # Those of the application, and what the household has come to hold since.
    concerned = [
        list(dict.fromkeys([*(held[ids[case.household_code]] if case.household_code in ids else ()), *case.right_ids]))
        for case in cases
    ]
    limits = standing.restrictions(session, county, [one for some in concerned for one in some])
    told = told_of_errors(session, cases)
    made = []
    for case, rights in zip(cases, concerned, strict=True):
        rows = tuple(row for right_id in rights for row in limits.get(right_id, ()))
        household, folder = households.get(case.household_code), papers[case.case_id]
        made.append(_proposal(session, case, household, rows, folder, told.get(case.case_id), rights))
    return beside_others(session, made, concerned)


def _proposal(
    session: Session,
    case: Case,
    household: standing.HouseholdInForce | None,
    limits: tuple[Standing, ...],
    folder: frozenset[str],
    told_on: date | None,
    concerned: Sequence[UUID],
) -> ActProposal:
    asked = read(case.act_kind, case.request)
    assert isinstance(asked, Correction)  # noqa: S101  the kind of act says so
    right, invalid = read_facts(case, asked)
    members = household.members if household else ()
    member = next((row for row in members if row.row["member_id"] == asked.member_id), None)
    told = _Told(session, case.county, household, member, right.get("person_id"))
    facts = ParcelActFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=household is not None,
        right_kind=case.right_kind,
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(limits),
        members={row.row["member_id"]: row.row["holds_right"] for row in members},
        heads=_heads(household),
        spouses=standing.spouses(household),
        head_sex=_head_sex(session, household, asked),
        now={one.fact: as_text(member.row.get(one.fact, True)) for one in asked.facts} if member else {},
        invalid=invalid,
        same_person=told.same_person(asked.name),
        elsewhere=told.elsewhere(),
        told_on=told_on,
    )
    effect = partial(_changes, case, told.rows(), told.named(), right, concerned)
    parties = () if household is None else (household,)
    return ActProposal(case, InForce(None, household, limits, parties=parties), facts, effect)


def _heads(household: standing.HouseholdInForce | None) -> frozenset[UUID]:
    """Who stands for a household: whom it names; where it names no member, whose relation says so."""
    if household is None:
        return frozenset()
    head = household.household.row["representative_id"]
    named = [row.row["member_id"] for row in household.members if row.row["person_id"] == head]
    said = [row.row["member_id"] for row in household.members if row.row["relation"] in HEADS]
    return frozenset(named or said)


def _head_sex(session: Session, household: standing.HouseholdInForce | None, asked: Correction) -> str:
    """The sex of who stands for the household, where a relation to them is corrected."""
    head = standing.stands_for(household)
    return sexes_of(session, [head]).get(head, "") if asked.said("relation") else ""


class _Told:
    """What the register tells of a member, and of the person whom a corrected number names; `person`: None where none is."""

    def __init__(
        self,
        session: Session,
        county: str,
        household: standing.HouseholdInForce | None,
        member: Standing | None,
        person: UUID | None,
    ) -> None:
        self.session, self.county, self.household, self.member = session, county, household, member
        self.was: UUID | None = None if member is None else member.row["person_id"]
        self.person = person if person != self.was else None
        self.others = self._others()

    def same_person(self, name: str) -> bool:
        """Whether the number is entered under the member's own name, and stands for nobody by themselves."""
        if self.person is None or self.was is None:
            return True
        borne = bearing(self.session, [(self.was, name), (self.person, name)])
        alone = standing.named_elsewhere(self.session, self.county, self.others)
        return borne == {self.was, self.person} and not alone

    def elsewhere(self) -> dict[str, str]:
        """Masked name to household: where the register has the bearer of the number as another member."""
        if self.person is None:
            return {}
        asked = {"county": self.county, "persons": self.others}
        own = None if self.member is None else self.member.row["member_id"]
        found = [row for row in self.session.execute(text(HOMES), asked) if row.member_id != own]
        names = masked_persons(self.session, [row.person_id for row in found])
        return {names.get(row.person_id, ("—", ""))[0]: row.household_code for row in found}

    def rows(self) -> tuple[Spoken, ...]:
        """What the register says now of the member."""
        if self.household is None or self.member is None:
            return ()
        member_id = self.member.row["member_id"]
        return spoken(self.session, "member", Member, self.county, Member.member_id, member_id)

    def named(self) -> list[Named]:
        """What else names the person by the wrong number: the household, a right of their own, a collective's representative."""
        if self.person is None or self.was is None or self.household is None:
            return []
        of: list[tuple[Any, Any, UUID]] = []
        home = self.household.household.row
        if home["representative_id"] == self.was:
            of.append((Household, Household.household_id, home["household_id"]))
        for row in standing.named_elsewhere(self.session, self.county, [self.was]).get(self.was, ()):
            table, key = _KEYS[row.table]
            of.append((table, key, row.row[key.key]))
        return [
            (
                "person_id" if table is Holder else "representative_id",
                spoken(self.session, table.__tablename__, table, self.county, key, one),
            )
            for table, key, one in of
        ]

    def _others(self) -> list[UUID]:
        """Who bears the number in the register, under whatever name."""
        if self.person is None:
            return []
        return list(self.session.scalars(text(SAME_NUMBER), {"person": self.person}))


def _changes(
    case: Case,
    member: Sequence[Spoken],
    named: Sequence[Named],
    right: Mapping[str, Any],
    concerned: Sequence[UUID],
    on: date,
) -> Changes:
    """The certificates of the household's rights name its members: they are replaced."""
    if not member:
        raise ValueError(f"{case.subject_code} is not in force")
    made = correct_member(member, named, right, on, uuid4)
    return Changes(made.opens, on, made.closes, dict.fromkeys(concerned, "replaced"))


_KEYS: Mapping[str, tuple[Any, Any]] = {
    "holder": (Holder, Holder.holder_id),
    "collective": (Collective, Collective.collective_id),
}
HOMES = "SELECT person_id, member_id, household_code FROM party.households_of(:county, :persons)"
SAME_NUMBER = """
    SELECT o.person_id FROM identity.person AS p JOIN identity.person AS o ON o.id_digest = p.id_digest
    WHERE p.person_id = :person AND o.edition > 0 ORDER BY o.edition
"""
