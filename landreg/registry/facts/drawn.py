"""What an officer draws on a parcel: read from the map or from typed coordinates, and cut, joined or measured in its zone.

Shapes travel as WKB in hexadecimal that names its zone. What is wrong with one is named by a word of `terms.toml`, `fault`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from gis.areas import apportion, decimal_m2, ellipsoidal_m2
from gis.editing import carried_through, cut_out, merge, snap, split
from gis.neighbours import DIRECTIONS, neighbours
from gis.shapes import Geoms
from gis.zones import ZONES

MOST_CORNERS = 5000
NEAR_M = 5000
SNAP_M = 0.1
TOUCH_M = 0.1
HAIR_M = 0.01
"""Ground narrower than twice this is what writing coordinates down costs, and no change of a boundary."""
FAULTS = {
    "the line does not cross the parcel": "line_misses",
    "the line leaves a part that is too narrow": "part_too_narrow",
    "the parcels do not share sides": "parcels_apart",
    "the parcels overlap": "parcels_overlap",
    "one parcel alone cannot be merged": "one_parcel",
}
_PAIR = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*[ ,，\t]\s*([+-]?\d+(?:\.\d+)?)")


class Undrawable(ValueError):
    """What is drawn makes no sound parcel. word: of `terms.toml`, `fault`."""

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(word)


@dataclass(frozen=True)
class Piece:
    """A parcel cut from another or joined of several: shape, area in m², and whether it is the part that is lost."""

    shape: Polygon
    area_m2: Decimal
    lost: bool = False


def hexed(shape: BaseGeometry, srid: int) -> str:
    """A shape as it is kept on a case and given to booking."""
    return str(shapely.to_wkb(shapely.set_srid(shape, srid), hex=True, include_srid=True))


def zone_of(kept: str) -> int:
    """The EPSG code of a kept shape's zone."""
    return int(shapely.get_srid(shapely.from_wkb(kept)))


def shape_of(kept: str | bytes) -> Any:
    """A kept shape. Raises Undrawable for what is none."""
    try:
        return shapely.from_wkb(kept)
    except (ShapelyError, ValueError, TypeError) as error:
        raise Undrawable("not_read") from error


def read_line(typed: str, parcel: Polygon) -> LineString:
    """A dividing line from WKT or from lines of `east north`, in metres of the parcel's zone. Raises Undrawable."""
    found = _read(typed, parcel, "LINESTRING", 2)
    if not isinstance(found, LineString) or found.length == 0:
        raise Undrawable("no_line")
    return found


def read_face(typed: str, parcel: Polygon) -> Polygon:
    """A face, in the same ways; the last corner need not repeat the first. Raises Undrawable."""
    found = _read(typed, parcel, "POLYGON", 3)
    if not isinstance(found, Polygon) or not found.is_valid or found.area == 0:
        raise Undrawable("not_sound")
    return found


def read_boundary(typed: str, parcel: Polygon) -> Polygon:
    """A parcel's new boundary: its outer ring, the holes kept as they are; or all of its rings as WKT. Raises Undrawable."""
    face = read_face(typed, parcel)
    if typed.lstrip()[:1].isalpha() or not parcel.interiors:
        return face
    holed = Polygon(face.exterior, list(parcel.interiors))
    if not holed.is_valid:
        raise Undrawable("not_sound")
    return holed


def _read(typed: str, parcel: Polygon, word: str, least: int) -> Any:
    text = typed.strip()
    if text.upper().startswith(("LINESTRING", "POLYGON", "SRID")):
        shape = text.rpartition(";")[2].lstrip()
        # GEOS follows collections until its stack is used up.
        if not shape.upper().startswith(("LINESTRING", "POLYGON")):
            raise Undrawable("not_read")
        try:
            with np.errstate(all="ignore"):
                found = shapely.force_2d(shapely.from_wkt(shape))
        except (ShapelyError, ValueError, TypeError) as error:
            raise Undrawable("not_read") from error
    else:
        lines = [line for line in text.splitlines() if line.strip()]
        pairs = [_PAIR.fullmatch(line.strip()) for line in lines]
        if len(pairs) < least or not all(pairs):
            raise Undrawable("not_read")
        corners = [(float(pair[1]), float(pair[2])) for pair in pairs if pair]
        found = LineString(corners) if word == "LINESTRING" else Polygon(corners)
    corners_of = shapely.get_coordinates(found)
    if not len(corners_of) or len(corners_of) > MOST_CORNERS or not np.isfinite(corners_of).all():
        raise Undrawable("not_read")
    if shapely.distance(found, parcel) > NEAR_M or np.abs(corners_of - parcel.centroid.coords[0]).max() > 2 * NEAR_M:
        raise Undrawable("elsewhere")
    return found


def cut(parcel: Polygon, line: LineString, area_m2: Decimal) -> list[Piece]:
    """The parts along a line, from west to east; the registered area shared out over them. Raises Undrawable."""
    parts = _told(lambda: split(parcel, carried_through(parcel, line)))
    return _pieces([(part, False) for part in parts], area_m2)


def cut_face(parcel: Polygon, face: Polygon, area_m2: Decimal) -> list[Piece]:
    """The parts inside and outside a face, those inside lost. Raises Undrawable."""
    return _pieces(_told(lambda: cut_out(parcel, snap(face, [parcel], tolerance_m=SNAP_M))), area_m2)


def joined(parcels: Sequence[Polygon], areas: Sequence[Decimal]) -> list[Piece]:
    """The one parcel of several that share sides. Raises Undrawable, also where they were surveyed in different zones: what is
    measured is never reprojected."""
    if len({int(shapely.get_srid(parcel)) for parcel in parcels}) > 1:
        raise Undrawable("zones_differ")
    return [Piece(_told(lambda: merge(parcels)), sum(areas, Decimal(0)))]


def snapped(face: Polygon, others: Sequence[Polygon]) -> Polygon:
    """A boundary with its corners on the neighbours' where they are near. Raises Undrawable."""
    made: Polygon = shapely.orient_polygons(_told(lambda: snap(face, others, tolerance_m=SNAP_M)), exterior_cw=True)
    return made


def _pieces(parts: Sequence[tuple[Polygon, bool]], area_m2: Decimal) -> list[Piece]:
    computed = [decimal_m2(part.area) for part, _ in parts]
    if min(computed) <= 0:
        raise Undrawable("part_too_narrow")
    shares = apportion(area_m2, computed)
    return [Piece(part, share, lost) for (part, lost), share in zip(parts, shares, strict=True)]


def _told(make: Any) -> Any:
    try:
        return make()
    except ShapelyError as error:
        raise Undrawable("not_sound") from error
    except ValueError as error:
        raise Undrawable(FAULTS.get(str(error), "not_sound")) from error


def measured(shape: Polygon, srid: int) -> dict[str, Any]:
    """What a parcel says of a shape beside its registered area: what it measures on the plane and on the ellipsoid, in m²."""
    on_ellipsoid = ellipsoidal_m2(_array([shape]), ZONES[srid])[0]
    return {"surveyed_area_m2": decimal_m2(shape.area), "ellipsoidal_area_m2": decimal_m2(float(on_ellipsoid))}


def between(shapes: Sequence[Polygon], codes: Sequence[str]) -> list[dict[str, str]]:
    """For each of several new parcels: which of the others lies on which side, as the register's facts of neighbours."""
    if len(shapes) < 2:
        return [{} for _ in shapes]
    met = neighbours(_array(shapes), np.arange(len(shapes)))
    return [
        {f"neighbour_{side}": codes[other][-5:] for side, other in zip(DIRECTIONS, row, strict=True) if other >= 0}
        for row in met.tolist()
    ]


def outer(parents: Sequence[tuple[Polygon, Mapping[str, Any]]]) -> dict[str, str]:
    """The four neighbours of parcels that become one: on each side what the parent farthest that way says."""
    ways = {"east": (0, 1), "south": (1, -1), "west": (0, -1), "north": (1, 1)}
    return {
        f"neighbour_{side}": max(parents, key=lambda one: one[0].centroid.coords[0][axis] * sign)[1][
            f"neighbour_{side}"
        ]
        for side, (axis, sign) in ways.items()
    }


def changed(was: Polygon, now: Polygon) -> BaseGeometry:
    """The ground that a corrected boundary gains or loses; a hair along a side is none."""
    return was.symmetric_difference(now).buffer(-HAIR_M)


def touched(was: Polygon, now: Polygon, others: Mapping[str, Polygon]) -> list[str]:
    """Codes of the parcels that lie at ground which a corrected boundary gains or loses."""
    ground = changed(was, now)
    return sorted(code for code, other in others.items() if shapely.distance(other, ground) <= TOUCH_M)


def covered(now: Polygon, others: Mapping[str, Polygon]) -> dict[str, Decimal]:
    """By code: how much of another parcel a shape covers, in m², where it covers any."""
    areas = {code: decimal_m2(now.intersection(other).area) for code, other in others.items()}
    return {code: area for code, area in areas.items() if area > 0}


def _array(shapes: Sequence[Polygon]) -> Geoms:
    made = np.empty(len(shapes), dtype=object)
    made[:] = list(shapes)
    return made
