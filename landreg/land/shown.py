"""How the land room's pages show things: names of survey codes, a county's zone for the map, a parcel's corners."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import shapely
import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gis import nyt2539
from gis.zones import ZONES
from landreg.core.units import half_up
from landreg.land import deliveries
from landreg.land.changed_rows import ChangedRow, Rows
from landreg.land.deliveries import FindingFilter
from landreg.land.model import Package
from landreg.land.parcel_queries import ParcelSeen, SurveyedPoints
from landreg.land.rechecked import AGAIN, FINDINGS, SINCE
from landreg.web import i18n

SHOWN_ROWS = 20
"""Rows of a table of which each changed field is shown."""
_TABLES = {
    "land_class": nyt2539.LAND_CLASSES,
    "soil_grade": nyt2539.code_table("C.8"),
    "land_use": nyt2539.code_table("C.9"),
    "ownership": nyt2539.code_table("C.6"),
    "category": nyt2539.code_table("C.7"),
    "point_kind": nyt2539.code_table("C.11"),
    "mark": nyt2539.code_table("C.12"),
}


def code_name(code: str | None, table: str) -> str:
    """The standard's word for a code; the code itself where the standard has none. NY/T 2539 annex C, GB/T 21010."""
    if not code:
        return "—"
    return _TABLES[table].get(code, code)


@dataclass(frozen=True)
class ShownZone:
    """A survey zone as the map needs it: a projection string and its usual name."""

    epsg: int
    definition: str
    title: str


def zone(epsg: int | None) -> ShownZone | None:
    """The zone of an EPSG code; None for none that a county may use."""
    found = ZONES.get(epsg or 0)
    if found is None:
        return None
    definition = (
        f"+proj=tmerc +lat_0=0 +lon_0={found.central_meridian} +k=1 +x_0={found.false_easting:.0f} +y_0=0 "
        "+ellps=GRS80 +units=m +no_defs"
    )
    return ShownZone(found.epsg, definition, f"CGCS2000 / 3° GK {found.central_meridian}°E")


@dataclass(frozen=True)
class Corner:
    """A boundary point: its ring (0 the outer one), number, east and north in metres of the zone, and the length of the
    side to the next. number, mark: '' where the survey has no point at a corner of the shape."""

    ring: int
    number: str
    mark: str
    east: Decimal
    north: Decimal
    side_m: Decimal


def corners(seen: ParcelSeen, points: SurveyedPoints | None) -> Sequence[Corner]:
    """The corners of a parcel in the order of its shape, each with the surveyed point that lies on it to the centimetre."""
    known = {} if points is None else _by_place(points)
    shape = shapely.from_wkb(seen.wkb)
    rings = [shapely.get_exterior_ring(shape), *(shapely.get_interior_ring(shape, n) for n in range(_holes(shape)))]
    found = []
    for ring, line in enumerate(rings):
        places = [(place[0], place[1]) for place in shapely.get_coordinates(line)[:-1].tolist()]
        for place, after in zip(places, [*places[1:], places[0]], strict=True):
            number, mark = known.get(_rounded(*place), ("", ""))
            found.append(Corner(ring, number, mark, *map(_metres, (*place, math.dist(place, after)))))
    return found


def _holes(shape: shapely.Geometry) -> int:
    return int(shapely.get_num_interior_rings(shape))


def _by_place(points: SurveyedPoints) -> dict[tuple[int, int], tuple[str, str]]:
    rows = zip(points.east, points.north, points.numbers, points.marks, strict=True)
    return {_rounded(east, north): (number, mark) for east, north, number, mark in rows}


def _rounded(east: float, north: float) -> tuple[int, int]:
    return round(east * 100), round(north * 100)


def _metres(value: float) -> Decimal:
    return half_up(Decimal(repr(value)))


def yes_no(value: bool | None) -> str:
    """是, 否, or a dash where the survey does not say."""
    if value is None:
        return "—"
    return str(_("是") if value else _("否"))


@dataclass(frozen=True)
class Change:
    """What became of one table since the former delivery: codes that are new, gone and changed, as many as are kept by
    name; counts: how many there are. rows: the first that changed, field by field."""

    table: str
    title: str
    added: Sequence[str]
    removed: Sequence[str]
    changed: Sequence[str]
    counts: Mapping[str, int]
    rows: Sequence[ChangedRow] = ()


def changes(stored: Mapping[str, Mapping[str, Any]], rows: Rows | None = None) -> list[Change]:
    """The difference to the former delivery, tables without any left out. rows: reads what changed in some codes of a table;
    None where the rows are not at hand."""
    made = []
    for name, table in stored.items():
        listed = {kind: table.get(kind) or () for kind in ("added", "removed", "changed")}
        counts = {kind: (table.get("counts") or {}).get(kind, len(codes)) for kind, codes in listed.items()}
        if name not in (FINDINGS, AGAIN) and any(counts.values()):
            first = listed["changed"][:SHOWN_ROWS]
            made.append(
                Change(name, _table_title(name), **listed, counts=counts, rows=rows(name, first) if rows else ())
            )
    return made


def changed(changes: Sequence[Change]) -> int:
    """How many rows of all tables were added, removed or changed; more than the listed codes where those were cut off."""
    return sum(sum(change.counts.values()) for change in changes)


@dataclass(frozen=True)
class Rechecked:
    """What became of the findings of the check before. package: the one that was checked. codes: code, fixed, remaining, new.
    cut: codes of which not every finding is listed, so that only those that are were compared. one_sided: codes that only one of
    the checks looked for, so that none was."""

    package: UUID
    fixed: int
    remaining: int
    new: int
    codes: Sequence[tuple[str, int, int, int]]
    cut: Sequence[str]
    one_sided: Sequence[str]


@dataclass(frozen=True)
class Again:
    """Who put a superseded package in force again, when, and why."""

    by: str
    at: datetime
    reason: str


def again(package: Package) -> Again | None:
    """What is told of it while it holds; None for one that holds since it came."""
    told = package.changes.get(AGAIN) if package.state == "staged" else None
    return None if told is None else Again(told["by"], datetime.fromisoformat(told["at"]), told["reason"])


def rechecked(stored: Mapping[str, Any]) -> Rechecked | None:
    """The difference to the findings of the check before; None where there was none."""
    found = stored.get(FINDINGS)
    if found is None:
        return None
    kinds = ("fixed", "remaining", "new")
    codes = [
        (code, number["fixed"], number["remaining"], number["new"]) for code, number in sorted(found["codes"].items())
    ]
    fixed, remaining, new = (sum(number[kind] for number in found["codes"].values()) for kind in kinds)
    return Rechecked(UUID(found["package"]), fixed, remaining, new, codes, found["cut"], found.get("one_sided", ()))


def since_the_check_before(
    session: Session, package: Package, asked: FindingFilter, found: Sequence[sa.Row[Any]]
) -> dict[str, Any]:
    """What became of the findings of the check before, that check's package, and which of the findings shown are new."""
    checked = rechecked(package.changes)
    if checked is None:
        return {"checked": None}
    positions, new = [row[0].position for row in found], set[int]()
    if asked.since not in SINCE:
        new = deliveries.newly_found(session, package.county, package.package_id, checked.package, positions)
    before = deliveries.package(session, package.county, checked.package)
    return {"checked": checked, "checked_before": before, "new_findings": new}


def _table_title(name: str) -> str:
    """What a survey's table or layer is called in the reader's language."""
    return i18n.shown_term(name, "survey_table")


def extent_of(features: Sequence[Mapping[str, Any]]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of GeoJSON features in degrees; None of none."""
    if not features:
        return None
    bounds = shapely.total_bounds([shapely.geometry.shape(feature["geometry"]) for feature in features]).tolist()
    return (bounds[0], bounds[1], bounds[2], bounds[3])


def extent_text(extent: tuple[float, float, float, float] | None) -> str:
    """West, south, east, north in degrees, as the map's data attribute has it."""
    return "" if extent is None else ",".join(f"{value:.6f}" for value in extent)


def filters() -> dict[str, Any]:
    """The template filters of this room."""
    return {"code_name": code_name, "yes_no": yes_no, "extent_text": extent_text, "table_title": _table_title}
