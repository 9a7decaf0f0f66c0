"""The cases that are under way on something: what an office must know before it takes in another (REG-2)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from landreg.registry.casebook import Case, CaseParcel
from landreg.registry.casework.cases import UNDER_WAY

MOST = 20
OPEN = ("draft", *UNDER_WAY)


def on_right(session: Session, county: str, right_id: UUID) -> Sequence[Case]:
    """Cases that are about a right, in the order of their numbers."""
    return _open(session, county, Case.right_ids.contains([right_id]))


def on_household(session: Session, county: str, code: str, right_ids: Sequence[UUID]) -> Sequence[Case]:
    """Cases that a household applied for, or that are about one of its rights."""
    return _open(session, county, or_(Case.household_code == code, Case.right_ids.overlap(list(right_ids))))


def on_parcel(session: Session, county: str, code: str) -> Sequence[Case]:
    """Cases that ask for a parcel."""
    asked = select(CaseParcel.case_id).where(CaseParcel.county == county, CaseParcel.parcel_code == code)
    return _open(session, county, Case.case_id.in_(asked))


def _open(session: Session, county: str, about: ColumnElement[bool]) -> Sequence[Case]:
    found = select(Case).where(Case.county == county, Case.state.in_(OPEN), about)
    return session.scalars(found.order_by(Case.number).limit(MOST)).all()
