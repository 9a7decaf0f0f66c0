"""Shapes as a file holds them: coordinate arrays with offsets, before anything is closed, ordered or repaired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geoms = NDArray[np.object_]
Mask = NDArray[np.bool_]

HUGE_M = 1e8
"""A coordinate beyond this is no place on earth in metres; such a shape is kept as numbers, and no geometry is made."""


@dataclass(frozen=True)
class Shapes:
    """n shapes. kind: "polygon", "line" or "point". xy: (p, 2), (east, north). part_starts: (r + 1,) into xy.
    feature_starts: (n + 1,) into the parts. A null shape has no part, a point has one part of one coordinate. strays: as they were
    read, those of another kind than the rest, by number; they are null.

    Compares by identity: arrays have no truth value.
    """

    kind: str
    xy: Floats
    part_starts: Ints
    feature_starts: Ints
    strays: Mapping[int, str] = field(default_factory=dict)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __len__(self) -> int:
        return len(self.feature_starts) - 1

    @cached_property
    def part_sizes(self) -> Ints:
        """(r,) coordinates of each part."""
        return np.diff(self.part_starts)

    @cached_property
    def part_feature(self) -> Ints:
        """(r,) the shape that each part belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.feature_starts))

    @cached_property
    def xy_part(self) -> Ints:
        """(p,) the part that each coordinate belongs to."""
        return np.repeat(np.arange(len(self.part_sizes)), self.part_sizes)

    @cached_property
    def sound(self) -> Mask:
        """(p,) which coordinates are finite and not huge."""
        return on_earth(self.xy)

    @cached_property
    def usable(self) -> Mask:
        """(n,) which shapes a geometry can be made of: not null, finite, not huge, enough points in each part."""
        least = {"polygon": 3, "line": 2, "point": 1}[self.kind]
        part_bad = self.part_sizes < least
        part_bad[self.xy_part[~self.sound]] = True
        usable = np.diff(self.feature_starts) > 0
        usable[self.part_feature[part_bad]] = False
        return usable

    @cached_property
    def boxes(self) -> Floats:
        """(n, 4) least x, least y, greatest x, greatest y; NaN where not `usable`."""
        made = np.full((len(self), 4), np.nan)
        rows = np.flatnonzero(self.usable)
        if rows.size:
            starts = self.part_starts[self.feature_starts]
            ends = np.column_stack((starts[rows], starts[rows + 1])).ravel()
            padded = np.concatenate((self.xy, self.xy[-1:]))  # reduceat wants each place to exist
            made[rows, :2] = np.minimum.reduceat(padded, ends)[::2]
            made[rows, 2:] = np.maximum.reduceat(padded, ends)[::2]
        return made

    @cached_property
    def geoms(self) -> Geoms:
        """(n,) shapely geometries, None where not `usable`. Rings are closed where they were not; a polygon of one
        ring keeps its direction, one of several rings is put together by their directions and who holds whom."""
        made = np.full(len(self), None, dtype=object)
        if self.kind == "point":
            made[self.usable] = shapely.points(self.xy[self.part_starts[self.feature_starts[:-1][self.usable]]])
            return made
        single = self.usable & (np.diff(self.feature_starts) == 1)
        parts = self.feature_starts[:-1][single]
        starts, sizes = self.part_starts[:-1][parts], self.part_sizes[parts]
        xy = self.xy.take(ranges(starts, sizes), axis=0) if len(parts) != len(self.part_sizes) else self.xy
        indices = np.repeat(np.arange(len(parts)), sizes)
        if self.kind == "line":
            made[single] = shapely.linestrings(xy, indices=indices)
        else:
            made[single] = shapely.polygons(shapely.linearrings(xy, indices=indices))
        several = np.flatnonzero(self.usable & ~single)
        if self.kind == "polygon":
            held = self._with_holes(several)
            made[several] = held
            several = several[shapely.is_missing(held)]
        for index in several:
            made[index] = self._several_parts(int(index))
        return made

    def parts(self, index: int) -> list[Floats]:
        """The parts of one shape, each (k, 2)."""
        first, last = self.feature_starts[index], self.feature_starts[index + 1]
        return [self.xy[self.part_starts[p] : self.part_starts[p + 1]] for p in range(first, last)]

    def take(self, features: Ints) -> Shapes:
        """Some of the shapes only, by number."""
        per_feature = np.diff(self.feature_starts)[features]
        parts = ranges(self.feature_starts[features], per_feature)
        sizes = self.part_sizes[parts]
        xy = self.xy.take(ranges(self.part_starts[parts], sizes), axis=0)  # of rows several times as fast as by index
        return Shapes(self.kind, xy, offsets(sizes), offsets(per_feature))

    def span(self, first: int, last: int) -> Shapes:
        """Shapes first to last - 1; coordinates are shared, not copied."""
        features = self.feature_starts[first : last + 1]
        parts = self.part_starts[features[0] : features[-1] + 1]
        return Shapes(self.kind, self.xy[parts[0] : parts[-1]], parts - parts[0], features - features[0])

    def _with_holes(self, features: Ints) -> Geoms:
        """Polygons whose first ring is the largest and the only one of its way, with the others in it; None for others.
        What `_polygon_of_rings` would make of them, many at a time."""
        some = self.take(features)
        made = np.full(len(features), None, dtype=object)
        if not features.size:
            return made
        rings = np.asarray(shapely.linearrings(some.xy, indices=some.xy_part), dtype=object)
        first = some.feature_starts[:-1]
        ways, solid = np.asarray(shapely.is_ccw(rings)), np.asarray(shapely.polygons(rings), dtype=object)
        area = np.asarray(shapely.area(solid))
        hole = np.ones(len(rings), dtype=bool)
        hole[first] = False
        shell = first[some.part_feature]
        begin = some.xy[some.part_starts[:-1]]
        sound = (ways != ways[shell]) & (area < area[shell])
        sound[hole] &= shapely.intersects_xy(solid[shell[hole]], begin[hole, 0], begin[hole, 1])
        usual = np.asarray(np.logical_and.reduceat(sound | ~hole, first), dtype=bool)
        chosen = usual[some.part_feature]
        made[usual] = shapely.polygons(rings[chosen], indices=np.cumsum(usual)[some.part_feature[chosen]] - 1)
        return made

    def _several_parts(self, index: int) -> Any:
        if self.kind == "line":
            return shapely.MultiLineString(self.parts(index))
        return _polygon_of_rings([shapely.linearrings(part) for part in self.parts(index)])


def _polygon_of_rings(rings: Sequence[Any]) -> Any:
    """The largest ring is an outer one; those that run its way are outer too, the others are holes, since a shapefile
    has outer rings clockwise and a GeoPackage the other way. A hole belongs to the smallest outer ring that holds its
    first point, and is an outer ring of its own when none does."""
    ways = shapely.is_ccw(rings)
    way = ways[np.argmax(shapely.area(shapely.polygons(rings)))]
    outer = [ring for ring, own in zip(rings, ways, strict=True) if own == way]
    solid = shapely.polygons(outer)
    areas = shapely.area(solid)
    shapely.prepare(solid)
    holes: dict[int, list[Any]] = {i: [] for i in range(len(outer))}
    lonely = []
    for ring in (r for r in rings if not any(r is o for o in outer)):
        holding = np.flatnonzero(shapely.intersects_xy(solid, *shapely.get_coordinates(ring)[0]))
        if holding.size:
            holes[int(holding[np.argmin(areas[holding])])].append(ring)
        else:
            lonely.append(ring)
    polygons = [shapely.Polygon(o, holes[i]) for i, o in enumerate(outer)] + [shapely.Polygon(r) for r in lonely]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def concatenated(several: Sequence[Shapes]) -> Shapes:
    """Shapes of one kind one after another. Raises ValueError for none, or for several kinds."""
    if len({shapes.kind for shapes in several}) != 1:
        raise ValueError([shapes.kind for shapes in several])
    return Shapes(
        several[0].kind,
        np.concatenate([shapes.xy for shapes in several]),
        offsets(np.concatenate([shapes.part_sizes for shapes in several])),
        offsets(np.concatenate([np.diff(shapes.feature_starts) for shapes in several])),
    )


def both(flags: Mask) -> Mask:
    """(n, 2) to (n,): where both are set. NumPy is several times slower along so short an axis."""
    return np.asarray(flags[:, 0] & flags[:, 1])


def on_earth(xy: Floats) -> Mask:
    """(n,) which places are finite and not huge. Compared on either side: absolute values would be as large as the places."""
    return both((xy < HUGE_M) & (xy > -HUGE_M))


def ranges(starts: Ints, sizes: Ints) -> Ints:
    """The numbers start, start + 1, ... of several ranges one after another; shape (sizes.sum(),)."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if ends.size else 0
    shift = starts - (ends - sizes)
    made: Ints = np.arange(total, dtype=np.int64) + np.repeat(shift, sizes)
    return made


def offsets(sizes: NDArray[Any]) -> Ints:
    """(n,) sizes to (n + 1,) offsets that begin with 0."""
    made = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=made[1:])
    return made


KINDS = ("polygon", "line", "point")
_OF_TYPE = np.array([2, 1, 1, 0, 2, 1, 0, 0])
"""By shapely's number of a type of geometry, single or multiple: its kind, by number."""


def shapes_of(geoms: Geoms, more_polygons: int = 0) -> Shapes:
    """Shapely polygons (or lines, or points; None and empty allowed) as arrays; the kind is that of most of them, and what is of
    another is a stray. more_polygons: how many that no geometry could be made of count with them.
    """
    known = np.flatnonzero(~(shapely.is_missing(geoms) | shapely.is_empty(geoms)))
    kinds = _OF_TYPE[shapely.get_type_id(geoms[known])]
    counts = np.bincount(kinds, minlength=len(KINDS))
    counts[0] += more_polygons
    most = int(np.argmax(counts))
    kind = KINDS[most]
    strays = {int(row): KINDS[of] for row, of in zip(known[kinds != most], kinds[kinds != most], strict=True)}
    if strays:
        geoms = geoms.copy()
        geoms[list(strays)] = None
    if kind == "polygon":
        polygons, owner = shapely.get_parts(geoms, return_index=True)
        parts, polygon = shapely.get_rings(polygons, return_index=True)
        feature = owner[polygon]
    else:
        parts, feature = shapely.get_parts(geoms, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    part_starts = offsets(np.bincount(part, minlength=len(parts)))
    return Shapes(kind, xy, part_starts, offsets(np.bincount(feature, minlength=len(geoms))), strays)
