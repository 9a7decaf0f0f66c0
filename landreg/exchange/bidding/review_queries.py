"""Reads of the review of businesses: what was asked and decided, the reserve, the watch on the land."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.bidding.correction_queries import stands
from landreg.exchange.bidding.review_model import (
    LandWatch,
    Qualification,
    QualificationDecision,
    QualificationPaper,
    Reserve,
)
from landreg.exchange.bidding.row_queries import row_of, rows_of
from landreg.exchange.model import Deal


def reviews(
    session: Session, county: str, taker_id: UUID
) -> Sequence[tuple[Qualification, QualificationDecision | None]]:
    """A taker's reviews with what they came to, the newest first."""
    return [
        (one, decision)
        for one, decision in session.execute(
            _reviews().where(Qualification.county == county, Qualification.taker_id == taker_id)
        )
    ]


def waiting_reviews(session: Session) -> Sequence[tuple[Qualification, QualificationDecision | None]]:
    """Reviews of the jurisdiction: those that wait first, by the day on which they are due."""
    asked = _reviews().order_by(None)
    asked = asked.order_by(QualificationDecision.at.is_not(None), Qualification.due_on).limit(200)
    return [(one, decision) for one, decision in session.execute(asked)]


def review(
    session: Session, county: str, qualification_id: UUID
) -> tuple[Qualification, QualificationDecision | None] | None:
    """A review, and what it came to."""
    asked = _reviews().where(Qualification.county == county, Qualification.qualification_id == qualification_id)
    row = session.execute(asked).one_or_none()
    return None if row is None else (row[0], row[1])


def review_papers(session: Session, county: str, qualification_id: UUID) -> Sequence[QualificationPaper]:
    """The papers of a review."""
    return rows_of(session, QualificationPaper, county, QualificationPaper.kind, qualification_id=qualification_id)


def reserves(session: Session, county: str, taker_id: UUID, standing: bool = False) -> Sequence[Reserve]:
    """What was recorded of a taker's risk reserve, by its day; standing: but for what was corrected."""
    asked = sa.select(Reserve).where(Reserve.county == county, Reserve.taker_id == taker_id)
    if standing:
        asked = asked.where(stands(Reserve, Reserve.reserve_id))
    return session.scalars(asked.order_by(Reserve.on_day, Reserve.at)).all()


def reserve(session: Session, county: str, reserve_id: UUID) -> Reserve | None:
    """A record of a risk reserve."""
    return row_of(session, Reserve, county, reserve_id=reserve_id)


def reserve_held(session: Session, county: str, taker_id: UUID) -> Decimal:
    """The risk reserve that is there, in yuan."""
    signed = sa.case((Reserve.kind == "paid", Reserve.amount), else_=-Reserve.amount)
    asked = sa.select(sa.func.coalesce(sa.func.sum(signed), 0)).where(
        Reserve.county == county, Reserve.taker_id == taker_id, stands(Reserve, Reserve.reserve_id)
    )
    return Decimal(session.scalar(asked) or 0)


def watched(
    session: Session, county: str, deals: Sequence[UUID | None], contracts: Sequence[UUID] = ()
) -> Sequence[LandWatch]:
    """What was seen of the land of deals, and of contracts that came of none, by its day."""
    of = [deal for deal in deals if deal is not None]
    if not of and not contracts:
        return ()
    asked = sa.select(LandWatch).where(
        LandWatch.county == county, sa.or_(LandWatch.deal_id.in_(of), LandWatch.contract_id.in_(contracts))
    )
    return session.scalars(asked.order_by(LandWatch.on_day, LandWatch.at)).all()


def watched_of_taker(session: Session, county: str, taker_id: UUID) -> Sequence[LandWatch]:
    """What was seen of all land that a taker has, or had, by a deal or a contract."""
    asked = sa.select(Deal.deal_id).where(Deal.county == county, Deal.taker_id == taker_id)
    off_market = sa.text(
        "SELECT contract_id FROM exchange.contract WHERE county = :county AND taker_id = :taker AND deal_id IS NULL"
    )
    contracts = session.scalars(off_market, {"county": county, "taker": taker_id}).all()
    return watched(session, county, session.scalars(asked).all(), contracts)


def _reviews() -> sa.Select[Qualification, QualificationDecision]:
    decided = (QualificationDecision.county == Qualification.county) & (
        QualificationDecision.qualification_id == Qualification.qualification_id
    )
    return sa.select(Qualification, QualificationDecision).outerjoin(QualificationDecision, decided).order_by(
        Qualification.at.desc()
    )  # fmt: skip
