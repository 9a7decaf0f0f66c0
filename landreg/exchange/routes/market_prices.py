"""Prices for everybody: deals that stand without a person, the index and its trend, drawn by the server."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Response

from landreg.access.limits import limiter
from landreg.access.policy import allow
from landreg.core.actor import NOBODY, PREFECTURE, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.exchange.market import gathered, queries
from landreg.exchange.market import index as prices
from landreg.exchange.market.charts import chart
from landreg.exchange.routes import market_shown as shown
from landreg.land.shown import code_name
from landreg.web import pages, problems
from landreg.web.forms import read_query

blueprint = Blueprint("market_prices", __name__)
BANDS = [name for name, _ in prices.BANDS]


@dataclass(frozen=True)
class Cut:
    """Of which township, class of land and band of term the index is asked; '' for all."""

    township: str = field(default="", metadata={"most": 9})
    land_class: str = field(default="", metadata={"most": 10})
    band: str = field(default="", metadata={"most": 10})


@blueprint.get("/market/index")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
@problems.back_to(lambda: _page(Cut()))
def index() -> Response:
    """The index of today and its trend. Raises BadInput for a place, class or band that no deal has."""
    asked = read_query(Cut)
    deals = gathered.market().deals
    known = {
        "township": {deal.township for deal in deals}, "land_class": {deal.land_class for deal in deals}, "band": set(BANDS)
    }  # fmt: skip
    wrong = [name for name, values in known.items() if getattr(asked, name) and getattr(asked, name) not in values]
    if wrong:
        raise BadInput([Finding("FORM-5", name, {"given": getattr(asked, name)}) for name in wrong])
    return _page(asked)


def _page(asked: Cut) -> Response:
    now, cells = gathered.market(), gathered.cells()
    chosen = now.chosen(asked.township, asked.land_class, asked.band)
    points = prices.trend(chosen, now.today)
    towns = shown.place_names(sorted({deal.township for deal in now.deals}))
    classes = {code: code_name(code, "land_class") for code in sorted({deal.land_class for deal in now.deals}) if code}
    return pages.render(
        "exchange/market/index.html",
        asked=asked,
        cell=next(
            (
                one
                for one in cells
                if (one.township, one.land_class, one.band) == (asked.township, asked.land_class, asked.band)
            ),
            None,
        ),
        signed=len(prices.within(chosen, now.today)),
        tables=_tables(cells),
        points=points,
        chart=chart(points),
        towns=towns,
        classes=classes,
        bands=BANDS,
        least=prices.LEAST,
        today=now.today,
    )


def _tables(cells: list[prices.Cell]) -> dict[str, list[prices.Cell]]:
    """The cells of one cut at a time: by place, by class, by term."""
    return {
        "township": [one for one in cells if one.township and not one.land_class and not one.band],
        "land_class": [one for one in cells if one.land_class and not one.township and not one.band],
        "band": [one for one in cells if one.band and not one.township and not one.land_class],
    }


@blueprint.get("/market/deals")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
def deals() -> Response:
    """Deals that stand, newest first: place by township, area to a tenth of a mu, no person."""
    number = pages.page_number()
    with unit_of_work(NOBODY) as uow:
        rows = queries.deals(
            uow.session, PREFECTURE, queries.BEGINNING, pages.PAGE_SIZE, (number - 1) * pages.PAGE_SIZE
        )
        total = queries.deal_count(uow.session, PREFECTURE)
    return pages.render(
        "exchange/market/deals.html",
        page=pages.page_from(rows, total, number=number),
        towns=shown.place_names(sorted({row.township for row in rows})),
        kind_name=shown.kind_name,
    )
