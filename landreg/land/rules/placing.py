"""GEO-22 to GEO-25: coordinates that stand in each other's place, lack the zone's number, or are degrees.

Such a shape lies far out of the county as it is, and in it once that is set right. It is said once, and the rules that
follow look at the shape as it was meant, so that nothing else is said of the same slip. Source: standards.md 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely

from gis.shapes import Shapes
from gis.zones import from_lonlat, to_lonlat
from landreg.core.errors import Finding
from landreg.land.rules.facts import Boundary, Bytes, Floats, Ints, Mask, Notes, Survey, SurveyRule, plain
from landreg.land.rules.geometry import begins, middles

MILLION = 1_000_000
ZONES = range(25, 46)
"""Numbers of China's 3-degree zones."""
Right = Callable[[Floats], Floats]
SLIPS = {"GEO-22": "axes_swapped", "GEO-23": "zone_number", "GEO-24": "in_degrees"}


def geo_22_shape_is_in_metres_of_its_zone(survey: Survey, notes: Notes) -> None:
    """GEO-22: the axes of a shape are swapped. GEO-23: its eastings lack the zone's number or have another. GEO-24: it is in
    degrees."""
    for kind, shapes in list(survey.shapes.items()):
        at, made = middles(shapes), shapes
        for code, rows, right in slips(survey, at):
            meant = right(at[rows])
            first = dict(zip(rows.tolist(), range(len(rows)), strict=True))
            notes.rows(code, survey.table(kind), rows, None, lambda row, a=at, m=meant, f=first: {
                "x": shown(a[row, 0]), "y": shown(a[row, 1]), "wanted": shown(m[f[row], 0])}, at=meant)  # fmt: skip
            made = moved(made, rows, right)
        survey.shapes[kind] = made


def geo_25_boundary_is_in_metres_of_its_zone(
    survey: Survey, notes: Notes, boundary: Boundary, subjects: Callable[[], Bytes]
) -> None:
    """GEO-25: the same of boundary points or lines, said once a layer and slip. subjects: the parcel that each names; not
    asked where nothing is wrong."""
    at = begins(boundary.shapes)
    for code, rows, right in slips(survey, at):
        row = int(rows[0])
        values = {"count": len(rows), "row": row + 1, "fault": SLIPS[code]}
        subject = plain(subjects()[row]) or None
        notes.add(Finding("GEO-25", None, values, boundary.table.kind, subject), right(at[row : row + 1])[0])
        boundary.shapes = moved(boundary.shapes, rows, right)
        if boundary.recorded_off is not None:
            boundary.recorded_off[rows] = 0


def slips(survey: Survey, at: Floats) -> Iterator[tuple[str, Ints, Right]]:
    """Which places lie outside the box around the county and in the county once one slip is set right: what the slip is,
    where, and how it is set right. Nothing else that is astray is among them."""
    if survey.county_area is None or not len(at):
        return
    west, south, east, north = shapely.bounds(survey.county_area)
    with np.errstate(invalid="ignore"):
        out = (at[:, 0] < west) | (at[:, 0] > east) | (at[:, 1] < south) | (at[:, 1] > north)
    rows = np.flatnonzero(out & np.isfinite(at).all(axis=1))
    if not len(rows):
        return
    for code, right in _ways(survey, np.unique(at[rows, 0] // MILLION).tolist()):
        meant = right(at[rows])
        hit: Mask = shapely.contains_xy(survey.county_area, *np.nan_to_num(meant, posinf=0, neginf=0).T)
        if hit.any():
            yield code, rows[hit], right
            rows = rows[~hit]


def _ways(survey: Survey, numbers: list[float]) -> Iterator[tuple[str, Right]]:
    """Each slip, the likelier first, with what sets it right. numbers: of zones that the eastings begin with."""
    zone = survey.zone
    base = zone.false_easting // MILLION * MILLION

    def numbered(east: Floats, north: Floats) -> Floats:
        return np.column_stack((east % MILLION + base, north))

    yield "GEO-22", lambda xy: xy[:, ::-1]
    yield "GEO-23", lambda xy: numbered(xy[:, 0], xy[:, 1])
    yield "GEO-22", lambda xy: numbered(xy[:, 1], xy[:, 0])
    # To a tenth of a millimetre, so that corners meet those of neighbours that were in metres all the time.
    yield "GEO-24", lambda xy: np.round(from_lonlat(xy, zone), 4)
    yield "GEO-24", lambda xy: np.round(from_lonlat(xy[:, ::-1], zone), 4)
    for number in numbers:
        if number in ZONES and number * 3 != zone.central_meridian:
            yield "GEO-23", _from_zone(survey, number)


def _from_zone(survey: Survey, number: float) -> Right:
    zone = survey.zone
    base = zone.false_easting // MILLION * MILLION

    def right(xy: Floats) -> Floats:
        """From a zone that lies so many degrees to the east of the package's: its plane is the same about its meridian."""
        made = np.full(xy.shape, np.nan)
        own = xy[:, 0] // MILLION == number
        lonlat = to_lonlat(np.column_stack((xy[own, 0] % MILLION + base, xy[own, 1])), zone)
        east = np.array((number * 3 - zone.central_meridian, 0))
        made[own] = np.round(from_lonlat(lonlat + east, zone), 4)
        return made

    return right


def moved(shapes: Shapes, rows: Ints, right: Right) -> Shapes:
    """The same shapes, the coordinates of some set right."""
    there = np.zeros(len(shapes), dtype=bool)
    there[rows] = True
    at = there[shapes.part_feature][shapes.xy_part]
    xy = shapes.xy.copy()
    xy[at] = right(xy[at])
    return Shapes(shapes.kind, xy, shapes.part_starts, shapes.feature_starts)


def shown(value: Any) -> str:
    """A coordinate as a sentence shows it: degrees to the centimetre, metres to the millimetre."""
    return f"{value:.7f}" if abs(value) < 360 else f"{value:.3f}"


RULES: tuple[SurveyRule, ...] = (geo_22_shape_is_in_metres_of_its_zone,)
