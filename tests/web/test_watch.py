"""The auditor's page of the watch: a look is asked for, it is in the log, and no desk sees it."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.core.actor import Actor, Role
from tests.database.audit.test_watch import masks_of, settled, today
from tests.exit_kit import asked_for
from tests.kept_kit import Connection
from tests.registry_kit import to_rights
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture
def cha(account: OpenAccount, browser: Browser) -> Browser:
    account("cha", Role.AUDITOR)
    browser.log_in("cha")
    return browser


def looks(superuser: Connection) -> list[str]:
    rows = superuser.execute(
        "SELECT kind FROM log.entry WHERE kind LIKE 'audit.watch%' ORDER BY staged_at, kind"
    ).fetchall()
    return [kind for (kind,) in rows]


def test_the_page_explains_and_looks_at_nothing_until_it_is_asked(cha: Browser, superuser: Connection) -> None:
    page = cha.get("/audit/watch")
    assert page.status_code == 200
    assert "不打开任何姓名和证件号" in page.text
    assert looks(superuser) == []


def test_a_look_shows_what_was_compared_and_leaves_two_leaves_a_month(
    cha: Browser, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    given_up = asked_for(registrar)
    number = settled(superuser, today(superuser), masks_of(superuser))
    cha.get("/audit/watch")
    page = cha.post("/audit/watch", {"month": f"{today(superuser):%Y-%m}", "within": "610902"})
    assert page.status_code == 200, page.text
    assert "没有需要抽查的" in page.text
    assert "落户经办人" in page.text
    assert number not in page.text
    assert given_up.number not in page.text
    assert sorted(looks(superuser)) == ["audit.watch_announced"] * 3 + ["audit.watched"] * 3


@pytest.mark.parametrize("form", [
    {"month": "", "within": "610902"}, {"month": "all"}, {"month": "2026-13"}, {"month": "2099-01"}, {"month": "2026-3"},
    {"month": "2026-03", "within": "610921"}, {"month": "2026-03", "within": "61090\0"}, {"month": "2026-03", "within": "' OR 1=1"},
    {"within": "610902"}, {},
])  # fmt: skip
def test_a_look_that_cannot_be_is_refused_and_no_leaf_is_left(cha: Browser, superuser: Connection, form: Any) -> None:
    cha.get("/audit/watch")
    answer = cha.post("/audit/watch", form)
    assert 400 <= answer.status_code < 500
    assert looks(superuser) == []


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.REVIEWER, Role.SURVEYOR, Role.ADMINISTRATOR])
def test_no_desk_is_shown_the_watch(account: OpenAccount, browser: Browser, role: Role) -> None:
    account("deng", role)
    browser.log_in("deng")
    assert browser.get("/audit/watch").status_code == 403
    assert "落户监测" not in browser.get("/").text
