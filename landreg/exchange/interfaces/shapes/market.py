"""Listings that were published, and deals that were made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from landreg.exchange.interfaces.shapes.land import ListedParcel
from landreg.exchange.interfaces.shapes.walking import LISTING, RHYTHM, UNIT, WITHIN, InTime, Walk, ended_at
from landreg.exchange.listings.rules.offer import GRAINS
from landreg.exchange.listings.rules.units import UNITS

SLOPES = ("", "1", "2", "3", "4", "5")
"""Up to 2, 6, 15, 25 degrees, and above."""


@dataclass(frozen=True, kw_only=True)
class ListingsAsked(Walk):
    """Listings by state, division, class of slope, and price within what it counts."""

    after: str = field(default="", metadata=ended_at(LISTING))
    state: str = field(
        default="published", metadata={"choices": ("published", "closed", "dealt", "withdrawn", "expired", "failed")}
    )
    within: str = field(default="", metadata=WITHIN)
    slope: str = field(default="", metadata={"choices": SLOPES, "en": "class of slope that was said; '' for any"})
    unit: str = field(default="", metadata={"choices": ("", *UNITS), "en": "what the price counts; '' for any"})
    grain: str = field(default="", metadata={"choices": ("", *GRAINS), "en": "of a price in kind; '' for any"})
    price_least: Decimal | None = field(default=None, metadata={"en": "in what unit counts, which is named beside it"})
    price_most: Decimal | None = field(default=None, metadata={"en": "in what unit counts, which is named beside it"})


@dataclass(frozen=True)
class ListingSale:
    """The sale of a listing that is bid for: until when takers enter and pay their deposit, when bidding begins, and ends as it
    stands. step: 0.00 where bids are sealed. No bidder, no bid.
    """

    deposit_by: datetime
    opens_at: datetime
    closes_at: datetime
    start_price: Decimal
    step: Decimal
    deposit_yuan: Decimal


@dataclass(frozen=True)
class Listing:
    """A listing that was published, as everybody may read it. floor: the least that is taken, where the household shows it.
    closes_on: the last day on which somebody may ask for it, of its publication or of a sale that runs. state: closed where that
    day is over, and talks or a members' window may still go on. sale: that which was announced last and is not over.
    """

    county: str
    village: str
    number: str
    kind: str
    source: str
    way: str
    to_whom: str
    state: str
    from_on: date
    until_on: date
    unit: str = field(metadata=UNIT)
    grain: str
    price: Decimal
    floor: Decimal | None
    escalator_percent: Decimal
    paid_every: str = field(metadata=RHYTHM)
    paid_before: bool
    crop: str
    water: str
    road: str
    soil: str
    slope: str = field(
        metadata={"choices": SLOPES, "en": "class of the national land survey, as its lister says; '' unsaid"}
    )
    area_m2: Decimal
    parcels: tuple[ListedParcel, ...]
    published_at: datetime
    closes_on: date
    sale: ListingSale | None


@dataclass(frozen=True)
class Listings:
    """A page of listings, by county and number."""

    items: tuple[Listing, ...]
    next: str | None = field(metadata={"en": "address of the next page"})


@dataclass(frozen=True, kw_only=True)
class DealsAsked(InTime):
    """Deals of a division since a day."""

    within: str = field(default="", metadata=WITHIN)
    since: date | None = field(default=None, metadata={"en": "made on this day or later, in Beijing"})


@dataclass(frozen=True)
class Deal:
    """A deal that was made on a listing; `fallen_at`: when it fell through. taker: what kind of taker, never who."""

    county: str
    village: str
    deal: UUID
    listing: str
    kind: str
    taker: str
    by: str
    unit: str = field(metadata=UNIT)
    price: Decimal
    area_m2: Decimal
    from_on: date
    until_on: date
    decided_at: datetime
    fallen_at: datetime | None


@dataclass(frozen=True)
class Deals:
    """A page of deals, in the order in which they were made."""

    items: tuple[Deal, ...]
    next: str | None = field(metadata={"en": "address of the next page"})
