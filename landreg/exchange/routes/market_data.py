"""The market as data: CSV, GeoJSON, an Atom feed, and what search engines ask for. Nothing in it names a person or a household."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row

from landreg.access.limits import limiter
from landreg.access.policy import allow
from landreg.core.actor import NOBODY, PREFECTURE, Role
from landreg.core.db import unit_of_work
from landreg.exchange.market import gathered, queries
from landreg.exchange.market.asked import SORTS
from landreg.exchange.routes import market_shown as shown
from landreg.exchange.routes.market import for_everybody
from landreg.land.place_names import name_of
from landreg.registry.routes.surroundings import settings
from landreg.web import pages
from landreg.web.sheets import Column, sheet

blueprint = Blueprint("market_data", __name__)
TAKES = "20 per minute"
KEPT_S = 300
FED = 50
MOST_POINTS = 5000
ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGES = (
    "market.index",
    "market.on_map",
    "market_prices.index",
    "market_prices.deals",
    "market_data.about",
    "transfer_kinds.index",
)
CLOSED = ("/login", "/account", "/search", "/c/", "/market/saved", "/market/compare", "/market/tiles/")
FOLLOWING = ("village", "place", "lon", "lat")
SALE = {"enter_by": "deposit_by", "deposit_yuan": "deposit_yuan", "bids_from": "opens_at", "bids_until": "closes_at"}
"""Fields of what is sold by bids, once its sale is announced: until when to enter and pay which deposit, when bids are taken."""
AREAS = {"land_class_m2": "land_class", "soil_m2": "soil_grade"}
"""Fields that say how much there is of each mark of the ground."""
FACTS = (
    "number", "kind", "source", "way", "to_whom", "from_on", "until_on", "unit", "grain", "price", "floor", "escalator_percent",
    "paid_every", "paid_before", "area_m2", "land_class", "soil", "crop", "water", "road", "slope", "closes_on", "published_at",
)  # fmt: skip


@blueprint.get("/market/data")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
def about() -> Response:
    """What may be downloaded, and what each field says."""
    return pages.render(
        "exchange/market/data.html", facts=(*FACTS, *FOLLOWING, *SALE, *AREAS), base_url=settings().base_url
    )


def _listed(most: int) -> tuple[list[Row[Any]], dict[str, Any]]:
    asked = shown.asked()
    with unit_of_work(NOBODY) as uow:
        rows = list(queries.listed(uow.session, asked.query, SORTS[0], queries.count(uow.session, asked.query), most))
        return rows, queries.places(uow.session, [row.number for row in rows])


def _sales(rows: Sequence[Row[Any]]) -> dict[str, Row[Any]]:
    """By number: the sale by which it is to be had."""
    with unit_of_work(NOBODY) as uow:
        return queries.sales(uow.session, [row.number for row in rows if row.way != "negotiation"])


def _of_sale(sale: Row[Any] | None) -> dict[str, Any]:
    """The fields of SALE; instants as elsewhere in the data."""
    return {name: None if sale is None else getattr(sale, column) for name, column in SALE.items()}


def _areas(rows: Sequence[Row[Any]]) -> dict[str, dict[str, dict[str, str]]]:
    """By number and field: of listings that are open, m² of each class of land and each grade of soil."""
    with unit_of_work(NOBODY) as uow:
        ground = queries.ground(uow.session, [row.number for row in rows])
    return {
        number: {field: _summed((getattr(one, mark), one.area_m2) for one in found) for field, mark in AREAS.items()}
        for number, found in ground.items()
    }


def _summed(parts: Iterable[tuple[str, Decimal]]) -> dict[str, str]:
    found: dict[str, Decimal] = {}
    for mark, area in parts:
        found[mark] = found.get(mark, Decimal(0)) + area
    return {mark: f"{area:.2f}" for mark, area in sorted(found.items()) if mark}


@blueprint.get("/market/listings.csv")
@allow(Role.PUBLIC)
@limiter.limit(TAKES)
def listings_csv() -> Response:
    """What a search finds, as CSV; at most 5,000, the newest."""
    rows, places = _listed(MOST_POINTS)
    areas, sales = _areas(rows), _sales(rows)
    columns = [
        *(Column(name, lambda row, name=name: getattr(row, name)) for name in FACTS),  # type: ignore[misc]
        Column("village", lambda row: row.village),
        Column("place", lambda row: shown.where(row.village)),
        Column("lon", lambda row: places.get(row.number, ("", ""))[0]),
        Column("lat", lambda row: places.get(row.number, ("", ""))[1]),
        *(Column(name, lambda row, name=name: _of_sale(sales.get(row.number))[name]) for name in SALE),  # type: ignore[misc]
        *(
            Column(name, lambda row, name=name: ";".join(  # type: ignore[misc]
                f"{mark} {area}" for mark, area in areas.get(row.number, {}).get(name, {}).items()))
            for name in AREAS
        ),
    ]  # fmt: skip
    return for_everybody(sheet("csv", _("流转挂牌"), columns, rows), KEPT_S)


@blueprint.get("/market/listings.geojson")
@allow(Role.PUBLIC)
@limiter.limit(TAKES)
def listings_geojson() -> Response:
    """The same as GeoJSON points, to some 100 m."""
    rows, places = _listed(MOST_POINTS)
    areas, sales = _areas(rows), _sales(rows)
    features = [
        {
            "type": "Feature",
            "id": row.number,
            "geometry": {"type": "Point", "coordinates": [float(part) for part in places[row.number]]},
            "properties": {
                **{name: getattr(row, name) for name in FACTS},
                "village": row.village,
                **_of_sale(sales.get(row.number)),
                **areas.get(row.number, {}),
            },
        }
        for row in rows
        if row.number in places
    ]
    return for_everybody(pages.geojson(features), KEPT_S)


@blueprint.get("/market/villages.json")
@allow(Role.PUBLIC)
@limiter.limit(TAKES)
def villages() -> Response:
    """For the map: each village where something that a search finds lies, by name, amid its listings, with how many they are."""
    rows, places = _listed(MOST_POINTS)
    lying: dict[str, list[tuple[Decimal, Decimal]]] = {}
    for row in rows:
        if row.number in places:
            lying.setdefault(row.village, []).append(places[row.number])
    features = [
        {
            "type": "Feature",
            "id": village,
            "geometry": {
                "type": "Point",
                "coordinates": [float(sum(part) / len(part)) for part in zip(*at, strict=True)],
            },
            "properties": {"name": f"{name_of(village[:9])} {name_of(village)}".strip(), "count": len(at)},
        }
        for village, at in sorted(lying.items())
    ]
    return for_everybody(pages.geojson(features), KEPT_S)


@blueprint.get("/market/deals.csv")
@allow(Role.PUBLIC)
@limiter.limit(TAKES)
def deals_csv() -> Response:
    """Every deal that stands, without a person."""
    with unit_of_work(NOBODY) as uow:
        rows = queries.deals(uow.session, PREFECTURE, queries.BEGINNING, queries.MOST_DEALS)
    names = ("number", "decided_on", "county", "township", "kind", "land_class", "from_on", "until_on", "way", "decided_by", "unit",
             "grain", "price", "asked", "taker")  # fmt: skip
    columns = [
        *(Column(name, lambda row, name=name: getattr(row, name)) for name in names),  # type: ignore[misc]
        Column("mu", lambda row: f"{row.tenths / 10:.1f}"),
    ]
    return for_everybody(sheet("csv", _("流转成交"), columns, rows), KEPT_S)


@blueprint.get("/market/index.csv")
@allow(Role.PUBLIC)
@limiter.limit(TAKES)
def index_csv() -> Response:
    """The index of today, every combination that five deals or more stand behind."""
    today, cells = gathered.market().today, gathered.cells()
    names = ("township", "land_class", "band", "deals", "mu", "yuan", "low", "high")
    columns = [Column(name, lambda cell, name=name: getattr(cell, name)) for name in names]  # type: ignore[misc]
    columns.append(Column("until", lambda _cell: today))
    return for_everybody(sheet("csv", _("流转价格指数"), columns, cells), KEPT_S)


@blueprint.get("/market/atom.xml")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
def atom() -> Response:
    """The newest that a search finds, as an Atom feed (RFC 4287)."""
    rows, _places = _listed(FED)
    sales = _sales(rows)
    base = settings().base_url
    feed = ElementTree.Element("feed", xmlns=ATOM)
    _put(feed, "id", f"{base}{shown.list_address(shown.asked().given)}")
    _put(feed, "title", _("土地流转市场：新挂牌"))
    _put(feed, "updated", _instant(max((row.published_at for row in rows), default=datetime(2000, 1, 1, tzinfo=UTC))))
    ElementTree.SubElement(feed, "link", rel="self", href=f"{base}{request.full_path.rstrip('?')}")
    ElementTree.SubElement(feed, "link", rel="alternate", href=f"{base}{shown.list_address(shown.asked().given)}")
    _put(ElementTree.SubElement(feed, "author"), "name", _("农村产权流转交易市场"))
    for row in rows:
        entry = ElementTree.SubElement(feed, "entry")
        _put(entry, "id", shown.address_of(row.number))
        _put(entry, "title", f"{shown.title_of(row)} · {shown.price_of(row)}")
        _put(entry, "updated", _instant(row.published_at))
        ElementTree.SubElement(entry, "link", rel="alternate", href=shown.address_of(row.number))
        _put(entry, "summary", "；".join(f"{label} {text}" for label, text in shown.facts(row, sales.get(row.number))))
    return _xml(feed, "application/atom+xml")


@blueprint.get("/sitemap.xml")
@allow(Role.PUBLIC)
@limiter.limit(TAKES)
def sitemap() -> Response:
    """The market's pages and what is offered, for search engines (sitemaps.org)."""
    with unit_of_work(NOBODY) as uow:
        rows = queries.listed(uow.session, {}, SORTS[0], queries.COUNTED, MOST_POINTS)
    urls = ElementTree.Element("urlset", xmlns=SITEMAP)
    for page in PAGES:
        _put(ElementTree.SubElement(urls, "url"), "loc", settings().base_url + url_for(page))
    for row in rows:
        one = ElementTree.SubElement(urls, "url")
        _put(one, "loc", shown.address_of(row.number))
        _put(one, "lastmod", _instant(row.state_since))
    return _xml(urls, "application/xml")


@blueprint.get("/robots.txt")
@allow(Role.PUBLIC)
def robots() -> Response:
    """What search engines leave alone, and where the sitemap is."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in CLOSED),
        f"Sitemap: {settings().base_url}{url_for('market_data.sitemap')}",
    ]
    return for_everybody(Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8"), KEPT_S)


def _put(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _xml(root: ElementTree.Element, kind: str) -> Response:
    content = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return for_everybody(Response(content, content_type=f"{kind}; charset=utf-8"), KEPT_S)
