"""How parcels lie to one another and in their village: overlaps, narrow gaps, parcels outside, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import shapely

from gis.shapes import Floats, Geoms, Ints, Shapes

TILE = 25_000
"""Parcels whose geometries, index and prepared forms a thread holds at one time."""
PAIRS = 250_000
"""Pairs of boxes that a thread holds at one time."""
Strip = tuple[Ints, float, float]
"""Parcels in a strip, and where it begins and ends."""
Met = tuple[Ints, Ints, Floats, Floats]


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pairs of parcels with a common interior: i < j, (n,) each, ordered; area_m2 on the plane; x, y a place in it.
    more: parcels that overlap with more others behind them than were asked for."""

    i: Ints
    j: Ints
    area_m2: Floats
    x: Floats
    y: Floats
    more: Ints

    def __len__(self) -> int:
        return len(self.i)


@dataclass(frozen=True, eq=False)
class Outside:
    """Parcels that reach out of their container: i, the area outside in m², x, y a place outside."""

    i: Ints
    area_m2: Floats
    x: Floats
    y: Floats

    def __len__(self) -> int:
        return len(self.i)


def overlaps(parcels: Geoms | Shapes, min_area_m2: float, *, most: int = 1_000_000, cores: int = 2) -> Overlaps:
    """Every pair of parcels that share more than `min_area_m2` of ground.

    parcels: polygons of one zone, as geometries or as shapes (then only a tile of them is held as geometries at one
    time). None and empty ones have no part in it; a self-crossing one counts by the ground it encloses. most: pairs
    told of one parcel and those behind it, since a heap of parcels on one place has pairs without end.
    Time grows with the number of parcels, as far as each has few neighbours or `most` is low. Boxes come from an STRtree; whether
    interiors meet is asked of GEOS's prepared relate, and only those that do are intersected: a strip on each of `cores` threads.
    """
    with ThreadPoolExecutor(cores) as pool:
        found = pool.map(partial(_overlaps_of, parcels, min_area_m2, most), _strips(parcels))
        rows = np.concatenate([np.empty((0, 5)), *found])
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    i, j = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    rank = _rank(i)
    kept, more = rank < most, np.unique(i[rank == most])
    return Overlaps(i[kept], j[kept], rows[kept, 2], rows[kept, 3], rows[kept, 4], more)


def outside(geoms: Geoms, containers: Geoms, owner: Ints, min_area_m2: float, *, cores: int = 2) -> Outside:
    """Parcels of which more than `min_area_m2` lies outside their own container (village, county).

    owner: (n,) which container each parcel belongs to, -1 for one that has none, which is passed over. A parcel in
    the midst of its container is told by the container's prepared form alone.
    """
    containers = _valid(containers)
    asked = np.flatnonzero((owner >= 0) & ~shapely.is_missing(geoms))
    asked = asked[~shapely.is_missing(containers[owner[asked]])]
    asked = asked[np.argsort(owner[asked], kind="stable")]

    def leaving(rows: Ints) -> tuple[Ints, Floats, Floats]:
        own = _copied(containers)
        shapely.prepare(own)
        rows = rows[~shapely.contains_properly(own[owner[rows]], geoms[rows])]
        rows = rows[~shapely.covers(own[owner[rows]], geoms[rows])]
        rest = shapely.difference(_valid(geoms[rows]), own[owner[rows]])
        area = np.asarray(shapely.area(rest), dtype=np.float64)
        out = area > min_area_m2
        return rows[out], area[out], shapely.get_coordinates(shapely.point_on_surface(rest[out]))

    with ThreadPoolExecutor(cores) as pool:
        parts = list(pool.map(leaving, np.array_split(asked, cores)))
    i = np.concatenate([part[0] for part in parts])
    area, place = np.concatenate([part[1] for part in parts]), np.concatenate([part[2] for part in parts])
    order = np.argsort(i)
    return Outside(i[order], area[order], place[order, 0], place[order, 1])


def _overlaps_of(parcels: Geoms | Shapes, min_area_m2: float, most: int, strip: Strip) -> Floats:
    """(n, 5) rows of two parcels, area and place."""
    numbers, low, high = strip
    # A prepared geometry builds its parts at first use: each strip, on a thread of its own, has geometries of its own.
    geoms = parcels.take(numbers).geoms if isinstance(parcels, Shapes) else _copied(parcels[numbers])
    geoms = _valid(geoms)
    shapely.prepare(geoms)
    found = [np.empty((0, 5))]
    for i, j in _box_pairs(geoms, min_area_m2, low, high):
        own, other, area, place = _meet(geoms, i, j, min_area_m2, most)
        a, b = numbers[own], numbers[other]
        found.append(np.column_stack((np.minimum(a, b), np.maximum(a, b), area, place)))
    return np.concatenate(found)


def _meet(geoms: Geoms, i: Ints, j: Ints, min_area_m2: float, most: int) -> Met:
    """Of some pairs those that share ground: (i, j, area, place). Of a parcel with many partners first as many are
    looked at as are told; the others only where these are not enough."""
    first = _rank(i) <= most
    found = _share(geoms, i[first], j[first], min_area_m2)
    if first.all():
        return found
    named, times = np.unique(found[0], return_counts=True)
    rest = ~first & ~np.isin(i, named[times > most])
    more = _share(geoms, i[rest], j[rest], min_area_m2)
    return tuple(np.concatenate(parts) for parts in zip(found, more, strict=True))  # type: ignore[return-value]


def _share(geoms: Geoms, i: Ints, j: Ints, min_area_m2: float) -> Met:
    same = shapely.equals_identical(geoms[i], geoms[j])
    alike, other = np.flatnonzero(same), np.flatnonzero(~same)
    other = other[shapely.relate_pattern(geoms[i[other]], geoms[j[other]], "T********")]
    rows = np.concatenate((alike, other))
    common = np.concatenate((geoms[i[alike]], shapely.intersection(geoms[i[other]], geoms[j[other]])))
    area = np.asarray(shapely.area(common), dtype=np.float64)
    large = area > min_area_m2
    place = shapely.get_coordinates(shapely.point_on_surface(common[large]))
    return i[rows[large]], j[rows[large]], area[large], place


def _rank(i: Ints) -> Ints:
    """(n,) how many entries before have the same number; `i` has equal numbers side by side."""
    begins = np.ones(len(i), dtype=bool)
    np.not_equal(i[1:], i[:-1], out=begins[1:])
    return np.arange(len(i)) - np.maximum.accumulate(np.where(begins, np.arange(len(i)), 0))


def _box_pairs(geoms: Geoms, min_area_m2: float, low: float, high: float) -> Iterator[tuple[Ints, Ints]]:
    """Pairs whose boxes share more than the area asked for, and meet first, from the west, in [low, high): of some
    parcels at a time, as many as have about PAIRS of them."""
    tree, box = shapely.STRtree(geoms), shapely.bounds(geoms)
    first, step = 0, 500
    while first < len(geoms):
        i, j = tree.query(geoms[first : first + step])
        i = i + first
        done, first = min(step, len(geoms) - first), first + step
        step = int(np.clip(PAIRS * done / max(len(i), 1), 50, TILE))
        once = i < j
        i, j = i[once], j[once]
        west = np.maximum(box[i, 0], box[j, 0])
        width = np.minimum(box[i, 2], box[j, 2]) - west
        height = np.minimum(box[i, 3], box[j, 3]) - np.maximum(box[i, 1], box[j, 1])
        kept = (width * height > min_area_m2) & (west >= low) & (west < high)
        yield i[kept], j[kept]


def _strips(parcels: Geoms | Shapes) -> Iterator[Strip]:
    """Strips from west to east of about TILE parcels: numbers of all parcels that touch the strip, and the strip's bounds; a
    parcel over several strips is in each."""
    boxes = parcels.boxes if isinstance(parcels, Shapes) else np.asarray(shapely.bounds(parcels), dtype=np.float64)
    known = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    strips = max(-(-len(known) // TILE), 1)
    cuts = np.quantile(boxes[known, 0], np.linspace(0, 1, strips + 1)) if known.size else np.zeros(2)
    cuts[0], cuts[-1] = -np.inf, np.inf
    for low, high in pairwise(cuts.tolist()):
        yield known[(boxes[known, 0] < high) & (boxes[known, 2] >= low)], low, high


def _copied(geoms: Geoms) -> Geoms:
    """The same geometries, each an object of its own."""
    return np.asarray(shapely.set_srid(geoms, shapely.get_srid(geoms)), dtype=object)


def _valid(geoms: Geoms) -> Geoms:
    """The same geometries, invalid ones made valid: by what they enclose."""
    valid = shapely.is_valid(geoms) | shapely.is_missing(geoms)
    if not valid.all():
        geoms = geoms.copy()
        geoms[~valid] = shapely.make_valid(geoms[~valid])
    return geoms
