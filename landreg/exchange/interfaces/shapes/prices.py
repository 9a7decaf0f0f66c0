"""The price index of transfers: open data, of the whole prefecture, whatever the jurisdiction of the client."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from landreg.exchange.interfaces.shapes.walking import Walk, ended_at
from landreg.exchange.market.index import BANDS

TOWNSHIP = {"pattern": r"^(6109[0-9]{5})?$", "form": "township", "en": "code of the township, 9 digits; '' for all"}
LAND_CLASS = {
    "pattern": r"^([0-9A-Z]{2,10})?$",
    "form": "land_class",
    "en": "class of land by the register's code; '' for all",
}
BAND = {"choices": ("", *(name for name, _years in BANDS)), "en": "band of the term in years; '' for all"}
CELL = r"^[0-9]{0,9}\.[0-9A-Z]{0,10}\.[a-z_0-9]{0,10}$"
"""Where a page of the index ends: township, class and band of its last row."""


@dataclass(frozen=True, kw_only=True)
class IndexAsked(Walk):
    """The rows of the index, or those of a township, class of land or band of term alone."""

    township: str = field(default="", metadata=TOWNSHIP)
    land_class: str = field(default="", metadata=LAND_CLASS)
    band: str = field(default="", metadata=BAND)
    after: str = field(default="", metadata=ended_at(CELL))


@dataclass(frozen=True, kw_only=True)
class TrendAsked:
    """Of which township, class of land and band of term the trend is asked."""

    township: str = field(default="", metadata=TOWNSHIP)
    land_class: str = field(default="", metadata=LAND_CLASS)
    band: str = field(default="", metadata=BAND)


@dataclass(frozen=True)
class IndexRow:
    """Yuan for a mu and year: the price below and above which half of the area lies; low, high: a tenth of the area lies
    below, above. A row that too few deals stand behind is left out."""

    township: str = field(metadata=TOWNSHIP)
    land_class: str
    band: str = field(metadata=BAND)
    deals: int
    mu: Decimal
    yuan: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Index:
    """The index of a day. until: the first day that no longer counts; months: over how many before it; least: deals behind a row.

    Grain is turned into yuan at the county's price of the day of the deal; shares and grain without a price do not count.
    """

    until: date
    months: int
    least: int
    items: tuple[IndexRow, ...]
    next: str | None = field(metadata={"en": "address of the next page"})


@dataclass(frozen=True)
class TrendPoint:
    """The index over the twelve months up to and with last_day; yuan is null where too few deals were signed."""

    last_day: date
    deals: int
    yuan: Decimal | None


@dataclass(frozen=True)
class Trend:
    """The index at the end of each of the last eight quarters, and today, oldest first."""

    items: tuple[TrendPoint, ...]
