from __future__ import annotations

import time
from decimal import Decimal

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gis.areas import apportion, decimal_m2, ellipsoidal_m2, plane_m2
from gis.shapes import shapes_of
from gis.zones import ZONES, Zone, to_lonlat
from tests.unit.gis.kit import shapes, square

GRS80 = Geod(a=6378137.0, rf=298.257222101)


def geodesic_m2(polygon: shapely.Polygon, zone: Zone) -> float:
    """The area that pyproj finds, sides cut into short pieces so that they are straight on the plane."""
    total = 0.0
    for sign, ring in [(1, polygon.exterior), *((-1, hole) for hole in polygon.interiors)]:
        lonlat = to_lonlat(shapely.get_coordinates(shapely.segmentize(ring, ring.length / 200)), zone)
        total += sign * abs(GRS80.polygon_area_perimeter(lonlat[:, 0], lonlat[:, 1])[0])
    return total


@pytest.mark.parametrize("epsg", [4524, 4525, 4545, 4546])
@pytest.mark.parametrize("size", [60.0, 900.0, 6_000.0])
def test_the_ellipsoidal_area_is_the_geodesic_one_from_the_meridian_to_beyond_the_zones_edge(
    epsg: int, size: float
) -> None:
    zone, rng = ZONES[epsg], np.random.default_rng(epsg)
    made = []
    for off in np.linspace(-210_000, 210_000, 7):
        for north in (3_480_000.0, 3_625_000.0, 3_760_000.0):
            angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
            radius = size * rng.uniform(0.5, 1.0, 9)
            ring = np.column_stack((zone.false_easting + off + radius * np.cos(angle), north + radius * np.sin(angle)))
            made.append(shapely.Polygon(ring))
    assert ellipsoidal_m2(np.array(made), zone) == pytest.approx([geodesic_m2(p, zone) for p in made], rel=1e-6)


def test_holes_are_taken_off_and_parts_added_whatever_way_their_rings_run() -> None:
    zone = ZONES[4524]
    solid = shapely.box(36_600_000, 3_600_000, 36_601_000, 3_601_000)
    hole = shapely.box(36_600_100, 3_600_100, 36_600_300, 3_600_300)
    island = shapely.box(36_602_000, 3_600_000, 36_602_500, 3_600_500)
    holed = solid.difference(hole)
    both = shapely.MultiPolygon([solid, island])
    alone = ellipsoidal_m2(np.array([solid, hole, island]), zone)
    found = ellipsoidal_m2(np.array([holed, shapely.normalize(holed), both, shapely.normalize(both), None]), zone)
    assert found == pytest.approx([alone[0] - alone[1]] * 2 + [alone[0] + alone[2]] * 2 + [0.0], rel=1e-9)


def test_the_plane_area_is_too_large_by_what_the_standards_say() -> None:
    zone = ZONES[4545]
    for longitude, excess in ((109.5, 0.00049), (109.8, 0.00070), (110.2, 0.00105)):
        from pyproj import Transformer

        x, y = Transformer.from_crs(4490, 4545, always_xy=True).transform(longitude, 32.7)
        parcel = np.array([shapely.box(x, y, x + 50, y + 50)])
        assert plane_m2(parcel)[0] / ellipsoidal_m2(parcel, zone)[0] - 1 == pytest.approx(excess, abs=1e-5)


def test_a_hundred_thousand_parcels_take_less_than_two_seconds_and_none_is_looked_at_alone() -> None:
    parcel = shapes_of(
        np.array([shapely.box(36_587_000 + i, 3_625_000, 36_587_010 + i, 3_625_020) for i in range(100_000)])
    )
    begin = time.process_time()
    assert len(ellipsoidal_m2(parcel, ZONES[4524])) == 100_000
    assert time.process_time() - begin < 2.0


def test_a_computed_area_is_rounded_half_up_to_hundredths() -> None:
    assert decimal_m2(2.675) == Decimal("2.68")
    assert decimal_m2(82686.484883) == Decimal("82686.48")
    assert plane_m2(np.array([None, shapely.Polygon(square())])).tolist() == [0.0, 100.0]
    assert len(ellipsoidal_m2(shapes(), ZONES[4524])) == 0


def test_the_plane_area_of_shapes_is_to_the_last_bit_that_of_their_geometries() -> None:
    """Rings either way round, with holes, open, in two parts, of too few points, without a place, and none at all."""
    chance, east, north = np.random.default_rng(3), 36_587_000.0, 3_625_000.0
    made: list[list[list[tuple[float, float]]]] = []
    for n in range(3, 300):
        turn = np.sort(chance.uniform(0, 2 * np.pi, n))[:: 1 if n % 2 else -1]
        ring = np.column_stack((np.cos(turn), np.sin(turn))) * chance.uniform(5, 90, (n, 1)) + chance.uniform(
            0, 9_000, 2
        )
        made.append([[(x + east, y + north) for x, y in [*ring.tolist(), ring[0].tolist()]]])
    outer, hole = square(east, north, 10), square(east + 2, north + 2, 4)[::-1]
    odd = [
        [outer, hole],
        [outer[:-1]],
        [outer, square(east + 20, north)],
        [outer[:2]],
        [[(np.nan, north), *outer[1:]]],
        [],
    ]
    parcels = shapes(*made, *odd)
    assert plane_m2(parcels).tolist() == plane_m2(parcels.geoms).tolist()
    assert plane_m2(parcels)[-6:].tolist() == [84.0, 100.0, 200.0, 0.0, 0.0, 0.0]


cents = st.decimals(min_value="0.01", max_value="99999.99", places=2)


@given(cents, st.lists(cents, min_size=1, max_size=12))
def test_shares_of_a_registered_area_add_up_to_it_exactly_and_none_is_off_by_a_cent(
    total: Decimal, parts: list[Decimal]
) -> None:
    shares = apportion(total, parts)
    assert sum(shares) == total
    for share, part in zip(shares, parts, strict=True):
        assert abs(share - total * part / sum(parts)) < Decimal("0.01")


def test_nothing_can_be_shared_out_over_no_part_or_an_empty_one() -> None:
    for parts in ([], [Decimal(0), Decimal(1)]):
        with pytest.raises(ValueError, match=r".*"):
            apportion(Decimal(1), parts)
