"""An auction to its close on two phones: soft close, and how it ended for each, seen without loading the page again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from landreg.access import passwords
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import deals, sale_queries, sales, windows
from landreg.exchange.bidding.model import Sale
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.browser.conftest import PASSWORD, OpenPage, sign_on
from tests.browser.walk_kit import follow
from tests.conftest import Connection
from tests.exchange_kit import OPERATOR
from tests.villages import COUNTY


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


def _phone(window: OpenPage, superuser: Connection, sale: Sale, number: int) -> Page:
    """Somebody who has entered and paid, before the sale's page."""
    taker, actor = kit.person(superuser, number)
    kit.entered(sale, taker, actor)
    superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s",
        [passwords.hashed(PASSWORD), actor.account_id],
    )
    page = window(width=390)
    sign_on(page, f"ren-{number:05d}")
    return page


def _bid(page: Page, price: str) -> None:
    page.locator('input[name="price"]').fill(price)
    follow(page.get_by_role("button", name="报价", exact=True))
    expect(page.get_by_text("收到时领先")).to_be_visible()


def test_two_phones_see_the_close_come_and_how_it_ended_for_each(
    listing: Listing, window: OpenPage, superuser: Connection
) -> None:
    sale = kit.auction(listing)
    first, second = (_phone(window, superuser, sale, number) for number in (1, 2))
    kit.pass_time(superuser, hours=1, minutes=1)
    at = f"/bids/{COUNTY}/{sale.sale_id}"
    first.goto(at)
    _bid(first, "300")
    kit.pass_time(superuser, hours=2, minutes=58)
    second.goto(at)
    _bid(second, "320")
    with unit_of_work(OPERATOR) as uow:
        found = sale_queries.standing(uow.session, COUNTY, sale.sale_id)
    assert found is not None
    assert found.clock.closes_at > sale.closes_at, "a bid just before the close goes on"
    expect(first.locator("[data-live-price]")).to_have_text("320.00", timeout=20_000)
    for page in (first, second):
        page.evaluate("window.stays = true")
    kit.pass_time(superuser, hours=1)
    expect(second.get_by_text("您的报价最高")).to_be_visible(timeout=30_000)
    expect(first.get_by_text("您没有胜出")).to_be_visible(timeout=30_000)
    expect(second.get_by_text("接下来由交易员办理")).to_be_visible()
    expect(first.get_by_text("保证金在成交以后由交易员退还")).to_be_visible()
    for page in (first, second):
        assert page.evaluate("window.stays"), "the close is seen on the page as it is"
        assert page.locator('input[name="price"]').count() == 0
        assert page.get_by_text("进行中").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off a phone's screen"
    first.reload()
    expect(first.get_by_text("您没有胜出")).to_be_visible()
    opened = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert opened is not None
    posted = kit.Attached("44" * 32, 3, "b.jpg")
    windows.tell(OPERATOR, COUNTY, opened.priority_id, "posted", None, opened.first_day, posted)
    kit.pass_time(superuser, days=15)
    deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    with unit_of_work(OPERATOR) as uow:
        loser = next(one for one in sale_queries.entrants(uow.session, COUNTY, sale.sale_id) if one.plate == 1)
    back = sales.Receipt("returned", kit.DEPOSIT, "TH-1", kit.beijing_day(kit.now_of()))
    sales.record_deposit(OPERATOR, COUNTY, loser.entrant_id, back)
    second.goto(at)
    expect(second.get_by_text("已成交，价格 320.00")).to_be_visible()
    first.goto(at)
    expect(first.get_by_text("保证金退还")).to_be_visible()
