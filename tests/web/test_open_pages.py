"""What the register shows to everybody: its law, its log, its first page."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.core.actor import Role
from landreg.law.book import all_rules
from tests.web.conftest import Browser, OpenAccount


def test_a_rules_code_leads_to_what_it_means(client: Any) -> None:
    for code in all_rules():
        assert client.get(f"/problems/{code}").status_code == 200
    assert client.get("/problems/NONE-1").status_code == 404


def test_the_first_page_shows_what_rooms_put_there_for_the_role(
    browser: Browser, account: OpenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    from landreg.access import home
    from landreg.access.home import Figure, Queue, Row

    monkeypatch.setattr(home, "_first_pages", [])
    home.on_first_page(Role.REVIEWER)(lambda actor: [Figure("待审核", 12345, "/cases?state=accepted")])
    home.on_first_page(Role.REGISTRAR)(
        lambda actor: [
            Queue("退回给我的", "/cases", [Row("汉滨 2026-7", "/cases/610902/7", "今天到期")], "没有退回的业务")
        ]
    )
    account("lin", Role.REVIEWER)
    browser.log_in("lin")
    page = browser.get("/").text
    assert "12,345" in page
    assert "退回给我的" not in page
    account("shen", Role.REVIEWER, Role.REGISTRAR)
    browser.post("/logout")
    browser.log_in("shen")
    assert "今天到期" in browser.get("/").text


def test_every_page_without_parameters_answers_every_role_and_in_both_languages(app: Any, account: OpenAccount) -> None:
    """Nothing breaks on an empty register: a page, or a plain no. Of the roles one sees it in Chinese, the next in English."""
    for number, role in enumerate((Role.SURVEYOR, Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR)):
        account(f"officer{number}", role)
        browser = Browser(app.test_client())
        browser.log_in(f"officer{number}")
        for turn, rule in enumerate(app.url_map.iter_rules()):
            if "GET" in rule.methods and not rule.arguments and rule.endpoint != "static":
                browser.client.set_cookie("language", ("zh", "en")[(turn + number) % 2])
                answer = browser.get(str(rule), headers={"Accept": "text/html"})
                assert answer.status_code in (200, 303, 400, 401, 403, 404), (role, str(rule), answer.text[:2000])
