"""The land-operation rights whose operator an act makes the contractor of their land."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.facts.proposals import ActProposal
from landreg.registry.rules.bound_land import land_of
from landreg.registry.rules.household_requests import Exchange, HouseholdMerge
from landreg.registry.rules.requests import Assignment


def merging(session: Session, proposals: Sequence[ActProposal]) -> dict[UUID, tuple[str, ...]]:
    """By case that gives land to a household: their codes, in order; one query."""
    asked = {one.case.case_id: (_land(one), _takers(one)) for one in proposals}
    codes = sorted({code for land, takers in asked.values() if takers for code in land})
    if not codes:
        return {}
    county = proposals[0].case.county
    found: dict[UUID, set[str]] = defaultdict(set)
    for row in session.execute(text(_OPERATED), {"county": county, "codes": codes}):
        for case_id, (land, takers) in asked.items():
            if row.parcel in land and row.household_id in takers:
                found[case_id].add(row.code)
    return {case_id: tuple(sorted(rights)) for case_id, rights in found.items()}


def _takers(one: ActProposal) -> frozenset[UUID]:
    """The households that come to land by a case; of a merge and an exchange either side."""
    match one.facts.asked:
        case Assignment(household_id=taker):
            return frozenset((taker,))
        case HouseholdMerge() | Exchange():
            return frozenset(side.household.row["household_id"] for side in one.in_force.parties)
    return frozenset()


def _land(one: ActProposal) -> frozenset[str]:
    """What they come to; of a merge the land of either, which the other may operate."""
    both = one.facts.parcels if isinstance(one.facts.asked, HouseholdMerge) else ()
    return frozenset((*land_of(one.facts), *both))


_OPERATED = """
    SELECT p.code AS parcel, o.code, o.household_id FROM land.parcel AS p
    JOIN registry.right_parcel AS x ON x.county = p.county AND x.parcel_id = p.parcel_id AND upper_inf(x.recorded)
         AND upper_inf(x.valid)
    JOIN registry."right" AS o ON o.county = x.county AND o.row_id = x.right_row AND o.kind = 'land_operation'
         AND upper_inf(o.recorded) AND upper_inf(o.valid)
    WHERE p.county = :county AND p.code = ANY (CAST(:codes AS text[])) AND upper_inf(p.recorded) AND upper_inf(p.valid)
"""
