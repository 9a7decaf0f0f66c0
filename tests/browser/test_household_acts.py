"""Acts on households in a browser: members and parcels are ticked, the result is seen before it is sent, also on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from landreg.access import service
from landreg.access.identity import use_key
from landreg.access.service import NewAccount
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from tests.browser.conftest import PASSWORD, faults_of
from tests.conftest import Connection
from tests.household_kit import SECOND, members, parcels
from tests.registry_kit import HOUSEHOLD, one, pass_days, right_of, to_rights
from tests.villages import COUNTY

OpenAs = Callable[..., Page]
DIVISION = f"/households/{HOUSEHOLD}/acts/division"


@pytest.fixture
def registrar_at_desk(database: Settings, superuser: Connection) -> Actor:
    """A registrar with an account, and a village whose rights are registered."""
    use_key(database.keys["identity"])
    made = []
    for login, role in (("deng", Role.REGISTRAR), ("shen", Role.REVIEWER)):
        new = NewAccount(login, f"{login}先生", frozenset({role}), COUNTY)
        account = service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
        made.append(Actor(account, f"{login}先生", Desk.REGISTRY, frozenset({role}), COUNTY))
    to_rights(made[0], made[1], superuser, 2)
    pass_days(superuser, 3)
    return made[0]


@pytest.fixture
def open_as(chromium: Browser, site: str, registrar_at_desk: Actor) -> Iterator[OpenAs]:
    """`open_as("/households/...", width=390)`: a page as the registrar sees it. A fault of a script is a failure."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(path: str, *, width: int = 1280, script: bool = True) -> Page:
        context = chromium.new_context(
            base_url=site, viewport={"width": width, "height": 860}, locale="zh-CN", java_script_enabled=script
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto("/login")
        page.fill("input[name=login]", "deng")
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_load_state()
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


def fill_division(page: Page, actor: Actor) -> None:
    """The second member takes the first parcel."""
    wife, parcel = members(actor)[1], parcels(actor, right_of(actor))[0]
    page.fill("#field-signed_on", "2026-01-05")
    page.check(f"input[name=member_1][value='{wife}']")
    page.select_option(f"select[name='relation_{wife}']", "02")
    page.check(f"input[name=parcel_1][value='{parcel}']")
    page.select_option("#field-head_1", str(wife))
    page.fill("#field-name_1", "成员1之2")


@pytest.mark.parametrize(("width", "script"), [(1280, True), (390, True), (1280, False)])
def test_a_division_is_ticked_seen_and_sent(
    open_as: OpenAs, registrar_at_desk: Actor, width: int, script: bool
) -> None:
    page = open_as(DIVISION, width=width, script=script)
    fill_division(page, registrar_at_desk)
    page.click("button[value=preview]")
    page.wait_for_load_state()
    assert page.locator("#preview .side").count() == 3
    assert page.locator("#preview .side.is-new").count() == 1
    assert page.input_value("#field-name_1") == "成员1之2"
    page.click("button[value=open]")
    page.wait_for_url("**/cases/**")
    assert one(registrar_at_desk, "SELECT count(*) FROM registry.\"case\" WHERE act_kind = 'division'") == 1


def pages_of(actor: Actor) -> list[str]:
    mine, home = right_of(actor), right_of(actor, kind="homestead")
    return [
        DIVISION,
        f"{DIVISION}?households=3",
        f"/households/{HOUSEHOLD}/acts/household_merge?other={SECOND}",
        f"/households/{HOUSEHOLD}/acts/representative_change",
        f"/households/{HOUSEHOLD}/acts/household_change",
        f"/rights/{COUNTY}/{mine}/acts/exchange?other={SECOND}",
        f"/rights/{COUNTY}/{mine}/acts/land_operation",
        f"/rights/{COUNTY}/{home}/acts/homestead_inheritance",
    ]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_forms_are_accessible_and_fit_a_phone(open_as: OpenAs, registrar_at_desk: Actor, width: int) -> None:
    page = open_as("/", width=width)
    for path in pages_of(registrar_at_desk):
        page.goto(path)
        assert faults_of(page) == [], path
        over: Any = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, path
