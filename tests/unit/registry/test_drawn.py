"""What is drawn on a parcel: read, cut, joined and measured; what cannot be is named by a word."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon
from shapely.affinity import rotate

from landreg.law.book import term
from landreg.registry.facts import drawn
from landreg.registry.facts.drawn import FAULTS, Undrawable

E, N = 36_587_020.0, 3_626_000.0
SQUARE = shapely.box(E, N, E + 20, N + 20)
AREA = Decimal("401.37")


def word(error: pytest.ExceptionInfo[Undrawable]) -> str:
    return error.value.word


@pytest.mark.parametrize(
    "typed",
    [
        f"LINESTRING({E + 7} {N}, {E + 7} {N + 20})",
        f"SRID=4524;LINESTRING Z({E + 7} {N} 5, {E + 7} {N + 20} 5)",
        f"{E + 7} {N}\n{E + 7} {N + 20}",
        f"  {E + 7}, {N}\r\n\n{E + 7}，{N + 20}  ",
    ],
)
def test_a_line_is_read_as_wkt_or_as_pairs(typed: str) -> None:
    assert drawn.read_line(typed, SQUARE).equals(LineString([(E + 7, N), (E + 7, N + 20)]))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "not_read"),
        ("here", "not_read"),
        ("LINESTRING(", "not_read"),
        ("LINESTRING EMPTY", "not_read"),
        ("SRID=4524;" + "GEOMETRYCOLLECTION(" * 200_000 + "POINT(1 1)" + ")" * 200_000, "not_read"),
        ("LINESTRING(nan 1, 2 2)", "not_read"),
        ("LINESTRING(1e999 0, 1 1)", "not_read"),
        (f"{E} {N}", "not_read"),
        (f"{E} {N}\n{E} {N}", "no_line"),
        (f"POLYGON(({E} {N}, {E} {N + 1}, {E + 1} {N}, {E} {N}))", "no_line"),
        ("108.9 32.7\n108.9 32.8", "elsewhere"),
        ("\n".join(f"{E + i / 1000} {N}" for i in range(drawn.MOST_CORNERS + 1)), "not_read"),
    ],
)
def test_what_is_no_line_is_named(typed: str, said: str) -> None:
    with pytest.raises(Undrawable) as error:
        drawn.read_line(typed, SQUARE)
    assert word(error) == said


def test_a_face_that_crosses_itself_is_no_face() -> None:
    with pytest.raises(Undrawable) as error:
        drawn.read_face(f"{E} {N}\n{E + 20} {N + 20}\n{E + 20} {N}\n{E} {N + 20}", SQUARE)
    assert word(error) == "not_sound"


def test_a_boundary_keeps_its_holes_unless_all_rings_are_given_and_none_may_cross_it() -> None:
    holed = SQUARE.difference(shapely.box(E + 5, N + 5, E + 8, N + 8))
    outer = f"{E - 1} {N}\n{E - 1} {N + 20}\n{E + 20} {N + 20}\n{E + 20} {N}"
    assert drawn.read_boundary(outer, holed).area == 21 * 20 - 9
    assert drawn.read_boundary(outer, SQUARE).area == 21 * 20
    assert drawn.read_boundary(SQUARE.wkt, holed).area == 400
    with pytest.raises(Undrawable) as error:
        drawn.read_boundary(f"{E} {N}\n{E} {N + 20}\n{E + 6} {N + 20}\n{E + 6} {N}", holed)
    assert word(error) == "not_sound"


def test_each_word_for_a_fault_is_in_the_book() -> None:
    words = {*FAULTS.values(), "not_read", "no_line", "not_sound", "elsewhere", "redrawn_since", "zones_differ"}
    assert {one for one in words if term("fault", one) == one} == set()


@settings(deadline=None)
@given(st.floats(0.1, 19.9), st.floats(-5, 5), st.decimals("1.00", "99999.99", places=2))
def test_the_parts_of_a_split_share_out_the_registered_area_to_the_hundredth(
    at: float, off: float, area: Decimal
) -> None:
    line = LineString([(E + at, N), (min(max(E + at + off, E), E + 20), N + 20)])
    with suppress(Undrawable):
        parts = drawn.cut(SQUARE, line, area)
        _adds_up(parts, area)


def _adds_up(parts: list[drawn.Piece], area: Decimal) -> None:
    assert sum(part.area_m2 for part in parts) == area
    assert shapely.union_all([part.shape for part in parts]).symmetric_difference(SQUARE).area < 0.01


def test_a_line_that_ends_on_the_boundary_or_just_short_of_it_divides_and_one_far_short_does_not() -> None:
    for south, north in ((0.0, 20.0), (0.3, 19.7), (-5.0, 25.0)):
        assert len(drawn.cut(SQUARE, LineString([(E + 7, N + south), (E + 7, N + north)]), AREA)) == 2
    with pytest.raises(Undrawable) as error:
        drawn.cut(SQUARE, LineString([(E + 7, N + 5), (E + 7, N + 15)]), AREA)
    assert word(error) == "line_misses"


def test_a_face_cuts_out_what_is_lost_at_the_edge_and_in_the_middle() -> None:
    corner = shapely.box(E - 1, N - 1, E + 5, N + 5)
    middle = shapely.box(E + 5, N + 5, E + 10, N + 10)
    for face, lost in ((corner, 25.0), (middle, 25.0)):
        parts = drawn.cut_face(SQUARE, face, Decimal("400.00"))
        assert [float(part.area_m2) for part in parts if part.lost] == [lost]
        assert sum(part.area_m2 for part in parts) == Decimal("400.00")
    for face in (shapely.box(E - 9, N - 9, E + 29, N + 29), shapely.box(E + 30, N, E + 40, N + 5)):
        with pytest.raises(Undrawable):
            drawn.cut_face(SQUARE, face, AREA)


def test_only_what_touches_is_joined_and_each_side_keeps_its_neighbour() -> None:
    east = shapely.box(E + 20, N, E + 40, N + 20)
    (one,) = drawn.joined([SQUARE, east], [AREA, Decimal("10.00")])
    assert (one.area_m2, round(one.shape.area, 6)) == (Decimal("411.37"), 800.0)
    rows = [{f"neighbour_{side}": f"{name}{side}" for side in ("east", "south", "west", "north")} for name in "AB"]
    sides = drawn.outer([(SQUARE, rows[0]), (east, rows[1])])
    assert (sides["neighbour_west"], sides["neighbour_east"]) == ("Awest", "Beast")
    with pytest.raises(Undrawable) as error:
        drawn.joined([SQUARE, shapely.box(E + 50, N, E + 60, N + 20)], [AREA, AREA])
    assert word(error) == "parcels_apart"


def test_parts_name_each_other_as_neighbours() -> None:
    west, east = drawn.cut(SQUARE, LineString([(E + 7, N), (E + 7, N + 20)]), AREA)
    first, second = drawn.between([west.shape, east.shape], ["6109021042020100006", "6109021042020100007"])
    assert (first, second) == ({"neighbour_east": "00007"}, {"neighbour_west": "00006"})


def test_only_neighbours_at_a_changed_side_are_asked() -> None:
    others = {"east": shapely.box(E + 20, N, E + 40, N + 20), "north": shapely.box(E, N + 20, E + 20, N + 40)}
    grown = Polygon([(E - 1, N), (E - 1, N + 15), (E, N + 15), (E, N + 20), (E + 20, N + 20), (E + 20, N)])
    assert drawn.touched(SQUARE, grown, others) == []
    shrunk = shapely.box(E, N, E + 18, N + 20)
    assert drawn.touched(SQUARE, shrunk, others) == ["east", "north"]
    hair = shapely.box(E, N, E + 19.9995, N + 20)
    assert drawn.touched(SQUARE, hair, others) == []


def test_a_shape_is_kept_with_its_zone() -> None:
    kept = drawn.hexed(SQUARE, 4524)
    assert (drawn.zone_of(kept), drawn.shape_of(kept).equals(SQUARE)) == (4524, True)
    with pytest.raises(Undrawable):
        drawn.shape_of("nothing")


@pytest.mark.parametrize("turned", range(0, 180, 7))
def test_a_strip_that_is_drawn_from_side_to_side_is_cut_out_however_the_parcel_lies(turned: int) -> None:
    """Corners on a slanting side are rounded to this side or the other of it."""
    corner = (36_588_016.197, 3_626_874.998)
    parcel = rotate(shapely.box(corner[0], corner[1], corner[0] + 9, corner[1] + 41), turned, origin=corner)
    strip = rotate(shapely.box(corner[0], corner[1] + 13, corner[0] + 9, corner[1] + 18), turned, origin=corner)
    typed = "\n".join(f"{east:.3f} {north:.3f}" for east, north in strip.exterior.coords[:-1])
    parts = drawn.cut_face(parcel, drawn.read_face(typed, parcel), Decimal("369.00"))
    assert [part.lost for part in parts].count(True) == 1
    (lost,) = (part.area_m2 for part in parts if part.lost)
    assert abs(lost - 45) < Decimal("0.05")
