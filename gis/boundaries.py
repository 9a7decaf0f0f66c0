"""Boundary points and lines held against the parcels they bound: which lie off them, and which are missing.

The corners of all parcels become one numbered set, two corners within the tolerance being one; points and lines may
then be streamed past it in batches of any size.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.shapes import Floats, Geoms, Ints, Mask, Shapes, both, on_earth

Corner = NDArray[np.int32] | Ints
"""Numbers of corners: those of a county fit into 32 bits."""
NONE = -1
_NOTHING: Ints = np.empty(0, dtype=np.int64)
KEYS = 1_000_000
"""Keys that are looked up at one time."""
PARCELS = 20_000
"""Parcels whose boundaries are held at one time."""
TANGLED = 1_000
"""Vertices from which on a boundary is looked at for crossings before a strip is laid around it."""


class Corners:
    """Numbered corners. Cells as wide as the tolerance: a corner is looked for in a point's own cell and the eight
    around it, so that what is at most `tolerance_m` away is found."""

    def __init__(self, xy: Floats, tolerance_m: float) -> None:
        """own: (n,) the number of each of `xy`, NONE for one that is huge or not finite."""
        self.tolerance_m = tolerance_m
        self.own = np.full(len(xy), NONE, dtype=np.int32)
        sound = np.flatnonzero(on_earth(xy))
        xy = xy if len(sound) == len(xy) else xy[sound]
        self.origin = np.floor((xy[:, 0].min(), xy[:, 1].min())) - 1 if len(xy) else np.zeros(2)
        keys = self._keys(self._cells(xy))
        order = np.argsort(keys)  # several times as fast as the stable sort in np.unique
        keys = keys[order]
        fresh = _first_of_each(keys)
        self.own[sound[order]] = np.cumsum(fresh) - 1
        self.keys, starts = keys[fresh], np.flatnonzero(fresh)
        self.xy = xy.take(np.minimum.reduceat(order, starts), axis=0) if len(starts) else xy

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, xy: Floats) -> Ints:
        """(n,) the number of a corner within the tolerance of each point, -1 where there is none."""
        found = np.full(len(xy), NONE, dtype=np.int64)
        if len(self.keys) == 0:
            return found
        asked = np.flatnonzero(on_earth(xy))
        keys = self._keys(self._cells(xy.take(asked, axis=0)))
        for step in _AROUND:
            if asked.size == 0:
                break
            place = np.minimum(np.searchsorted(self.keys, keys + step), len(self.keys) - 1)
            hit = self.keys.take(place) == keys + step
            hit &= both(np.abs(self.xy.take(place, axis=0) - xy.take(asked, axis=0)) <= self.tolerance_m)
            found[asked[hit]] = place[hit]
            asked, keys = asked[~hit], keys[~hit]
        return found

    def _cells(self, xy: Floats) -> Ints:
        return np.floor((xy - self.origin) / self.tolerance_m).astype(np.int64)

    @staticmethod
    def _keys(cells: Ints) -> Ints:
        keys: Ints = (cells[:, 0] << 32) + cells[:, 1]
        return keys


_CELLS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
_AROUND = tuple((east << 32) + north for east, north in _CELLS)
"""From the key of a cell to its own and those of the cells around it."""


class Boundaries:
    """The corners and sides of some parcels, and which of them points and lines have been seen for.

    parcels: polygons. tolerance_m: how far a point may lie from its corner. Points and lines are given in batches to
    `corners_met`, `points_off_parcel` and `lines_off`; what was never met is told by `corners_without_point` and
    `sides_without_line`.
    """

    def __init__(self, parcels: Shapes, tolerance_m: float = 0.01) -> None:
        self.parcels = parcels
        self.corners = Corners(parcels.xy, tolerance_m)
        self._corner_of = self.corners.own
        self._point_seen = np.zeros(len(self.corners), dtype=bool)

    @cached_property
    def _owned(self) -> Ints:
        """Every pair of a parcel and a corner of it, ordered."""
        owner = self.parcels.part_feature[self.parcels.xy_part]
        owner *= self._base
        owner += self._corner_of
        return distinct(owner)

    @cached_property
    def _sides(self) -> Ints:
        """The sides of all parcels, ordered."""
        sides = distinct(self._side_keys(self.parcels, self._corner_of))
        return sides[sides >= 0]

    @cached_property
    def _line_seen(self) -> Mask:
        return np.zeros(len(self._sides), dtype=bool)

    def forget_points(self) -> None:
        """Drop what only points are held against."""
        self.__dict__.pop("_owned", None)

    def corners_met(self, xy: Floats) -> Corner:
        """(n,) the number of the corner on which each of these boundary points lies, of whichever parcel; -1 for none."""
        found = self.corners.find(xy).astype(np.int32)
        self._point_seen[found[found >= 0]] = True
        return found

    def points_off_parcel(self, xy: Floats, parcel: Ints, found: Corner) -> Mask:
        """(n,) which of these points do not lie on the boundary of the parcel (its number) they are said to be of.

        found: the corner of each (`corners_met`), at which the parcel's own are looked for first; a point between two
        corners counts, since a neighbour's corner may lie there.
        """
        off = _places(self._owned, np.where(found < 0, NONE, parcel * self._base + found)) < 0
        rows = np.flatnonzero(off)
        rows = rows[on_earth(xy.take(rows, axis=0))]
        for some, bounds, place in self._bounds(parcel[rows]):
            points = np.asarray(shapely.points(xy[rows[some]]), dtype=object)
            off[rows[some]] = ~shapely.dwithin(bounds[place], points, self.corners.tolerance_m)
        return off

    def lines_off(self, lines: Shapes, parcel: Ints) -> Mask:
        """(n,) which of these boundary lines leave the parcels. A null line does.

        parcel: (n,) one parcel that each line is said to bound, -1 for none known. A line is right when each of its
        stretches is a side of some parcel, or when it runs along that parcel's boundary.
        """
        keys = self._side_keys(lines, self.corners.find(lines.xy))
        place = _places(self._sides, keys)
        hit = place >= 0
        self._line_seen[place[hit]] = True
        owner = lines.part_feature[lines.xy_part]
        stretch = _within_part(lines)
        off = np.asarray(np.bincount(owner[stretch], minlength=len(lines)) == 0, dtype=bool)
        off[owner[stretch & ~hit]] = True
        rows = np.flatnonzero(off & (parcel >= 0) & lines.usable)
        for some, bounds, place in self._bounds(parcel[rows]):
            off[rows[some]] = ~self._along(bounds, place, lines.take(rows[some]).geoms)
        return off

    def corners_without_point(self) -> tuple[Ints, Floats]:
        """(parcel numbers, places) of corners that no boundary point was seen for: each parcel that has one there."""
        bare = ~self._point_seen
        rows = np.flatnonzero((self._corner_of != NONE) & bare[self._corner_of]) if bare.any() else _NOTHING
        owners, corners = self._each_once(rows, self._corner_of[rows].astype(np.int64))
        return owners, self.corners.xy[corners]

    def sides_without_line(self) -> tuple[Ints, Floats]:
        """(parcel numbers, middles) of parcels' sides that no boundary line was seen for: each parcel that has one there."""
        missing = self._sides[~self._line_seen]
        if not missing.size:
            return missing, np.empty((0, 2))
        keys = self._side_keys(self.parcels, self._corner_of)
        # Some keys at a time: of a county's at once what is sorted and compared takes as much as all else together.
        rows = np.concatenate([
            first + np.flatnonzero(_places(missing, keys[first : first + KEYS]) >= 0) for first in range(0, len(keys), KEYS)
        ])  # fmt: skip
        owners, sides = self._each_once(rows, keys[rows])
        return owners, (self.corners.xy[sides // self._base] + self.corners.xy[sides % self._base]) / 2

    def _bounds(self, parcel: Ints) -> Iterator[tuple[Ints, Geoms, Ints]]:
        """Boundaries of the parcels asked for, prepared, some parcels at a time: (rows, boundaries, which is a row's)."""
        order = np.argsort(parcel, kind="stable")
        numbers, begins = np.unique(parcel[order], return_index=True)
        begins = np.append(begins, len(parcel))
        for first in range(0, len(numbers), PARCELS):
            last = min(first + PARCELS, len(numbers))
            bounds = np.asarray(shapely.boundary(self.parcels.take(numbers[first:last]).geoms), dtype=object)
            shapely.prepare(bounds)
            counts = np.diff(begins[first : last + 1])
            yield order[begins[first] : begins[last]], bounds, np.repeat(np.arange(last - first), counts)

    def _along(self, bounds: Geoms, place: Ints, geoms: Geoms) -> Mask:
        """Whether each line keeps within the tolerance of its boundary. One that crosses itself throughout is not held
        against its whole length: a strip around that is larger than can be made."""
        width = self.corners.tolerance_m
        flat = shapely.length(geoms) == 0  # between a corner and itself: a point
        geoms = np.where(flat, shapely.envelope(geoms), geoms)
        near = np.asarray(shapely.dwithin(bounds[place], geoms, width), dtype=bool)
        asked = np.unique(place[near])
        asked = asked[(shapely.get_num_coordinates(bounds[asked]) <= TANGLED) | shapely.is_simple(bounds[asked])]
        strips = np.full(len(bounds), None, dtype=object)
        strips[asked] = shapely.buffer(bounds[asked], width, quad_segs=2)
        shapely.prepare(strips[asked])
        rows = np.flatnonzero(near & np.isin(place, asked) & ~flat)
        near[rows] = shapely.covers(strips[place[rows]], geoms[rows])
        return near

    @property
    def _base(self) -> int:
        return max(len(self.corners), 1)

    def _each_once(self, rows: Ints, things: Ints) -> tuple[Ints, Ints]:
        """Of coordinates, each with a corner or side: every pair of a parcel and such a thing once, in the order of the things."""
        if not rows.size:
            return _NOTHING, _NOTHING
        owners = self.parcels.part_feature[self.parcels.xy_part[rows]]
        order = np.lexsort((owners, things))
        owners, things = owners[order], things[order]
        fresh = np.ones(len(rows), dtype=bool)
        fresh[1:] = (owners[1:] != owners[:-1]) | (things[1:] != things[:-1])
        return owners[fresh], things[fresh]

    def _side_keys(self, shapes: Shapes, corner: Corner) -> Ints:
        return side_keys(shapes, corner, self._base)


def side_keys(shapes: Shapes, corner: Corner, base: int) -> Ints:
    """(p,) for each coordinate the key of the stretch to the next one of its part, either way round; -1 where
    there is none, or one end is no corner, or both ends are the same corner."""
    keys = np.full(len(corner), NONE, dtype=np.int64)
    followed = _within_part(shapes)
    for first in range(
        0, len(corner) - 1, KEYS
    ):  # some at a time: what they are worked out with is as large as they are
        a, b = corner[first : first + KEYS], corner[first + 1 : first + KEYS + 1]
        a = a[: len(b)]
        good = followed[first : first + len(a)] & (a >= 0) & (b >= 0) & (a != b)
        low, high = np.minimum(a, b)[good], np.maximum(a, b)[good]
        keys[first : first + len(a)][good] = low.astype(np.int64) * base + high
    return keys


def _within_part(shapes: Shapes) -> Mask:
    """(p,) whether a coordinate is followed by another one of its part."""
    made = np.ones(len(shapes.xy), dtype=bool)
    filled = shapes.part_sizes > 0
    made[shapes.part_starts[1:][filled] - 1] = False
    return made


def distinct(values: Ints) -> Ints:
    """The different values, ordered, of an array that nobody needs any more: it is sorted itself, since of a county's corners a
    second one is as large as all their coordinates are along one axis. Faster here than the hashing of np.unique."""
    values.sort()
    return values[_first_of_each(values)]


def _first_of_each(ordered: Ints) -> Mask:
    """Where in an ordered array each different value comes first."""
    fresh = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return fresh


def _places(ordered: Ints, asked: Ints) -> Ints:
    """(n,) where each of `asked` stands in the ordered array, -1 for one that does not; -1 never does."""
    if len(ordered) == 0:
        return np.full(len(asked), NONE, dtype=np.int64)
    place = np.minimum(np.searchsorted(ordered, asked), len(ordered) - 1)
    place[(ordered.take(place) != asked) | (asked < 0)] = NONE
    return np.asarray(place, dtype=np.int64)
