from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import topology
from gis.boundaries import Boundaries
from gis.gaps import gaps
from gis.shapes import Geoms, Shapes, concatenated, shapes_of
from gis.topology import outside, overlaps
from tests.unit.gis.kit import shapes, square

Pair = tuple[int, int]


@st.composite
def parcels(draw: st.DrawFn) -> Geoms:
    """Quadrilaterals on a coarse grid: many touch, cross, hold or equal one another; some cross themselves."""
    corner = st.tuples(st.integers(0, 12), st.integers(0, 12))
    made = []
    for _ in range(draw(st.integers(2, 9))):
        ring = draw(st.lists(corner, min_size=3, max_size=5, unique=True))
        polygon = shapely.Polygon(ring)
        made.append(polygon if polygon.area else None)
    return np.array([*made, None], dtype=object)


def brute_force(geoms: Geoms, least: float) -> dict[Pair, float]:
    made = {}
    for i in range(len(geoms)):
        for j in range(i + 1, len(geoms)):
            if geoms[i] is not None and geoms[j] is not None:
                area = shapely.make_valid(geoms[i]).intersection(shapely.make_valid(geoms[j])).area
                if area > least:
                    made[i, j] = area
    return made


def pairs(geoms: Geoms | Shapes, least: float) -> dict[Pair, float]:
    found = overlaps(geoms, least)
    return dict(zip(zip(found.i.tolist(), found.j.tolist(), strict=True), found.area_m2.tolist(), strict=True))


@settings(max_examples=120, deadline=None)
@given(parcels(), st.sampled_from([0.0, 0.5, 7.0]))
def test_overlaps_are_those_that_comparing_every_parcel_with_every_other_finds(geoms: Geoms, least: float) -> None:
    expected = brute_force(geoms, least + 1e-9)
    found = pairs(geoms, least + 1e-9)
    assert found.keys() == expected.keys()
    assert list(found.values()) == pytest.approx([expected[pair] for pair in found])


@settings(max_examples=40, deadline=None)
@given(parcels())
def test_cutting_the_county_into_strips_changes_nothing(geoms: Geoms) -> None:
    whole = pairs(geoms, 1e-9)
    before = topology.TILE
    topology.TILE = 2
    try:
        assert pairs(geoms, 1e-9) == pytest.approx(whole)
        assert pairs(shapes_of(geoms), 1e-9).keys() == whole.keys()
    finally:
        topology.TILE = before


def test_neighbours_that_only_share_a_side_do_not_overlap_and_an_overlap_has_its_place() -> None:
    found = overlaps(shapes([square()], [square(10)], [square(18, 0)]), 0.01)
    assert (found.i.tolist(), found.j.tolist(), found.area_m2.tolist()) == ([1], [2], [20.0])
    assert 18 <= found.x[0] <= 20
    assert 0 <= found.y[0] <= 10


def test_a_parcel_outside_its_village_is_found_with_the_area_and_a_place_outside() -> None:
    villages = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100), None])
    geoms = shapes([square(0, 0)], [square(95, 20)], [square(150, 50)], [square(150, 50)], [square(500)]).geoms
    found = outside(geoms, villages, np.array([0, 0, 1, 0, 2]), 0.01)
    assert (found.i.tolist(), found.area_m2.tolist()) == ([1, 3], [50.0, 100.0])
    assert found.x[0] > 100
    assert len(outside(geoms[:1], villages, np.array([-1]), 0.01)) == 0


def test_a_corner_moved_by_four_centimetres_is_a_gap_and_a_shared_side_or_a_road_is_none() -> None:
    moved = [(10, 0), (10.04, 10), (20, 10), (20, 0), (10, 0)]
    found = gaps(shapes([square()], [moved], [square(20)], [square(30.5)]))
    assert {tuple(pair) for pair in np.column_stack((found.i, found.j)).tolist()} == {(0, 1), (1, 0)}
    assert found.width_m.max() == pytest.approx(0.04)


def test_a_corner_on_a_neighbours_long_side_is_a_gap_only_when_it_misses_the_side() -> None:
    right = [(10, 2), (10, 8), (20, 8), (20, 2), (10, 2)]
    assert len(gaps(shapes([square()], [right]))) == 0
    missed = [(10.05, 2), (10, 8), (20, 8), (20, 2), (10.05, 2)]
    found = gaps(shapes([square()], [missed]))
    assert (found.i.tolist(), found.j.tolist()) == ([1], [0])
    assert (found.x[0], found.width_m[0]) == pytest.approx((10.05, 0.05))


def lines(*ends: list[tuple[float, float]]) -> Shapes:
    return shapes(*([line] for line in ends), kind="line")


def test_boundary_points_and_lines_are_held_against_corners_and_sides() -> None:
    bounds = Boundaries(shapes([square()], [square(10)]), 0.01)
    points = np.array([(0.0, 0.0), (10.004, 10.0), (10.0, 5.0), (3.0, 3.0), (np.nan, 0.0)])
    met = bounds.corners_met(points)
    assert (met < 0).tolist() == [False, False, True, True, True]
    assert bounds.points_off_parcel(points, np.zeros(5, dtype=np.int64), met).tolist() == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert bounds.points_off_parcel(points[:1], np.array([1]), met[:1]).tolist() == [True]
    asked = lines([(0, 0), (0, 10)], [(10, 10), (10, 0), (0, 0)], [(0, 0), (10, 10)], [(0, 2), (0, 8)], [])
    named = np.array([0, 0, 0, 0, 0])
    assert bounds.lines_off(asked, named).tolist() == [False, False, True, False, True]
    assert bounds.lines_off(asked, np.full(5, -1)).tolist() == [False, False, True, True, True]


def test_corners_and_sides_that_nothing_was_delivered_for_are_listed_once() -> None:
    bounds = Boundaries(shapes([square()], [square(10)]), 0.01)
    for start in range(0, 8, 3):
        ring = np.array([*square()[:-1], *square(10)[:-1]])[start : start + 3]
        bounds.corners_met(ring[ring[:, 0] < 20])
    owners, places = bounds.corners_without_point()
    assert (owners.tolist(), sorted(places.tolist())) == ([1, 1], [[20.0, 0.0], [20.0, 10.0]])
    bounds.lines_off(lines(square(), square(10)[1:]), np.array([0, 1]))
    owners, middles = bounds.sides_without_line()
    assert (owners.tolist(), middles.tolist()) == ([], [])


def test_a_bare_corner_and_a_bare_side_are_told_of_every_parcel_that_has_them() -> None:
    bounds = Boundaries(shapes([square()], [square(10)]), 0.01)
    bounds.corners_met(np.array([xy for xy in (*square(), *square(10)) if xy != (10, 10)]))
    owners, places = bounds.corners_without_point()
    assert (owners.tolist(), places.tolist()) == ([0, 1], [[10.0, 10.0]] * 2)
    bounds.lines_off(
        lines([(10, 0), (0, 0), (0, 10), (10, 10)], [(10, 10), (20, 10), (20, 0), (10, 0)]), np.array([0, 1])
    )
    owners, middles = bounds.sides_without_line()
    assert (owners.tolist(), middles.tolist()) == ([0, 1], [[10.0, 5.0]] * 2)


@given(
    st.lists(st.tuples(st.floats(-5e5, 5e5), st.floats(-5e5, 5e5)), min_size=1, max_size=30), st.floats(-0.009, 0.009)
)
def test_every_point_within_the_tolerance_of_a_corner_is_found(
    corners: list[tuple[float, float]], shift: float
) -> None:
    from gis.boundaries import Corners

    xy = np.array(corners)
    assert (Corners(xy, 0.01).find(xy + shift) >= 0).mean() > 0.99 or len(xy) < 30


def test_shapes_of_batches_are_put_together_and_picked_apart() -> None:
    a, b = shapes([square()], []), shapes([square(20), square(22, 2, 3, north_first=False)])
    both = concatenated([a, b])
    assert [geom and geom.area for geom in both.geoms] == [100.0, None, 91.0]
    assert both.take(np.array([2, 0])).geoms[0].equals(both.geoms[2])
    assert both.boxes[2].tolist() == [20.0, 0.0, 30.0, 10.0]
    assert np.isnan(both.boxes[1]).all()


def test_one_parcel_under_thousands_and_the_same_object_twice_are_safe_on_two_threads() -> None:
    field = shapely.Point(0, 0).buffer(100, quad_segs=200)
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(-60.0, 60.0, 2.4), np.arange(-60.0, 60.0, 2.0)))
    small = shapely.box(x, y, x + 2.4, y + 2.0)
    geoms = np.array([field, *small, field, small[0]], dtype=object)
    under = {(0, k) for k in range(1, 3_001)} | {(k, 3_001) for k in range(1, 3_001)}
    expected = under | {(0, 3_001), (0, 3_002), (1, 3_002), (3_001, 3_002)}
    for _ in range(3):
        assert pairs(geoms, 0.01).keys() == expected
