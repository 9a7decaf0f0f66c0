"""What is wrong with the rings of a parcel, looked at one parcel at a time but computed for all at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.areas import ring_areas
from gis.shapes import Floats, Geoms, Ints, Shapes, both

KINDS = (
    "empty", "not_finite", "huge", "too_few_points", "unclosed", "duplicate_vertex", "near_vertex", "spike",
    "self_crossing", "self_touching", "bad_hole", "multipart", "hole", "reversed", "sliver",
)  # fmt: skip
BROKEN = {"not_finite", "huge", "too_few_points"}
FOLLOWING = {
    "duplicate_vertex",
    "near_vertex",
    "spike",
    "self_crossing",
    "self_touching",
    "bad_hole",
    "reversed",
    "sliver",
}
"""What is said of a ring that is broken is no more than that: no angle, direction or width of it means anything."""


@dataclass(frozen=True, slots=True)
class RingFault:
    """index: of the parcel. x, y: place in the zone, NaN where there is none. value: see ring_faults."""

    index: int
    kind: str
    x: float
    y: float
    value: float


@dataclass(frozen=True)
class Thresholds:
    """duplicate_m: two vertices in a row this near are one; near_m: this near they can hardly both be meant. spike_degrees: a
    boundary that turns back on itself within this angle is a spike. sliver_width_m: a parcel that is narrower than this, on
    the average, is a sliver."""

    duplicate_m: float = 0.001
    spike_degrees: float = 0.5
    sliver_width_m: float = 0.1
    near_m: float = 0.01


def ring_faults(shapes: Shapes, limits: Thresholds = Thresholds(), *, clockwise: bool = True) -> list[RingFault]:
    """Every fault of every parcel's own rings, by parcel, then in the order of KINDS.

    clockwise: whether the format wants outer rings clockwise (shapefile) and "reversed" is to be reported; a ring that
    crosses itself has no direction.
    value is, by kind: the number of different points (too_few_points), metres between the ends (unclosed) or between the two
    vertices (duplicate_vertex, near_vertex), degrees (spike), the number of parts or holes (multipart, hole), the mean width in
    metres (sliver), the coordinate (huge), NaN or infinity (not_finite), else NaN. Linear in the number of points.
    """
    found = [*_whole(shapes), *_corners(shapes, limits), *_direction(shapes, clockwise)]
    few = [fault.index for fault in found if fault.kind == "too_few_points"]
    found += _crossings(shapes, limits, few)
    crossing = {fault.index for fault in found if fault.kind == "self_crossing"}
    broken = {fault.index for fault in found if fault.kind in BROKEN}
    found = [
        fault for fault in found
        if not ((fault.kind == "reversed" and fault.index in crossing) or (fault.kind in FOLLOWING and fault.index in broken))
    ]  # fmt: skip
    order = {kind: place for place, kind in enumerate(KINDS)}
    return sorted(found, key=lambda fault: (fault.index, order[fault.kind]))


def _whole(shapes: Shapes) -> list[RingFault]:
    """Empty, not finite, huge, too few points, unclosed."""
    nan = float("nan")
    found = [RingFault(int(i), "empty", nan, nan, nan) for i in np.flatnonzero(np.diff(shapes.feature_starts) == 0)]
    finite = both(np.isfinite(shapes.xy))
    for kind, points in (("not_finite", ~finite), ("huge", finite & ~shapes.sound)):
        at = np.flatnonzero(points)
        owners, first = np.unique(shapes.part_feature[shapes.xy_part[at]], return_index=True)
        found += [
            RingFault(int(i), kind, nan, nan, float(np.abs(shapes.xy[at[k]]).max()))
            for i, k in zip(owners, first, strict=True)
        ]
    filled = np.flatnonzero(shapes.part_sizes > 0)
    begin, end = shapes.xy[shapes.part_starts[filled]], shapes.xy[shapes.part_starts[filled + 1] - 1]
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.hypot(end[:, 0] - begin[:, 0], end[:, 1] - begin[:, 1])
    for k in np.flatnonzero(apart > 0):
        x, y = end[k]
        found.append(RingFault(int(shapes.part_feature[filled[k]]), "unclosed", float(x), float(y), float(apart[k])))
    corners = shapes.part_sizes.copy()
    corners[filled[apart == 0]] -= 1
    for part in np.flatnonzero(corners < 3):
        x, y = shapes.xy[shapes.part_starts[part]] if shapes.part_sizes[part] else (nan, nan)
        ring = shapes.xy[shapes.part_starts[part] : shapes.part_starts[part + 1]]
        found.append(RingFault(int(shapes.part_feature[part]), "too_few_points", float(x), float(y), _different(ring)))
    return found


def _corners(shapes: Shapes, limits: Thresholds) -> list[RingFault]:
    """Duplicate and near vertices, and spikes. A vertex that repeats the one before is left out before angles are taken."""
    xy, part = shapes.xy, shapes.xy_part
    sound = shapes.sound
    if len(xy) < 2:
        return []
    same_ring = (part[1:] == part[:-1]) & sound[1:] & sound[:-1]
    with np.errstate(invalid="ignore", over="ignore"):
        along = np.where(same_ring[:, None], xy[1:] - xy[:-1], 1.0)
    step = np.hypot(along[:, 0], along[:, 1])
    close = np.flatnonzero(same_ring & (step <= max(limits.near_m, limits.duplicate_m))) + 1
    found = [
        RingFault(
            int(shapes.part_feature[part[k]]), "duplicate_vertex" if step[k - 1] <= limits.duplicate_m else "near_vertex",
            float(xy[k, 0]), float(xy[k, 1]), float(step[k - 1]),
        )
        for k in close
    ]  # fmt: skip
    repeated = close[step[close - 1] <= limits.duplicate_m]
    kept: NDArray[np.bool_] = np.array(sound)
    kept[repeated] = False
    kept[_closing(shapes)] = False
    return found + _spikes(shapes, np.flatnonzero(kept), limits.spike_degrees)


def _closing(shapes: Shapes) -> Ints:
    """Places of the last coordinate of each ring where it repeats the first."""
    filled = np.flatnonzero(shapes.part_sizes > 1)
    first, last = shapes.part_starts[filled], shapes.part_starts[filled + 1] - 1
    repeats: Ints = last[both(shapes.xy.take(first, axis=0) == shapes.xy.take(last, axis=0))]
    return repeats


def _spikes(shapes: Shapes, kept: Ints, degrees: float) -> list[RingFault]:
    if kept.size == 0:
        return []
    xy, part = shapes.xy.take(kept, axis=0), shapes.xy_part[kept]
    begins = np.flatnonzero(np.diff(part, prepend=-1))
    ends = np.append(begins[1:], len(part)) - 1
    before, after = np.arange(-1, len(part) - 1), np.arange(1, len(part) + 1)
    before[begins], after[ends] = ends, begins
    back, ahead = xy.take(before, axis=0) - xy, xy.take(after, axis=0) - xy
    cross = back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]
    along = back[:, 0] * ahead[:, 0] + back[:, 1] * ahead[:, 1]
    enough = np.repeat(ends - begins + 1 >= 3, ends - begins + 1)
    sharp = enough & (along > 0) & (np.abs(cross) <= along * np.tan(np.radians(degrees)))
    return [
        RingFault(
            int(shapes.part_feature[part[k]]), "spike", float(xy[k, 0]), float(xy[k, 1]),
            float(np.degrees(np.arctan2(abs(cross[k]), along[k]))),
        )
        for k in np.flatnonzero(sharp)
    ]  # fmt: skip


def _direction(shapes: Shapes, clockwise: bool) -> list[RingFault]:
    """Parts, holes and the direction of single rings. In several rings, those that run against the largest are holes."""
    with np.errstate(invalid="ignore", over="ignore"):
        areas = ring_areas(shapes)
    found: list[RingFault] = []
    counts = np.diff(shapes.feature_starts)
    first = shapes.feature_starts[:-1]
    if clockwise:
        single = np.flatnonzero(counts == 1)
        for i in single[areas[first[single]] > 0]:
            found.append(_at_first_point(shapes, int(i), "reversed", float("nan")))
    for i in np.flatnonzero(counts > 1):
        own = areas[first[i] : first[i] + counts[i]]
        outer = np.sign(own[np.nanargmax(np.abs(own))]) if np.isfinite(own).any() else 1.0
        shells, holes = int((np.sign(own) == outer).sum()), int((np.sign(own) == -outer).sum())
        if shells > 1:
            found.append(_at_first_point(shapes, int(i), "multipart", shells))
        if holes:
            found.append(_at_first_point(shapes, int(i), "hole", holes))
            geom = shapes.take(np.array([i])).geoms[0]
            if geom is not None and shapely.get_num_geometries(geom) > max(shells, 1):
                found.append(_at_first_point(shapes, int(i), "bad_hole", float("nan")))
    return found


def _at_first_point(shapes: Shapes, index: int, kind: str, value: float) -> RingFault:
    x, y = shapes.xy[shapes.part_starts[shapes.feature_starts[index]]]
    return RingFault(index, kind, float(x), float(y), value)


def _crossings(shapes: Shapes, limits: Thresholds, apart: list[int]) -> list[RingFault]:
    """Rings that GEOS calls invalid, with its place, and slivers among the valid ones; parcels in `apart` are not
    looked at, since what GEOS would say of them is said."""
    geoms = shapes.geoms
    known = np.setdiff1d(np.flatnonzero(shapes.usable), apart)
    valid = valid_on_threads(geoms[known])
    found = [_explained(geoms, int(i)) for i in known[~valid]]
    sound = known[valid]
    with np.errstate(divide="ignore", invalid="ignore"):
        width = 2 * shapely.area(geoms[sound]) / shapely.length(geoms[sound])
    for k in np.flatnonzero(width < limits.sliver_width_m):
        x, y = shapely.get_coordinates(geoms[sound[k]])[0]
        found.append(RingFault(int(sound[k]), "sliver", float(x), float(y), float(width[k])))
    return found


def valid_on_threads(geoms: Geoms, cores: int = 2) -> NDArray[np.bool_]:
    """shapely.is_valid, on several cores: GEOS lets go of the interpreter's lock."""
    if len(geoms) < 2_000:
        return np.asarray(shapely.is_valid(geoms), dtype=bool)
    with ThreadPoolExecutor(cores) as pool:
        return np.concatenate(list(pool.map(shapely.is_valid, np.array_split(geoms, cores))))


def _explained(geoms: Geoms, index: int) -> RingFault:
    """GEOS's reason, such as "Self-intersection[36587123.5 3626123.1]", as a fault."""
    reason = str(shapely.is_valid_reason(geoms[index]))
    word = reason.split("[")[0].strip().lower()
    kind = "self_touching" if word == "ring self-intersection" else "self_crossing"
    if "hole" in word or "nested" in word or "shell" in word or "interior is disconnected" in word:
        kind = "bad_hole"
    if "too few" in word:
        kind = "too_few_points"
    place: Floats = np.array(re.findall(r"-?[\d.]+(?:e[+-]?\d+)?", reason.partition("[")[2])[:2], dtype=np.float64)
    x, y = place if len(place) == 2 else (float("nan"), float("nan"))
    value = _fewest(geoms[index]) if kind == "too_few_points" else float("nan")
    return RingFault(index, kind, float(x), float(y), value)


def _different(ring: Floats) -> float:
    return float(len(np.unique(ring, axis=0)))


def _fewest(geom: shapely.Geometry) -> float:
    """How many different points the ring has that has fewest."""
    rings = shapely.get_rings(geom)
    return min((_different(shapely.get_coordinates(ring)) for ring in rings), default=0.0)
