"""What everybody is told of a listing, and a listing as its own desk reads it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.bidding.row_queries import row_of
from landreg.exchange.model import Listing


@dataclass(frozen=True)
class Told:
    """What everybody is told of a listing. own, member: of the household that asks. area_mu: the sum of its parcels' figures.
    published_on: since when it is published.
    """

    county: str
    village: str
    listing_id: UUID
    number: str
    kind: str
    way: str
    to_whom: str
    from_on: date
    until_on: date
    unit: str
    grain: str
    price: Decimal
    escalator_percent: Decimal
    paid_every: str
    paid_before: bool
    crop: str
    area_m2: Decimal
    area_mu: Decimal
    closes_on: date
    state: str
    own: bool
    member: bool
    published_on: date | None


def told(session: Session, county: str, listing_id: UUID) -> Told | None:
    """A listing that is published, as takers and farmers see it."""
    asked = sa.text("SELECT * FROM exchange.listing_told(:county, :listing)")
    row = session.execute(asked, {"county": county, "listing": listing_id}).mappings().one_or_none()
    return None if row is None else Told(**row)


def told_of(session: Session, ids: Collection[tuple[str, UUID]]) -> dict[UUID, Told]:
    """The same of many, by county and id; those that are published."""
    asked = sa.text(
        """SELECT t.* FROM unnest(CAST(:counties AS text[]), CAST(:listings AS uuid[])) AS a (county, listing)
           CROSS JOIN LATERAL exchange.listing_told(a.county, a.listing) AS t"""
    )
    values = {"counties": [county for county, _ in ids], "listings": [listing_id for _, listing_id in ids]}
    rows = (Told(**row) for row in session.execute(asked, values).mappings())
    return {one.listing_id: one for one in rows}


def for_members_first(session: Session, since: date) -> list[Told]:
    """What was published since a day for the members of the asking household's collective first."""
    asked = sa.text(
        """SELECT t.* FROM exchange.members_first_since(:since) AS m
           CROSS JOIN LATERAL exchange.listing_told(m.county, m.listing_id) AS t"""
    )
    return [Told(**row) for row in session.execute(asked, {"since": since}).mappings()]


def listing(session: Session, county: str, listing_id: UUID) -> Listing | None:
    """A listing of the operator's jurisdiction, or the household's own."""
    return row_of(session, Listing, county, listing_id=listing_id)


def listings(session: Session, ids: Collection[tuple[str, UUID]]) -> dict[UUID, Listing]:
    """The same of many, by county and id; those that the actor sees."""
    asked = sa.select(Listing).where(sa.tuple_(Listing.county, Listing.listing_id).in_(ids))
    return {one.listing_id: one for one in session.scalars(asked)}
