"""Acts on a parcel walked from its page to its history: cut, joined, its boundary, its area, a part lost, an error mended."""

from __future__ import annotations

import pytest

from tests.browser.walk_kit import Walk, right_page, told
from tests.registry_kit import right_of
from tests.villages import EAST, NORTH, VILLAGE

GROUP = f"{VILLAGE}01"
LOWER, UPPER = f"{GROUP}00002", f"{GROUP}00003"
FIRST_NEW, SECOND_NEW = f"{GROUP}00008", f"{GROUP}00009"
"""The codes that an act gives next in a village of three households."""
PARCEL = f"/parcels/{LOWER}"
X, Y = EAST + 20, NORTH


@pytest.mark.drill
def test_a_parcel_is_split_along_a_typed_line(walk: Walk) -> None:
    page = walk.form(PARCEL, "parcel_split")
    page.fill("#field-line", f"{X + 7} {Y}\n{X + 7} {Y + 20}")
    read = walk.registered("parcel_split", walk.send())
    assert "140.00" in read
    assert told(walk, PARCEL, "地块分割", f"变为地块 · 代码 无 {FIRST_NEW}", f"变为地块 · 代码 无 {SECOND_NEW}")
    assert told(walk, f"/parcels/{FIRST_NEW}", "地块分割", f"来自地块 · 代码 无 {LOWER}")
    assert walk.certificates(right_of(walk.registrar)) == ["已换发"]


@pytest.mark.drill
def test_two_parcels_of_a_right_are_joined(walk: Walk) -> None:
    page = walk.form(PARCEL, "parcel_merge")
    page.check(f"input[name=others][value='{UPPER}']")
    read = walk.registered("parcel_merge", walk.send())
    assert "800.00" in read
    assert told(walk, PARCEL, "地块合并", f"变为地块 · 代码 无 {FIRST_NEW}")
    assert walk.certificates(right_of(walk.registrar)) == ["已换发"]


@pytest.mark.drill
def test_a_boundary_is_corrected_with_the_neighbour_s_signature(walk: Walk) -> None:
    page = walk.form(PARCEL, "boundary_correction")
    page.fill("#field-shape", f"{X - 1} {Y}\n{X - 1} {Y + 20}\n{X + 20} {Y + 20}\n{X + 20} {Y}")
    page.check(f"input[name=signed][value='{UPPER}']")
    case = walk.send()
    assert "相邻方界址签字书" in walk.lacking()
    read = walk.registered("boundary_correction", case)
    assert "400.00\t420.00" in read
    assert told(walk, PARCEL, "界址更正", "登记面积（m²） 400.00 420.00", "图形")
    assert walk.certificates(right_of(walk.registrar)) == ["已换发"]


@pytest.mark.drill
def test_an_area_measured_anew_is_registered(walk: Walk) -> None:
    page = walk.form(PARCEL, "area_change")
    page.fill("#field-area_m2", "410.50")
    read = walk.registered("area_change", walk.send())
    assert "800.00\t810.50" in read
    assert told(walk, PARCEL, "面积变更", "登记面积（m²） 400.00 410.50")
    assert walk.certificates(right_of(walk.registrar)) == ["已换发"]


@pytest.mark.drill
def test_a_part_washed_away_leaves_the_right(walk: Walk) -> None:
    page = walk.form(PARCEL, "part_loss")
    page.fill("#field-shape", f"{X - 1} {Y - 1}\n{X - 1} {Y + 21}\n{X + 5} {Y + 21}\n{X + 5} {Y - 1}")
    page.select_option("#field-reason", "land_lost")
    read = walk.registered("part_loss", walk.send())
    assert "800.00\t700.00" in read
    assert told(walk, PARCEL, "地块部分灭失", f"变为地块 · 代码 无 {SECOND_NEW}")
    assert told(walk, right_page(right_of(walk.registrar)), "地块部分灭失", "面积（m²） 800.00 700.00")
    assert walk.certificates(right_of(walk.registrar)) == ["已换发"]


@pytest.mark.drill
def test_a_parcel_s_name_that_was_wrong_from_the_first_day_is_corrected(walk: Walk) -> None:
    read = walk.correct(PARCEL, "name", "大坪上", "holder", "村民会议记录")
    assert "地块0\t大坪上" in read
    assert told(walk, PARCEL, "更正登记", "名称 地块0 大坪上")
