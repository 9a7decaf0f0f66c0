"""Reads of a sale that is called off: who asked for it, and what anybody is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.bidding.model import Sale, SaleClock, SaleStop
from landreg.exchange.bidding.row_queries import rows_of


@dataclass(frozen=True)
class CalledOff:
    """Why, when and by whom a sale was called off, after how many bids; on which ground and who asked where somebody had bid."""

    said: str
    at: datetime
    by_name: str
    bids: int
    ground: str | None
    asked_by_name: str | None


def stops(session: Session, county: str, sale_id: UUID) -> Sequence[SaleStop]:
    """Who asked that a sale be called off, the first first."""
    return rows_of(session, SaleStop, county, SaleStop.at, sale_id=sale_id)


def waiting(session: Session) -> list[tuple[SaleStop, Sale]]:
    """Of sales before their close: who asked that they be called off, which another officer does or leaves."""
    asked = (
        sa.select(SaleStop, Sale)
        .join(Sale, (Sale.county == SaleStop.county) & (Sale.sale_id == SaleStop.sale_id))
        .join(SaleClock, (SaleClock.county == SaleStop.county) & (SaleClock.sale_id == SaleStop.sale_id))
        .where(SaleClock.over == "", SaleClock.closes_at > sa.func.system.clock())
    )
    return [(stop, sale) for stop, sale in session.execute(asked.order_by(SaleStop.at))]


def called_off(session: Session, county: str, sale_id: UUID) -> CalledOff | None:
    """What anybody is told of a sale that was called off; None of any other."""
    asked = sa.text("SELECT * FROM exchange.called_off_told(:county, :sale)")
    row = session.execute(asked, {"county": county, "sale": sale_id}).mappings().one_or_none()
    return None if row is None else CalledOff(**row)
