"""Split, merge and snap parcels; areas add up, and what would not be a sound parcel is refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from gis.shapes import Floats

AREA_TOLERANCE_M2 = 0.01
ROUNDING_M = 1e-6
"""Metres that an easting of 36,500,000 may be beside a side by its rounding alone."""


def split(parcel: Polygon, line: LineString, *, tolerance_m: float = 0.01) -> tuple[Polygon, ...]:
    """Cut a parcel along a line that crosses it.

    parcel: simple polygon, (east, north) in metres of its own zone. line: at least two points, same zone.
    Returns the parts from west to east; their areas add up to the parent's to 0.01 m².
    Raises ValueError when the line does not cross, or leaves a part narrower than `tolerance_m`.
    Source: standards.md 4, split of parcels.
    """
    _demand_sound(parcel)
    noded = shapely.union_all([parcel.boundary, line])
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.contains_properly(parcel, shapely.point_on_surface(faces))
    parts = [shapely.orient_polygons(face, exterior_cw=True) for face in faces[inside]]
    if len(parts) < 2:
        raise ValueError("the line does not cross the parcel")
    if any(_narrow(part, tolerance_m) for part in parts):
        raise ValueError("the line leaves a part that is too narrow")
    if abs(sum(part.area for part in parts) - parcel.area) > AREA_TOLERANCE_M2:
        raise ValueError("the parts do not add up to the parcel")
    return tuple(sorted(parts, key=lambda part: (part.centroid.x, part.centroid.y)))


def merge(parcels: Sequence[Polygon]) -> Polygon:
    """Join parcels that share sides into one.

    parcels: two or more simple polygons of one zone. Returns one polygon whose area is theirs together to 0.01 m²;
    corners that it no longer needs stay, since a neighbour may have them.
    Raises ValueError when they overlap, when they do not hang together by sides, or for fewer than two.
    """
    if len(parcels) < 2:
        raise ValueError("one parcel alone cannot be merged")
    for parcel in parcels:
        _demand_sound(parcel)
    joined = shapely.union_all(list(parcels))
    if not isinstance(joined, Polygon):
        raise ValueError("the parcels do not share sides")
    if abs(joined.area - sum(parcel.area for parcel in parcels)) > AREA_TOLERANCE_M2:
        raise ValueError("the parcels overlap")
    merged: Polygon = shapely.orient_polygons(joined, exterior_cw=True)
    return merged


def snap(parcel: Polygon, neighbours: Sequence[Polygon], *, tolerance_m: float = 0.1) -> Polygon:
    """Move a parcel's corners onto its neighbours' corners, else onto their sides, where they are near.

    tolerance_m: how far a corner may move. Corners that fall together become one.
    Raises ValueError when what comes out is no sound parcel.
    """
    _demand_sound(parcel)
    others = [other for other in neighbours if other.distance(parcel) <= tolerance_m]
    if not others:
        return parcel
    corners = np.unique(shapely.get_coordinates(others), axis=0)
    sides = shapely.union_all([other.boundary for other in others])
    rings = [_snapped(shapely.get_coordinates(ring), corners, sides, tolerance_m) for ring in _rings(parcel)]
    snapped = Polygon(rings[0], rings[1:])
    _demand_sound(snapped)
    return snapped


def carried_through(parcel: Polygon, line: LineString, *, reach_m: float = 0.5) -> LineString:
    """A dividing line whose ends, drawn onto the boundary or just short of it, are carried over it, so that it crosses.

    reach_m: how near to the boundary an end must be, and how far over it is carried. An end farther off stays.
    Raises ValueError when the line has no length.
    """
    corners = shapely.get_coordinates(line)
    if len(corners) < 2 or not np.isfinite(corners).all() or line.length == 0:
        raise ValueError("the line has no length")
    ends = [_end(parcel, corners[0], corners, reach_m), _end(parcel, corners[-1], corners[::-1], reach_m)]
    return LineString([*ends[0], *corners.tolist(), *ends[1]])


def _end(parcel: Polygon, end: Floats, corners: Floats, reach_m: float) -> list[tuple[float, float]]:
    """What a line gets beyond its end: nothing, or a point `reach_m` over the boundary near by."""
    if parcel.boundary.distance(shapely.Point(end)) > reach_m:
        return []
    towards = end - next(corner for corner in corners if not np.array_equal(corner, end))
    over = end + towards / np.hypot(*towards) * 2 * reach_m
    return [(float(over[0]), float(over[1]))]


def cut_out(parcel: Polygon, part: Polygon, *, tolerance_m: float = 0.01) -> tuple[tuple[Polygon, bool], ...]:
    """Cut a parcel along the edge of a face drawn over it: its parts from west to east, each with whether it lies in the face.

    Raises ValueError when the face lies outside, covers the whole parcel, or leaves a part that is too narrow.
    """
    _demand_sound(part)
    # A corner on a side lies a rounding error beside it: the side gets that corner, or the face's edge would end short of it.
    sided = shapely.snap(parcel, part.exterior, ROUNDING_M)
    parts = split(sided, LineString(part.exterior.coords), tolerance_m=tolerance_m)
    told = tuple((one, bool(part.contains(one.representative_point()))) for one in parts)
    if len({inside for _, inside in told}) < 2:
        raise ValueError("the line does not cross the parcel")
    return told


def _snapped(
    ring: Floats,
    corners: Floats,
    sides: BaseGeometry,
    tolerance_m: float,
) -> list[tuple[float, float]]:
    made: list[tuple[float, float]] = []
    for x, y in ring[:-1]:
        away = np.hypot(corners[:, 0] - x, corners[:, 1] - y)
        nearest = int(np.argmin(away))
        point = shapely.Point(x, y)
        if away[nearest] <= tolerance_m:
            x, y = corners[nearest]
        elif sides.distance(point) <= tolerance_m:
            x, y = shapely.get_coordinates(shapely.shortest_line(point, sides))[1]
        if not made or made[-1] != (float(x), float(y)):
            made.append((float(x), float(y)))
    if len(made) > 1 and made[0] == made[-1]:
        made.pop()
    if len(made) < 3:
        raise ValueError("the parcel would have fewer than three corners")
    return made


def _rings(parcel: Polygon) -> list[BaseGeometry]:
    return [parcel.exterior, *parcel.interiors]


def _narrow(part: Polygon, tolerance_m: float) -> bool:
    """Whether a circle as wide as the tolerance fits nowhere into the part."""
    return bool(shapely.is_empty(shapely.buffer(part, -tolerance_m / 2)))


def _demand_sound(parcel: Polygon) -> None:
    if not isinstance(parcel, Polygon) or parcel.is_empty or not parcel.is_valid or not np.isfinite(parcel.area):
        raise ValueError("not a simple polygon")
