"""Of which county a package is, and in which zone: by its codes, its files' names, its coordinates; never guessed."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from gis.nyt2539 import TABLES
from gis.shapefile import Package, Source
from gis.shapes import Shapes
from gis.zones import Zone, ZoneError, easting_range, zone_of
from landreg.core.errors import Finding
from landreg.land.rules.codes import ESSENTIAL
from landreg.land.rules.facts import Notes, Table, plain, prefix
from landreg.land.rules.index import distinct
from landreg.land.survey_package import REQUIRED
from landreg.land.survey_reading import Reading

ALIASES = {"610928": "610981"}
"""Xunyang became a city in 2021; codes made before keep 610928 (standards.md 1)."""
ZONE_CODES = {
    "unknown": "ZON-1", "conflict": "ZON-2", "xian80": "ZON-3", "beijing54": "ZON-4", "geographic": "ZON-5",
    "other_datum": "ZON-6", "other_projection": "ZON-6", "swapped": "ZON-7", "two_zones": "ZON-8",
    "not_finite": "ZON-11", "unreadable": "ZON-12",
}  # fmt: skip
FAR = 1e9
HALF = 0.5
CODED = (("FBF", "FBFBM"), ("DK", "DKBM"), ("CBHT", "CBHTBM"), ("ZJQY", "ZJQYDM"), ("CBF", "CBFBM"), ("ZJD", "ZDDM"))


@dataclass(frozen=True, eq=False)
class Place:
    """county: today's code. digits: every code it has had. villages: its villages today, code to name."""

    county: str
    digits: tuple[str, ...]
    zone: Zone
    villages: Mapping[str, str]


def division_rows() -> list[dict[str, Any]]:
    """Every division of the prefecture: code, name, level, parent, urban-rural class and its year."""
    text = resources.files("landreg.law").joinpath("divisions.csv").read_text("utf-8-sig")
    return [
        {**row, "urban_rural_year": int(row["urban_rural_year"]) if row["urban_rural_year"] else None}
        for row in csv.DictReader(text.splitlines())
    ]


@cache
def divisions() -> Mapping[str, str]:
    """Code to name of every division of the prefecture."""
    return {row["code"]: row["name"] for row in division_rows()}


@cache
def county_areas() -> Mapping[str, Any]:
    """County to its boundary, longitude and latitude, of display grade."""
    text = resources.files("landreg.land").joinpath("counties.geojson").read_text("utf-8")
    return {
        feature["properties"]["code"]: shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in json.loads(text)["features"]
    }


def today(county: str) -> str:
    """Today's code of a county."""
    return ALIASES.get(county, county)


def empty_parts(tables: Mapping[str, Table], notes: Notes) -> bool:
    """Note required tables without a row."""
    empty = [kind for kind in REQUIRED if kind in tables and not tables[kind].rows]
    for kind in empty:
        notes.add(Finding("PKG-14", None, {"kind": kind, "name": TABLES[kind].name_zh}, kind))
    return bool(empty)


ALSO_ASKED = {"SYQXZ"}
"""Columns that the standard leaves open: who fills them in for other rows has left these out."""


def blank_columns(readings: Mapping[str, Reading], notes: Notes) -> None:
    """Note, once a column and of its first row, what the standard asks for and is blank; what is essential has a rule of
    its own (COD-6)."""
    for kind, reading in readings.items():
        for name, blank in reading.blanks.items():
            field = TABLES[kind].fields[name]
            asked = field.required == "mandatory" or (name in ALSO_ASKED and blank.rows < reading.rows)
            if asked and name not in ESSENTIAL.get(kind, "").split():
                values = {"column": name, "name": field.name_zh, "count": blank.rows, "row": blank.first}
                notes.add(Finding("COD-7", name, values, kind, blank.subject or None))


def place(package: Package, tables: Mapping[str, Table], shapes: Mapping[str, Shapes], notes: Notes) -> Place | None:
    """County and zone of a package; None, and noted why, where they cannot be told."""
    county = _county(package, tables, notes)
    if county is None:
        return None
    zone = _zone(package, shapes, county, notes)
    if zone is None:
        return None
    digits = (county, *(old for old, new in ALIASES.items() if new == county))
    villages = {code: name for code, name in divisions().items() if code.startswith(county) and len(code) == 12}
    return Place(county, digits, zone, villages)


def _county(package: Package, tables: Mapping[str, Table], notes: Notes) -> str | None:
    counted: dict[str, Counter[str]] = {kind: _counties(tables[kind], name) for kind, name in CODED if kind in tables}
    total: Counter[str] = sum(counted.values(), Counter())
    known = {code for code in total if today(code) in county_areas()}
    if not known:
        found = total.most_common(1)
        notes.add(Finding("PKG-11", None, {"given": found[0][0] if found else "—"}))
        return None
    by_county: Counter[str] = Counter()
    for code in known:
        by_county[today(code)] += total[code]
    county = by_county.most_common(1)[0][0]
    others = {code for code in by_county if code != county and _is_a_second(code, county, counted, notes)}
    named = {today(code) for code in package.counties if today(code) in county_areas()}
    if others or len(named) > 1:
        listed = sorted({county, *others, *named})
        values = {"counties": "、".join(f"{divisions().get(c, '')}{c}" for c in listed),
                  "rows": "、".join(f"{c}: {by_county.get(c, 0)}" for c in listed)}  # fmt: skip
        notes.add(Finding("PKG-10", None, values))
        return None
    if named and county not in named:
        notes.add(Finding("PKG-12", None, {"given": "、".join(sorted(named)), "county": county}))
    return county


def _counties(table: Table, name: str) -> Counter[str]:
    different, which = distinct(prefix(table.column(name), 6))
    counts = np.bincount(which, minlength=len(different))
    return Counter({
        plain(code): int(count) for code, count in zip(different, counts, strict=True) if len(code) == 6 and code.isdigit()
    })  # fmt: skip


def _is_a_second(code: str, county: str, counted: Mapping[str, Counter[str]], notes: Notes) -> bool:
    """Whether another county's codes are a second county's data, and not slips in single codes (COD-8)."""
    share, least = notes.law.number("PKG-10.share"), notes.law.days("PKG-10.rows_least")

    def rows(kind: str, wanted: str) -> int:
        return sum(count for digits, count in counted.get(kind, Counter()).items() if today(digits) == wanted)

    issuers = rows("FBF", code) > 0 and rows("DK", code) > 0
    return issuers or any(
        rows(kind, code) >= least and rows(kind, code) > share * sum(counter.values())
        for kind, counter in counted.items()
    )


def _zone(package: Package, shapes: Mapping[str, Shapes], county: str, notes: Notes) -> Zone | None:
    found: dict[str, Zone] = {}
    before = len(notes.findings)
    leading = "DK" if "DK" in package.layers else "ZJD"
    for kind in (leading, *(kind for kind in package.layers if kind != leading)):
        for source in package.layers[kind]:
            zone = _source_zone(source, shapes.get(kind), found.get(leading), notes)
            if zone is not None:
                first = found.setdefault(kind, zone)
                main = found.get(leading, first)
                if zone != main:
                    notes.add(_other_zone(source, zone.epsg, main))
    zone = found.get(leading)
    if zone is None or len(notes.findings) > before:
        return None
    allowed = notes.law.text("ZON-9.meridians", county).split()
    if str(zone.central_meridian) not in allowed:
        values = {"meridian": zone.central_meridian, "allowed": "、".join(allowed), "county": county}
        notes.add(Finding("ZON-9", None, values, leading))
        return None
    if str(zone.central_meridian) != allowed[0]:
        values = {"meridian": zone.central_meridian, "usual": allowed[0], "county": county}
        notes.add(Finding("ZON-10", None, values, leading))
    return zone


def _source_zone(source: Source, shapes: Shapes | None, main: Zone | None, notes: Notes) -> Zone | None:
    """The zone of one layer. Points and lines are read later: they are held against the parcels then, and here by
    their .prj alone."""
    if shapes is None or not len(shapes.xy):
        if source.prj is None or main is None:
            return main
        span = (main.false_easting, main.false_easting)
    else:
        span = _span(shapes, main)
    try:
        return zone_of(source.prj, span)
    except ZoneError as error:
        if error.kind == "unknown" and main is not None and not main.prefixed:
            return main
        if shapes is None and main is not None and error.kind == "conflict":
            notes.add(_other_zone(source, error.values["declared"], main))
            return None
        values = {**{k: _shown(v) for k, v in error.values.items()}, "file": source.path.name, "kind": error.kind}
        notes.add(Finding(ZONE_CODES[error.kind], None, values, source.kind))
        return None


def _other_zone(source: Source, zone: object, main: Zone) -> Finding:
    return Finding("ZON-13", None, {"file": source.path.name, "zone": zone, "other": main.epsg}, source.kind)


def _span(shapes: Shapes, main: Zone | None) -> tuple[float, float]:
    """The eastings of a layer, but for the outermost shapes on each side: one of a hundred, or of a few two at most.
    A shape that is astray has findings of its own, and does not make a second zone."""
    sides = shapes.boxes[:, [0, 2]]
    sides = sides[(np.abs(sides) < FAR).all(axis=1)]
    if not len(sides):
        return easting_range(shapes.xy[:, 0])
    # A few that lack the zone's number, or have their axes swapped, are named one by one (GEO-22 to GEO-24).
    numbers, counts = np.unique(sides[:, 0] // 1_000_000, return_counts=True)
    if counts.max() * 3 >= len(sides) * 2:
        sides = sides[sides[:, 0] // 1_000_000 == numbers[np.argmax(counts)]]
    elif (
        main is not None and (as_parcels := sides[:, 0] // 1_000_000 == main.false_easting // 1_000_000).mean() >= HALF
    ):
        sides = sides[as_parcels]
    left_out = max(min(2, (len(sides) - 1) // 3), len(sides) // 100)
    low, high = np.sort(sides, axis=0)[[left_out, -1 - left_out], [0, 1]].tolist()
    return low, high


def _shown(value: object) -> object:
    return round(value, 1) if isinstance(value, float) else value


def held_wide(county: str, zone: Zone, notes: Notes) -> Any:
    """The county's area in the zone, widened by how wrong a boundary of display grade may be."""
    project = Transformer.from_crs(4490, zone.epsg, always_xy=True)
    area = shapely.transform(county_areas()[county], lambda xy: np.column_stack(project.transform(xy[:, 0], xy[:, 1])))
    wide = shapely.buffer(shapely.make_valid(area), notes.law.days("TOP-5.margin_m"))
    shapely.prepare(wide)
    return wide
