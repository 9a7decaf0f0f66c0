from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon

from gis.editing import merge, snap, split
from gis.neighbours import DIRECTIONS, neighbours
from tests.unit.gis.kit import E0, N0


@st.composite
def parcels(draw: st.DrawFn) -> Polygon:
    """A star-shaped parcel somewhere in the county, coordinates to a tenth of a millimetre."""
    count = draw(st.integers(3, 14))
    ring = [
        (round(E0 + draw(st.floats(5, 80)) * math.cos(2 * math.pi * k / count), 4),
         round(N0 + draw(st.floats(5, 80)) * math.sin(2 * math.pi * k / count), 4))
        for k in range(count)
    ]  # fmt: skip
    polygon = Polygon(ring)
    assume(polygon.is_valid and polygon.area > 1)
    return polygon


@settings(deadline=None)
@given(parcels(), st.floats(0, math.pi), st.floats(-3, 3))
def test_the_parts_of_a_split_add_up_to_the_parcel_and_merging_them_gives_it_back(
    parcel: Polygon, angle: float, off: float
) -> None:
    x, y = E0 + off, N0 + off
    step_x, step_y = 500 * math.cos(angle), 500 * math.sin(angle)
    line = LineString([(x - step_x, y - step_y), (x + step_x, y + step_y)])
    pieces = shapely.get_parts(shapely.ops.split(parcel, line))
    assume(len(pieces) > 1 and min(piece.buffer(-0.01).area for piece in pieces) > 0)
    parts = split(parcel, line)
    assert len(parts) >= 2
    assert sum(part.area for part in parts) == pytest.approx(parcel.area, abs=0.01)
    assert [p.centroid.x for p in parts] == sorted(p.centroid.x for p in parts)
    assert merge(parts).symmetric_difference(parcel).area < 0.01


def test_a_line_that_does_not_cross_or_leaves_a_thread_is_refused() -> None:
    parcel = shapely.box(0, 0, 100, 50)
    for line in ([(-5, -5), (-5, 90)], [(20, 10), (30, 20)], [(50, -1), (50, 30)]):
        with pytest.raises(ValueError, match="does not cross"):
            split(parcel, LineString(line))
    with pytest.raises(ValueError, match="too narrow"):
        split(parcel, LineString([(0.005, -1), (0.005, 51)]))
    with pytest.raises(ValueError, match="simple polygon"):
        split(Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), LineString([(5, -5), (5, 20)]))


def test_a_split_keeps_a_hole_and_may_make_three_parts() -> None:
    holed = shapely.box(0, 0, 100, 50).difference(shapely.box(10, 10, 20, 20))
    west, east = split(holed, LineString([(50, -1), (50, 51)]))
    assert (len(west.interiors), len(east.interiors)) == (1, 0)
    assert len(split(shapely.box(0, 0, 90, 50), LineString([(30, -1), (30, 60), (60, 60), (60, -1)]))) == 3


def test_only_parcels_that_hang_together_by_sides_are_merged() -> None:
    with pytest.raises(ValueError, match="share sides"):
        merge([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2)])
    with pytest.raises(ValueError, match="overlap"):
        merge([shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10)])
    with pytest.raises(ValueError, match="one parcel"):
        merge([shapely.box(0, 0, 1, 1)])
    assert merge([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]).area == 2.0


def test_corners_snap_to_corners_before_sides_and_far_ones_stay() -> None:
    neighbour = shapely.box(0, 0, 10, 10)
    drawn = Polygon([(10.05, 0.03), (9.96, 5.0), (10.04, 9.95), (20, 10), (20, 0)])
    snapped = snap(drawn, [neighbour])
    assert shapely.get_coordinates(snapped).tolist()[:5] == [[10, 0], [10, 5], [10, 10], [20, 10], [20, 0]]
    assert snapped.intersection(neighbour).area == 0
    assert snap(drawn, [shapely.box(100, 100, 110, 110)]).equals(drawn)


def test_snapping_never_makes_an_unsound_parcel() -> None:
    with pytest.raises(ValueError, match="fewer than three"):
        snap(Polygon([(10.01, 0), (10.02, 0.01), (10.01, 0.02)]), [shapely.box(0, 0, 10, 10)], tolerance_m=0.1)


def test_the_four_neighbours_are_those_with_the_longest_common_side_and_none_over_the_road() -> None:
    parcels = np.array([
        shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(0, -20, 4, 0), shapely.box(4, -20, 10, 0),
        shapely.box(0, 10.3, 10, 20), shapely.box(-15, 0, -5, 10), None,
    ])  # fmt: skip
    (four,) = neighbours(parcels, np.array([0]))
    assert dict(zip(DIRECTIONS, four.tolist(), strict=True)) == {"east": 1, "south": 3, "west": -1, "north": 4}
    assert neighbours(parcels, np.array([1, 3])).tolist() == [[-1, -1, 0, -1], [-1, -1, 2, 0]]
