"""Reads of a sale that is called off: who asked for it, and what anybody is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.bidding.model import SaleStop
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


def called_off(session: Session, county: str, sale_id: UUID) -> CalledOff | None:
    """What anybody is told of a sale that was called off; None of any other."""
    asked = sa.text("SELECT * FROM exchange.called_off_told(:county, :sale)")
    row = session.execute(asked, {"county": county, "sale": sale_id}).mappings().one_or_none()
    return None if row is None else CalledOff(**row)
