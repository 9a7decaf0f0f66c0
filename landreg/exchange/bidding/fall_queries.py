"""Reads of a deal that falls: when its contract was drawn first, the paper by which it fell, who gave it up."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.bidding.row_queries import row_of
from landreg.exchange.model import Deal, DealFall, Taker


def drawn_first(session: Session, deal: Deal) -> date | None:
    """The first day on which a contract of a deal was drawn, also one that was withdrawn since; None where none was."""
    asked = sa.text("SELECT exchange.drawn_first(:county, :deal)")
    found: date | None = session.scalar(asked, {"county": deal.county, "deal": deal.deal_id})
    return found


def fall_of(session: Session, county: str, deal_id: UUID) -> DealFall | None:
    """The fall of a deal that the actor sees."""
    return row_of(session, DealFall, county, deal_id=deal_id)


def gave_up(session: Session, county: str, listing_id: UUID) -> set[UUID | None]:
    """Households that had a listing's land by a deal and gave it up."""
    asked = sa.select(Taker.household_id).join(Deal, (Deal.county == Taker.county) & (Deal.taker_id == Taker.taker_id))
    fell = (DealFall.county == Deal.county) & (DealFall.deal_id == Deal.deal_id) & (DealFall.given_up_by == "taker")
    asked = asked.join(DealFall, fell).where(Deal.county == county, Deal.listing_id == listing_id)
    return set(session.scalars(asked))
