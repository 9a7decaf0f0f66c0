"""Facts for the change of a name: of a member, whose number has to be their own; of an organisation, in all its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from landreg.access.identity import bearing
from landreg.access.person_queries import same_persons
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, Standing
from landreg.registry.effects import names as effects
from landreg.registry.facts import standing
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted
from landreg.registry.rules.names import NameFacts, OrganizationFacts
from landreg.registry.rules.requests import NameChange, OrganizationNameChange, read


def name_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases in which the name of a member changes, in a fixed number of queries."""
    county = cases[0].county
    asked = {case.case_id: _asked(case) for case in cases}
    households = standing.households(session, county, [case.household_code for case in cases])
    restrictions = standing.restrictions(session, county, [right for case in cases for right in case.right_ids])
    papers = folders(session, county, [case.case_id for case in cases])
    people = {row.row["person_id"] for one in households.values() for row in one.members}
    same = same_persons(session, [*people, *(one.person_id for one in asked.values())])
    borne = bearing(session, [(one.person_id, one.name) for one in asked.values()])
    elsewhere = standing.named_elsewhere(session, county, list(people))
    held = standing.rights_held(session, county, _holders(elsewhere))
    made = []
    for case in cases:
        one, household = asked[case.case_id], households.get(case.household_code)
        limits = tuple(row for right_id in case.right_ids for row in restrictions.get(right_id, ()))
        rows = InForce(None, household, limits, parties=() if household is None else (household,))
        was = _person(household, one.member_id)
        also = elsewhere.get(was, ()) if was is not None else ()
        facts = NameFacts(
            act_kind=case.act_kind,
            code=case.subject_code,
            asked=one,
            in_force=household is not None,
            missing=papers_lacking(case, act_type(case.act_kind), papers[case.case_id]),
            restrictions=restricted(limits),
            members={row.row["member_id"]: row.row["holds_right"] for row in household.members} if household else {},
            same_person=was is not None and _same(same, was, one.person_id),
            other_name=was != one.person_id,
            told=one.person_id in borne,
        )
        made.append(ActProposal(case, rows, facts, partial(_changes, case, household, one, also, _of(also, held))))
    return made


def _asked(case: Case) -> NameChange:
    asked = read(case.act_kind, case.request)
    assert isinstance(asked, NameChange)  # noqa: S101  the kind of act says so
    return asked


def _person(household: standing.HouseholdInForce | None, member_id: UUID) -> UUID | None:
    members = household.members if household else ()
    return next((row.row["person_id"] for row in members if row.row["member_id"] == member_id), None)


def _same(same: Mapping[UUID, UUID], was: UUID, is_: UUID) -> bool:
    return was in same and same.get(was) == same.get(is_)


def _changes(
    case: Case,
    household: standing.HouseholdInForce | None,
    asked: NameChange,
    elsewhere: tuple[Standing, ...],
    held: Sequence[UUID],
    on: date,
) -> Changes:
    """held: rights of the member's own, beside the household's."""
    if household is None:
        raise ValueError(f"{case.subject_code} is not in force")
    made = effects.rename(household.household, household.members, asked, on, uuid4, elsewhere)
    return Changes(made.opens, on, made.closes, dict.fromkeys([*case.right_ids, *held], "replaced"))


def organization_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases in which the name of an organisation changes, in a fixed number of queries."""
    county = cases[0].county
    right_ids = [right for case in cases for right in case.right_ids]
    bundles = standing.rights(session, county, right_ids)
    restrictions = standing.restrictions(session, county, right_ids)
    papers = folders(session, county, [case.case_id for case in cases])
    known = standing.organizations(session, county, [one.right.row["household_id"] for one in bundles.values()])
    held = standing.rights_held(session, county, _holders(known))
    made = []
    for case in cases:
        asked = read(case.act_kind, case.request)
        assert isinstance(asked, OrganizationNameChange)  # noqa: S101  the kind of act says so
        bundle, limits = bundles.get(case.right_ids[0]), restrictions.get(case.right_ids[0], ())
        rows = known.get(bundle.right.row["household_id"], ()) if bundle else ()
        facts = OrganizationFacts(
            act_kind=case.act_kind,
            code=case.subject_code,
            asked=asked,
            in_force=bundle is not None,
            right_kind=case.right_kind,
            missing=papers_lacking(case, act_type(case.act_kind), papers[case.case_id]),
            restrictions=restricted(limits),
            organization=rows[0].row["code"] if rows else "",
            known_name=rows[0].row["name"] if rows else "",
        )
        made.append(
            ActProposal(case, InForce(bundle, None, limits), facts, partial(_renamed, _of(rows, held), asked, rows))
        )
    return made


def _renamed(rights: Sequence[UUID], asked: OrganizationNameChange, rows: tuple[Standing, ...], on: date) -> Changes:
    return effects.rename_organization(rights, rows, asked, on, uuid4)


def _holders(found: Mapping[UUID, Sequence[Standing]]) -> list[UUID]:
    return [row.row["holder_id"] for rows in found.values() for row in rows if row.table == "holder"]


def _of(rows: Sequence[Standing], held: Mapping[UUID, Mapping[UUID, str]]) -> list[UUID]:
    """The rights of the holders of these rows."""
    return [right_id for row in rows if row.table == "holder" for right_id in held.get(row.row["holder_id"], ())]
