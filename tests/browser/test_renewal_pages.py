"""Renewals in a browser: a roster drawn up, a household put aside, the cases opened; on a phone, and by who cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from landreg.access import service
from landreg.access.identity import use_key
from landreg.access.service import NewAccount
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from tests.browser.conftest import PASSWORD, faults_of
from tests.conftest import Connection
from tests.registry_kit import to_rights
from tests.villages import COUNTY


@pytest.fixture
def desk(chromium: Browser, site: str, database: Settings, superuser: Connection) -> Iterator[Page]:
    """The registrar's browser, over a village whose contracts end."""
    use_key(database.keys["identity"])
    made = []
    for login, role in (("deng", Role.REGISTRAR), ("shen", Role.REVIEWER)):
        new = NewAccount(login, f"{login}先生", frozenset({role}), COUNTY)
        account = service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
        made.append(Actor(account, f"{login}先生", Desk.REGISTRY, frozenset({role}), COUNTY))
    to_rights(made[0], made[1], superuser, 3, ends_on="2027-12-31")
    context = chromium.new_context(base_url=site, viewport={"width": 1280, "height": 860}, locale="zh-CN")
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=login]", "deng")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main form button")
    yield page
    context.close()


def test_a_registrar_draws_up_a_roster_and_puts_a_household_aside(desk: Page, tmp_path: Path) -> None:
    plan = tmp_path / "方案.pdf"
    plan.write_bytes(b"%PDF-1.7 sample")
    desk.goto("/renewals/new")
    assert faults_of(desk) == []
    desk.check("input[name=collective]")
    desk.set_input_files("input[name=plan]", plan)
    desk.click("form[enctype] button.btn-primary")
    desk.wait_for_selector("text=3 户随名册办理，0 户单独办理")
    assert faults_of(desk) == []
    desk.locator("input[name=right]").first.check()
    desk.select_option("select[name=reason]", "unreachable")
    desk.fill("input[name=said]", "三次上门无人")
    desk.click("text=所选单独办理")
    desk.wait_for_selector("text=2 户随名册办理，1 户单独办理")
    desk.set_viewport_size({"width": 390, "height": 860})
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    desk.click(".state-line button")
    desk.wait_for_selector("text=下一步：受理")
    for path in ("/renewals", "/endings", "/endings?show=terms"):
        desk.goto(path)
        assert faults_of(desk) == [], path
