"""Ground that parcels enclose and none of them covers: the holes in a village's cover, told from its free sides."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.boundaries import Corner
from gis.gaps import Cover, covers_of
from gis.shapes import Floats, Ints, Shapes, offsets

LONGEST = 10
"""A hole has at most 2 to this many sides; larger rings are roads and the world outside."""
LARGE = 1_000
"""Vertices from which on a parcel is kept, since many holes may ask for it."""
THIN_M = 0.001
REACH_M = 50.0
SLACK = 1e-4
"""Turns by which a side may run back over the one before: a corner of one parcel in the midst of another's side."""


@dataclass(frozen=True, eq=False)
class Holes:
    """i, j: two of the parcels around a hole (the same one twice where it alone is), area_m2, x, y a place in it."""

    i: Ints
    j: Ints
    area_m2: Floats
    x: Floats
    y: Floats

    def __len__(self) -> int:
        return len(self.i)


def holes(
    parcels: Shapes,
    covers: Sequence[Cover] | None = None,
    *,
    least_m2: float,
    most_m2: float,
    tolerance_m: float = 0.002,
    cores: int = 2,
) -> Holes:
    """Holes of more than `least_m2` and at most `most_m2` between parcels that meet in common corners.

    Sides that one parcel alone has are walked with the free ground at the left hand. Rings that close are the outline of
    the cover and its holes, told apart by the sign of their area; all of it is sorting, so that millions of sides cost no
    more than a second or two. Only what is small is then made a shape, to see that no parcel lies in it. covers: of these
    parcels, REACH_M wide around each strip, where they are made already.
    """
    covers = covers_of(parcels, tolerance_m, REACH_M) if covers is None else covers
    with ThreadPoolExecutor(cores) as pool:
        found = pool.map(partial(_holes_of, parcels, area=(least_m2, most_m2)), covers)
        rows = np.unique(np.concatenate([np.empty((0, 5)), *found]), axis=0)
    return Holes(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2], rows[:, 3], rows[:, 4])


def _holes_of(parcels: Shapes, cover: Cover, *, area: tuple[float, float]) -> Floats:
    """(n, 5) rows of two parcels, area and place."""
    numbers, corner, sides = cover.numbers, cover.corner, cover.sides
    parcels = parcels.take(numbers)
    owner = parcels.part_feature[parcels.xy_part[sides]]
    turned = (_twice_area(parcels) > 0)[owner]
    begin, end = np.where(turned, sides + 1, sides), np.where(turned, sides, sides + 1)
    following = _following(parcels.xy, corner, begin, end)
    made, ground = [], _Ground(parcels)
    for ring in _small_rings(parcels.xy, begin, end, following, area):
        shape = shapely.make_valid(shapely.Polygon(parcels.xy[begin[ring]]))
        within = ground.within(shape)
        if len(within):
            shape = shapely.difference(shape, shapely.union_all(within))
        size = float(shapely.area(shape))
        if area[0] < size <= area[1]:
            around = np.unique(owner[ring])
            place = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
            made.append((numbers[around[0]], numbers[around[-1]], size, *place))
    rows = np.array(made, dtype=np.float64).reshape(-1, 5)
    return rows[cover.holds(rows[:, 3])]


def _twice_area(parcels: Shapes) -> Floats:
    """(n,) twice the area of each shape, above nought where its outer ring runs against the clock."""
    xy = parcels.xy - (parcels.xy.mean(axis=0) if len(parcels.xy) else 0)
    inside = parcels.xy_part[1:] == parcels.xy_part[:-1]
    cross = np.where(inside, xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1], 0)
    owner = parcels.part_feature[parcels.xy_part[:-1]]
    return np.asarray(np.bincount(owner, weights=cross, minlength=len(parcels)), dtype=np.float64)


def _following(xy: Floats, corner: Corner, begin: Ints, end: Ints) -> Ints:
    """For each side the one with which the free ground at its left goes on, itself where none does: at its end the first
    that goes out, clockwise from where it came."""
    if not len(begin):
        return np.zeros(0, dtype=np.int64)
    out = xy.take(end, axis=0) - xy.take(begin, axis=0)
    turn = np.arctan2(out[:, 1], out[:, 0]) / (2 * np.pi) % 1.0
    order = np.lexsort((turn, corner[begin]))
    keys = corner[begin][order] + turn[order]
    at, back = corner[end], (turn + 0.5 + SLACK) % 1.0
    place = np.searchsorted(keys, at + back, side="left") - 1
    begins = offsets(np.bincount(corner[begin]))
    first, last = begins.take(at, mode="clip"), begins.take(at + 1, mode="clip") - 1
    place = np.where(place < first, last, place)
    there = last >= first
    return np.where(there, order[np.clip(place, 0, len(order) - 1)], np.arange(len(begin)))


def _small_rings(xy: Floats, begin: Ints, end: Ints, following: Ints, area: tuple[float, float]) -> list[Ints]:
    """The sides of each ring, in order, that runs against the clock and whose area is in bounds."""
    label, onward = np.arange(len(following)), following
    for _ in range(LONGEST):
        label, onward = np.minimum(label, label[onward]), onward[onward]
    broken = np.zeros(len(following), dtype=bool)
    broken[label[label != label[following]]] = True
    broken[label[label[following] != label]] = True
    centre = xy[begin[label]] if len(label) else xy[:0]
    a, b = xy[begin] - centre, xy[end] - centre
    size = np.bincount(label, weights=a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1], minlength=len(label)) / 2
    chosen: NDArray[np.intp] = np.flatnonzero((size > area[0]) & (size <= area[1]) & ~broken)
    return [ring for first in chosen.tolist() if (ring := _walk(following, first)).size >= 3]


def _walk(following: Ints, first: int) -> Ints:
    """The sides from one on until it comes again; none where it does not."""
    ring, side = [first], int(following[first])
    while side != first and len(ring) <= 1 << LONGEST:
        ring.append(side)
        side = int(following[side])
    return np.array(ring if side == first else [], dtype=np.int64)


class _Ground:
    """Parcels as valid geometries, made when they are asked for; large ones once, and prepared."""

    def __init__(self, parcels: Shapes) -> None:
        self.parcels = parcels
        self.boxes = parcels.boxes
        self.made: dict[int, shapely.Geometry] = {}

    def within(self, shape: shapely.Geometry) -> list[shapely.Geometry]:
        """What parcels cover of a shape's own box, of those that share ground with the shape."""
        west, south, east, north = shapely.bounds(shape)
        box = self.boxes
        rows = np.flatnonzero((box[:, 0] < east) & (box[:, 2] > west) & (box[:, 1] < north) & (box[:, 3] > south))
        core = shapely.buffer(shape, -THIN_M)
        near = [geom for row in rows.tolist() if self._reaches(geom := self._geom(row), shape, core)]
        return [shapely.clip_by_rect(geom, west - 1, south - 1, east + 1, north + 1) for geom in near]

    @staticmethod
    def _reaches(geom: shapely.Geometry, shape: shapely.Geometry, core: shapely.Geometry) -> bool:
        """Whether they share ground; a large one is asked for more than a hair's breadth, which its index tells."""
        if shapely.is_prepared(geom) and not shapely.is_empty(core):
            return bool(shapely.intersects(geom, core))
        return bool(shapely.relate_pattern(geom, shape, "T********"))

    def _geom(self, row: int) -> shapely.Geometry:
        if row in self.made:
            return self.made[row]
        geom: shapely.Geometry = shapely.make_valid(self.parcels.take(np.array([row])).geoms)[0]
        if shapely.get_num_coordinates(geom) > LARGE:
            shapely.prepare(geom)
            self.made[row] = geom
        return geom
