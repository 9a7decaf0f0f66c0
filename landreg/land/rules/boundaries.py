"""Boundary points (JZD) and lines (JZX) against the parcels that they name. Source: NY/T 2539; standards.md 2."""

from __future__ import annotations

import numpy as np

from gis.boundaries import Boundaries
from gis.nyt2539 import TABLES, UNSURE_CODE_TABLES
from gis.shapes import Shapes
from landreg.core.errors import Finding
from landreg.land.rules.codes import feature_code, feature_number, in_dictionary
from landreg.land.rules.facts import Boundary, Ints, Mask, Notes, Survey, SurveyRule, filled, plain
from landreg.land.rules.geometry import begins, forget
from landreg.land.rules.index import MULTIPLIER, distinct, mix
from landreg.land.rules.topology import cod_22_parcel_has_its_own_code, name_parcels_without_code

CHUNK = 200_000


def rel_28_boundary_names_a_parcel(survey: Survey, notes: Notes) -> None:
    """REL-28: the parcels that a boundary point or line names are in the parcel layer; each is noted once."""
    for boundary in (survey.points, survey.lines):
        if boundary is not None and len(boundary.strangers):
            table = boundary.table
            codes, first, counts = np.unique(boundary.strangers, return_index=True, return_counts=True)
            items = boundary.item[boundary.parcel < 0]
            places = begins(boundary.shapes)
            for code, at, count in zip(codes, first.tolist(), counts.tolist(), strict=True):
                values = {"given": plain(code), "count": count, "row": int(items[at]) + 1}
                notes.add(Finding("REL-28", "DKBM", values, table.kind, plain(code) or None), places[items[at]])


def prepare(survey: Survey, notes: Notes) -> None:
    """Number the corners and sides of the parcels, against which points and lines are then held."""
    if "DK" in survey.shapes:
        tolerance = np.float64(notes.law.text("TOP-7.tolerance_m")).item()
        survey.against = Boundaries(survey.shapes["DK"], tolerance)
        forget(survey.shapes["DK"])


def top_7_points_and_lines_follow_the_parcel(survey: Survey, notes: Notes) -> None:
    """TOP-7, TOP-9: points lie on the boundary of each parcel they name, and each corner has one. TOP-8, TOP-10: lines
    follow the boundary, and each side has one. Noted once a parcel, with a place."""
    if survey.against is None:
        return
    if survey.points is not None:
        _points(survey, notes, survey.against, survey.shapes["DK"])
    if survey.lines is not None:
        _lines(survey, notes, survey.against, survey.shapes["DK"])


def cod_13_boundary_has_feature_code_and_number(survey: Survey, notes: Notes) -> None:
    """COD-13, COD-14 of points and lines, whose attributes are then let go."""
    for boundary in (survey.points, survey.lines):
        if boundary is not None:

            def subjects(b: Boundary = boundary) -> np.ndarray[tuple[int], np.dtype[np.bytes_]]:
                return named(survey, b)

            feature_code(boundary.table, notes, subjects)
            feature_number(boundary.table, notes, subjects)
            boundary.table.text.clear()
            boundary.table.amounts.clear()


def _points(survey: Survey, notes: Notes, against: Boundaries, parcels: Shapes) -> None:
    points = survey.points
    assert points is not None  # noqa: S101 - asked by the caller
    xy = begins(points.shapes)
    corner = np.concatenate([against.corners_met(xy[first : first + CHUNK]) for first in range(0, len(xy) or 1, CHUNK)])
    off = np.zeros(len(points.parcel), dtype=bool)
    for first in range(0, len(off), CHUNK):
        parcel = points.parcel[first : first + CHUNK]
        rows = first + np.flatnonzero((parcel >= 0) & parcels.usable[parcel])
        item = points.item[rows]
        off[rows] = against.points_off_parcel(xy.take(item, axis=0), points.parcel[rows].astype(np.int64), corner[item])
    _a_parcel(survey, notes, "TOP-7", points.parcel[off], xy[points.item[off]], blame=True)
    _a_parcel(survey, notes, "TOP-9", *against.corners_without_point())
    against.forget_points()
    forget(parcels)


def _lines(survey: Survey, notes: Notes, against: Boundaries, parcels: Shapes) -> None:
    lines = survey.lines
    assert lines is not None  # noqa: S101 - asked by the caller
    named = np.full(len(lines.shapes), -1, dtype=np.int64)
    usable = (lines.parcel >= 0) & parcels.usable[lines.parcel]
    named[lines.item[usable][::-1]] = lines.parcel[usable][::-1]
    off = np.zeros(len(lines.shapes), dtype=bool)
    for first in range(0, len(named), CHUNK):
        rows = slice(first, first + CHUNK)
        off[rows] = against.lines_off(lines.shapes.span(first, first + CHUNK), named[rows])
    bad = off[lines.item] & usable
    _a_parcel(survey, notes, "TOP-8", lines.parcel[bad], begins(lines.shapes)[lines.item[bad]], blame=True)
    _a_parcel(survey, notes, "TOP-10", *against.sides_without_line())


def _a_parcel(
    survey: Survey, notes: Notes, code: str, parcels: Ints | np.ndarray[tuple[int], np.dtype[np.int32]],
    at: np.ndarray[tuple[int, int], np.dtype[np.float64]], *, blame: bool = False,
) -> None:  # fmt: skip
    """One finding a parcel, with how many points or lines it is about and the place of the first."""
    rows, first, counts = np.unique(np.asarray(parcels, dtype=np.int64), return_index=True, return_counts=True)
    if blame:
        survey.blame("DK", rows)
    counted = dict(zip(rows.tolist(), counts.tolist(), strict=True))
    notes.rows(code, survey.table("DK"), rows, "DKBM", lambda row: {"count": counted[row]}, at=at[first])


def top_11_point_stands_where_it_says(survey: Survey, notes: Notes) -> None:
    """TOP-11: XZBZ is the northing and YZBZ the easting of the point; TOP-20: swapped at most
    points, said once. standards.md 2."""
    points = survey.points
    if points is None or points.recorded_off is None:
        return
    off = np.abs(points.recorded_off)
    swapped = np.flatnonzero(points.recorded_off < 0)
    if len(swapped) * 2 > len(off):
        off[swapped] = 0
        values = {"count": len(swapped), "number": plain(points.number[swapped[0]])}
        subject = plain(named(survey, points)[swapped[0]]) or None
        notes.add(Finding("TOP-20", "XZBZ", values, points.table.kind, subject), begins(points.shapes)[swapped[0]])
    bad = np.flatnonzero(off > np.float64(notes.law.text("TOP-7.tolerance_m")))
    if not bad.size:
        return
    xy = begins(points.shapes)
    notes.rows("TOP-11", points.table, bad, "XZBZ", lambda row: {
        "number": plain(points.number[row]), "distance": f"{off[row]:.3f}"},
        subject=named(survey, points), at=xy[bad])  # fmt: skip


def named(survey: Survey, boundary: Boundary) -> np.ndarray[tuple[int], np.dtype[np.bytes_]]:
    """For each point or line the first parcel that it names, one of the layer before one that is not."""
    keys = survey.table("DK").key
    width = max(keys.dtype.itemsize, boundary.strangers.dtype.itemsize, 19)
    made = np.zeros(len(boundary.shapes), dtype=f"S{width}")
    known = boundary.parcel >= 0
    made[boundary.item[~known][::-1]] = boundary.strangers[::-1]
    made[boundary.item[known][::-1]] = keys[boundary.parcel[known][::-1]]
    return made


def top_15_number_stands_once_in_a_parcel(survey: Survey, notes: Notes) -> None:
    """TOP-15: two points, or two lines, of one parcel have different numbers."""
    for boundary in (survey.points, survey.lines):
        if boundary is None:
            continue
        if not _may_repeat(boundary):
            continue
        known = np.flatnonzero((boundary.parcel >= 0) & filled(boundary.number)[boundary.item])
        number = mix(boundary.number)[boundary.item[known]]
        order = np.lexsort((number, boundary.parcel[known]))
        rows = known[order]
        again: Mask = np.zeros(len(rows), dtype=bool)
        again[1:] = (boundary.parcel[rows][1:] == boundary.parcel[rows][:-1]) & (
            number[order][1:] == number[order][:-1]
        )
        again[1:] &= boundary.item[rows][1:] != boundary.item[rows][:-1]
        for row in rows[again].tolist():
            parcel = plain(survey.table("DK").key[boundary.parcel[row]])
            values = {"number": plain(boundary.number[boundary.item[row]]), "row": int(boundary.item[row]) + 1}
            notes.add(Finding("TOP-15", "JZDH", values, boundary.table.kind, parcel))


def _may_repeat(boundary: Boundary) -> bool:
    """Whether some number stands twice in some parcel, told by one sort of numbers mixed of the two; hardly ever wrong."""
    named = mix(boundary.number)[boundary.item]
    named *= MULTIPLIER
    parcel = boundary.parcel.astype(np.uint64)
    parcel *= np.uint64(0xC2B2AE3D27D4EB4F)
    named ^= parcel
    del parcel
    named.sort()
    return bool((named[1:] == named[:-1]).any())


def geo_21_boundary_has_a_place(survey: Survey, notes: Notes) -> None:
    """GEO-21: a boundary point or line has coordinates, and they are finite."""
    for boundary in (survey.points, survey.lines):
        if boundary is not None:
            bad = np.flatnonzero(~boundary.shapes.usable)
            forget(boundary.shapes)
            if bad.size:
                notes.rows("GEO-21", boundary.table, bad, None, lambda row, b=boundary: {"number": plain(b.number[row])},
                           subject=named(survey, boundary))  # fmt: skip


def cod_5_boundary_values_are_in_their_dictionary(survey: Survey, notes: Notes) -> None:
    """COD-4, COD-5: the coded values of points and lines are in their dictionaries. NY/T 2539 C.5, C.11 to C.14."""
    for boundary in (survey.points, survey.lines):
        if boundary is None:
            continue
        for name, values in boundary.kept.items():
            book = TABLES[boundary.table.kind].fields[name].code_table
            if book is None:
                continue
            different, which = distinct(values)
            unknown = [i for i, value in enumerate(different.tolist()) if value and not in_dictionary(value, book)]
            if unknown:
                code = "COD-5" if book in UNSURE_CODE_TABLES else "COD-4"
                given = boundary.kept[name]
                notes.rows(code, boundary.table, np.flatnonzero(np.isin(which, unknown)), name,
                           lambda row, g=given: {"given": plain(g[row])}, subject=named(survey, boundary), book=book)  # fmt: skip


def rel_29_parcel_has_boundary_points(survey: Survey, notes: Notes) -> None:
    """REL-29: each parcel has boundary points and lines, where the package has these layers."""
    keys = survey.table("DK")
    for boundary in (survey.points, survey.lines):
        if boundary is not None and len(boundary.shapes) and keys.rows:
            named = np.bincount(boundary.parcel[boundary.parcel >= 0], minlength=keys.rows)
            first = keys.index("DKBM").find(keys.key) == np.arange(keys.rows)
            bare = np.flatnonzero((named == 0) & filled(keys.key) & first)
            notes.rows("REL-29", keys, bare, "DKBM", other=boundary.table.kind)


RULES: tuple[SurveyRule, ...] = (
    cod_13_boundary_has_feature_code_and_number, rel_28_boundary_names_a_parcel, geo_21_boundary_has_a_place,
    top_7_points_and_lines_follow_the_parcel, cod_22_parcel_has_its_own_code, name_parcels_without_code,
    cod_5_boundary_values_are_in_their_dictionary, top_11_point_stands_where_it_says,
    top_15_number_stands_once_in_a_parcel, rel_29_parcel_has_boundary_points,
)  # fmt: skip
