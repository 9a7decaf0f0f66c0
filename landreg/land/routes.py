"""Pages of the land room: parcels, the map and its tiles. Survey packages are in `package_routes`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.access.policy import STAFF, allow, current_actor, known_instant
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import beijing_day
from landreg.land import package_routes, parcel_queries, queries, reinstating_routes, shown, tiles
from landreg.land.parcel_queries import ParcelFilter
from landreg.law.book import term as law_term
from landreg.law.book import terms
from landreg.web import clocks, i18n, pages, problems, sheets
from landreg.web.sheets import Column

blueprint = Blueprint("land", __name__)
blueprint.register_blueprint(package_routes.blueprint)
blueprint.register_blueprint(reinstating_routes.blueprint)
blueprint.record_once(lambda state: state.app.jinja_env.filters.update(shown.filters()))
READERS = (*STAFF, Role.AUDITOR)
Finder = Callable[[Session, str], Sequence[Any]]
finders: list[Finder] = [lambda session, text: parcel_queries.find_parcels(session, current_actor().jurisdiction, text)]
"""What finds parcels for the map's search field, rows of `parcel_queries.LISTED`. A room above adds its own, by household."""
TILE_SECONDS = 60
SHAPES_SECONDS = 3600


def _asked() -> ParcelFilter:
    """The list that the address asks for, inside the actor's jurisdiction."""
    own = current_actor().jurisdiction
    within = request.args.get("within", "")
    kind = request.args.get("kind", "")
    return ParcelFilter(
        within if within.isdigit() and within.startswith(own) else own,
        kind if kind in terms("parcel") else "",
        request.args.get("q", "").strip()[:60],
        *pages.sort_asked("code"),
    )


@blueprint.get("/parcels")
@allow(*READERS)
def parcels() -> Response:
    """Today's parcels, narrowed by division, kind and text; `as=csv|xlsx` takes the list away."""
    asked, actor = _asked(), current_actor()
    with unit_of_work(actor) as uow:
        if request.args.get("as") in sheets.KINDS:
            rows = parcel_queries.all_parcels(uow.session, asked, sheets.MOST_ROWS)
            names = queries.division_names(uow.session, [row.village for row in rows])
            return sheets.sheet(request.args["as"], _("地块清单"), _columns(names), rows)
        page = parcel_queries.parcels(uow.session, asked, number=pages.page_number(), size=pages.page_size())
        names = queries.division_names(uow.session, [row.village for row in page.items])
        tree = queries.tree(uow.session, actor.jurisdiction, asked.within)
        path = queries.division_path(uow.session, asked.within)
    return pages.render(
        "land/parcels.html", page=page, asked=asked, names=names, tree=tree, path=path, most=queries.COUNTED
    )


def _columns(names: dict[str, str]) -> list[Column]:
    lang = i18n.language()
    return [
        Column(_("地块编码"), lambda row: row.code, 22),
        Column(_("名称"), lambda row: row.name, 18),
        Column(_("种类"), lambda row: law_term("parcel", row.kind, lang)),
        Column(_("所在村"), lambda row: names.get(row.village, row.village), 20),
        Column(_("登记面积（亩）"), lambda row: row.mu),
        Column(_("登记面积（m²）"), lambda row: row.registered_area_m2, 16),
        Column(_("地类"), lambda row: shown.code_name(row.land_class, "land_class")),
        Column(_("地力等级"), lambda row: shown.code_name(row.soil_grade, "soil_grade")),
        Column(_("永久基本农田"), lambda row: shown.yes_no(row.basic_farmland)),
    ]


def parcel_page(code: str) -> Response:
    """One parcel on the day asked for; what there is of its history when it was none then."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        session = uow.session
        shown_days = clocks.asked(known_instant() or uow.now)
        last = parcel_queries.last_row(session, actor.jurisdiction, code)
        if last is None:
            raise NotFound
        seen = parcel_queries.parcel(session, actor.jurisdiction, code, shown_days.as_of)
        return pages.render(
            "land/parcel.html",
            seen=seen,
            gone=() if shown_days.elsewhen else parcel_queries.gone_by(session, last.county, [code]),
            parcel=seen.parcel if seen else last,
            clocks=shown_days,
            versions=parcel_queries.versions(session, last.county, last.parcel_id),
            lineage=parcel_queries.lineage(session, last.county, last.parcel_id),
            adjacent=parcel_queries.adjacent(session, seen, shown_days.as_of) if seen else (),
            corners=shown.corners(seen, parcel_queries.surveyed_points(session, seen.parcel)) if seen else (),
            path=queries.division_path(session, last.village),
            zone=shown.zone(seen.epsg) if seen else None,
        )


@blueprint.get("/parcels/<code>")
@allow(*READERS)
@problems.back_to(parcel_page)
def parcel(code: str) -> Response:
    """One parcel: facts, areas, neighbours, corners, history and a small map, as of `?day=` and as said on `?said=`.

    Raises NotFound outside the jurisdiction.
    """
    return parcel_page(code)


@blueprint.get("/parcels/<code>.json")
@allow(*READERS)
def parcel_json(code: str) -> Response:
    """A parcel for the map: title, facts as label and value in the reader's language, address, shape in degrees."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        shown_days = clocks.asked(known_instant() or uow.now)
        seen = parcel_queries.parcel(uow.session, actor.jurisdiction, code, shown_days.as_of)
        if seen is None:
            raise NotFound
        path = queries.division_path(uow.session, seen.parcel.village)
        gone = parcel_queries.gone_by(uow.session, seen.parcel.county, [code])
    found = seen.parcel
    facts = [
        (_("编码"), found.code),
        (_("种类"), i18n.shown_term(found.kind, "parcel")),
        (_("登记面积"), f"{i18n.shown_mu(found.mu)} {_('亩')} · {i18n.shown_m2(found.registered_area_m2)} m²"),
        (_("坐落"), " ".join(path)),
        *((_("权利"), f"{i18n.shown_term(one.reason, 'end_reason')} · {one.number}") for one in gone),
    ]
    return pages.json_answer(
        {
            "code": found.code,
            "title": found.name or found.code,
            "href": url_for("land.parcel", code=found.code, **shown_days.query),
            "facts": facts,
            "geometry": seen.shape,
            "extent": seen.extent,
        }
    )


@blueprint.get("/map")
@allow(*READERS)
def parcel_map() -> Response:
    """The map of the jurisdiction; `parcel=CODE` goes to a parcel, `q=` searches by code or name, and goes to what it finds.

    Of a parcel that is no more it says since when, and what came of it.
    """
    actor = current_actor()
    text = request.args.get("q", "").strip()[:60]
    chosen = request.args.get("parcel", "").strip()
    with unit_of_work(actor) as uow:
        found = _found(uow.session, text)
        seen = parcel_queries.parcel(uow.session, actor.jurisdiction, chosen) if chosen else None
        gone = parcel_queries.gone(uow.session, actor.jurisdiction, chosen) if chosen and not seen else None
        named = [row.code for row in (gone.heirs if gone else () if chosen else found)]
        marks = parcel_queries.shapes(uow.session, actor.jurisdiction, named) if named else []
        county = seen.parcel.county if seen else queries.counties(uow.session, actor.jurisdiction)[0]
        names = queries.division_names(uow.session, [row.village for row in found])
        extent = shown.extent_of(marks) or queries.extent_of(uow.session, county)
        day = beijing_day(uow.now)
        zone = shown.zone(seen.epsg if seen else queries.zone_of_county(uow.session, county, day))
    return pages.render(
        "land/map.html",
        found=found,
        names=names,
        text=text,
        seen=seen,
        chosen=chosen,
        gone=gone,
        marks={"type": "FeatureCollection", "features": marks},
        extent=extent,
        zone=zone,
    )


def _found(session: Session, text: str) -> list[Any]:
    """The parcels that are found by a code, a name or a household, each once."""
    rows = [row for find in finders for row in find(session, text)] if text else []
    return list({row.code: row for row in rows}.values())


@blueprint.get("/map/boundaries.json")
@allow(*READERS)
def boundaries() -> Response:
    """County boundaries, GeoJSON."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        return _kept(pages.geojson(queries.boundaries(uow.session, actor.jurisdiction)), SHAPES_SECONDS)


@blueprint.get("/map/villages.json")
@allow(*READERS)
def villages() -> Response:
    """A named point a village that has parcels, GeoJSON."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        return _kept(pages.geojson(queries.village_marks(uow.session, actor.jurisdiction)), TILE_SECONDS)


@blueprint.get("/tiles/parcels/<int:z>/<int:x>/<int:y>.mvt")
@allow(*READERS, remembered=True)
def parcel_tile(z: int, x: int, y: int) -> Response:
    """A vector tile of the parcels of today, or of `?day=` as said on `?said=`. Raises NotFound for a tile that is not drawn."""
    tile = _tile(z, x, y)
    actor = current_actor()
    if request.args:
        with unit_of_work(actor) as uow:
            shown_days = clocks.asked(uow.now)
            if shown_days.elsewhen:
                return _mvt(tiles.parcel_tile_then(uow.session, tile, shown_days.as_of))
    return _mvt(tiles.parcel_tile(actor, tile))


@blueprint.get("/tiles/packages/<county>/<uuid:package_id>/<int:z>/<int:x>/<int:y>.mvt")
@allow(*READERS, remembered=True)
def package_tile(county: str, package_id: UUID, z: int, x: int, y: int) -> Response:
    """A vector tile of a package's staged parcels and homesteads, or of a refused one's around its findings."""
    tile = _tile(z, x, y)
    with unit_of_work(current_actor()) as uow:
        content = tiles.package_tile(uow.session, county, package_id, tile)
    return _mvt(content)


def _tile(z: int, x: int, y: int) -> tiles.Tile:
    tile = tiles.Tile(z, x, y)
    if not tile.exists:
        raise NotFound
    return tile


def _mvt(content: bytes) -> Response:
    return _kept(Response(content, content_type="application/vnd.mapbox-vector-tile"), TILE_SECONDS)


def _kept(response: Response, seconds: int) -> Response:
    """Let the reader's own browser keep it for a while, and ask then whether it has changed; nobody between may keep it."""
    response.headers["Cache-Control"] = f"private, max-age={seconds}"
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=16).hexdigest())
    response.make_conditional(request)
    return response
