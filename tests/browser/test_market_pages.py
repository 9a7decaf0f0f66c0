"""The market on a phone, as anybody sees it without signing on: found, looked at, compared, priced; and without a script."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, faults_of, show
from tests.browser.walk_kit import follow
from tests.conftest import Connection
from tests.market_kit import OTHER_VILLAGE, dealt, listed

LOOKED_AT = os.environ.get("LANDREG_PICTURES", "")
"""A folder: pictures of the pages are put there to be looked at."""


@pytest.fixture(autouse=True)
def market(app: Any, superuser: Connection) -> str:
    """Seven deals and a dozen listings; the number of one with all that there is."""
    app.extensions.pop("landreg.market", None)
    for place, price in enumerate(("420", "480", "500", "560", "610", "640", "700")):
        dealt(superuser, listed(superuser), price, days_ago=30 + 40 * place)
    for place in range(10):
        listed(superuser, village=OTHER_VILLAGE, price=f"{400 + 25 * place}.00", area=f"{900 + 400 * place}.00")
    listed(superuser, unit="kg_mu_year", grain="wheat", price="210.00", way="auction", land_class="011")
    return listed(superuser, photos=2, said="靠公路，土层厚，去年种玉米，可以连片。", floor="500.00", floor_shown=True)


def sound(page: Page, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    assert faults_of(page) == [], name
    if LOOKED_AT:
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=str(Path(LOOKED_AT) / f"{name}-{width}.png"), full_page=True)


def test_land_is_found_looked_at_compared_and_priced_on_a_phone(window: OpenPage, market: str) -> None:
    page = window(width=390)
    page.goto("/")
    follow(page.get_by_role("link", name="看挂牌"))
    expect(page.get_by_role("heading", name="找到 12 宗")).to_be_visible()
    sound(page, "list")
    page.select_option("#field-within", label="　大同镇")
    page.select_option("#field-unit", "yuan_mu_year")
    page.fill("#field-price_most", "500")
    follow(page.get_by_role("button", name="查找"))
    expect(page.get_by_role("heading", name="找到 5 宗")).to_be_visible()
    for place in (1, 2, 3):
        page.check(f"#compare-{place}")
    follow(page.get_by_role("button", name="比较选中的"))
    expect(page.locator("table thead th")).to_have_count(4)
    sound(page, "compare")
    page.goto(f"/market/listings/{market}")
    expect(page.get_by_role("heading", name="怎样参加")).to_be_visible()
    sound(page, "listing")
    page.goto("/market/index")
    expect(page.locator(".market-chart svg")).to_be_visible()
    sound(page, "index")
    for name in ("deals", "data", "saved?kind=lease"):
        page.goto(f"/market/{name}")
        sound(page, name.partition("?")[0])


def test_a_point_of_the_map_leads_to_its_listing(window: OpenPage, market: str) -> None:
    page = window(width=390)
    show(page, "/market/map?photos=1")
    expect(page.get_by_text("共 1 宗")).to_be_visible()
    sound(page, "map")
    page.locator(".map-canvas").click()
    expect(page.locator(".map-popup")).to_contain_text("600.00")
    follow(page.locator(".map-popup a"))
    assert page.url.endswith(f"/market/listings/{market}")


def test_two_listings_stand_side_by_side_on_a_phone_and_say_which_is_over(
    window: OpenPage, market: str, superuser: Connection
) -> None:
    gone = listed(superuser)
    dealt(superuser, gone)
    page = window(width=390)
    page.goto(f"/market/compare?n={market}&n={gone}")
    expect(page.locator(".market-compare")).to_contain_text("已成交")
    frame = page.locator(".table-frame")
    assert frame.evaluate("one => one.scrollWidth <= one.clientWidth")
    sound(page, "compare-two")


def test_the_parcel_that_is_asked_for_is_marked_and_villages_are_named_beside_the_points(
    window: OpenPage, market: str
) -> None:
    """At the first view and near the parcel; what is marked is told beside it."""
    page = window(width=390)
    show(page, "/market/map")
    expect(page.locator("[data-map]")).to_have_attribute("data-names", "2")
    sound(page, "map-all")
    page.goto(f"/market/listings/{market}")
    follow(page.get_by_role("link", name="在地图上看"))
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "")
    expect(page.locator(".map-popup")).to_contain_text("600.00")
    expect(page.locator("[data-map]")).to_have_attribute("data-names", "1")
    sound(page, "map-one")


def test_the_market_works_without_a_script_and_on_a_desk_in_the_dark(window: OpenPage, market: str) -> None:
    page = window(width=390, script=False)
    page.goto("/market")
    page.fill("#field-mu_least", "5")
    follow(page.get_by_role("button", name="查找"))
    expect(page.get_by_role("heading", name="找到 3 宗")).to_be_visible()
    page.goto("/market/index")
    expect(page.locator(".market-chart svg")).to_be_visible()
    desk = window(width=1280, dark=True)
    for name in ("", "/index", f"/listings/{market}"):
        desk.goto(f"/market{name}")
        sound(desk, f"dark{name.replace('/', '-')[:9]}")
