"""What is looked for on the market, pure: the filters of an address, as people give them, and as the database is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.units import half_up
from landreg.exchange.listings.rules.units import MOST_PRICE

SORTS = ("newest", "price", "-price", "area", "-area", "closes")
MONTHS_A_YEAR = 12
PARTS = 100
"""Hundredths of what a price counts, and of a mu: the database compares whole numbers."""
MOST = 2_000_000_000
MOST_PARTS = int(max(MOST_PRICE.values()) * PARTS)
_WITHIN = re.compile(r"6109\d{0,8}")
RANGES = (
    ("price", "price", PARTS, MOST_PARTS), ("mu", "hundredths", PARTS, MOST), ("years", "months", MONTHS_A_YEAR, MOST),
)  # fmt: skip
"""By range of the form: how the database names it, in what parts it counts, and the most of these."""
CHOICES = ("kind", "unit", "grain", "way", "to_whom", "water", "road", "slope", "land_class", "crop")
SMALL = {"most": 40}


@dataclass(frozen=True)
class Asked:
    """Filters, each empty where it is not asked for. within: a division's code. Prices in what `unit` counts, years of term."""

    within: str = field(default="", metadata={"most": 12})
    kind: str = field(default="", metadata=SMALL)
    unit: str = field(default="", metadata=SMALL)
    grain: str = field(default="", metadata=SMALL)
    way: str = field(default="", metadata=SMALL)
    to_whom: str = field(default="", metadata=SMALL)
    water: str = field(default="", metadata=SMALL)
    road: str = field(default="", metadata=SMALL)
    slope: str = field(default="", metadata=SMALL)
    land_class: str = field(default="", metadata=SMALL)
    crop: str = field(default="", metadata=SMALL)
    price_least: Decimal | None = None
    price_most: Decimal | None = None
    mu_least: Decimal | None = None
    mu_most: Decimal | None = None
    years_least: Decimal | None = None
    years_most: Decimal | None = None
    photos: bool = False

    @property
    def query(self) -> dict[str, str | int]:
        """The conditions as `exchange.market_where` names them; none that is not asked for."""
        told: dict[str, str | int] = {name: getattr(self, name) for name in ("within", *CHOICES) if getattr(self, name)}
        for name, column, parts, most in RANGES:
            for end in ("least", "most"):
                value = getattr(self, f"{name}_{end}")
                if value is not None:
                    bounded = min(max(value, Decimal(0)), Decimal(most) / parts)
                    told[f"{column}_{end}"] = int(half_up(bounded * parts, Decimal(1)))
        if self.photos:
            told["photos"] = 1
        return told

    @property
    def given(self) -> dict[str, str]:
        """The same as an address writes them, in the order of the fields."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: "1" if value is True else str(value) for name, value in told.items() if value not in ("", None, False)
        }


def mkt_1_range_is_not_reversed(asked: Asked) -> list[Finding]:
    """MKT-1: what is looked for from a least to a most has its least first."""
    ends = [(name, getattr(asked, f"{name}_least"), getattr(asked, f"{name}_most")) for name, *_ in RANGES]
    return [
        Finding("MKT-1", f"{name}_most", {"least": least, "most": most})
        for name, least, most in ends
        if least is not None and most is not None and least > most
    ]


def mkt_6_price_range_has_its_unit(asked: Asked) -> list[Finding]:
    """MKT-6: prices are looked for within one unit: yuan a mu, a house's yuan a month and kilograms are no one scale."""
    if asked.unit or (asked.price_least is None and asked.price_most is None):
        return []
    return [Finding("MKT-6", "unit")]


def faults(asked: Asked, known: Mapping[str, Iterable[str]]) -> list[Finding]:
    """All that is wrong with a search. known: by filter, what may be chosen; a filter that it lacks may be anything."""
    wrong = [] if not asked.within or _WITHIN.fullmatch(asked.within) else ["within"]
    wrong += [
        name for name in CHOICES if name in known and getattr(asked, name) and getattr(asked, name) not in known[name]
    ]
    return [
        *(Finding("FORM-5", name, {"given": getattr(asked, name)[:40]}) for name in wrong),
        *mkt_1_range_is_not_reversed(asked),
        *mkt_6_price_range_has_its_unit(asked),
    ]
