"""The cases of a household whom another one's application names: who takes land over, comes along, or exchanges parcels."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.tables import among, in_force
from landreg.land.queries import prefixed
from landreg.party.model import Household
from landreg.registry.casebook import Case
from landreg.registry.facts.applicants import TAKEN_BY
from landreg.registry.model import Right

_TAKER: sa.ColumnElement[str] = Case.request.op("->>")(sa.literal_column("'household_id'"))
MOST_NAMED = 50
"""Households of a name that are looked at."""


def cases_named(session: Session, within: str, name: str, most: int) -> Sequence[Case]:
    """The last cases of a jurisdiction on whose other side a household stands whose name begins so."""
    found = sa.select(Household).where(
        prefixed(Household.village, within), in_force(Household), prefixed(Household.name.collate("C"), name)
    )
    return cases_beside(session, within, session.scalars(found.limit(MOST_NAMED)).all(), most)


def cases_beside(session: Session, within: str, households: Sequence[Household], most: int) -> Sequence[Case]:
    """The last cases of a jurisdiction on whose other side one of these households stands."""
    if not households:
        return ()
    counties, ids = ({getattr(one, name) for one in households} for name in ("county", "household_id"))
    held = sa.select(Right.right_id).where(Right.county.in_(counties), Right.household_id.in_(ids), in_force(Right))
    sides = (
        sa.and_(among(Case.act_kind, TAKEN_BY), _TAKER.in_([str(one) for one in ids])),
        sa.and_(Case.act_kind == "exchange", Case.right_ids.overlap(list(session.scalars(held)))),
    )
    mine = sa.select(Case).where(Case.county.in_(counties), prefixed(Case.village, within))
    found = [
        one for side in sides for one in session.scalars(mine.where(side).order_by(Case.number.desc()).limit(most))
    ]
    return sorted(found, key=lambda case: case.number, reverse=True)[:most]
