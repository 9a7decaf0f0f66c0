"""The price index of transfers, pure: the middle price of a mu and year by township, class of land and band of term.

The method, as the page states it: of the deals signed within twelve months, each price is turned into yuan for a mu and year
(grain at the price of the day of signing); the index is the price below and above which half of the area lies. Weighted by
area, since a middle of deals would let a village's garden plots outweigh its fields; a middle and not a mean, since one deal
far from the rest moves it by one place. Under LEAST deals no figure is told, and with each figure the number of its deals.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from landreg.core.periods import DAY, months_after
from landreg.core.units import half_up

LEAST = 5
"""Deals under which nothing is told: fewer would be a few neighbours' prices and no market's."""
WINDOW_MONTHS = 12
QUARTER = 3
BANDS: tuple[tuple[str, int], ...] = (("under_3", 3), ("under_5", 5), ("under_10", 10), ("long", 200))
"""Bands of the term: name, and the years that it stays under. From five years on a deal may be registered, so that is a border."""
DAYS_A_YEAR = Decimal("365.25")

Series = Mapping[str, Sequence[tuple[date, Decimal]]]
"""By kind of grain: from which day a kilogram counts for how many yuan, oldest first."""


@dataclass(frozen=True)
class Deal:
    """A transfer that was agreed. yuan: of a mu and year. mu: its area. years: its term."""

    township: str
    land_class: str
    years: Decimal
    yuan: Decimal
    mu: Decimal
    signed_on: date


@dataclass(frozen=True)
class Cell:
    """The index of one combination; '' stands for all. yuan: the middle; low, high: what a tenth of the area lies below, above."""

    township: str
    land_class: str
    band: str
    deals: int
    mu: Decimal
    yuan: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Point:
    """The index over the twelve months up to and with `until`; yuan is None where too few deals were signed."""

    until: date
    deals: int
    yuan: Decimal | None


def yuan_of(unit: str, price: Decimal, grain: str, on: date, series: Series) -> Decimal | None:
    """A price as yuan for a mu and year; None of a share, and of grain without a price on that day."""
    if unit == "yuan_mu_year":
        return price
    if unit != "kg_mu_year":
        return None
    known = [yuan for since, yuan in series.get(grain, ()) if since <= on]
    return half_up(price * known[-1]) if known else None


def years_between(start: date, end: date) -> Decimal:
    """The length of a half-open term in years, two decimals."""
    return half_up(Decimal((end - start).days) / DAYS_A_YEAR)


def band_of(years: Decimal) -> str:
    """The band of a term. Its days are counted, so a term of three years that holds no leap day is three years here too."""
    rounded = years.quantize(Decimal("0.1"))
    return next((name for name, under in BANDS if rounded < under), BANDS[-1][0])


def share_below(weighted: Iterable[tuple[Decimal, Decimal]], share: Decimal) -> Decimal:
    """The value at which `share` of the weight is reached; half way to the next where it is reached exactly.

    weighted: pairs of value and weight. Raises ValueError when no weight is above nought.
    """
    ordered = sorted((value, weight) for value, weight in weighted if weight > 0)
    if not ordered:
        raise ValueError("nothing weighs")
    wanted = sum((weight for _, weight in ordered), Decimal()) * share
    reached = Decimal()
    for place, (value, weight) in enumerate(ordered):
        reached += weight
        if reached == wanted and place + 1 < len(ordered):
            return half_up((value + ordered[place + 1][0]) / 2)
        if reached >= wanted:
            return value
    return ordered[-1][0]


def median(weighted: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """The value below and above which half of the weight lies."""
    return share_below(weighted, Decimal("0.5"))


def medians_of_others(weighted: Sequence[tuple[Decimal, Decimal]]) -> list[Decimal]:
    """By place: the median of all but the one that stands there, all of them in the time of one sort. Weights are above nought.

    Raises ValueError of one alone.
    """
    if len(weighted) == 1:
        raise ValueError("nothing weighs")
    order = sorted(range(len(weighted)), key=lambda place: weighted[place])
    values = [weighted[place][0] for place in order]
    reached = list(accumulate(weighted[place][1] for place in order))
    found = [Decimal()] * len(weighted)
    for at, place in enumerate(order):
        own = weighted[place][1]
        half = (reached[-1] - own) / 2
        # Before its own place the weights are as they are; after it each is reached by its own weight later.
        middle = bisect_left(reached, half, 0, at)
        if middle == at:
            middle = bisect_left(reached, half + own, at + 1)
        following = middle + 1 if middle + 1 != at else at + 1
        even = reached[middle] - (own if middle > at else 0) == half and following < len(values)
        found[place] = half_up((values[middle] + values[following]) / 2) if even else values[middle]
    return found


def within(deals: Iterable[Deal], until: date) -> list[Deal]:
    """The deals signed in the twelve months that end with the day before `until`."""
    since = months_after(until, -WINDOW_MONTHS)
    return [deal for deal in deals if since <= deal.signed_on < until]


def cells(deals: Iterable[Deal], until: date) -> list[Cell]:
    """The index of every combination of township, class and band, and of all of each, that at least LEAST deals stand behind.

    In the order of their names, all first. until: the first day that does not count.
    """
    found: dict[tuple[str, str, str], list[Deal]] = {}
    for deal in within(deals, until):
        for township in ("", deal.township):
            for land_class in ("", deal.land_class):
                for band in ("", band_of(deal.years)):
                    found.setdefault((township, land_class, band), []).append(deal)
    return [_cell(key, those) for key, those in sorted(found.items()) if len(those) >= LEAST]


def _cell(key: tuple[str, str, str], deals: Sequence[Deal]) -> Cell:
    weighted = [(deal.yuan, deal.mu) for deal in deals]
    area = sum((deal.mu for deal in deals), Decimal())
    low, middle, high = (share_below(weighted, Decimal(share)) for share in ("0.1", "0.5", "0.9"))
    return Cell(*key, len(deals), half_up(area), middle, low, high)


def trend(deals: Sequence[Deal], until: date, quarters: int = 8) -> list[Point]:
    """The index at the end of the last quarters, oldest first, and at `until`: each over its twelve months."""
    first_of_quarter = date(until.year, (until.month - 1) // QUARTER * QUARTER + 1, 1)
    ends = [months_after(first_of_quarter, -QUARTER * back) for back in range(quarters - 1, -1, -1)]
    return [_point(within(deals, end), end) for end in (*ends, *([until] if until != ends[-1] else []))]


def _point(deals: Sequence[Deal], until: date) -> Point:
    told = median((deal.yuan, deal.mu) for deal in deals) if len(deals) >= LEAST else None
    return Point(until - DAY, len(deals), told)
