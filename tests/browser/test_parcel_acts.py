"""Acts on parcels in a browser: drawn on the map with a mouse, typed without one, without script, and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from landreg.core.actor import Actor
from tests.browser.conftest import OpenPage, barriers_of, faults_of, show
from tests.browser.walk_kit import follow, leaving
from tests.conftest import Connection
from tests.registry_kit import one, pass_days, to_rights
from tests.villages import EAST, NORTH, VILLAGE

GROUP = f"{VILLAGE}01"
LOWER, UPPER = f"{GROUP}00002", f"{GROUP}00003"
X, Y = EAST + 20, NORTH


@pytest.fixture(autouse=True)
def _registered(officers: tuple[Actor, Actor], superuser: Connection) -> None:
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)


def corners(page: Page, field: str) -> list[list[float]]:
    """What stands in a field of coordinates."""
    return [[float(part) for part in line.split()] for line in page.input_value(field).splitlines()]


def test_a_line_drawn_across_the_map_splits_the_parcel(open_as: OpenPage, officers: tuple[Actor, Actor]) -> None:
    page = open_as("deng", f"/parcels/{LOWER}/acts/parcel_split")
    box: Any = page.locator(".map-canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, box["y"] + 8)
    page.wait_for_timeout(300)
    page.mouse.move(x, y, steps=3)
    told = page.locator("[data-foreseen]")
    told.get_by_text("没有把地块分开").wait_for()
    page.mouse.move(x, box["y"] + box["height"] - 45, steps=3)
    told.get_by_text("第 2 块").wait_for()
    page.mouse.dblclick(x, box["y"] + box["height"] - 40)
    page.wait_for_function("() => document.querySelector('#field-line').value !== ''")
    drawn = corners(page, "#field-line")
    assert len(drawn) == 2
    assert all(X < east < X + 20 for east, _ in drawn)
    page.wait_for_load_state("networkidle")
    areas = [row.split("\t")[1] for row in told.locator("tbody").inner_text().splitlines() if "\t" in row]
    follow(page.get_by_role("button", name="建立业务"))
    assert "/cases/" in page.url
    shown = page.inner_text("main")
    assert "地块变更前后" in shown
    assert len(areas) == 2
    assert [area for area in areas if area not in shown] == []
    assert faults_of(page) == []
    assert one(officers[0], "SELECT count(*) FROM registry.\"case\" WHERE act_kind = 'parcel_split'") == 1


def test_a_corner_dragged_on_the_map_moves_the_boundary_in_the_field(open_as: OpenPage) -> None:
    page = open_as("deng", f"/parcels/{LOWER}/acts/boundary_correction")
    before = corners(page, "#field-shape")
    assert [X, Y] in before
    box: Any = page.locator(".map-canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    # The parcel lies in the middle of its map: somewhere between there and the edge is its west side.
    for step in range(20, int(box["width"] / 2), 6):
        page.mouse.move(x - step, y)
        page.mouse.down()
        page.mouse.move(x - step - 15, y, steps=3)
        page.mouse.up()
        if corners(page, "#field-shape") != before:
            break
    after = corners(page, "#field-shape")
    assert len(after) == len(before) + 1
    page.get_by_text("重画").click()
    assert corners(page, "#field-shape") == before


def test_neighbours_are_chosen_by_a_click_on_the_map(open_as: OpenPage) -> None:
    page = open_as("deng", f"/parcels/{LOWER}/acts/parcel_merge")
    box: Any = page.locator(".map-canvas").bounding_box()
    x = box["x"] + box["width"] / 2
    for y in range(int(box["y"]) + 10, int(box["y"] + box["height"] / 2), 10):
        page.mouse.click(x, y)
        # Two clicks at once are one on the map, which zooms: and the next one would take the choice back.
        page.wait_for_timeout(300)
        if page.locator(f'input[value="{UPPER}"]').is_checked():
            break
    assert page.locator(f'input[value="{UPPER}"]').is_checked()


def test_a_split_is_typed_with_the_keyboard_alone(open_as: OpenPage) -> None:
    page = open_as("deng", f"/parcels/{LOWER}/acts/parcel_split")
    page.focus("#field-line")
    page.keyboard.type(f"{X + 7} {Y}\n{X + 7} {Y + 20}")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with leaving(page):
        page.keyboard.press("Enter")
    assert "/cases/" in page.url
    assert "140.00" in page.inner_text("main")


FORMS = (
    "acts/parcel_split", "acts/parcel_merge", "acts/boundary_correction", "acts/area_change", "acts/part_loss", "correction",
)  # fmt: skip


def test_the_forms_have_no_barrier_and_fit_a_phone(open_as: OpenPage) -> None:
    page = open_as("deng", "/")
    for path in FORMS:
        assert barriers_of(show(page, f"/parcels/{LOWER}/{path}")) == {}, path


def test_without_script_the_parcel_is_drawn_and_coordinates_are_typed(open_as: OpenPage) -> None:
    page = open_as("deng", f"/parcels/{LOWER}/acts/boundary_correction", script=False)
    assert page.locator("svg.sketch path").count() > 3
    page.fill("#field-shape", f"{X - 1} {Y}\n{X - 1} {Y + 20}\n{X + 20} {Y + 20}\n{X + 20} {Y}")
    page.check(f'input[value="{UPPER}"]')
    follow(page.get_by_role("button", name="建立业务"))
    assert "420.00" in page.inner_text("main")
