"""TOP: shapes among each other, in their village and county; COD-22. Source: NY/T 2537; standards.md 3."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from gis.gaps import covers_of, gaps
from gis.holes import REACH_M, holes
from gis.shapes import Shapes
from gis.topology import outside, overlaps
from landreg.core.errors import Finding
from landreg.land.rules.facts import KEY, Ints, Notes, Survey, SurveyRule, filled, plain, prefix, shown
from landreg.land.rules.geometry import PLOTS, begins, join_shapes, middles
from landreg.land.rules.index import CodeIndex

REGIONS = (("ZJQY", 14), ("CJQY", 12), ("XJQY", 9), ("XJXZQ", 6))
CHUNK = 20_000
BESIDE_M = 1
"""How far from a vertex that is too near another a gap is still of that one."""
PAIRS = 5_000
"""Pairs whose shapes are held at one time."""
MOST_OF_ONE = 50
"""Overlaps that are told of one parcel and those behind it in the file; beyond, it is at fault by itself."""


def top_1_plots_do_not_overlap(survey: Survey, notes: Notes) -> None:
    """TOP-1: two parcels, or two homesteads, share no ground. TOP-2: a strip so thin that one vertex is off. TOP-3: less
    than either. TOP-13: a homestead lies on no parcel. TOP-19: with more others than are listed. All pairs are found in one
    go, parcels first."""
    limit, least, width_m = (np.float64(notes.law.text("TOP-1.overlap", key)) for key in ("m2", "least_m2", "sliver_m"))
    kinds = [kind for kind in PLOTS if kind in survey.shapes]
    shapes = join_shapes([survey.shapes[kind] for kind in kinds], "polygon")
    if len(shapes) < 2:
        return
    first = len(survey.shapes["DK"]) if kinds[0] == "DK" else 0
    found = overlaps(shapes, least.item(), most=MOST_OF_ONE)
    _heaps(survey, notes, found.more, first)
    widths = _widths(shapes, found.i, found.j, found.area_m2)
    for row in range(len(found)):
        i, j, area = int(found.i[row]), int(found.j[row]), found.area_m2[row]
        at = (found.x[row], found.y[row])
        if i < first <= j:
            if area >= limit:
                values = {"area": _two(area), "other": plain(survey.table("DK").key[i]), "row": j - first + 1}
                notes.add(Finding("TOP-13", "ZDDM", values, "ZJD", plain(survey.table("ZJD").key[j - first])), at)
            continue
        kind, base = ("DK", 0) if i < first else ("ZJD", first)
        if kind == "DK":
            survey.overlapping.add((i, j))
        code = "TOP-3" if area < limit else "TOP-2" if widths[row] < width_m else "TOP-1"
        values = {"area": _two(area), "width": _three(widths[row])}
        _pair_notes(survey, notes, code, kind, i - base, j - base, values, at)


def _heaps(survey: Survey, notes: Notes, more: Ints, first: int) -> None:
    for kind, rows in (("DK", more[more < first]), ("ZJD", more[more >= first] - first)):
        notes.rows("TOP-19", survey.table(kind), rows, KEY[kind], count=MOST_OF_ONE)


def _widths(shapes: Shapes, i: Ints, j: Ints, area: Any) -> Any:
    """Mean width in metres of the ground that each pair shares."""
    made = np.zeros(len(i))
    for first in range(0, len(i), PAIRS):
        rows = slice(first, first + PAIRS)
        common = shapely.intersection(_valid(shapes.take(i[rows]).geoms), _valid(shapes.take(j[rows]).geoms))
        made[rows] = 2 * area[rows] / np.maximum(shapely.length(common), 1)
    return made


def _valid(geoms: Any) -> Any:
    bad = ~shapely.is_valid(geoms)
    geoms[bad] = shapely.make_valid(geoms[bad])
    return geoms


def _two(value: Any) -> str:
    return shown(int(np.rint(value * 100)))


def _three(value: Any) -> str:
    return f"{value:.3f}"


def _pair_notes(
    survey: Survey, notes: Notes, code: str, kind: str, i: int, j: int, values: dict[str, Any], at: Any
) -> None:
    """One finding of a pair, on the parcel that something else speaks against; on both where nothing tells."""
    keys = survey.table(kind).key
    blame = survey.suspects.get(kind)
    score = (0, 0) if blame is None else (int(blame[i]), int(blame[j]))
    sides = [(i, j), (j, i)] if score[0] == score[1] and notes.law.level(Finding(code)) == "refuse" else (
        [(i, j)] if score[0] >= score[1] else [(j, i)])  # fmt: skip
    for own, other in sides:
        shown_values = {**values, "other": plain(keys[other]), "row": own + 1}
        notes.add(Finding(code, KEY[kind], shown_values, kind, plain(keys[own])), at)


def top_4_parcel_is_in_its_village(survey: Survey, notes: Notes) -> None:
    """TOP-4: a parcel lies in the area of its group, village, township and county, where the package has these. TOP-18: a
    homestead, whose code names no group, lies in the groups of its village where these are all that tells of the village."""
    least = np.float64(notes.law.text("TOP-4.outside", "m2")).item()
    for layer, digits in REGIONS:
        if layer not in survey.shapes:
            continue
        for kind in PLOTS:
            code, length = "TOP-4", digits
            if kind == "ZJD" and digits == 14:
                code, length = "TOP-18", 12
            if kind in survey.shapes and not (code == "TOP-18" and "CJQY" in survey.shapes):
                there, containers = _areas(survey, layer, length)
                owner = there.find(prefix(survey.today(survey.table(kind).key), length))
                _outside_notes(survey, notes, code, kind, layer, length, owner, containers, least)


def _areas(survey: Survey, layer: str, digits: int) -> tuple[CodeIndex, Any]:
    """Where each code of so many digits stands in a layer first, and there the ground of all its rows together."""
    codes = prefix(survey.today(survey.table(layer).key), digits)
    there, made = CodeIndex(codes), survey.shapes[layer].geoms.copy()
    first = there.find(codes)
    for row in np.unique(first[(first >= 0) & (first != np.arange(len(first)))]).tolist():
        made[row] = shapely.union_all(_valid(made[first == row]))
    return there, made


def _outside_notes(
    survey: Survey,
    notes: Notes,
    code: str,
    kind: str,
    layer: str,
    digits: int,
    owner: Ints,
    containers: Any,
    least: Any,
) -> None:
    shapes, table, areas = survey.shapes[kind], survey.table(kind), survey.table(layer)
    share = np.float64(notes.law.text("TOP-4.outside", "share")).item()
    for first in range(0, len(shapes), CHUNK):
        found = outside(shapes.span(first, first + CHUNK).geoms, containers, owner[first : first + CHUNK], least)
        i = found.i + first
        far = found.area_m2 * 100 > share * survey.plane[kind][i]
        notes.rows(code, table, i[far], KEY[kind], lambda row, f=found, n=i: {
            "area": _two(f.area_m2[np.searchsorted(n, row)]), "region": plain(areas.key[owner[row]])[:digits]},
            at=np.column_stack((found.x, found.y))[far], layer=layer)  # fmt: skip


def top_5_parcel_is_in_its_county(survey: Survey, notes: Notes) -> None:
    """TOP-5: a parcel lies in the county. The boundary is of display grade, so its edge is held wide (parameter)."""
    if survey.county_area is None:
        return
    for kind in PLOTS:
        shapes = survey.shapes.get(kind)
        if shapes is None or not len(shapes):
            continue
        rows = np.flatnonzero(shapes.usable)
        at = middles(shapes)[rows]
        out = ~shapely.contains_xy(survey.county_area, at[:, 0], at[:, 1])
        away = shapely.distance(shapely.points(at[out]), survey.county_area)
        far = dict(zip(rows[out].tolist(), np.rint(away).astype(np.int64).tolist(), strict=True))
        notes.rows("TOP-5", survey.table(kind), rows[out], KEY[kind], lambda row, f=far: {"distance": f[row]}, at=at[out],
                   county=survey.county)  # fmt: skip


def top_12_neighbours_meet(survey: Survey, notes: Notes) -> None:
    """TOP-12: neighbours that nearly meet: a corner misses the other's side by less than anyone can have meant. TOP-17: a
    strip between them, wider but no road. Those that overlap are noted as such already, and so is a double vertex that a neighbour
    has once (GEO-26)."""
    shapes = survey.shapes.get("DK")
    if shapes is None or len(shapes) < 2:
        return
    near, far = (np.float64(notes.law.text("TOP-12.gap", key)).item() for key in ("least_m", "most_m"))
    wide, along = (np.float64(notes.law.text("TOP-17.strip", key)).item() for key in ("most_m", "along_m"))
    twice = np.float64(notes.law.text("GEO.thresholds", "near_m")).item()
    survey.covers = covers_of(shapes, near, max(far, wide, REACH_M))
    found = gaps(shapes, survey.covers, tolerance_m=near, reach_m=far, wide_m=wide, along_m=along)
    for row in range(len(found)):
        i, j = int(found.i[row]), int(found.j[row])
        place = (found.x[row], found.y[row])
        near_one = (math.dist(place, one) <= BESIDE_M for at in (i, j) for one in survey.doubled.get(("DK", at), ()))
        doubled = found.width_m[row] <= twice and any(near_one)
        if not doubled and (min(i, j), max(i, j)) not in survey.overlapping:
            code = "TOP-12" if found.width_m[row] <= far else "TOP-17"
            _pair_notes(survey, notes, code, "DK", i, j, {"width": _three(found.width_m[row])}, place)


def top_16_parcels_leave_no_hole(survey: Survey, notes: Notes) -> None:
    """TOP-16: ground that parcels enclose and none of them covers, too small to be a yard, a pond or a road."""
    shapes = survey.shapes.get("DK")
    if shapes is None or len(shapes) < 2:
        return
    least, most = (np.float64(notes.law.text("TOP-16.hole", key)).item() for key in ("least_m2", "most_m2"))
    found, survey.covers = holes(shapes, survey.covers, least_m2=least, most_m2=most), None
    for row in np.flatnonzero(found.i != found.j).tolist():  # in one parcel alone it is that parcel's own hole: GEO-9
        place = (found.x[row], found.y[row])
        _pair_notes(survey, notes, "TOP-16", "DK", int(found.i[row]), int(found.j[row]), {"area": _two(found.area_m2[row])},
                    place)  # fmt: skip


def top_14_areas_of_administration_do_not_overlap(survey: Survey, notes: Notes) -> None:
    """TOP-14: areas of one level share no ground."""
    least = np.float64(notes.law.text("TOP-4.outside", "m2")).item()
    for kind, _ in REGIONS:
        shapes = survey.shapes.get(kind)
        if shapes is None or len(shapes) < 2:
            continue
        found, keys = overlaps(shapes, least), survey.table(kind).key
        for row in range(len(found)):
            i, j = int(found.i[row]), int(found.j[row])
            values = {"area": _two(found.area_m2[row]), "other": plain(keys[j]), "row": i + 1}
            notes.add(Finding("TOP-14", KEY[kind], values, kind, plain(keys[i])), (found.x[row], found.y[row]))


def cod_22_parcel_has_its_own_code(survey: Survey, notes: Notes) -> None:
    """COD-22: of two parcels with one code, which has it wrongly, as far as boundary points tell.

    The points of the parcel still name its own code, which no shape has; that code is the subject then.
    """
    table, points = survey.table("DK"), survey.points
    if points is None or not len(points.strangers):
        return
    later, earlier = table.index("DKBM").again()
    shapes = survey.shapes["DK"]
    for row in np.unique(np.concatenate((later, earlier))).tolist():
        own = _named_by_points(shapes, row, points)
        if own:
            values = {"given": plain(table.key[row]), "row": row + 1}
            notes.add(Finding("COD-22", "DKBM", values, "DK", own), middles(shapes)[row])


def name_parcels_without_code(survey: Survey, notes: Notes) -> None:
    """What is noted of a parcel without a code is about the code that boundary points at its corners name."""
    points, shapes = survey.points, survey.shapes.get("DK")
    if shapes is None:
        return
    of_rows = [
        (n, found, found.values["row"] - 1)
        for n, found in enumerate(notes.findings)
        if found.layer == "DK" and "row" in found.values and not survey.table("DK").key[found.values["row"] - 1]
    ]
    names = {row: found.subject for _, found, row in of_rows if found.subject}
    for n, found, row in of_rows:
        if row not in names and points is not None and len(points.strangers):
            names[row] = _named_by_points(shapes, row, points)
        if not found.subject and names.get(row):
            notes.findings[n] = replace(found, subject=names[row])


def _named_by_points(shapes: Shapes, row: int, points: Any) -> str:
    """The code without a shape that most boundary points at this shape's corners name, if most corners have one."""
    low, high = shapes.boxes[row, :2], shapes.boxes[row, 2:]
    lost = np.flatnonzero(points.parcel < 0)
    at = begins(points.shapes)[points.item[lost]]
    inside = ((at >= low - 1) & (at <= high + 1)).all(axis=1)
    if not inside.any():
        return ""
    names, counts = np.unique(points.strangers[inside], return_counts=True)
    outer = int(shapes.feature_starts[row])
    corners = int(shapes.part_starts[outer + 1] - shapes.part_starts[outer]) - 1
    names, counts = names[filled(names)], counts[filled(names)]
    if not len(names):
        return ""
    best = int(np.argmax(counts))
    return plain(names[best]) if counts[best] * 2 > corners else ""


RULES: tuple[SurveyRule, ...] = (
    top_1_plots_do_not_overlap, top_4_parcel_is_in_its_village, top_5_parcel_is_in_its_county, top_12_neighbours_meet,
    top_16_parcels_leave_no_hole, top_14_areas_of_administration_do_not_overlap,
)  # fmt: skip
