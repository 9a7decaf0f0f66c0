"""Reads of the market: the public's login reads no table, only the functions named here; none of them tells of a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row
from sqlalchemy.orm import Session

from landreg.exchange.market.index import Deal, Series, years_between, yuan_of
from landreg.land.tiles import Tile
from landreg.law.model import CountyParameter
from landreg.web.pages import Page

PAGE = 20
COUNTED = 1000
"""Listings of a search that are counted: more are said as more."""
MOST = 5000
MOST_DEALS = 200_000
BEGINNING = date(2000, 1, 1)
"""Before any deal."""
AT_ONCE = 50
GRAIN_PRICE = "CON-11.grain_yuan_per_kg"
MEASURED = ("lease", "subcontract", "retransfer")
"""Kinds whose price is a rent of farmed land: the others' is another thing, and no part of the index."""
Query = Mapping[str, str | int]


def page(session: Session, asked: Query, sort: str, number: int, size: int = PAGE) -> Page[Row[Any]]:
    """A page of what is open, rows of `exchange.shown`; a count of COUNTED means that there may be more."""
    total = count(session, asked)
    return Page(listed(session, asked, sort, total, size, (number - 1) * size), number, size, total)


def count(session: Session, asked: Query) -> int:
    """How many are open, counted to COUNTED."""
    statement = sa.text("SELECT exchange.market_count(CAST(:asked AS jsonb), :most)")
    return int(session.scalar(statement, {"asked": _json(asked), "most": COUNTED}) or 0)


def listed(session: Session, asked: Query, sort: str, total: int, most: int, skip: int = 0) -> Sequence[Row[Any]]:
    """Open listings in an order of SORTS. total: what `count` told, by which the database finds its way."""
    statement = sa.text("SELECT * FROM exchange.market_page(CAST(:asked AS jsonb), :sort, :few, :most, :skip)")
    given = {"asked": _json(asked), "sort": sort, "few": total < COUNTED, "most": most, "skip": skip}
    return session.execute(statement, given).all()


def listings(session: Session, numbers: Sequence[str]) -> Sequence[Row[Any]]:
    """Listings by number in the order asked, those too that are dealt or over; what is not known is left out."""
    return session.execute(
        sa.text("SELECT * FROM exchange.market_listings(:numbers)"), {"numbers": list(numbers)}
    ).all()


def photos(session: Session, number: str) -> Sequence[Row[Any]]:
    """Position and digest of a listing's photos."""
    return session.execute(sa.text("SELECT * FROM exchange.market_photos(:number)"), {"number": number}).all()


def sale(session: Session, number: str) -> Row[Any] | None:
    """The last sale of an open listing: hours, terms, how many entered, the price of now where bids are open; no bidder."""
    return session.execute(sa.text("SELECT * FROM exchange.market_sale(:number)"), {"number": number}).one_or_none()


def sales(session: Session, numbers: Sequence[str]) -> dict[str, Row[Any]]:
    """By number of an open listing: its last sale, as `sale` tells it, where a deal may still come of that."""
    asked = sa.text(
        "SELECT n.number, s.* FROM unnest(CAST(:numbers AS text[])) AS n (number)"
        " CROSS JOIN LATERAL exchange.market_sale(n.number) AS s WHERE s.over NOT IN ('cancelled', 'failed', 'spent')"
    )
    return {row.number: row for row in session.execute(asked, {"numbers": list(numbers)})}


def agreed(session: Session, number: str) -> Row[Any] | None:
    """That the sides of an open listing have agreed in talks, with until when a members' window runs; None where they have not."""
    return session.execute(sa.text("SELECT * FROM exchange.market_agreed(:number)"), {"number": number}).one_or_none()


def fell(session: Session, number: str) -> Row[Any] | None:
    """That the deal of a listing fell and none stands: whether it is over with that, and until when the next bidder is asked; None
    where none fell, or one stands.
    """
    return session.execute(sa.text("SELECT * FROM exchange.market_fell(:number)"), {"number": number}).one_or_none()


def ground(session: Session, numbers: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """By number of an open listing how much land of each class and grade is offered, the most first."""
    found: dict[str, list[Row[Any]]] = {}
    for place in range(0, len(numbers), AT_ONCE):
        asked = {"numbers": list(numbers[place : place + AT_ONCE])}
        for row in session.execute(sa.text("SELECT * FROM exchange.market_ground(:numbers)"), asked):
            found.setdefault(row.number, []).append(row)
    return found


def choices(session: Session) -> dict[str, dict[str, int]]:
    """By filter: what there is to choose from, and how many of each are open."""
    found: dict[str, dict[str, int]] = {}
    for what, key, counted in session.execute(sa.text("SELECT what, key, count FROM exchange.market_choices()")):
        found.setdefault(what, {})[key] = counted
    return found


def tile(session: Session, asked: Query, wanted: Tile) -> bytes:
    """A vector tile of places, layer `listing`: `code` and `kind` of one, `count` where several lie close."""
    box = {name: wanted.parameters[name] for name in ("west", "south", "east", "north")}
    statement = sa.text("SELECT exchange.market_tile(CAST(:asked AS jsonb), :west, :south, :east, :north)")
    return bytes(session.scalar(statement, {"asked": _json(asked), **box}) or b"")


def extent(session: Session, asked: Query) -> tuple[float, ...] | None:
    """West, south, east, north in degrees of what is open."""
    found = session.scalar(sa.text("SELECT exchange.market_extent(CAST(:asked AS jsonb))"), {"asked": _json(asked)})
    return tuple(found) if found else None


def places(session: Session, numbers: Sequence[str]) -> dict[str, tuple[Decimal, Decimal]]:
    """By number: longitude and latitude to some 100 m."""
    rows = session.execute(
        sa.text("SELECT number, lon, lat FROM exchange.market_places(:numbers)"), {"numbers": list(numbers)}
    )
    return {row.number: (row.lon, row.lat) for row in rows}


def deals(session: Session, within: str, since: date, most: int, skip: int = 0) -> Sequence[Row[Any]]:
    """Deals that stand, newest first, without a person, of a division and since a day. from_on: where what was listed had begun
    when the deal was made, that day, as its contract has it.
    """
    return session.execute(sa.text(_DEALS), {"within": within, "since": since, "most": most, "skip": skip}).all()


_DEALS = """
    SELECT number, county, township, kind, land_class, tenths, greatest(from_on, decided_on) AS from_on, until_on, way,
           decided_by, unit, grain, price, asked, taker, decided_on
    FROM exchange.market_deals(:within, :since, :most, :skip)"""


def deal(session: Session, row: Row[Any]) -> Row[Any] | None:
    """The deal of a listing that found its taker, as `deals` tells it; None of any other. row: the listing, of `exchange.shown`."""
    if row.state != "dealt":
        return None
    asked = {"within": row.village, "since": BEGINNING, "most": MOST, "skip": 0, "number": row.number}
    return session.execute(
        sa.text(f"{_DEALS} WHERE number = :number ORDER BY decided_on DESC LIMIT 1"), asked
    ).one_or_none()


def deal_count(session: Session, within: str) -> int:
    """How many deals stand."""
    return int(session.scalar(sa.text("SELECT exchange.market_deal_count(:within)"), {"within": within}) or 0)


def grain_prices(session: Session) -> dict[str, Series]:
    """By county: the dated prices of grain that it has decided. Asked at the process's own desk."""
    rows = session.scalars(
        sa.select(CountyParameter)
        .where(CountyParameter.name == GRAIN_PRICE)
        .order_by(CountyParameter.since, CountyParameter.set_at)
    )
    found: dict[str, dict[str, list[tuple[date, Decimal]]]] = {}
    for row in rows:
        found.setdefault(row.county, {}).setdefault(row.key, []).append((row.since, Decimal(row.value)))
    return {county: dict(series) for county, series in found.items()}


def measured(rows: Sequence[Row[Any]], prices: Mapping[str, Series]) -> list[Deal]:
    """The deals that the index counts: rents of farmed land with a price in yuan, or in grain whose price was set."""
    told = []
    for row in rows:
        yuan = yuan_of(row.unit, row.price, row.grain, row.decided_on, prices.get(row.county, {}))
        if yuan is not None and row.kind in MEASURED and row.tenths:
            years = years_between(row.from_on, row.until_on)
            told.append(Deal(row.township, row.land_class, years, yuan, Decimal(row.tenths) / 10, row.decided_on))
    return told


def _json(asked: Query) -> str:
    return json.dumps(dict(asked), ensure_ascii=False)
