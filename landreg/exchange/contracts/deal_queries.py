"""Reads of what contracts are drawn from: deals that stand, their listings, who takes the land."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.tables import in_force
from landreg.exchange.contracts.model import Contract
from landreg.exchange.model import Deal, DealFall, Listing, ListingParcel, Taker
from landreg.party.model import Holder


@dataclass(frozen=True)
class Dealt:
    """A deal that stands, with its listing, the listing's parcels and the taker."""

    deal: Deal
    listing: Listing
    parcels: Sequence[ListingParcel]
    taker: Taker


def dealt(session: Session, county: str, deal_id: UUID) -> Dealt | None:
    """A deal that stands."""
    fallen = sa.select(DealFall.deal_id).where(DealFall.county == county, DealFall.deal_id == deal_id).exists()
    deal = session.scalars(sa.select(Deal).where(Deal.county == county, Deal.deal_id == deal_id, ~fallen)).one_or_none()
    if deal is None:
        return None
    listing = session.scalars(
        sa.select(Listing).where(Listing.county == county, Listing.listing_id == deal.listing_id)
    ).one()
    parcels = session.scalars(
        sa.select(ListingParcel).where(ListingParcel.county == county, ListingParcel.listing_id == deal.listing_id)
    ).all()
    found = taker(session, county, deal.taker_id)
    return None if found is None else Dealt(deal, listing, parcels, found)


def deals_waiting(session: Session) -> Sequence[Any]:
    """Deals that stand and of which no contract was drawn yet, with listing and taker, oldest first."""
    drawn = sa.select(Contract.contract_id).where(
        Contract.county == Deal.county, Contract.deal_id == Deal.deal_id, Contract.state != "withdrawn"
    )
    fallen = sa.select(DealFall.deal_id).where(DealFall.county == Deal.county, DealFall.deal_id == Deal.deal_id)
    return session.execute(
        sa.select(Deal, Listing, Taker)
        .join(Listing, sa.and_(Listing.county == Deal.county, Listing.listing_id == Deal.listing_id))
        .join(Taker, sa.and_(Taker.county == Deal.county, Taker.taker_id == Deal.taker_id))
        .where(~drawn.exists(), ~fallen.exists())
        .order_by(Deal.decided_at)
        .limit(200)
    ).all()


def taker(session: Session, county: str, taker_id: UUID) -> Taker | None:
    """A taker of the jurisdiction."""
    return session.scalars(sa.select(Taker).where(Taker.county == county, Taker.taker_id == taker_id)).one_or_none()


def taker_by_code(session: Session, county: str, code: str) -> Taker | None:
    """A household or organisation that takes land, by its code."""
    return session.scalars(sa.select(Taker).where(Taker.county == county, Taker.code == code)).one_or_none()


def holder_by_code(session: Session, county: str, code: str) -> UUID | None:
    """Under which id the register has an organisation; None where it does not."""
    found = sa.select(Holder.holder_id).where(Holder.county == county, Holder.code == code, in_force(Holder))
    return session.scalars(found).first()
