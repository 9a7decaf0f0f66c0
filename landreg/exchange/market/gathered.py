"""The market as a whole, gathered once a minute for all who ask: what is open, the deals that the index counts, prices of grain."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

from flask import current_app
from sqlalchemy import Row

from landreg.access.policy import door
from landreg.core.actor import NOBODY, PREFECTURE
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day, months_after
from landreg.exchange.market import index, queries
from landreg.exchange.market.index import Cell, Deal, Series

T = TypeVar("T")
KEPT_S = 60.0
BACK_MONTHS = 39
"""Of deals that the index and its trend of two years read."""


@dataclass(frozen=True)
class Market:
    """Open listings by what they are, and the deals that the index counts. today: a Beijing day. grain: by county its prices."""

    today: date
    choices: Mapping[str, Mapping[str, int]]
    deals: Sequence[Deal]
    grain: Mapping[str, Series]

    def yuan_of(self, row: Row[Any]) -> Decimal | None:
        """What a listing priced in grain comes to today in yuan for a mu and year; None of any other, and without a price."""
        if row.unit != "kg_mu_year":
            return None
        return index.yuan_of(row.unit, row.price, row.grain, self.today, self.grain.get(row.county, {}))

    def chosen(self, township: str, land_class: str, band: str) -> list[Deal]:
        """The deals of a cut; '' stands for all."""
        return [
            deal
            for deal in self.deals
            if township in ("", deal.township)
            and land_class in ("", deal.land_class)
            and band in ("", index.band_of(deal.years))
        ]


def county_index(county: str) -> tuple[Decimal, int] | None:
    """The middle of a county's deals of twelve months in yuan a mu and year, and their number; None where too few were made."""
    now = market()
    those = [deal for deal in index.within(now.deals, now.today) if deal.township.startswith(county)]
    return (index.median((deal.yuan, deal.mu) for deal in those), len(those)) if len(those) >= index.LEAST else None


def remembered(name: str, make: Callable[[], T], seconds: float = KEPT_S) -> T:
    """What `make` makes, kept in this process for a while: counts over the whole market are the same for all who ask."""
    kept: dict[str, tuple[float, Any]] = current_app.extensions.setdefault("landreg.market", {})
    until, value = kept.get(name, (0.0, None))
    if time.monotonic() >= until:
        value = make()
        kept[name] = (time.monotonic() + seconds, value)
    return cast(T, value)


def market() -> Market:
    """The market as it stood within the last minute."""
    return remembered("market", _market)


def cells() -> list[Cell]:
    """The index of today: every combination that enough deals stand behind."""
    now = market()
    return remembered("cells", lambda: index.cells(now.deals, now.today))


def _market() -> Market:
    with unit_of_work(door()) as uow:
        grain = queries.grain_prices(uow.session)
    with unit_of_work(NOBODY) as uow:
        today = beijing_day(uow.now)
        rows = queries.deals(uow.session, PREFECTURE, months_after(today, -BACK_MONTHS), queries.MOST_DEALS)
        return Market(today, queries.choices(uow.session), queries.measured(rows, grain), grain)
