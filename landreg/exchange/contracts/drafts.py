"""A contract to be drawn, as it is asked for: its land, the terms, what the parties say for the clauses, what it follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.core.periods import beijing_day
from landreg.exchange.contracts.deal_queries import Dealt
from landreg.exchange.contracts.rules.instalments import Instalment
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.listings.reading import resolved_of

MONTHS = 12


@dataclass(frozen=True)
class Taken:
    """A parcel that is transferred. area_m2: of it, None for the whole. price: of this parcel, None for the contract's."""

    code: str
    area_m2: Decimal | None = None
    price: Decimal | None = None
    part: Any = None


@dataclass(frozen=True)
class Terms:
    """What the parties agreed on. until_on: exclusive."""

    kind: str
    from_on: date
    until_on: date
    unit: str
    price: Decimal
    grain: str = ""
    escalator_percent: Decimal = Decimal(0)
    paid_every: str = "year"
    paid_before: bool = True
    instalments: tuple[Instalment, ...] = ()

    @property
    def months(self) -> int:
        """How long it runs, in whole months."""
        return (self.until_on.year - self.from_on.year) * MONTHS + self.until_on.month - self.from_on.month


@dataclass(frozen=True)
class Draft:
    """A contract to be drawn. values: what the parties say for the clauses. previous: what it renews, changes or passes on.

    right_id: None of a collective's own land. operated_id: of land that was taken in, the right by which its taker has it.
    """

    right_id: UUID | None
    parcels: tuple[Taken, ...]
    terms: Terms
    values: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    deal_id: UUID | None = None
    relation: str = ""
    previous: Whole | None = None
    project_id: UUID | None = None
    operated_id: UUID | None = None


def draft_of(
    found: Dealt, values: Mapping[str, str], said: str = "", instalments: tuple[Instalment, ...] = ()
) -> Draft:
    """The contract of a deal, as it would be drawn: its term begins on the day that was listed, and not before the deal."""
    listing, deal = found.listing, found.deal
    dealt_on = beijing_day(deal.decided_at)
    # The price of shares is their fixed dividend: yuan a mu and year.
    unit = "share" if listing.kind == "share" else deal.unit
    terms = Terms(
        listing.kind, max(listing.from_on, dealt_on), listing.until_on, unit, deal.price, listing.grain, listing.escalator_percent,
        listing.paid_every, listing.paid_before, instalments,
    )  # fmt: skip
    parcels = tuple(
        Taken(one.parcel_code, None if one.part is None else one.area_m2, None, one.part) for one in found.parcels
    )
    _said, decided = resolved_of(listing)
    values = {**values, "resolution": decided.words} if decided else values
    return Draft(listing.right_id, parcels, terms, values, said, deal.deal_id)
