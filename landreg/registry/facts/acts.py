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

from landreg.access.identity import bearing
from landreg.access.person_queries import sexes_of
from landreg.core.codes import masked_name
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, RightBundle
from landreg.registry.effects import acts as effects
from landreg.registry.facts import standing
from landreg.registry.facts.bound_land import running_on
from landreg.registry.facts.certificates import new_certificate_proposals
from landreg.registry.facts.deaths import joining_dead
from landreg.registry.facts.elsewhere import NOWHERE, Elsewhere, homes, taken_in
from landreg.registry.facts.exits import exit_proposals, pending_exits
from landreg.registry.facts.households import household_proposals
from landreg.registry.facts.limits import lying_on, numbers_of, on_touched
from landreg.registry.facts.merging import merging
from landreg.registry.facts.names import name_proposals, organization_proposals
from landreg.registry.facts.operating import operated
from landreg.registry.facts.operation import operation_proposals
from landreg.registry.facts.other_means import other_means_proposals
from landreg.registry.facts.parcels import parcel_proposals
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted, term_of
from landreg.registry.facts.renewal import renewal_proposals
from landreg.registry.facts.restrictions import change_proposals
from landreg.registry.facts.since import asked_of_all, came_since
from landreg.registry.facts.taken import along_with, told_along
from landreg.registry.rules.act_facts import ActFacts, Restricted, Taker
from landreg.registry.rules.certificates import NEW_CERTIFICATES
from landreg.registry.rules.exit_requests import EXIT_REQUESTS
from landreg.registry.rules.households import HOUSEHOLD_RULES
from landreg.registry.rules.operation import OPERATION_RULES
from landreg.registry.rules.other_means import OTHER_MEANS_RULES
from landreg.registry.rules.parcel_requests import PARCEL_REQUESTS
from landreg.registry.rules.relations import HEADS
from landreg.registry.rules.renewal_requests import CHANGES, RENEWALS
from landreg.registry.rules.requests import (
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
    **dict.fromkeys(OTHER_MEANS_RULES, other_means_proposals),
    **dict.fromkeys(EXIT_REQUESTS, exit_proposals),
    **dict.fromkeys(NEW_CERTIFICATES, new_certificate_proposals),
    "name_change": name_proposals,
    "organization_name_change": organization_proposals,
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
    more, came = asked_of_all(session, cases), came_since(session, cases)
    pending, running = pending_exits(session, cases), running_on(session, found.values())
    limits = {one: (*on_touched(of.facts.restrictions, of), *pending.get(one, ())) for one, of in found.items()}
    named, numbers = lying_on(session, cases[0].county, limits.values()), numbers_of(session, limits.values())
    gone, own = told_along(session, cases[0].county, found), merging(session, list(found.values()))
    return [
        _with(
            found[one],
            {**more[one], "running": running.get(one, ()), "along": gone.get(one, ()), "merging": own.get(one, ())},
            tuple(
                replace(limit, on=named.get(limit.right_id), code=numbers.get(limit.person_id, limit.code))
                for limit in limits[one]
            ),
            came.get(one, ()),
        )
        for one in (case.case_id for case in cases)
    ]


def _with(
    proposal: ActProposal, more: Mapping[str, Any], restrictions: tuple[Restricted, ...], came: Sequence[UUID]
) -> ActProposal:
    """A proposal with what every family is asked; the certificates of rights that came since are replaced by it too."""
    whole = replace(proposal, facts=replace(proposal.facts, **more, restrictions=restrictions))
    if not came:
        return whole

    def effect(on: date) -> Changes:
        made = proposal.effect(on)
        return replace(made, ends={**dict.fromkeys(came, "replaced"), **made.ends})

    return replace(whole, effect=effect)


def _proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    county = cases[0].county
    asked = {case.case_id: read(case.act_kind, case.request) for case in cases}
    taking = [taker for a in asked.values() if (taker := _taker_id(a)).int]
    takers = {row.household_id: row for row in session.execute(text(_TAKERS), {"county": county, "ids": taking})}
    joined = [a.household_id for a in asked.values() if isinstance(a, Assignment)]
    held = standing.rights_held(session, county, joined, "contract_management")
    own = {household: next(iter(rights)) for household, rights in held.items()}
    right_ids = list({right_id for case in cases for right_id in case.right_ids} | set(own.values()))
    bundles = standing.rights(session, county, right_ids)
    restricted = standing.restrictions(session, county, right_ids)
    households = standing.households(session, county, [case.household_code for case in cases])
    misnamed = _misnamed(session, cases, asked, households)
    papers = folders(session, county, [case.case_id for case in cases])
    elsewhere, dead = _elsewhere(session, county, asked), joining_dead(session, county, asked)
    persons = {m.row["member_id"]: m.row["person_id"] for one in households.values() for m in one.members}
    going = taken_in(session, county, asked, persons)
    said = [(households.get(c.household_code), a) for c in cases if isinstance(a := asked[c.case_id], HouseholdChange)]
    looked_at = [standing.stands_for(one) for one, a in said if a.joins or a.relates]
    looked_at += [persons[one.member_id] for _, a in said for one in a.relates if one.member_id in persons]
    sexes = sexes_of(session, looked_at) if looked_at else {}
    stands = operated(session, county, [parcel for bundle in bundles.values() for parcel in bundle.codes])
    along = along_with(session, cases, asked, bundles)
    return [
        _proposal(
            case,
            asked[case.case_id],
            InForce(
                bundles.get(case.right_ids[0]) if act_type(case.act_kind).on == "right" else None,
                households.get(case.household_code),
                (
                    *(row for right_id in case.right_ids for row in restricted.get(right_id, ())),
                    *(row for _, limits in along.get(case.case_id, ()) for row in limits),
                ),
                bundles.get(own.get(getattr(asked[case.case_id], "household_id", None) or UUID(int=0), UUID(int=0))),
                tuple(one for one, _ in along.get(case.case_id, ())),
            ),
            papers[case.case_id],
            elsewhere.get(case.case_id, NOWHERE),
            {"dead": dead.get(case.case_id, {}), "taken_in": going.get(case.case_id, {})},
            takers.get(_taker_id(asked[case.case_id])),
            stands,
            misnamed.get(case.case_id, ()),
            sexes,
        )
        for case in cases
    ]


def _misnamed(
    session: Session,
    cases: Sequence[Case],
    asked: Mapping[UUID, Any],
    households: Mapping[str, standing.HouseholdInForce],
) -> dict[UUID, tuple[str, ...]]:
    """By case of a change of household: the new name where it is not that of the person who stands for the household."""
    said = {
        case.case_id: (standing.stands_for(households.get(case.household_code)), change.name)
        for case in cases
        if isinstance(change := asked[case.case_id], HouseholdChange) and change.name
    }
    known = {case_id: one for case_id, one in said.items() if one[0].int}
    borne = bearing(session, known.values()) if known else frozenset()
    return {case_id: (masked_name(name),) for case_id, (person, name) in known.items() if person not in borne}


def _heads(household: standing.HouseholdInForce | None) -> frozenset[UUID]:
    """The members who stand for a household, by who they are or by their relation."""
    person, members = standing.stands_for(household), household.members if household else ()
    return frozenset(m.row["member_id"] for m in members if m.row["person_id"] == person or m.row["relation"] in HEADS)


def _taker_id(asked: Any) -> UUID:
    if isinstance(asked, RestrictionAsked):
        return asked.taker or UUID(int=0)
    return asked.household_id if isinstance(asked, Assignment) else UUID(int=0)


def _proposal(
    case: Case,
    asked: Any,
    rows: InForce,
    folder: frozenset[str],
    elsewhere: Elsewhere,
    told: Mapping[str, Any],
    taker: Any,
    stands: Mapping[UUID, str],
    misnamed: tuple[str, ...],
    sexes: Mapping[UUID, str],
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
        spouses=standing.spouses(household),
        head_sex=sexes.get(standing.stands_for(household), ""),
        **_related(household, sexes),
        misnamed=misnamed,
        elsewhere=elsewhere.here,
        abroad=elsewhere.abroad,
        parcels=tuple(bundle.codes.values()) if bundle else (),
        operated={code: stands[parcel] for parcel, code in bundle.codes.items() if parcel in stands} if bundle else {},
        collective=str(household.household.row["collective_id"]) if household else "",
        holder=bundle.right.row["household_id"] if bundle else None,
        term=term_of(bundle),
        taker=None if taker is None else _as_taker(taker, rows.onto),
        **told,
    )
    return ActProposal(case, rows, facts, partial(_changes, case, rows, facts))


def _related(household: standing.HouseholdInForce | None, sexes: Mapping[UUID, str]) -> dict[str, Any]:
    """How the members of a household are related to who stands for it, since when, and the sex of those that was looked at."""
    rows = {m.row["member_id"]: m for m in household.members} if household else {}
    return {
        "relations": {member: one.row["relation"] for member, one in rows.items()},
        "since": {member: one.since for member, one in rows.items() if one.since is not None},
        "sexes": {member: sexes[person] for member, one in rows.items() if (person := one.row["person_id"]) in sexes},
    }


def _as_taker(taker: Any, onto: RightBundle | None) -> Taker:
    own = None if onto is None else onto.right_id
    return Taker(taker.code, str(taker.collective_id), taker.members, term_of(onto), own, frozenset(taker.joined))


def _changes(case: Case, rows: InForce, facts: ActFacts, on: date) -> Changes:
    asked = facts.asked
    if isinstance(asked, HouseholdChange) and rows.household is not None:
        household = rows.household
        return effects.change_household(household.household, household.members, case.right_ids, asked, on, uuid4)
    if rows.bundle is not None:
        match asked:
            case Assignment():
                return effects.assign(rows.bundle, rows.onto, asked, on, uuid4)
            case Cancellation():
                return effects.cancel(rows.bundle, asked, on, uuid4, rows.others)
            case RestrictionAsked():
                rank = 1 + max((r.rank for r in facts.restrictions if r.kind == asked.kind), default=0)
                return effects.restrict(rows.bundle, asked, rank, on, uuid4)
            case Release():
                return effects.release(rows.restrictions, asked, on, uuid4)
    raise ValueError(f"{case.subject_code} is not in force")


def _elsewhere(session: Session, county: str, asked: Mapping[UUID, Any]) -> dict[UUID, Elsewhere]:
    """By case: who of those that join stands in households that they do not leave."""
    joining: dict[UUID, list[tuple[UUID, HouseholdChange]]] = defaultdict(list)
    for case_id, change in asked.items():
        for join in change.joins if isinstance(change, HouseholdChange) else ():
            joining[join.person_id].append((case_id, change))
    found: dict[UUID, Elsewhere] = defaultdict(Elsewhere)
    for row in homes(session, county, list(joining)):
        for case_id, change in joining[row.person_id]:
            if row.member_id not in change.leaving:
                found[case_id].add(masked_name(row.name_masked), row)
    return found


_TAKERS = """
    SELECT h.household_id, h.code, h.collective_id,
           (SELECT count(*) FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
            AND m.holds_right AND upper_inf(m.recorded) AND upper_inf(m.valid)) AS members,
           ARRAY (WITH RECURSIVE joined (code) AS (
               VALUES (h.code)
               UNION
               SELECT w.code FROM joined AS j
               JOIN registry."case" AS c ON c.county = h.county AND c.household_code = j.code
                   AND c.act_kind = 'household_merge' AND c.act_id IS NOT NULL
               JOIN party.household AS w ON w.county = c.county AND w.ended_by_act = c.act_id
                   AND w.household_id = CAST(c.request ->> 'household_id' AS uuid))
               SELECT code FROM joined) AS joined
    FROM party.household AS h
    WHERE h.county = :county AND h.household_id = ANY (:ids) AND upper_inf(h.recorded) AND upper_inf(h.valid)
"""
