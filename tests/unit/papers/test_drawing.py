"""The parcel map: scale, numbering, side lengths, and labels that keep out of each other's way."""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landreg.registry.papers.drawing import Neighbour, ParcelMap, draw, scale_for, sides
from landreg.registry.papers.framing import frames, ground_shown, homestead_frame
from landreg.registry.papers.labels import text_mm

SQUARE = ((36_605_000.0, 3_620_000.0), (36_605_020.0, 3_620_000.0), (36_605_020.0, 3_620_010.0),
          (36_605_000.0, 3_620_010.0), (36_605_000.0, 3_620_000.0))  # fmt: skip


def circle(count: int, radius: float = 30.0) -> ParcelMap:
    angles = [2 * math.pi * n / count for n in range(count)]
    ring = tuple((36_605_000 + radius * math.cos(a), 3_620_000 + radius * math.sin(a)) for a in angles)
    return ParcelMap(((*ring, ring[0]),), "108")


def test_points_are_numbered_clockwise_from_the_north_west() -> None:
    assert [(s.start, s.end, s.length_m) for s in sides(ParcelMap((SQUARE,), ""))] == [
        ("J1", "J2", Decimal("20.00")),
        ("J2", "J3", Decimal("10.00")),
        ("J3", "J4", Decimal("20.00")),
        ("J4", "J1", Decimal("10.00")),
    ]


def test_registered_names_and_lengths_are_printed_as_given() -> None:
    parcel = ParcelMap(
        (SQUARE,), "", points=("J7", "J8", "J9", "J10"), sides_m=tuple(map(Decimal, ("20.01", "10", "20", "9.99")))
    )
    assert [(s.start, str(s.length_m)) for s in sides(parcel)] == [
        ("J7", "20.01"), ("J8", "10.00"), ("J9", "20.00"), ("J10", "9.99"),
    ]  # fmt: skip


def test_a_hole_has_its_own_sides() -> None:
    hole = tuple((36_605_005.0 + x, 3_620_003.0 + y) for x, y in ((0, 0), (4, 0), (4, 3), (0, 3), (0, 0)))
    found = sides(ParcelMap((SQUARE, hole), ""))
    assert [(s.start, s.end) for s in found[4:]] == [("J5", "J6"), ("J6", "J7"), ("J7", "J8"), ("J8", "J5")]
    assert sum(s.length_m for s in found[4:]) == Decimal("14.00")


@pytest.mark.parametrize(("extent", "expected"), [(1.0, 100), (20.0, 400), (100.0, 2000), (999.0, 20000)])
def test_the_scale_is_round_and_the_parcel_fits(extent: float, expected: int) -> None:
    assert scale_for(extent, extent, 50, 50) == expected


@given(st.floats(0.01, 50_000), st.floats(0.01, 50_000))
def test_no_parcel_is_drawn_larger_than_its_room(width: float, height: float) -> None:
    denominator = scale_for(width, height, 57, 41)
    assert width * 1000 / denominator <= 57 * 1.000001
    assert height * 1000 / denominator <= 41 * 1.000001
    assert f"{denominator / 10 ** int(math.log10(denominator)):g}" in {
        "1",
        "1.25",
        "1.5",
        "2",
        "2.5",
        "3",
        "4",
        "5",
        "6",
        "8",
    }


@settings(deadline=None, max_examples=40)
@given(st.integers(3, 140), st.floats(2.0, 400.0))
def test_labels_stay_in_the_frame_and_off_each_other(count: int, radius: float) -> None:
    figure = draw(circle(count, radius), 85.0, 61.0, "00001 1.00亩")
    boxes = []
    for x, y, text, kind, angle in figure["labels"]:
        size = figure["label"] * (1.3 if kind == "t" else 1.0)
        length, turn = text_mm(text, size), math.radians(angle)
        half_x = (length * abs(math.cos(turn)) + size * abs(math.sin(turn))) / 2 - 0.02
        half_y = (length * abs(math.sin(turn)) + size * abs(math.cos(turn))) / 2 - 0.02
        boxes.append((x - half_x, y - half_y, x + half_x, y + half_y))
        assert boxes[-1][0] > 0
        assert boxes[-1][1] > 0
        assert boxes[-1][2] < 85
        assert boxes[-1][3] < 61
    for n, a in enumerate(boxes):
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in boxes[:n])


@settings(deadline=None, max_examples=30)
@given(st.integers(3, 260))
def test_every_side_is_written_on_the_map_or_listed(count: int) -> None:
    parcel = circle(count)
    figure = draw(parcel, 85.0, 61.0)
    named = {label[2] for label in figure["labels"] if label[3] == "p"}
    on_map = [label[2] for label in figure["labels"] if label[3] == "s"]
    assert len(on_map) + len(figure["unwritten"]) >= count
    ends = [(f"J{n}", f"J{n % count + 1}") for n in range(1, count + 1)]
    listed = {tuple(side.split()[0].split("–")) for side in figure["unwritten"]}
    assert {ends_of for ends_of in ends if not named.issuperset(ends_of)} <= listed
    assert len([ends_of for ends_of in listed if named.issuperset(ends_of)]) <= count - len(on_map)


def test_a_side_that_the_map_marks_is_not_listed_beside_it_for_a_point_elsewhere_that_found_no_room() -> None:
    close = [(20.0 + 0.02 * n, 0.0) for n in range(12)]
    ring = ((0.0, 0.0), (0.0, 30.0), (40.0, 30.0), (40.0, 0.0), *reversed(close))
    figure = draw(ParcelMap((ring,), ""), 85.0, 61.0)
    named = {label[2] for label in figure["labels"] if label[3] == "p"}
    assert {"J1", "J2", "J3"} <= named < {f"J{n}" for n in range(1, 17)}
    listed = {side.split()[0] for side in figure["unwritten"]}
    assert listed
    assert not listed & {"J1–J2", "J2–J3"}


@pytest.mark.parametrize("counted", [1, -1])
@pytest.mark.parametrize("count", [4, 40, 350])
def test_names_of_points_stand_outside_the_parcel_and_off_its_line_whichever_way_it_was_surveyed(
    count: int, counted: int
) -> None:
    ring = circle(count).rings[0][::counted]
    points = tuple(f"J{12500 + n}" for n in range(count))
    figure = draw(ParcelMap((ring,), "", (), points), 85.0, 61.0)
    named = [label for label in figure["labels"] if label[3] == "p"]
    assert len(named) >= min(count, 20)
    radius_mm = 30 * 1000 / int(figure["scale"].removeprefix("1:"))
    for x, y, text, _, _ in named:
        half_x, half_y = text_mm(text, figure["label"]) / 2, figure["label"] / 2
        nearest = math.hypot(max(abs(x - 42.5) - half_x, 0), max(abs(y - 30.5) - half_y, 0))
        assert nearest > radius_mm - 0.35, text


def test_sides_between_points_of_one_number_are_told_apart_and_a_point_of_two_rings_is_one() -> None:
    same = ParcelMap((SQUARE,), "", points=("J7", "J7", "J9", "J10"))
    assert [(s.start, s.end) for s in sides(same)] == [
        ("J7(1)", "J7(2)"), ("J7(2)", "J9"), ("J9", "J10"), ("J10", "J7(1)"),
    ]  # fmt: skip
    hole = (SQUARE[0], (36_605_004.0, 3_620_002.0), (36_605_002.0, 3_620_004.0), SQUARE[0])
    touching = ParcelMap((SQUARE, hole), "", points=("J1", "J2", "J3", "J4", "J1", "J5", "J6"))
    assert [s.start for s in sides(touching)] == list(touching.points)


def test_neighbours_are_cut_off_at_the_frame() -> None:
    far = ((36_600_000.0, 3_620_010.0), (36_610_000.0, 3_620_010.0), (36_610_000.0, 3_625_000.0),
           (36_600_000.0, 3_625_000.0), (36_600_000.0, 3_620_010.0))  # fmt: skip
    figure = draw(ParcelMap((SQUARE,), "", (Neighbour((far,), "村道"),)), 85.0, 61.0)
    numbers = [float(n) for n in figure["svg"].split('<path d="M')[1].split("Z")[0].replace("L", " ").split()]
    assert max(numbers) <= 86.0
    assert min(numbers) >= -1.0
    assert "村道" in [label[2] for label in figure["labels"]]


@pytest.mark.parametrize(("count", "homestead"), [(1, True), (1, False), (3, False), (6, False), (14, False)])
def test_neighbours_are_asked_for_as_far_as_a_map_reaches_and_no_farther(count: int, homestead: bool) -> None:
    maps = [ParcelMap((SQUARE,), "")] * count
    of_maps = [homestead_frame(maps[0])] if homestead else [frame for page in frames(count) for frame in page]
    for (west, south, east, north), frame in zip(ground_shown(maps, homestead=homestead), of_maps, strict=True):
        ground = Neighbour((((west, south), (west, north), (east, north), (east, south), (west, south)),))
        drawn = draw(ParcelMap((SQUARE,), "", (ground,)), frame.width, frame.height)["svg"]
        numbers = [float(n) for n in drawn.split('<path d="M')[1].split("Z")[0].replace("L", " ").split()]
        corners = {*numbers[::2]}, {*numbers[1::2]}
        inside = [*map(min, corners), frame.width - max(corners[0]), frame.height - max(corners[1])]
        assert inside == pytest.approx([0.14] * 4, abs=0.02)
        assert east - west == pytest.approx(frame.width * (north - south) / frame.height)


def test_frames_fill_their_pages_and_lie_apart() -> None:
    assert [len(page) for page in frames(14)] == [5, 5, 4]
    assert frames(0) == []
    for page in frames(14):
        assert len({(frame.x, frame.y) for frame in page}) == len(page)
        assert max(frame.x + frame.width for frame in page) == 174
        assert page[-1].x + page[-1].width == 174, "no place is left empty"
