"""Facts for exits: the rights that are given back, how the procedure stands, and who takes the land over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, RightBundle, Standing
from landreg.registry.effects import exits as effects
from landreg.registry.facts import standing
from landreg.registry.facts.drawn import Undrawable
from landreg.registry.facts.ground import OnGround, parcels_in_force
from landreg.registry.facts.operating import operated
from landreg.registry.facts.parcels import parts_of
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted, term_of
from landreg.registry.rules.act_facts import Restricted
from landreg.registry.rules.exit_requests import ExitAsked
from landreg.registry.rules.exits import ExitFacts
from landreg.registry.rules.parcel_requests import PartLoss
from landreg.registry.rules.parcels import Ground
from landreg.registry.rules.requests import read

CONTRACT, HOMESTEAD = "contract_management", "homestead"


def exit_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases on exits, in a fixed number of queries."""
    county = cases[0].county
    ids = [case.case_id for case in cases]
    asked = {case.case_id: read(case.act_kind, case.request) for case in cases}
    takers = [one.taker_id for one in asked.values() if isinstance(one, ExitAsked) and one.taker_id is not None]
    held = standing.rights_held(session, county, takers)
    right_ids = {right for case in cases for right in case.right_ids} | {right for of in held.values() for right in of}
    bundles = standing.rights(session, county, list(right_ids))
    households = standing.households(session, county, [case.household_code for case in cases])
    taking = standing.households_by_id(session, county, takers)
    restrictions = standing.restrictions(session, county, list(bundles))
    papers = folders(session, county, ids)
    stands = operated(session, county, [parcel for bundle in bundles.values() for parcel in bundle.codes])
    course = {row.case_id: row for row in session.execute(text(_STANDING), {"county": county, "cases": ids})}
    cut = [one.cut for one in asked.values() if isinstance(one, ExitAsked) and one.cut]
    drawn_on = parcels_in_force(session, county, cut) if cut else {}
    taken_by = {case_id: _taker(one, bundles, held, taking) for case_id, one in asked.items()}
    return [
        _proposal(
            case,
            asked[case.case_id],
            _rows(case, bundles, households, restrictions, taken_by[case.case_id].onto),
            papers[case.case_id],
            stands,
            course.get(case.case_id),
            taken_by[case.case_id],
            _Drawn(asked[case.case_id], drawn_on),
        )
        for case in cases
    ]


class _Drawn:
    """What is drawn of a parcel that is given back in part: what comes of it, or its fault."""

    def __init__(self, asked: Any, parcels: Mapping[str, Standing]) -> None:
        self.cut: effects.Cut | None = None
        self.fault = ""
        self.before: tuple[Ground, ...] = ()
        self.after: tuple[Ground, ...] = ()
        parcel = parcels.get(asked.cut) if isinstance(asked, ExitAsked) and asked.cut else None
        if parcel is None:
            return
        self.before = (_ground(parcel),)
        try:
            parts = parts_of(part_drawn(asked), OnGround((parcel,), (), (), {}))
        except Undrawable as fault:
            self.fault = fault.word
            return
        self.cut = effects.Cut(parcel, tuple(parts))
        self.after = tuple(Ground(part.code, part.area_m2, parcel.row["kind"]) for part in parts)


def part_drawn(asked: ExitAsked) -> PartLoss:
    """What is drawn of a parcel, as the part that its right loses."""
    return PartLoss((asked.cut,), asked.shape, "", asked.codes)


def _ground(parcel: Standing) -> Ground:
    return Ground(parcel.row["code"], parcel.row["registered_area_m2"], parcel.row["kind"])


class _Taker:
    """The household that takes over: its collective, its own contract right, and whether it has a homestead."""

    def __init__(self, collective: str | None, onto: RightBundle | None, homestead: bool) -> None:
        self.collective, self.onto, self.homestead = collective, onto, homestead


def _taker(
    asked: Any,
    bundles: Mapping[UUID, RightBundle],
    held: Mapping[UUID, Mapping[UUID, str]],
    taking: Mapping[UUID, standing.HouseholdInForce],
) -> _Taker:
    taker = asked.taker_id if isinstance(asked, ExitAsked) else None
    if taker is None or taker not in taking:
        return _Taker(None, None, False)
    rights = held.get(taker, {})
    own = next((right for right, kind in rights.items() if kind == CONTRACT), None)
    collective = str(taking[taker].household.row["collective_id"])
    return _Taker(collective, None if own is None else bundles.get(own), HOMESTEAD in rights.values())


def _rows(
    case: Case,
    bundles: Mapping[UUID, RightBundle],
    households: Mapping[str, standing.HouseholdInForce],
    restrictions: Mapping[UUID, tuple[Any, ...]],
    onto: RightBundle | None,
) -> InForce:
    own = [bundles[right] for right in case.right_ids if right in bundles]
    rights = (*case.right_ids, *(() if onto is None else (onto.right_id,)))
    return InForce(
        own[0] if len(own) == len(case.right_ids) else None,
        households.get(case.household_code),
        tuple(row for right in rights for row in restrictions.get(right, ())),
        onto,
        tuple(own[1:]),
    )


def _proposal(
    case: Case,
    asked: Any,
    rows: InForce,
    folder: frozenset[str],
    stands: Mapping[UUID, str],
    course: Row[Any] | None,
    taker: _Taker,
    drawn: _Drawn,
) -> ActProposal:
    own = tuple(one for one in rows.bundles if one is not rows.onto)
    contract = next((one for one in own if one.right.row["kind"] == CONTRACT), None)
    facts = ExitFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=rows.bundle is not None,
        right_kind=case.right_kind,
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(row for row in rows.restrictions if row.row["right_id"] in case.right_ids),
        parcels=tuple(contract.codes.values()) if contract else (),
        holder=rows.bundle.right.row["household_id"] if rows.bundle else None,
        collective=str(rows.household.household.row["collective_id"]) if rows.household else "",
        term=term_of(contract),
        operated={code: stands[parcel] for one in own for parcel, code in one.codes.items() if parcel in stands},
        agreed=course.agreed if course else None,
        paid=course.paid if course else Decimal(0),
        noticed_on=course.noticed_on if course else None,
        over=bool(course and course.over),
        contracted=contract is not None,
        homestead=any(one.right.row["kind"] == HOMESTEAD for one in own),
        taker_collective=taker.collective,
        taker_same_term=taker.onto is not None and term_of(taker.onto) == term_of(contract),
        taker_has_homestead=taker.homestead,
        before=drawn.before,
        after=drawn.after,
        fault=drawn.fault,
    )
    return ActProposal(case, rows, facts, partial(_changes, rows, facts, taker.onto, drawn.cut))


def _changes(rows: InForce, facts: ExitFacts, onto: RightBundle | None, cut: effects.Cut | None, on: date) -> Changes:
    asked = facts.asked
    if rows.bundle is None or not isinstance(asked, ExitAsked):
        raise ValueError(f"{facts.code} is not in force")
    if asked.cut and cut is None:
        # Nothing can come of what is drawn: the rules say why, and nothing is given back.
        return Changes((), on)
    own = tuple(one for one in rows.bundles if one is not rows.onto)
    return effects.give_back(own, asked.parcels, asked.taker_id, onto, on, uuid4, cut)


def pending_exits(session: Session, cases: Sequence[Case]) -> dict[UUID, tuple[Restricted, ...]]:
    """By case: the exits of others' asking that are under way on its rights; an act sees them as restrictions."""
    rights = {right for case in cases for right in case.right_ids or ()}
    if not rights:
        return {}
    asked = {"county": cases[0].county, "rights": list(rights)}
    found = [(row.case_id, row.number, set(row.right_ids)) for row in session.execute(text(_PENDING), asked)]
    return {
        case.case_id: tuple(
            Restricted(other, "exit", number, 1, right_id=right)
            for other, number, under in found
            if other != case.case_id
            for right in sorted(under & set(case.right_ids))[:1]
        )
        for case in cases
    }


_PENDING = """
    SELECT k.case_id, k.number, k.right_ids FROM registry."case" AS k
    WHERE k.county = :county AND k.act_kind = 'exit' AND k.right_ids && CAST(:rights AS uuid[])
      AND k.state NOT IN ('registered', 'certified', 'withdrawn', 'refused')
      AND NOT EXISTS (SELECT FROM exit.standing(:county, ARRAY[k.case_id]) AS s WHERE s.over IS NOT NULL)
"""
_STANDING = "SELECT s.* FROM exit.standing(:county, CAST(:cases AS uuid[])) AS s"
