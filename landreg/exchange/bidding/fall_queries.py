"""Reads of a deal that falls: when its contract was drawn first, and the paper by which it fell."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.bidding.row_queries import row_of
from landreg.exchange.model import Deal, DealFall


def drawn_first(session: Session, deal: Deal) -> date | None:
    """The first day on which a contract of a deal was drawn, also one that was withdrawn since; None where none was."""
    asked = sa.text("SELECT exchange.drawn_first(:county, :deal)")
    found: date | None = session.scalar(asked, {"county": deal.county, "deal": deal.deal_id})
    return found


def fall_of(session: Session, county: str, deal_id: UUID) -> DealFall | None:
    """The fall of a deal that the actor sees."""
    return row_of(session, DealFall, county, deal_id=deal_id)
