"""What a hostile or a broken delivery may cost: work grows with its size, not with its square. Measured in time of the CPU."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import shapely

from gis.boundaries import Boundaries
from gis.gaps import gaps
from gis.holes import holes
from gis.shapes import shapes_of
from gis.topology import overlaps

MOST = 50
SECONDS = 6.0
"""Each took several times as long, or did not end, while work grew with the square."""


@contextmanager
def soon() -> Iterator[None]:
    before = time.process_time()
    yield
    assert time.process_time() - before < SECONDS


def _star(vertices: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)[::-1]
    radius = 150 + 20 * np.sin(turn * vertices / 2)
    return np.column_stack((radius * np.cos(turn), radius * np.sin(turn))) + 5000


def test_thousands_of_points_on_the_sides_of_one_parcel() -> None:
    ring = _star(6000)
    middles = (ring + np.roll(ring, -1, axis=0)) / 2
    with soon():
        boundaries = Boundaries(shapes_of(np.array([shapely.Polygon(ring)], dtype=object)))
        points = np.vstack((middles, middles * 1.01))
        met = boundaries.corners_met(points)
        off = boundaries.points_off_parcel(points, np.zeros(12000, dtype=np.int64), met)
    assert not off[:6000].any()
    assert off[6000:].mean() > 0.9


def test_lines_of_a_parcel_that_crosses_itself_everywhere() -> None:
    ring = np.random.default_rng(0).random((3000, 2)) * 300 + 5000
    line = shapely.LineString([(5010, 5010), (5020, 5030)])
    with soon():
        boundaries = Boundaries(shapes_of(np.array([shapely.Polygon(ring)], dtype=object)))
        boundaries.lines_off(shapes_of(np.array([line] * 50, dtype=object)), np.zeros(50, dtype=np.int64))


def test_thousands_of_slivers_packed_on_one_another() -> None:
    slivers = [shapely.box(5000 + n * 1e-4, 5000, 5000 + n * 1e-4 + 5e-3, 5020) for n in range(20_000)]
    apart = [shapely.box(6000, 0, 6010, 10), shapely.box(6010.05, 0, 6020, 10)]
    with soon():
        found = gaps(shapes_of(np.array(slivers + apart, dtype=object)), wide_m=0.3)
    assert {(20_000, 20_001), (20_001, 20_000)} == set(zip(found.i.tolist(), found.j.tolist(), strict=True))


def test_hundreds_of_parcels_on_one_place() -> None:
    one = shapely.Polygon(_star(60))
    apart = [shapely.box(x, 0, x + 2, 2) for x in (0, 1)]
    with soon():
        found = overlaps(np.array([one] * 900 + apart, dtype=object), 1.0, most=MOST)
    assert np.bincount(found.i).max() <= MOST
    assert set(found.more.tolist()) == set(range(900 - MOST - 1))
    assert (900, 901) in set(zip(found.i.tolist(), found.j.tolist(), strict=True))


def test_a_parcel_over_a_whole_village_hides_no_other_overlap() -> None:
    """It meets more others than are listed; those among the others are all found."""
    grid = [shapely.box(10 * x, 10 * y, 10 * x + 11, 10 * y + 8) for x in range(20) for y in range(20)]
    found = overlaps(np.array([shapely.box(0, 0, 210, 210), *grid], dtype=object), 1.0, most=MOST)
    assert found.more.tolist() == [0]
    assert np.count_nonzero(found.i == 0) == MOST
    assert np.count_nonzero(found.i > 0) == 19 * 20


def test_a_parcel_with_thousands_of_holes() -> None:
    number = np.arange(6000)
    x, y = 5000 + (number % 80) * 2.0, 5000 + (number // 80) * 2.0
    rings = [[(a, b), (a + 1, b), (a + 1, b + 1), (a, b + 1), (a, b)] for a, b in zip(x, y, strict=True)]
    shell = [(4990, 4990), (4990, 5500), (5500, 5500), (5500, 4990)]
    shapes = shapes_of(np.array([shapely.Polygon(shell, rings), shapely.box(5510, 4990, 5520, 5000)], dtype=object))
    with soon():
        found = holes(shapes, least_m2=0.5, most_m2=20.0)
    assert len(found) == 6000
    assert np.allclose(found.area_m2, 1.0)
