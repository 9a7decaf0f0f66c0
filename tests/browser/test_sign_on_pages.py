"""Signing on, binding a household and acting for it, walked in a browser; each page is seen on a desk and on a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import Page

from landreg.access import identity, service
from landreg.access.service import NewAccount
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from tests.browser.conftest import PASSWORD, OpenPage, barriers_of, sign_on
from tests.browser.walk_kit import follow, leaving
from tests.villages import past_triggers

VILLAGE, CODE = "610902005001", "610902005001010001"


@pytest.fixture
def household(registrar: Actor, superuser: Any) -> None:
    """A registered household with one member, and accounts of a registrar and an agent."""
    for login, role, where in (("lin", Role.REGISTRAR, "610902"), ("dai", Role.AGENT, VILLAGE)):
        service.open_account(
            service.SYSTEM, NewAccount(login, f"{login}样本", frozenset({role}), where), PASSWORD, temporary=False
        )
    with unit_of_work(registrar) as uow:
        person = identity.enter(uow, [identity.NewPerson("林木生", "1", "610900199001010010")])[0]
    home = uuid4()
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO party.household (county, row_id, household_id, village, code, name, collective_id, valid,
                   recorded, act_id)
               VALUES ('610902', %s, %s, %s, %s, '林木生', %s, '[2020-01-01,)', '[2020-01-01,)', %s)""",
            [uuid4(), home, VILLAGE, CODE, uuid4(), uuid4()],
        )
        superuser.execute(
            """INSERT INTO party.member (county, row_id, member_id, village, household_id, person_id, relation,
                   holds_right, position, valid, recorded, act_id)
               VALUES ('610902', %s, %s, %s, %s, %s, '02', true, 0, '[2020-01-01,)', '[2020-01-01,)', %s)""",
            [uuid4(), uuid4(), VILLAGE, home, person, uuid4()],
        )


def _send(page: Page) -> None:
    follow(page.locator("main form[method=post] button.btn-primary").first)


def test_an_authenticator_is_set_up_and_asked_for(window: OpenPage, household: None) -> None:
    page = window()
    sign_on(page, "lin")
    page.goto("/account/sign-on")
    assert barriers_of(page) == {}
    follow(page.get_by_role("button", name="生成密钥"))
    totp = pyotp.TOTP(page.locator("#secret").inner_text())
    assert page.locator("main svg").bounding_box()["width"] > 150  # type: ignore[index]
    assert barriers_of(page) == {}
    page.fill("input[name=code]", totp.now())
    _send(page)
    codes = page.locator("#recovery li").all_inner_texts()
    assert len(codes) == 10
    assert barriers_of(page) == {}
    page.context.clear_cookies()
    sign_on(page, "lin")
    assert barriers_of(page) == {}
    page.fill("input[name=code]", codes[0])
    with leaving(page):
        page.keyboard.press("Enter")
    assert page.url.endswith("/")
    assert page.locator(".app-tools").inner_text().startswith("lin样本")


def test_a_household_is_bound_and_an_agent_acts_for_it(window: OpenPage, household: None) -> None:
    office, farmer, agent = window(), window(), window()
    sign_on(office, "lin")
    office.goto(f"/bindings?household={CODE}")
    assert barriers_of(office) == {}
    office.select_option("select[name=person]", index=0)
    _send(office)
    assert barriers_of(office) == {}
    code = office.locator("#told").inner_text()
    farmer.goto("/join")
    assert barriers_of(farmer) == {}
    for name, value in (("household", CODE), ("code", code), ("name", "林木生"), ("login", "nong"),
                        ("password", PASSWORD), ("again", PASSWORD)):  # fmt: skip
        farmer.fill(f"input[name={name}]", value)
    _send(farmer)
    sign_on(farmer, "nong")
    farmer.goto("/my")
    assert barriers_of(farmer) == {}
    day = beijing_day(datetime.now(UTC)).isoformat()
    farmer.select_option("select[name=agent]", index=0)
    farmer.select_option("select[name=step]", "view")
    farmer.fill("input[name=first_day]", day)
    farmer.fill("input[name=last_day]", day)
    _send(farmer)
    assert barriers_of(farmer) == {}
    sign_on(agent, "dai")
    agent.goto("/agent")
    assert barriers_of(agent) == {}
    follow(agent.locator("tbody a"))
    assert CODE in agent.locator(".band").inner_text()
    assert barriers_of(agent) == {}
    _send(agent)
    assert "已记录" in agent.locator("main").inner_text()
    assert barriers_of(agent) == {}
    farmer.goto("/my")
    assert "dai样本" in farmer.locator("#acts").locator("xpath=../..").inner_text()
