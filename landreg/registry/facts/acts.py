"""Facts for acts of change: what each case asks for, and what the register says of it now; a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.access.queries import masked_persons
from landreg.core.codes import masked_name
from landreg.core.periods import beijing_day
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, RightBundle
from landreg.registry.effects import acts as effects
from landreg.registry.facts import standing
from landreg.registry.facts.exits import exit_proposals, pending_exits
from landreg.registry.facts.households import household_proposals, operated
from landreg.registry.facts.operation import operation_proposals
from landreg.registry.facts.parcels import parcel_proposals
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted, term_of
from landreg.registry.facts.renewal import renewal_proposals
from landreg.registry.facts.restrictions import change_proposals
from landreg.registry.rules.act_facts import ActFacts, Restricted, Taker
from landreg.registry.rules.acts import HEADS
from landreg.registry.rules.exit_requests import EXIT_REQUESTS
from landreg.registry.rules.household_requests import HouseholdMerge
from landreg.registry.rules.households import HOUSEHOLD_RULES
from landreg.registry.rules.operation import OPERATION_RULES
from landreg.registry.rules.parcel_requests import PARCEL_REQUESTS
from landreg.registry.rules.renewal_requests import CHANGES, RENEWALS
from landreg.registry.rules.requests import (
    RESTRICTIONS,
    Assignment,
    Cancellation,
    HouseholdChange,
    Release,
    RestrictionAsked,
    read,
)

Reading = Callable[[Session, Sequence[Case]], list[ActProposal]]
FAMILIES: Mapping[str, Reading] = {
    **dict.fromkeys(RENEWALS, renewal_proposals),
    **dict.fromkeys(CHANGES, change_proposals),
    **dict.fromkeys(PARCEL_REQUESTS, parcel_proposals),
    **dict.fromkeys(HOUSEHOLD_RULES, household_proposals),
    **dict.fromkeys(OPERATION_RULES, operation_proposals),
    **dict.fromkeys(EXIT_REQUESTS, exit_proposals),
}
"""By kind of act: what reads its cases, where a family of acts has a module of its own."""


def act_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases on acts of change, in their order; each family reads its own."""
    if not cases:
        return []
    of_family: dict[Reading, list[Case]] = defaultdict(list)
    for case in cases:
        of_family[FAMILIES.get(case.act_kind, _proposals)].append(case)
    found = {one.case.case_id: one for reading, some in of_family.items() for one in reading(session, some)}
    more, pending = _more(session, cases), pending_exits(session, cases)
    return [_with(found[case.case_id], more[case.case_id], pending.get(case.case_id, ())) for case in cases]


def _with(proposal: ActProposal, more: dict[str, Any], pending: tuple[Restricted, ...]) -> ActProposal:
    facts = replace(proposal.facts, **more, restrictions=(*proposal.facts.restrictions, *pending))
    return replace(proposal, facts=facts)


def _more(session: Session, cases: Sequence[Case]) -> dict[UUID, dict[str, Any]]:
    """By case: what the rules of every family ask of it."""
    passed_on, gained = _passed_on(session, cases), _gained(session, cases)
    papers = folders(session, cases[0].county, [case.case_id for case in cases])
    dated = any(case.act_kind in (*RESTRICTIONS, *CHANGES, *EXIT_REQUESTS) for case in cases)
    today = beijing_day(session.execute(text("SELECT system.clock()")).scalar_one()) if dated else None
    return {
        case.case_id: {
            "passed_on": passed_on.get(case.case_id, {}),
            "gained": tuple(gained.get(case.case_id, ())),
            "today": today,
            "papers": papers[case.case_id],
        }
        for case in cases
    }


def _passed_on(session: Session, cases: Sequence[Case]) -> dict[UUID, dict[str, str]]:
    """By case: the rights that another holds since it was opened, each with who held it then."""
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    asked = {"county": cases[0].county, "cases": [case.case_id for case in cases]}
    for row in session.execute(text(_PASSED_ON), asked):
        found[row.case_id][row.code] = row.holder
    return found


def _gained(session: Session, cases: Sequence[Case]) -> dict[UUID, list[str]]:
    """By case that joins rights of two households: those of theirs that it is not over, as they came after it was opened."""
    found: dict[UUID, list[str]] = defaultdict(list)
    sides = [(case.case_id, *side) for case in cases for side in _joined(read(case.act_kind, case.request))]
    if sides:
        ids, households, kinds = map(list, zip(*sides, strict=True))
        asked = {"county": cases[0].county, "cases": ids, "households": households, "kinds": kinds}
        for row in session.execute(text(_GAINED), asked):
            found[row.case_id].append(row.code)
    return found


def _joined(asked: Any) -> list[tuple[UUID | None, str]]:
    """The households whose rights an act joins, each with the kind of right, '' for all. None: the case's own."""
    match asked:
        case Assignment():
            return [(asked.household_id, "contract_management")]
        case HouseholdMerge():
            return [(asked.household_id, ""), (None, "")]
    return []


def _proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    county = cases[0].county
    asked = {case.case_id: read(case.act_kind, case.request) for case in cases}
    taking = [a.household_id for a in asked.values() if isinstance(a, Assignment)]
    takers = {row.household_id: row for row in session.execute(text(_TAKERS), {"county": county, "ids": taking})}
    held = standing.rights_held(session, county, taking, "contract_management")
    own = {household: next(iter(rights)) for household, rights in held.items()}
    right_ids = list({right_id for case in cases for right_id in case.right_ids} | set(own.values()))
    bundles = standing.rights(session, county, right_ids)
    restricted = standing.restrictions(session, county, right_ids)
    households = standing.households(session, county, [case.household_code for case in cases])
    names = masked_persons(session, [_representative(one) for one in households.values()])
    papers = folders(session, county, [case.case_id for case in cases])
    elsewhere = _elsewhere(session, county, asked)
    stands = operated(session, county, [parcel for bundle in bundles.values() for parcel in bundle.codes])
    return [
        _proposal(
            case,
            asked[case.case_id],
            InForce(
                bundles.get(case.right_ids[0]) if act_type(case.act_kind).on == "right" else None,
                households.get(case.household_code),
                tuple(row for right_id in case.right_ids for row in restricted.get(right_id, ())),
                bundles.get(own.get(_taker_id(asked[case.case_id]), UUID(int=0))),
            ),
            papers[case.case_id],
            elsewhere.get(case.case_id, {}),
            takers.get(_taker_id(asked[case.case_id])),
            stands,
            names,
        )
        for case in cases
    ]


def _representative(household: standing.HouseholdInForce | None) -> UUID:
    """The person who stands for a household, as it says or as a member's relation does; of none, an id that nobody has."""
    if household is None:
        return UUID(int=0)
    named = [m.row["person_id"] for m in household.members if m.row["relation"] in HEADS]
    return next((person for person in (household.household.row["representative_id"], *named) if person), UUID(int=0))


def _heads(household: standing.HouseholdInForce | None) -> frozenset[UUID]:
    """The members who stand for a household, by who they are or by their relation."""
    person, members = _representative(household), household.members if household else ()
    return frozenset(m.row["member_id"] for m in members if m.row["person_id"] == person or m.row["relation"] in HEADS)


def _taker_id(asked: Any) -> UUID:
    return asked.household_id if isinstance(asked, Assignment) else UUID(int=0)


def _proposal(
    case: Case,
    asked: Any,
    rows: InForce,
    folder: frozenset[str],
    elsewhere: Mapping[str, str],
    taker: Any,
    stands: Mapping[UUID, str],
    names: Mapping[UUID, tuple[str, str]],
) -> ActProposal:
    kind, bundle, household = act_type(case.act_kind), rows.bundle, rows.household
    facts = ActFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=household is not None if kind.on == "household" else bundle is not None,
        right_kind=case.right_kind if kind.on == "right" else "",
        missing=papers_lacking(case, kind, folder),
        restrictions=restricted(rows.restrictions),
        members={m.row["member_id"]: m.row["holds_right"] for m in household.members} if household else {},
        heads=_heads(household),
        head_name=names.get(_representative(household), ("", ""))[0],
        elsewhere=elsewhere,
        parcels=tuple(bundle.codes.values()) if bundle else (),
        operated={code: stands[parcel] for parcel, code in bundle.codes.items() if parcel in stands} if bundle else {},
        collective=str(household.household.row["collective_id"]) if household else "",
        holder=bundle.right.row["household_id"] if bundle else None,
        term=term_of(bundle),
        taker=None if taker is None else _as_taker(taker, rows.onto),
    )
    return ActProposal(case, rows, facts, partial(_changes, case, rows, facts))


def _as_taker(taker: Any, onto: RightBundle | None) -> Taker:
    own = None if onto is None else onto.right_id
    return Taker(taker.code, str(taker.collective_id), taker.members, term_of(onto), own)


def _changes(case: Case, rows: InForce, facts: ActFacts, on: date) -> Changes:
    asked = facts.asked
    if isinstance(asked, HouseholdChange) and rows.household is not None:
        household = rows.household
        return effects.change_household(household.household, household.members, case.right_ids, asked, on, uuid4)
    if rows.bundle is not None:
        match asked:
            case Assignment():
                return effects.assign(rows.bundle, rows.onto, asked, on, uuid4, rows.restrictions)
            case Cancellation():
                return effects.cancel(rows.bundle, asked, on, uuid4, rows.restrictions)
            case RestrictionAsked():
                rank = 1 + max((r.rank for r in facts.restrictions if r.kind == asked.kind), default=0)
                return effects.restrict(rows.bundle, asked, rank, on, uuid4)
            case Release():
                return effects.release(rows.restrictions, asked, on, uuid4)
        return effects.reissue(case.right_ids, on)
    raise ValueError(f"{case.subject_code} is not in force")


def _elsewhere(session: Session, county: str, asked: Mapping[UUID, Any]) -> dict[UUID, dict[str, str]]:
    """By case: masked names of those who join, to the household that the register has them in and that they do not leave."""
    joining = {
        person: (case_id, change)
        for case_id, change in asked.items()
        if isinstance(change, HouseholdChange)
        for person in (join.person_id for join in change.joins)
    }
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    for row in session.execute(text(_ELSEWHERE), {"county": county, "persons": list(joining)}):
        case_id, change = joining[row.person_id]
        if row.member_id not in change.leaving:
            found[case_id][masked_name(row.name_masked)] = row.code
    return found


_TAKERS = """
    SELECT h.household_id, h.code, h.collective_id,
           (SELECT count(*) FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
            AND m.holds_right AND upper_inf(m.recorded) AND upper_inf(m.valid)) AS members
    FROM party.household AS h
    WHERE h.county = :county AND h.household_id = ANY (:ids) AND upper_inf(h.recorded) AND upper_inf(h.valid)
"""
# As the register said it when the case was opened; a case that is being opened has no such event yet.
_PASSED_ON = """
    SELECT c.case_id, o.code, coalesce(h.code, c.applicant) AS holder
    FROM registry."case" AS c
    JOIN registry.case_event AS e ON e.county = c.county AND e.case_id = c.case_id AND e.step = 'open'
    CROSS JOIN unnest(c.right_ids) AS x (right_id)
    JOIN registry."right" AS o ON o.county = c.county AND o.right_id = x.right_id AND o.recorded @> e.at AND upper_inf(o.valid)
    JOIN registry."right" AS r ON r.county = o.county AND r.right_id = o.right_id AND upper_inf(r.recorded) AND upper_inf(r.valid)
         AND r.household_id <> o.household_id
    LEFT JOIN party.household AS h ON h.county = o.county AND h.household_id = o.household_id AND h.recorded @> e.at
         AND upper_inf(h.valid)
    WHERE c.county = :county AND c.case_id = ANY (:cases)
"""
_GAINED = """
    SELECT s.case_id, r.code
    FROM unnest(CAST(:cases AS uuid[]), CAST(:households AS uuid[]), CAST(:kinds AS text[])) AS s (case_id, household_id, kind)
    JOIN registry."case" AS c ON c.county = :county AND c.case_id = s.case_id
    JOIN party.household AS h ON h.county = c.county AND upper_inf(h.recorded) AND upper_inf(h.valid)
         AND (h.household_id = s.household_id OR s.household_id IS NULL AND h.code = c.household_code)
    JOIN registry."right" AS r ON r.county = h.county AND r.household_id = h.household_id AND upper_inf(r.recorded)
         AND upper_inf(r.valid) AND s.kind IN ('', r.kind)
    WHERE NOT r.right_id = ANY (c.right_ids)
"""
_ELSEWHERE = """
    SELECT r.person_id, r.member_id, p.name_masked, r.household_code AS code
    FROM party.households_of(:county, :persons) AS r JOIN identity.person AS p ON p.person_id = r.person_id
"""
