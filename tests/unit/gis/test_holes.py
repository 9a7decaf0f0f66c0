"""Ground that parcels enclose and none covers, and strips between them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.gaps import covers_of, gaps
from gis.holes import REACH_M, holes
from gis.shapes import Shapes, shapes_of
from tests.unit.gis.kit import E0, N0, Ring, shapes, square


def around(x: float, y: float, *, north_first: bool = True) -> list[list[Ring]]:
    """Four parcels that enclose a square of four metres; each has a corner in the midst of a side of the next."""
    boxes = [(0, 0, 14, 10), (14, 0, 24, 14), (10, 14, 24, 24), (0, 10, 10, 24)]
    made: list[list[Ring]] = []
    for west, south, east, north in boxes:
        ring = [(west, south), (west, north), (east, north), (east, south), (west, south)]
        made.append([[(px + x, py + y) for px, py in (ring if north_first else ring[::-1])]])
    return made


def sizes(found: Shapes, **bounds: float) -> list[float]:
    return [round(area, 6) for area in holes(found, **{"least_m2": 0.05, "most_m2": 30.0, **bounds}).area_m2.tolist()]


@pytest.mark.parametrize("north_first", [True, False])
@pytest.mark.parametrize("origin", [(0.0, 0.0), (E0, N0)])
def test_a_hole_between_four_parcels_is_found_whichever_way_their_rings_run(
    origin: tuple[float, float], north_first: bool
) -> None:
    found = holes(shapes(*around(*origin, north_first=north_first)), least_m2=0.05, most_m2=30)
    assert (len(found), round(found.area_m2[0], 6)) == (1, 16.0)
    assert origin[0] + 10 < found.x[0] < origin[0] + 14
    assert origin[1] + 10 < found.y[0] < origin[1] + 14


def test_a_hole_is_found_only_within_the_bounds_asked_for() -> None:
    village = shapes(*around(0, 0))
    assert sizes(village, most_m2=15.9) == []
    assert sizes(village, least_m2=16.1) == []


def test_a_parcel_in_the_hole_fills_it_whether_its_corners_meet_the_others_or_not() -> None:
    assert sizes(shapes(*around(0, 0), [square(10, 10, 4)])) == []
    assert sizes(shapes(*around(0, 0), [square(9.99, 9.99, 4.02)])) == []
    assert sizes(shapes(*around(0, 0), [square(11, 11, 2)])) == [12.0]


def test_a_null_shape_and_a_lone_parcel_have_no_hole() -> None:
    assert sizes(shapes([], [square(0, 0, 3)], [])) == []
    assert sizes(shapes([])) == []


def test_a_hole_lies_where_shapely_finds_it_in_a_village_of_triangles() -> None:
    """Against another way: the holes of the union."""
    chance = np.random.default_rng(7)
    points = chance.uniform(0, 300, (400, 2))
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.MultiPoint(points)))
    kept = triangles[chance.uniform(size=len(triangles)) > 0.1]
    union = shapely.union_all(kept)
    rings = [ring for part in shapely.get_parts(union) for ring in part.interiors]
    expected = sorted(area for area in shapely.area(shapely.polygons(rings)) if 0.05 < area <= 200)
    assert len(expected) > 20
    assert sorted(holes(shapes_of(kept), least_m2=0.05, most_m2=200).area_m2) == pytest.approx(expected)


def test_a_strip_is_a_gap_that_goes_on() -> None:
    """Wider than a slip of a corner: only where two parcels run beside each other."""
    side = [square(0, 0, 10), square(10.25, 0, 10)]
    found = gaps(shapes(*([ring] for ring in side)), wide_m=0.3)
    assert {round(width, 6) for width in found.width_m.tolist()} == {0.25}
    assert len(gaps(shapes(*([ring] for ring in side)))) == 0
    lone = [(10.25, 5.0), (14.0, 9.0), (14.0, 1.0), (10.25, 5.0)]
    assert len(gaps(shapes([side[0]], [lone]), wide_m=0.3)) == 0


def test_cutting_the_county_into_strips_changes_nothing() -> None:
    """Beyond a strip's bounds a side seems to be one parcel's alone, since the other one is in no strip."""
    chance = np.random.default_rng(11)
    points = chance.uniform(0, 1_500, (1_500, 2))
    triangles = list(shapely.delaunay_triangles(shapely.multipoints(points)).geoms)
    village = [triangle for triangle in triangles if chance.uniform() > 0.1]
    for one in range(0, len(village), 9):  # one corner of it misses those of its neighbours
        village[one] = shapely.transform(village[one], lambda xy: np.add(xy, [[0.05, 0], [0, 0], [0, 0], [0.05, 0]]))
    parcels = shapes_of(np.array(village, dtype=object))
    found = []
    for size in (len(village), 100):
        covers = covers_of(parcels, 0.002, REACH_M, size)
        rows = [gaps(parcels, covers, wide_m=0.5), holes(parcels, covers, least_m2=0.05, most_m2=200.0)]
        found.append([np.column_stack([getattr(one, name) for name in vars(one)]).tolist() for one in rows])
    assert len(covers) > 20
    assert min(len(found[0][0]), len(found[0][1])) > 50
    assert found[0] == found[1]
