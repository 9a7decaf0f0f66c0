"""The market for everybody: what is offered as a list and on a map, one listing, several side by side; no login, no person."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, request, send_file, url_for

from landreg.access.limits import limiter
from landreg.access.policy import allow, current_actor, door
from landreg.core.actor import NOBODY, PREFECTURE, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import lot_queries, opened, outcome_queries, stop_queries
from landreg.exchange.bidding.rules.announcing import offered_as
from landreg.exchange.bidding.rules.entering import for_others_from
from landreg.exchange.listings.rules.land import MOVING
from landreg.exchange.listings.rules.units import ONCE, of_whole
from landreg.exchange.market import queries
from landreg.exchange.market.asked import SORTS, Asked
from landreg.exchange.market.gathered import market
from landreg.exchange.routes import market_shown as shown
from landreg.land.queries import boundaries as county_boundaries
from landreg.land.tiles import Tile
from landreg.law.book import all_articles
from landreg.law.transfers import transfers
from landreg.registry.routes.surroundings import settings, store
from landreg.web import pages, problems

blueprint = Blueprint("market", __name__)
blueprint.add_app_template_filter(shown.priced, "priced")
blueprint.add_app_template_filter(shown.paid, "paid")
blueprint.add_app_template_filter(shown.sums, "sums")
blueprint.add_app_template_filter(shown.time_of, "time_of")
blueprint.add_app_template_filter(shown.for_whom, "for_whom")
blueprint.add_app_template_test(of_whole)
blueprint.add_app_template_test(ONCE.__contains__, "paid_once")
TILES = "1200 per minute"
TILE_S = 300
SHAPES_S = 86_400
LAST_ZOOM = 22
COMPARED = 4
LONGEST_NUMBER = 40
ABOUT = (107.9, 31.6, 110.2, 33.9)
AROUND = 0.01
PRICED = {"yuan_mu_year": "亩·年", "yuan_year": "年", "yuan_month": "月", "yuan_once": "一次性"}
"""Units in money, with what one of them counts, as search engines are told."""


@blueprint.context_processor
def _words() -> dict[str, Any]:
    named = (
        shown.title_of,
        shown.area_of,
        shown.price_of,
        shown.unit_of,
        shown.in_yuan,
        shown.kind_name,
        shown.where,
        shown.last_day,
    )
    return {one.__name__: one for one in named}


@blueprint.get("/market")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
@problems.back_to(lambda: _list(Asked(), nothing=True))
def index() -> Response:
    """What is offered, filtered and in order. Raises BadInput for a filter that cannot be meant."""
    return _list(shown.asked())


def _list(asked: Asked, *, nothing: bool = False) -> Response:
    with unit_of_work(NOBODY) as uow:
        found = queries.page(uow.session, asked.query, sort(), pages.page_number())
    return pages.render("exchange/market/list.html", page=found, nothing=nothing, **looked_for(asked))


def sort() -> str:
    """The order asked for; the newest first for any other."""
    chosen = request.args.get("sort", "")
    return chosen if chosen in SORTS else SORTS[0]


def looked_for(asked: Asked) -> dict[str, Any]:
    """What the pages of a search show beside what it finds."""
    actor = current_actor()
    return {
        "asked": asked,
        "options": shown.options(),
        "sort": sort(),
        "counted": queries.COUNTED,
        "own": actor.desk is Desk.CITIZEN,
        "base_url": settings().base_url,
        "as_query": {**asked.given, **({"sort": sort()} if sort() != SORTS[0] else {})},
    }


@blueprint.get("/market/map")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
@problems.back_to(lambda: _map(Asked()))
def on_map() -> Response:
    """The same search on a map: points to some 100 m, gathered where they lie close."""
    return _map(shown.asked())


def _map(asked: Asked) -> Response:
    with unit_of_work(NOBODY) as uow:
        total = queries.count(uow.session, asked.query)
        extent = queries.extent(uow.session, asked.query) if total else None
    parcel = request.args.get("parcel", "")[:LONGEST_NUMBER]
    return pages.render(
        "exchange/market/map.html", total=total, extent=_around(extent), parcel=parcel, **looked_for(asked)
    )


def _around(extent: tuple[float, ...] | None) -> tuple[float, ...]:
    """What the map shows first: what was found and a little around it, so that one point is not all that there is."""
    if extent is None:
        return ABOUT
    west, south, east, north = extent
    return west - AROUND, south - AROUND, east + AROUND, north + AROUND


@blueprint.get("/market/tiles/<int:z>/<int:x>/<int:y>.mvt")
@allow(Role.PUBLIC)
@limiter.limit(TILES)
def tile(z: int, x: int, y: int) -> Response:
    """A vector tile of the search's places. Raises NotFound for a tile that there is not."""
    wanted = Tile(z, x, y)
    if not (z <= LAST_ZOOM and x < 2**z and y < 2**z):
        raise NotFound
    asked = shown.asked()
    with unit_of_work(NOBODY) as uow:
        content = queries.tile(uow.session, asked.query, wanted)
    return for_everybody(Response(content, content_type="application/vnd.mapbox-vector-tile"), TILE_S)


@blueprint.get("/market/boundaries.json")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
def boundaries() -> Response:
    """County boundaries, GeoJSON."""
    with unit_of_work(door()) as uow:
        return for_everybody(pages.geojson(county_boundaries(uow.session, PREFECTURE)), SHAPES_S)


def for_everybody(response: Response, seconds: int) -> Response:
    """The same for all who ask: anybody between may keep it for a while."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=16).hexdigest())
    response.make_conditional(request)
    return response


@blueprint.get("/market/listings/<number>")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
def listing(number: str) -> Response:
    """One listing with photos, place, facts, how to take part and whom to ask. Raises NotFound."""
    row, pictures, place = _listing(number)
    today = market().today
    with unit_of_work(NOBODY) as uow:
        sale, agreed, now = queries.sale(uow.session, number), queries.agreed(uow.session, number), uow.now
        ground, fell = queries.ground(uow.session, [number]).get(number, []), queries.fell(uow.session, number)
        openings = opened.of_sale(uow.session, sale.county, sale.sale_id) if sale else []
        turns = outcome_queries.turns(uow.session, sale.county, sale.sale_id) if sale else []
        drawn = lot_queries.of_listing(uow.session, number)
        deal = queries.deal(uow.session, row)
        off = stop_queries.called_off(uow.session, sale.county, sale.sale_id) if sale else None
    kind = transfers(today).get(row.kind)
    law = shown.law_of(row.county)
    name, phone = shown.office(law, row.county)
    others_from = for_others_from(beijing_day(row.published_at), law)
    offered = offered_as("household" if kind is None else kind.source, row.kind)
    return pages.render(
        "exchange/market/listing.html",
        row=row,
        photos=pictures,
        place=place,
        kind=kind,
        articles=all_articles(),
        office_name=name,
        office_phone=phone,
        sale=sale,
        notice_days=law.days("BID-7.notice_days", offered),
        agreed=agreed,
        deal=deal,
        fell=fell,
        today=today,
        ground=ground,
        opened=openings,
        turns=turns,
        lots=drawn,
        called_off=off,
        others_from=others_from if row.to_whom == "members_first" and today < others_from else None,
        now=now,
        open=row.state == "open" and row.closes_on >= today,
        address=shown.address_of(row.number),
        data=_structured(row, place, name, agreed=agreed is not None),
    )


@blueprint.get("/market/listings/<number>.json")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
def listing_json(number: str) -> Response:
    """A listing for the map: title, facts, address, place in degrees. Raises NotFound."""
    row, _pictures, place = _listing(number)
    return pages.json_answer({
        "code": row.number,
        "title": shown.title_of(row),
        "href": url_for("market.listing", number=row.number),
        "facts": shown.facts(row),
        "geometry": {"type": "Point", "coordinates": [float(part) for part in place or ()]},
    })  # fmt: skip


def _listing(number: str) -> tuple[Any, Any, Any]:
    if len(number) > LONGEST_NUMBER:
        raise NotFound
    with unit_of_work(NOBODY) as uow:
        found = queries.listings(uow.session, [number])
        if not found:
            raise NotFound
        return found[0], queries.photos(uow.session, number), queries.places(uow.session, [number]).get(number)


def _structured(row: Any, place: Any, seller: str, *, agreed: bool) -> dict[str, Any]:
    """The listing as schema.org data, for search engines. No person sells: the exchange does."""
    offer: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Offer",
        "identifier": row.number,
        "name": shown.title_of(row),
        "url": shown.address_of(row.number),
        "businessFunction": f"http://purl.org/goodrelations/v1#{'Sell' if row.kind in MOVING else 'LeaseOut'}",
        "availability": "https://schema.org/InStock"
        if row.state == "open" and not agreed
        else "https://schema.org/SoldOut",
        "validThrough": row.closes_on.isoformat(),
        "availabilityStarts": row.from_on.isoformat(),
        "availabilityEnds": shown.last_day(row).isoformat(),
        "seller": {"@type": "Organization", "name": seller},
        "itemOffered": {"@type": "Landform", "name": shown.where(row.village)},
    }
    if row.unit in PRICED:
        offer |= {
            "priceSpecification": {
                "@type": "UnitPriceSpecification", "price": str(row.price), "priceCurrency": "CNY", "unitText": PRICED[row.unit],
            }
        }  # fmt: skip
    if place:
        lon, lat = (str(part) for part in place)
        offer["itemOffered"]["geo"] = {"@type": "GeoCoordinates", "latitude": lat, "longitude": lon}
    return offer


@blueprint.get("/market/listings/<number>/photos/<int:position>.jpg")
@allow(Role.PUBLIC)
@limiter.limit(TILES)
def photo(number: str, position: int) -> Response:
    """A photo of a listing that is open or dealt. Raises NotFound."""
    with unit_of_work(NOBODY) as uow:
        found = [row.sha256 for row in queries.photos(uow.session, number) if row.position == position]
    if not found:
        raise NotFound
    return send_file(store().sound(found[0]), mimetype="image/jpeg", max_age=TILE_S)


@blueprint.get("/market/compare")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
def compare() -> Response:
    """Up to four listings side by side, `?n=` each. Of more the first four, with 400 and a word that these are all."""
    numbers = [number[:40] for number in dict.fromkeys(request.args.getlist("n"))]
    with unit_of_work(NOBODY) as uow:
        rows = queries.listings(uow.session, numbers[:COMPARED])
        ground = queries.ground(uow.session, numbers[:COMPARED])
    answer = pages.render(
        "exchange/market/compare.html", rows=rows, ground=ground, left_out=len(numbers) > COMPARED, today=market().today
    )
    answer.status_code = 400 if len(numbers) > COMPARED else 200
    return answer
