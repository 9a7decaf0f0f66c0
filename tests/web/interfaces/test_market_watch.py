"""The auditor's page of the fairness watch: a look is asked for, it is in the log, and no desk sees it."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.core.actor import Actor, Role
from landreg.core.periods import beijing_day
from tests.exchange_kit import OPERATOR, farmer_of, listing_row, market, own_right, parcels_of, put_event, put_listing
from tests.kept_kit import Connection
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture
def cha(account: OpenAccount, browser: Browser) -> Browser:
    account("cha", Role.AUDITOR)
    browser.log_in("cha")
    return browser


def looks(superuser: Connection) -> int:
    row = superuser.execute("SELECT count(*) FROM log.entry WHERE kind = 'audit.market_watched'").fetchone()
    assert row is not None
    return int(row[0])


def test_a_look_shows_what_was_compared_and_leaves_its_leaf(
    cha: Browser, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    market(registrar, reviewer, superuser)
    farmer, right = farmer_of(superuser), own_right(registrar)
    row = put_listing(farmer, listing_row(farmer, right), parcels_of(registrar, right)[:1])
    put_event(OPERATOR, row, "published")
    assert "与机会相比" in cha.get("/audit/market").text
    assert looks(superuser) == 0
    (now,) = superuser.execute("SELECT system.clock()").fetchone()  # type: ignore[misc]
    page = cha.post("/audit/market", {"month": f"{beijing_day(now):%Y-%m}", "within": "610902"})
    assert page.status_code == 200, page.text
    assert "没有需要抽查的" in page.text
    assert looks(superuser) == 1


@pytest.mark.parametrize("form", [
    {"month": ""}, {"month": "all"}, {"month": "2026-13"}, {"month": "2099-01"}, {"month": "2026-03", "within": "610921"},
    {"month": "2026-03", "within": "' OR 1=1"}, {"month": "2026-03", "within": "61090\0"}, {},
])  # fmt: skip
def test_a_look_that_cannot_be_is_refused_and_no_leaf_is_left(cha: Browser, superuser: Connection, form: Any) -> None:
    cha.get("/audit/market")
    assert 400 <= cha.post("/audit/market", form).status_code < 500
    assert looks(superuser) == 0


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.ADMINISTRATOR])
def test_no_desk_is_shown_the_watch_of_the_market(account: OpenAccount, browser: Browser, role: Role) -> None:
    account("deng", role)
    browser.log_in("deng")
    assert browser.get("/audit/market").status_code == 403
