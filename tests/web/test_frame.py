"""The frame of every page: whether the register is one of demonstration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from landreg.config import Settings
from landreg.core.actor import Role
from landreg.core.periods import beijing_day
from landreg.land import place_names
from tests.registry_kit import pass_days
from tests.web.conftest import Browser, OpenAccount


def test_pages_of_a_register_in_service_bear_no_mark(browser: Browser, account: OpenAccount) -> None:
    account("deng", Role.REGISTRAR)
    browser.log_in("deng")
    for page in ("/", "/packages", "/notices"):
        assert "SAMPLE" not in browser.get(page).text


def test_pages_of_a_demonstration_bear_the_mark_and_the_day_to_which_its_clock_was_moved(
    browser: Browser, account: OpenAccount, superuser: Any
) -> None:
    pass_days(superuser, 0)
    assert "SAMPLE" in browser.get("/notices").text
    assert "sample-day" not in browser.get("/notices").text
    pass_days(superuser, 40)
    account("deng", Role.REGISTRAR)
    browser.log_in("deng")
    for page in ("/", "/packages", "/check"):
        text = browser.get(page).text
        assert "SAMPLE" in text
        assert f'sample-day">{beijing_day(datetime.now(UTC) + timedelta(days=40))}<' in text


def test_a_jurisdiction_is_told_by_its_name_with_the_code_beside_it(
    browser: Browser, account: OpenAccount, superuser: Any
) -> None:
    superuser.execute(
        """INSERT INTO land.division (code, name, level, parent, urban_rural)
           VALUES ('610902', '汉滨区', 'county', '6109', '') ON CONFLICT DO NOTHING"""
    )
    place_names.forget()
    account("deng", Role.REGISTRAR)
    account("wai", Role.REGISTRAR, jurisdiction="610902999")
    browser.log_in("deng")
    said = '<span lang="zh-CN">汉滨区</span> <span class="code sub">610902</span>'
    assert f"deng先生 · 登记员 · {said}" in browser.get("/").text
    browser.post("/logout")
    browser.log_in("wai")
    assert '区划表未收录 <span class="code sub">610902999</span>' in browser.get("/").text


def test_a_page_is_wholly_shown_by_itself_without_a_request_for_an_icon(app: Any, database: Settings) -> None:
    """Some browsers ask for /favicon.ico whatever the page says; a reader of the network's list sees no failed request."""
    icon = app.test_client().get("/favicon.ico")
    assert icon.status_code == 200
    assert icon.mimetype == "image/svg+xml"
    assert icon.data.startswith(b"<svg")
    assert 'rel="icon" href="/favicon.ico"' in app.test_client().get("/notices").text
