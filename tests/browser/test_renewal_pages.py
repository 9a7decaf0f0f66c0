"""Renewals in a browser: a roster drawn up, a household put aside, the cases opened; on a phone, and by who cannot see."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from landreg.core.actor import Actor
from tests.browser.conftest import OpenPage, faults_of
from tests.browser.walk_kit import follow
from tests.conftest import Connection
from tests.papers_kit import pdf
from tests.registry_kit import to_rights


@pytest.fixture
def desk(open_as: OpenPage, officers: tuple[Actor, Actor], superuser: Connection) -> Page:
    """The registrar's browser, over a village whose contracts end."""
    to_rights(*officers, superuser, 3, ends_on="2027-12-31")
    page = open_as("deng", "/")
    page.context.set_default_timeout(30_000)
    return page


def test_a_registrar_draws_up_a_roster_and_puts_a_household_aside(desk: Page, tmp_path: Path) -> None:
    plan = tmp_path / "方案.pdf"
    plan.write_bytes(pdf())
    desk.goto("/renewals/new")
    assert faults_of(desk) == []
    desk.check("input[name=collective]")
    desk.set_input_files("input[name=plan]", plan)
    follow(desk.locator("form[enctype] button.btn-primary"))
    expect(desk.get_by_text("3 户随名册办理，0 户单独办理").first).to_be_visible()
    assert faults_of(desk) == []
    desk.locator("input[name=right]").first.check()
    desk.select_option("select[name=reason]", "unreachable")
    desk.fill("input[name=said]", "三次上门无人")
    follow(desk.locator("text=所选单独办理"))
    expect(desk.get_by_text("2 户随名册办理，1 户单独办理").first).to_be_visible()
    desk.set_viewport_size({"width": 390, "height": 860})
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    follow(desk.locator(".state-line button"))
    expect(desk.get_by_text("下一步：受理").first).to_be_visible()
    for path in ("/renewals", "/endings", "/endings?show=terms"):
        desk.goto(path)
        assert faults_of(desk) == [], path
