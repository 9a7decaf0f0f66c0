"""Areas of parcels: on the plane of their zone, and on the ellipsoid, both for a million at a time.

The plane area is too large by the square of the projection's scale, up to 0.1 % at a county's edge (standards.md 3);
rights rest on neither, but on the registered figure (standards.md 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

import numpy as np
import shapely

from gis.shapes import Floats, Geoms, Ints, Mask, Shapes, both, shapes_of
from gis.zones import Zone

GRS80_A = 6378137.0
GRS80_F = 1 / 298.257222101
GRS80_E2 = GRS80_F * (2 - GRS80_F)
CENT = Decimal("0.01")


def plane_m2(geoms: Geoms | Shapes) -> Floats:
    """Area of each polygon on its zone's plane in m², (n,); 0 for None. Holes are taken off.

    Of shapes of one closed ring it is added up as GEOS does, to the last bit, without a geometry for each.
    """
    if not isinstance(geoms, Shapes):
        return np.nan_to_num(np.asarray(shapely.area(geoms), dtype=np.float64))
    made, single = np.zeros(len(geoms)), _single_rings(geoms)
    made[single] = np.abs(_ring_sums(geoms)[geoms.feature_starts[:-1][single]]) / 2
    rest = np.flatnonzero(~single)
    made[rest] = plane_m2(geoms.take(rest).geoms)
    return made


def _single_rings(shapes: Shapes) -> Mask:
    """(n,) which shapes can be made geometries of, and are one ring that ends where it begins."""
    single: Mask = shapes.usable & (np.diff(shapes.feature_starts) == 1)
    parts = shapes.feature_starts[:-1][single]
    first, last = (shapes.xy.take(at[parts], axis=0) for at in (shapes.part_starts[:-1], shapes.part_starts[1:] - 1))
    single[single] = both(first == last)
    return single


def _ring_sums(shapes: Shapes) -> Floats:
    """(r,) twice the signed area of each closed ring: of each corner how far east of the first it is, times how far the one
    before lies north of the one behind."""
    xy, east = shapes.xy, np.zeros(len(shapes.part_sizes))
    filled = shapes.part_sizes > 0
    east[filled] = xy[shapes.part_starts[:-1][filled], 0]
    across = np.zeros(len(xy))
    across[1:-1] = xy[:-2, 1] - xy[2:, 1]
    with np.errstate(invalid="ignore", over="ignore"):
        return _per_part(shapes, (xy[:, 0] - east.repeat(shapes.part_sizes)) * across)


def ellipsoidal_m2(geoms: Geoms | Shapes, zone: Zone) -> Floats:
    """Area of each polygon on the GRS80 ellipsoid in m², (n,); 0 for None.

    geoms: in `zone`, (east, north) in metres. The plane's area element over the square of the transverse Mercator
    scale, integrated over the polygon: 1/k² = 1 - x²/R² + 2x⁴/(3R⁴), x the distance from the central meridian, R the
    mean radius of curvature at the polygon's latitude. Sides are straight on the plane, as they were surveyed; then it
    agrees with geodesic areas to 1e-7 over all of a zone. Source of the scale: Snyder 1987, 8-11, to fourth order.
    """
    shapes = geoms if isinstance(geoms, Shapes) else shapes_of(shapely.orient_polygons(geoms))
    plane, second, fourth, north = _moments(shapes, zone.false_easting)
    radius2 = _mean_radius2(_latitude(north))
    return np.abs(plane - second / radius2 + fourth * 2 / (3 * radius2**2))


def decimal_m2(value: float) -> Decimal:
    """A computed area in m² as a decimal with two places, half up. Source: standards.md 4."""
    return Decimal(repr(float(value))).quantize(CENT, ROUND_HALF_UP)


def apportion(total: Decimal, computed: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """A registered area in m² shared out over parts in proportion to their computed areas, each to 0.01 m².

    The parts add up to the total exactly: hundredths left over go to the parts that lost most by rounding, the first
    of equals. Raises ValueError when there is no part, or one is not positive. Source: standards.md 4, split.
    """
    if not computed or min(computed) <= 0:
        raise ValueError(computed)
    whole = sum(computed)
    exact = [total * part / whole for part in computed]
    floors = [part.quantize(CENT, ROUND_FLOOR) for part in exact]
    left = int((total - sum(floors)) / CENT)
    order = sorted(range(len(exact)), key=lambda place: floors[place] - exact[place])
    more = set(order[:left])
    return tuple(part + CENT if place in more else part for place, part in enumerate(floors))


def ring_areas(shapes: Shapes) -> Floats:
    """Signed area of each part in m², (r,); positive where the ring runs counter-clockwise. Unclosed rings are
    closed for it; NaN where a coordinate is not finite."""
    u, v, next_u, next_v = _edges(shapes)[:4]
    return _per_part(shapes, u * next_v - next_u * v) / 2


def _edges(shapes: Shapes) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Each coordinate and the next of its ring (the last one's next is the first), from its ring's first; and that
    first coordinate of each ring, (r, 2)."""
    origin = shapes.xy.take(shapes.part_starts[:-1], axis=0, mode="clip") if len(shapes.xy) else shapes.xy
    local = shapes.xy - origin.repeat(shapes.part_sizes, axis=0) if len(shapes.xy) else shapes.xy
    ahead, filled = np.empty_like(local), shapes.part_sizes > 0
    ahead[:-1] = local[1:]
    ahead[shapes.part_starts[1:][filled] - 1] = local[shapes.part_starts[:-1][filled]]
    return local[:, 0], local[:, 1], ahead[:, 0], ahead[:, 1], origin


def _per_part(shapes: Shapes, values: Floats) -> Floats:
    return _summed(shapes.xy_part, values, len(shapes.part_sizes))


def _summed(groups: Ints, values: Floats, count: int) -> Floats:
    return np.bincount(groups, weights=values, minlength=count).astype(np.float64, copy=False)


def _moments(shapes: Shapes, false_easting: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Per feature: signed area, the integrals of x² and x⁴ over it (x from the central meridian), a northing in it.

    Rings count with their direction, so holes are taken off; a hole that runs the wrong way is turned first.
    """
    u, v, next_u, next_v, origin = _edges(shapes)
    cross = u * next_v - next_u * v
    area = _per_part(shapes, cross) / 2
    total = u + next_u
    m1 = _per_part(shapes, cross * total) / 6
    m2 = _per_part(shapes, cross * (total * u + next_u * next_u)) / 12
    x0 = origin[:, 0] - false_easting if len(origin) else np.zeros(0)
    second = x0**2 * area + 2 * x0 * m1 + m2
    # What the third and fourth moments about the ring's own corner would add to x⁴ is below 1e-9 of the area.
    fourth = x0**4 * area + 4 * x0**3 * m1 + 6 * x0**2 * m2
    signs = _ring_signs(shapes, area)
    features = len(shapes)
    summed = [_summed(shapes.part_feature, signs * part, features) for part in (area, second, fourth)]
    north = np.zeros(features)
    filled = np.flatnonzero(np.diff(shapes.feature_starts) > 0)
    north[filled] = origin[shapes.feature_starts[:-1][filled], 1] if len(origin) else 0.0
    return summed[0], summed[1], summed[2], north


def _ring_signs(shapes: Shapes, area: Floats) -> Floats:
    """What to multiply each ring's integrals with: the first ring of a feature counts as positive, another one as a
    part of its own where it runs the same way, as a hole where it runs the other way."""
    first = shapes.feature_starts[:-1][np.diff(shapes.feature_starts) > 0]
    direction = np.zeros(len(shapes))
    direction[np.flatnonzero(np.diff(shapes.feature_starts) > 0)] = np.sign(area[first])
    return direction[shapes.part_feature]


def _latitude(north: Floats) -> Floats:
    """Latitude in radians of a northing on the central meridian (Snyder 1987, 3-26)."""
    e1 = (1 - np.sqrt(1 - GRS80_E2)) / (1 + np.sqrt(1 - GRS80_E2))
    mu = north / (GRS80_A * (1 - GRS80_E2 / 4 - 3 * GRS80_E2**2 / 64 - 5 * GRS80_E2**3 / 256))
    return np.asarray(
        mu + (3 * e1 / 2 - 27 * e1**3 / 32) * np.sin(2 * mu) + 21 * e1**2 / 16 * np.sin(4 * mu)
        + 151 * e1**3 / 96 * np.sin(6 * mu)
    )  # fmt: skip


def _mean_radius2(latitude: Floats) -> Floats:
    """M N, the square of the mean radius of curvature in m²."""
    w2 = 1 - GRS80_E2 * np.sin(latitude) ** 2
    return np.asarray(GRS80_A**2 * (1 - GRS80_E2) / w2**2)
