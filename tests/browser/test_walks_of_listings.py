"""A farmer's phone and the operator's desk: land is listed by touch, a part of it drawn, and published."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from landreg.access import service
from landreg.access.sealing import use_key
from landreg.access.service import NewAccount
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from tests.browser.conftest import PASSWORD, OpenPage, faults_of, sign_on
from tests.browser.walk_kit import follow
from tests.exchange_kit import farmer_of, market
from tests.registry_kit import Connection, one
from tests.villages import COUNTY, VILLAGE

STATE = "main .state-line"
MOST_TAPS = 8
ROOM = 64
"""What the map leaves free above the land that it shows."""
SHOTS = os.environ.get("LANDREG_SHOTS", "")
"""A folder for pictures of what is walked; none are taken without it."""


@pytest.fixture
def farmer(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Actor:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser)
    for login, role, within in (("lin", Role.FARMER, VILLAGE), ("jiao", Role.OPERATOR, COUNTY)):
        new = NewAccount(login, f"{login}先生", frozenset({role}), within)
        service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    return farmer_of(superuser, login="lin")


@pytest.fixture
def phone(chromium: Browser, site: str, farmer: Actor) -> Iterator[Page]:
    """A telephone of 390 px with a touch screen."""
    look = {"width": 390, "height": 844}
    context = chromium.new_context(base_url=site, viewport=look, has_touch=True, is_mobile=True, locale="zh-CN")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()
    sign_on(page, "lin")
    yield page
    context.close()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def sound(page: Page, name: str) -> None:
    """No barrier on the screen that is looked at, and nothing beside it."""
    shot(page, name)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def tap_corners(page: Page) -> None:
    """By a thumb: nearer first, four corners in the western half of what the map shows, one of them wrong and taken back."""
    tools = page.locator(".map-tools .map-tool, .map-frame .ol-zoom button")
    assert min((tool.bounding_box() or {"height": 0})["height"] for tool in tools.all()) >= 44
    page.locator(".ol-zoom-in").tap()
    page.wait_for_timeout(500)
    box = page.locator(".map-canvas").bounding_box()
    assert box is not None
    for x, y in ((0.30, 0.35), (0.30, 0.65), (0.48, 0.65), (0.70, 0.80), (0.48, 0.35)):
        page.touchscreen.tap(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(350)
        if x == 0.70:
            page.get_by_role("button", name="撤回一点").tap()
    page.get_by_role("button", name="画完").tap()
    shot(page, "phone-drawn")


def test_a_farmer_lists_land_with_a_finger_and_the_operator_publishes_it(
    phone: Page, window: OpenPage, farmer: Actor
) -> None:
    phone.goto("/my")
    follow(phone.get_by_role("link", name="我家的地，要流转"), finger=True)
    assert phone.url.endswith("/my/listings")
    sound(phone, "phone-listings")
    follow(phone.get_by_role("link", name="承包地：挂出去"), finger=True)
    assert "/my/listings/new/" in phone.url
    taps = 2
    for box in phone.locator("input[name=parcel]").all():
        box.tap()
        taps += 1
    phone.select_option("#field-years", "5")
    phone.fill("#field-price", "520")
    sound(phone, "phone-form")
    follow(phone.get_by_role("button", name="先检查"), finger=True)
    expect(phone.locator(STATE).last).to_contain_text("可以提交")
    follow(phone.get_by_role("button", name="提交", exact=True), finger=True)
    assert taps + 3 <= MOST_TAPS
    expect(phone.locator(STATE).last).to_contain_text("待审核")
    sound(phone, "phone-listed")
    address = phone.url
    desk = window()
    sign_on(desk, "jiao")
    desk.goto("/listings")
    sound(desk, "desk-listings")
    follow(desk.get_by_role("link", name=re.compile(rf"{COUNTY}-L")))
    expect(desk.locator(STATE).last).to_contain_text("规则检查没有问题")
    sound(desk, "desk-listing")
    follow(desk.get_by_role("button", name="发布", exact=True))
    phone.goto(address)
    expect(phone.locator(STATE).last).to_contain_text("发布中")
    phone.get_by_text("撤回挂牌").tap()
    follow(phone.get_by_role("button", name="确认撤回"), finger=True)
    expect(phone.locator(STATE).last).to_contain_text("已撤回")
    _draw_a_part(phone, farmer)
    if SHOTS:
        desk.goto("/law/transfers")
        shot(desk, "desk-transfers")


def _draw_a_part(phone: Page, farmer: Actor) -> None:
    phone.goto("/my/listings")
    follow(phone.get_by_role("link", name="承包地：挂出去"), finger=True)
    follow(phone.get_by_role("link", name="只挂一部分").first, finger=True)
    phone.wait_for_selector("[data-map][data-ready]")
    bar, land = (phone.locator(at).bounding_box() for at in (".map-tools", ".map-canvas"))
    assert bar is not None
    assert land is not None
    assert bar["y"] + bar["height"] <= land["y"] + ROOM, "the row of tools lies over a corner that is to be tapped"
    tap_corners(phone)
    assert len(phone.locator("#field-part").input_value().splitlines()) == 4
    phone.select_option("#field-years", "3")
    phone.fill("#field-price", "400")
    sound(phone, "phone-part")
    follow(phone.get_by_role("button", name="提交", exact=True), finger=True)
    expect(phone.locator(STATE).last).to_contain_text("待审核")
    part = "SELECT area_m2 FROM exchange.listing_parcel WHERE part IS NOT NULL"
    assert 0 < one(farmer, part) < 400
