from __future__ import annotations

import math
import warnings

import pytest

from gis.rings import KINDS, Thresholds, ring_faults
from tests.unit.gis.kit import shapes, square


def kinds(*rings: list[tuple[float, float]], **limits: float) -> list[str]:
    return [fault.kind for fault in ring_faults(shapes(rings), Thresholds(**limits))]


def test_a_sound_parcel_has_no_fault_and_each_kind_is_found_alone() -> None:
    bow = [(0, 0), (0, 10), (10, 0), (10, 12), (0, 0)]
    touching = [(0, 0), (0, 10), (10, 10), (10, 5), (5, 10), (0, 5), (3, 0), (0, 0)]
    spike = [(0, 0), (0, 10), (10, 10), (30, 10.01), (10, 9.99), (10, 0), (0, 0)]
    assert kinds(square()) == []
    assert kinds() == ["empty"]
    assert kinds(square()[:-1]) == ["unclosed"]
    assert kinds([(0, 0), (0, 5), (0, 0)]) == ["too_few_points"]
    assert kinds(bow) == ["self_crossing"]
    assert "self_touching" in kinds(touching) or "self_crossing" in kinds(touching)
    assert kinds(spike) == ["spike"]
    assert kinds([*square()[:2], (0.0005, 10), *square()[2:]]) == ["duplicate_vertex"]
    assert kinds(square(north_first=False)) == ["reversed"]
    assert kinds(square(), square(2, 2, 3, north_first=False)) == ["hole"]
    assert kinds(square(), square(20)) == ["multipart"]
    assert kinds([(0, 0), (0, 0.05), (90, 0.05), (90, 0), (0, 0)]) == ["sliver"]


def test_numbers_that_are_no_place_are_told_and_nothing_else_breaks() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for value, kind in ((math.nan, "not_finite"), (math.inf, "not_finite"), (1e300, "huge"), (4e8, "huge")):
            ring = square()
            ring[2] = (value, 3.0)
            assert kinds(ring) == [kind]


def test_a_fault_says_where_it_is_and_how_large() -> None:
    (unclosed,) = ring_faults(shapes([square()], [[*square()[:-1], (4.0, -3.0)]]))
    assert (unclosed.index, unclosed.kind, unclosed.x, unclosed.y, unclosed.value) == (1, "unclosed", 4.0, -3.0, 5.0)
    (crossing,) = ring_faults(shapes([[(0, 0), (0, 10), (10, 0), (10, 12), (0, 0)]]))
    assert (crossing.x, crossing.y) == pytest.approx((100 / 22, 120 / 22))
    (parts,) = ring_faults(shapes([square(), square(20), square(40)]))
    assert (parts.kind, parts.value) == ("multipart", 3)


def test_a_parcel_with_several_faults_has_all_of_them_in_one_order() -> None:
    ring = [(0, 0), (0, 10), (0, 10), (10, 0), (10, 12), (0, 1)]
    found = kinds(ring)
    assert found == sorted(found, key=KINDS.index)
    assert {"unclosed", "duplicate_vertex", "self_crossing"} <= set(found)


def test_thresholds_decide_what_counts() -> None:
    ring = [*square()[:2], (0.03, 10), *square()[2:]]
    assert kinds(ring, duplicate_m=0.01) == []
    assert kinds(ring, duplicate_m=0.05) == ["duplicate_vertex"]
    assert kinds(ring, near_m=0.05) == ["near_vertex"]
    assert kinds(square(), sliver_width_m=6.0) == ["sliver"]
