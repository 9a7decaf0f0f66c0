"""Narrow gaps and slivers between neighbours: a corner that comes near another parcel's side and misses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.boundaries import Corner, Corners, distinct, side_keys
from gis.shapes import Floats, Ints, Shapes

STRIP = 50_000
"""Parcels of a strip: so few that its corners are sorted in the processor's caches, and two strips at a time are little."""
TILE_SIDES = 300_000
AT_ONCE = 20_000
"""Corners that are held against sides together: their pairs are let go before the next."""
CROWD = 100
"""So many corners within one reach are no survey's: there parcels lie on one another, which is found as such, and to hold each
corner against each side would take the square of their number."""
Strip = tuple[Ints, float, float]
"""Parcels in or near a strip, and where it begins and ends."""


@dataclass(frozen=True, eq=False)
class Cover:
    """Parcels of one strip. numbers: (n,) of them. corner: (p,) the number of each coordinate's corner. sides: the coordinates at
    which a side begins that only one parcel has; both as the strip's shapes count them. low, high: eastings of the strip. Of what
    lies in these bounds alone the neighbours are all there: beyond, a side may be another parcel's too, which is in no strip."""

    numbers: Ints
    corner: Corner
    sides: Ints
    low: float
    high: float

    def holds(self, east: Floats) -> NDArray[np.bool_]:
        """(n,) which places lie in the strip; each lies in one."""
        return np.asarray((east >= self.low) & (east < self.high))


@dataclass(frozen=True, eq=False)
class Gaps:
    """i: the parcel with the corner, j: the parcel with the side, width_m between them, x, y the corner; (n,) each,
    ordered by i, j; of one pair the widest."""

    i: Ints
    j: Ints
    width_m: Floats
    x: Floats
    y: Floats

    def __len__(self) -> int:
        return len(self.i)


def gaps(
    parcels: Shapes, covers: Sequence[Cover] | None = None, *, tolerance_m: float = 0.002, reach_m: float = 0.1,
    wide_m: float = 0.0, along_m: float = 2.0, cores: int = 2,
) -> Gaps:  # fmt: skip
    """Corners that lie more than `tolerance_m` and at most `reach_m` from a side of another parcel; up to `wide_m` where
    the two keep so near over at least `along_m`: a strip.

    There two parcels neither meet nor keep apart: a gap, or an overlap, too narrow to be meant. Only sides that no
    second parcel has exactly are looked at, so a clean coverage costs one sort of its corners. covers: of these parcels, where
    they are made already.
    """
    far_m = max(reach_m, wide_m)
    covers = covers_of(parcels, tolerance_m, far_m) if covers is None else covers
    with ThreadPoolExecutor(cores) as pool:
        found = pool.map(partial(_gaps_of, parcels, tolerance_m=tolerance_m, reach_m=far_m), covers)
        rows = np.concatenate([np.empty((0, 5)), *found])
    rows = rows[(rows[:, 2] <= reach_m) | (_along(rows) >= along_m)]
    rows = rows[np.lexsort((-rows[:, 2], rows[:, 1], rows[:, 0]))]
    _, first = np.unique(rows[:, :2], axis=0, return_index=True)
    rows = rows[np.sort(first)]
    return Gaps(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2], rows[:, 3], rows[:, 4])


def _along(rows: Floats) -> Floats:
    """(n,) in metres, how far the corners at which a row's two parcels come near each other lie apart."""
    made = np.zeros(len(rows))
    if len(rows):
        pair = np.sort(rows[:, :2], axis=1)
        order = np.lexsort((pair[:, 1], pair[:, 0]))
        begins = np.ones(len(rows), dtype=bool)
        begins[1:] = (pair[order][1:] != pair[order][:-1]).any(axis=1)
        starts, place = np.flatnonzero(begins), rows[order, 3:5]
        size = np.maximum.reduceat(place, starts) - np.minimum.reduceat(place, starts)
        made[order] = np.hypot(size[:, 0], size[:, 1])[np.cumsum(begins) - 1]
    return made


def covers_of(parcels: Shapes, tolerance_m: float, reach_m: float, size: int = STRIP, cores: int = 2) -> list[Cover]:
    """The cover of each strip (`_strips`)."""
    strips = list(_strips(parcels, reach_m, size))
    with ThreadPoolExecutor(cores) as pool:
        return list(pool.map(partial(_cover, parcels, tolerance_m), strips))


def _cover(parcels: Shapes, tolerance_m: float, strip: Strip) -> Cover:
    numbers, low, high = strip
    some = parcels.take(numbers)
    corners = Corners(some.xy, tolerance_m)
    return Cover(numbers, corners.own, _single_sides(some, corners.own, max(len(corners), 1)), low, high)


def _strips(parcels: Shapes, reach_m: float, size: int) -> Iterator[Strip]:
    """Numbers of the parcels in or near strips from west to east, of about `size` parcels each, and where a strip begins and
    ends: corners and sides of all parcels at once would be held several times over."""
    boxes = parcels.boxes
    known = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    count = max(-(-len(known) // size), 1)
    cuts = np.quantile(boxes[known, 0], np.linspace(0, 1, count + 1)) if known.size else np.zeros(2)
    cuts[0], cuts[-1] = -np.inf, np.inf
    for low, high in pairwise(cuts.tolist()):
        yield known[(boxes[known, 0] <= high + reach_m) & (boxes[known, 2] >= low - reach_m)], low, high


def _gaps_of(parcels: Shapes, cover: Cover, *, tolerance_m: float, reach_m: float) -> Floats:
    """(n, 5) rows of parcel of the corner, parcel of the side, distance, place."""
    found, numbers = [np.empty((0, 5))], cover.numbers
    some = parcels.take(numbers)
    for segments, points in _tiles(some.xy, cover.sides, reach_m):
        found.append(_misses(some, cover.corner, segments, points, tolerance_m, reach_m))
    rows = np.concatenate(found)
    rows = rows[cover.holds(rows[:, 3])]
    rows[:, 0], rows[:, 1] = numbers[rows[:, 0].astype(np.int64)], numbers[rows[:, 1].astype(np.int64)]
    return rows


def _single_sides(parcels: Shapes, corner: Corner, base: int) -> Ints:
    """Coordinates (their numbers) at which a side begins that only one parcel has."""
    keys = side_keys(parcels, corner, base)
    order = np.argsort(keys)
    ordered = keys[order]
    alone = np.ones(len(keys), dtype=bool)
    alone[1:] &= ordered[1:] != ordered[:-1]
    alone[:-1] &= ordered[1:] != ordered[:-1]
    return np.sort(order[alone & (ordered >= 0)])


def _tiles(xy: Floats, sides: Ints, reach_m: float) -> Iterator[tuple[Ints, Ints]]:
    """Strips from west to east: sides that reach into the strip, and the ends of sides that lie in it."""
    ends = distinct(np.concatenate((sides, sides + 1)))
    strips = max(-(-len(sides) // TILE_SIDES), 1)
    cuts = np.quantile(xy[ends, 0], np.linspace(0, 1, strips + 1)) if ends.size else np.zeros(2)
    cuts[0], cuts[-1] = -np.inf, np.inf
    west = np.minimum(xy[sides, 0], xy[sides + 1, 0]) - reach_m
    east = np.maximum(xy[sides, 0], xy[sides + 1, 0]) + reach_m
    for low, high in pairwise(cuts.tolist()):
        yield sides[(west < high) & (east >= low)], ends[(xy[ends, 0] >= low) & (xy[ends, 0] < high)]


def _misses(
    parcels: Shapes, corner: Corner, segments: Ints, points: Ints, tolerance_m: float, reach_m: float
) -> Floats:
    """(n, 5) rows of parcel of the corner, parcel of the side, distance, place."""
    xy, owner = parcels.xy, parcels.part_feature[parcels.xy_part]
    _, first = np.unique(corner[points], return_index=True)
    points = points[first]
    points = points[~_crowded(xy[points], reach_m)]
    lines = np.asarray(
        shapely.linestrings(np.stack((xy.take(segments, axis=0), xy.take(segments + 1, axis=0)), axis=1)), dtype=object
    )
    tree = shapely.STRtree(lines)
    found = [np.empty((0, 5))]
    for first_of in range(0, len(points), AT_ONCE):
        some = points[first_of : first_of + AT_ONCE]
        low, high = xy[some] - reach_m, xy[some] + reach_m
        p, s = tree.query(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
        p, s = some[p], segments[s]
        apart = (corner[p] != corner[s]) & (corner[p] != corner[s + 1]) & (owner[p] != owner[s])
        p, s = p[apart], s[apart]
        distance = _distance(xy.take(p, axis=0), xy.take(s, axis=0), xy.take(s + 1, axis=0))
        miss = (distance > tolerance_m) & (distance <= reach_m)
        p, s = p[miss], s[miss]
        found.append(np.column_stack((owner[p], owner[s], distance[miss], xy[p])))
    return np.concatenate(found)


def _crowded(at: Floats, reach_m: float) -> NDArray[np.bool_]:
    """(n,) whether a point stands in a square of the reach with more than CROWD others."""
    square = np.floor((at - at.min(axis=0, initial=np.inf)) / reach_m).astype(np.int64)
    _, inverse, count = np.unique(square[:, 0] << 31 | square[:, 1], return_inverse=True, return_counts=True)
    return np.asarray(count[inverse] > CROWD)


def _distance(point: Floats, a: Floats, b: Floats) -> Floats:
    """(n,) from each point to its segment."""
    along = b - a
    length2 = np.maximum(_dot(along, along), 1e-12)
    t = np.clip(_dot(point - a, along) / length2, 0, 1)
    away = point - (a + along * t[:, None])
    return np.asarray(np.hypot(away[:, 0], away[:, 1]), dtype=np.float64)


def _dot(a: Floats, b: Floats) -> Floats:
    made: Floats = a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1]
    return made
