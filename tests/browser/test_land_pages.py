"""The land room's pages in a browser: for everyone, on a phone, in the dark, without a mouse and without script."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import PACKAGE, PARCELS, OpenPage, barriers_of, faults_of
from tests.browser.walk_kit import follow, leaving
from tests.conftest import Connection

CODE = "6109020000000000008"
REPORT = f"/packages/610902/{PACKAGE}"
SIMPLER = [pytest.param(path, marks=pytest.mark.drill) for path in ("/login", "/packages", "/parcels", "/map?q=大坪")]
PAGES = ("/", REPORT, f"/parcels/{CODE}", f"/map?parcel={CODE}", *SIMPLER)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_barrier_in_light_in_the_dark_and_on_a_phone(open_page: OpenPage, path: str) -> None:
    page = open_page(path, login=path != "/login")
    assert barriers_of(page) == {}
    page.emulate_media(
        color_scheme="dark", reduced_motion="reduce"
    )  # a colour on its way is neither the old nor the new one
    assert faults_of(page, "color-contrast") == []


def test_the_slash_key_goes_to_the_search_field_and_g_m_to_the_map(open_page: OpenPage) -> None:
    page = open_page("/parcels")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Tab")
    page.keyboard.press("g")
    with leaving(page):
        page.keyboard.press("m")
    assert "/map" in page.url


def test_a_list_is_walked_with_arrows_and_opened_with_enter(open_page: OpenPage) -> None:
    page = open_page("/parcels")
    for _press in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    with leaving(page):
        page.keyboard.press("Enter")
    assert page.url.endswith("/parcels/6109020000000000002")


def test_the_question_mark_shows_the_keys(open_page: OpenPage) -> None:
    page = open_page("/packages")
    page.keyboard.press("?")
    assert "g m" in page.locator("dialog.keys").inner_text().replace("\n", " ")
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.keys", state="detached")


def test_a_finding_chosen_in_the_list_is_chosen_on_the_map_and_the_other_way(open_page: OpenPage) -> None:
    page = open_page(REPORT)
    page.click('tr[data-finding="3"] a[data-show]')
    page.wait_for_timeout(600)
    page.click('tr[data-finding="10"] td.cell-text')
    assert page.locator('tr[data-finding="10"].is-selected').count() == 1
    page.locator(".map-canvas").click()
    page.wait_for_selector('tr[data-finding="3"].is-selected')
    assert page.locator("tr.is-selected").count() == 1


def test_a_link_to_a_finding_opens_its_page_of_the_list_and_its_place(open_page: OpenPage) -> None:
    page = open_page(f"{REPORT}?page=2#finding-71")
    page.wait_for_selector('tr[data-finding="71"].is-selected')


def test_a_report_is_narrowed_without_pressing_a_button(open_page: OpenPage) -> None:
    page = open_page(REPORT)
    with leaving(page):
        page.select_option("#level", "warn")
    assert "level=warn" in page.url
    assert page.locator("#findings-table tbody tr").count() == 30
    assert "code=" not in page.url


def test_a_link_to_a_parcel_shows_it_on_the_map_with_its_facts(open_page: OpenPage) -> None:
    page = open_page(f"/map?parcel={CODE}")
    page.wait_for_selector(".map-popup h2")
    assert page.locator(".map-popup").inner_text().count("大坪8") == 1
    assert "at=" in page.url
    page.locator(".map-canvas").hover()
    page.wait_for_function("() => document.querySelector('.map-position').textContent.includes('E 36')")
    page.click(".map-popup .btn-close")
    page.wait_for_url(lambda url: "parcel=" not in url)


def test_a_click_on_a_parcel_of_the_map_opens_its_facts(open_page: OpenPage) -> None:
    page = open_page("/map")
    page.locator(".map-canvas").click()
    page.wait_for_selector(".map-popup h2")
    assert "大坪" in page.locator(".map-popup").inner_text()
    assert "parcel=6109020000000000" in page.url


def test_an_area_is_measured_on_the_map_in_the_countys_zone(open_page: OpenPage) -> None:
    page = open_page(f"/map?parcel={CODE}")
    page.wait_for_selector(".map-popup h2")
    page.click(".map-popup .btn-close")
    page.get_by_role("button", name="测面积").click()
    box = page.locator(".map-canvas").bounding_box()
    assert box is not None
    east, north = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for x, y in ((-60, -60), (60, -60), (60, 60)):
        page.mouse.click(east + x, north + y)
        page.wait_for_timeout(300)
    page.mouse.move(east - 60, north + 60)
    assert "m²" in page.locator(".map-position").inner_text()
    page.keyboard.press("Escape")
    assert page.locator(".map-position").inner_text() == ""


def test_a_package_is_sent_with_a_bar_and_waits_for_the_worker(
    open_page: OpenPage, tmp_path: Path, superuser: Connection
) -> None:
    file = tmp_path / "成果.zip"
    file.write_bytes(b"PK\x05\x06" + bytes(18))
    for script in (True, False):
        page = open_page("/packages", script=script)
        page.set_input_files("#field-package", str(file))
        follow(page.locator("form.drop button[type=submit]"))
        assert "/packages/uploads/" in page.url
        assert "等待检查" in page.locator(".job").inner_text()
    states = superuser.execute("SELECT name, state, size FROM land.upload").fetchall()
    assert states == [("成果.zip", "waiting", 22)] * 2


def test_without_script_every_page_shows_its_table(open_page: OpenPage) -> None:
    page = open_page("/parcels", script=False)
    assert page.locator("tbody tr").count() == PARCELS
    page.goto(REPORT)
    assert page.locator("tbody tr[data-finding]").count() == 50
    page.goto("/map")
    assert "看地块清单" in page.locator("main").inner_text()
    page.goto(f"/parcels/{CODE}")
    assert "900.00" in page.locator("main").inner_text()


def test_a_place_far_outside_does_not_make_a_blot_of_all_others(open_page: OpenPage, superuser: Connection) -> None:
    superuser.execute("UPDATE land.package_finding SET place = ST_SetSRID(ST_Point(100, 25), 4326) WHERE position = 41")
    page = open_page(REPORT)
    button = page.locator(".map-outside")
    assert "1" in button.inner_text()
    scale = page.locator(".ol-scale-line-inner")
    near = scale.inner_text()
    assert near.endswith(" m") or int(near.split()[0]) <= 5
    assert faults_of(page) == []
    button.click()
    assert button.inner_text() == "回到集中处"


def test_of_two_heaps_a_country_apart_the_map_opens_on_the_larger(open_page: OpenPage, superuser: Connection) -> None:
    superuser.execute(
        "UPDATE land.package_finding SET place = ST_SetSRID(ST_Point(120, 25), 4326) WHERE place IS NOT NULL AND position % 3 = 0"
    )
    page = open_page(REPORT)
    page.locator(".map-outside").wait_for()
    near = page.locator(".ol-scale-line-inner").inner_text()
    assert near.endswith(" m") or int(near.split()[0]) <= 5
    page.locator(".map-outside").click()
    assert page.locator(".map-outside").inner_text() == "回到集中处"
    assert faults_of(page) == []
