"""The land-operation rights on ground that is gone by itself: they shrink or end by the act that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.registry.casebook import Case
from landreg.registry.effects import RightBundle, Standing
from landreg.registry.effects.acts import lost_of
from landreg.registry.facts import standing
from landreg.registry.facts.limits import rights_told
from landreg.registry.facts.operating import operating
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.rules.act_facts import OnRight
from landreg.registry.rules.ends import taken


def along_with(
    session: Session, cases: Sequence[Case], asked: Mapping[UUID, Any], bundles: Mapping[UUID, RightBundle]
) -> dict[UUID, list[tuple[RightBundle, tuple[Standing, ...]]]]:
    """By case that takes ground out of a right: the rights that go along, each with what restricts it; few queries."""
    lost = {
        case.case_id: lost_of(bundle, asked[case.case_id])
        for case in cases
        if taken(asked[case.case_id]) and (bundle := bundles.get(case.right_ids[0])) is not None
    }
    if not lost:
        return {}
    county = cases[0].county
    stands = operating(session, county, frozenset().union(*lost.values()))
    on = {parcel: right.right_id for parcel, right in stands.items()}
    rights = sorted(set(on.values()))
    found, restricted = standing.rights(session, county, rights), standing.restrictions(session, county, rights)
    return {
        case_id: [
            (found[right], restricted.get(right, ()))
            for right in sorted({on[parcel] for parcel in parcels if parcel in on})
        ]
        for case_id, parcels in lost.items()
    }


def told_along(session: Session, county: str, proposals: Mapping[UUID, ActProposal]) -> dict[UUID, tuple[OnRight, ...]]:
    """By case: those rights, and whose each is."""
    rights = {
        case_id: [one.right_id for one in proposal.in_force.bundles if one.right.row["kind"] == "land_operation"]
        for case_id, proposal in proposals.items()
        if taken(proposal.facts.asked)
    }
    told = rights_told(session, county, frozenset[UUID]().union(*rights.values()))
    return {case_id: tuple(told[right] for right in some if right in told) for case_id, some in rights.items()}
