"""A party reads on its first page what waits for it: signatures, what is late, notices, what a kept search found."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.exchange.contracts import drawing, life
from landreg.exchange.market import telling
from landreg.exchange.routes.first_pages import asked_of_you
from tests.bidding_kit import farmer, household, published
from tests.contract_kit import OPERATOR, OTHER, PAPER, TAKER, VALUES, drawn, early, signed, terms, today
from tests.database.exchange.test_contract_of_deal import dealt
from tests.market_kit import VILLAGE, listed
from tests.registry_kit import HOUSEHOLD, Connection, pass_days, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_brought import bound
from tests.web.test_contract_life import notice, of


@pytest.fixture
def village(officers: tuple[Actor, Actor], superuser: Connection) -> Actor:
    to_rights(*officers, superuser, 2)
    return officers[0]


@pytest.fixture
def ling(app: Any, account: OpenAccount, village: Actor) -> Browser:
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser = Browser(app.test_client())
    browser.log_in("ling")
    return browser


@pytest.fixture
def grower(app: Any, account: OpenAccount, village: Actor, superuser: Connection) -> Browser:
    """The organisation that takes land, signed on."""
    browser = Browser(app.test_client())
    account("hezuoshe", Role.TAKER, jurisdiction=COUNTY)
    browser.log_in("hezuoshe")
    return browser


def _holds(superuser: Connection) -> None:
    superuser.execute(
        "UPDATE exchange.taker SET account_id = (SELECT account_id FROM access.account WHERE login = 'hezuoshe') WHERE code = %s",
        [TAKER],
    )


def test_a_taker_finds_its_contracts_and_reads_at_once_what_is_late_and_what_it_was_asked_to_mend(
    ling: Browser,
    grower: Browser,
    browser: Browser,
    village: Actor,
    superuser: Connection,
) -> None:
    contract = drawn()
    _holds(superuser)
    first = grower.get("/").text
    assert "有合同等您签字" in first
    assert contract.number in first
    assert 'href="/my/contracts"' in first
    contract = early(superuser, signed(contract))
    first = grower.get("/").text
    assert "您有价款逾期没有付：" in first
    assert f'href="/my{of(contract)}"' in first
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    assert "对方有价款逾期没有付：" in browser.get("/").text
    assert "改正" not in first
    assert ling.post(of(contract, "remedy"), notice(what="use")).status_code == 303
    assert "通知要您改正：改变用途" in grower.get("/").text
    assert "已通知对方改正：改变用途" in browser.get("/").text
    life.end(OPERATOR, COUNTY, contract.contract_id, life.End("agreed", today()), PAPER)
    first = grower.get("/").text
    assert ("合同已于" in first, "通知要您改正" in first) == (True, False)
    page = grower.get("/my/contracts").text
    assert contract.taker_name not in page.split("</header>")[0]
    assert "我的农户" not in page
    assert 'href="/my/contracts"' in grower.get("/bids").text


def test_a_household_is_not_told_the_money_of_others_who_pass_its_land_on(
    grower: Browser, browser: Browser, village: Actor, superuser: Connection
) -> None:
    """Whoever passes it on is told."""
    lease = signed(drawn())
    asked = (COUNTY, lease.contract_id, "retransfer", terms(from_on=today(), until_on=lease.until_on), VALUES)
    onward = signed(drawing.draw_following(OPERATOR, *asked, taker_code=OTHER, consent=PAPER))
    _holds(superuser)
    pass_days(superuser, 5)
    life.ask_to_remedy(OPERATOR, COUNTY, onward.contract_id, "use", "种树", PAPER)
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    assert onward.number not in browser.get("/").text
    passed = grower.get("/").text
    assert "对方有价款逾期没有付：" in passed
    assert onward.number in passed


def test_what_a_kept_search_found_stands_on_the_first_page_until_it_was_looked_at(
    grower: Browser, superuser: Connection, database: Settings
) -> None:
    pass_days(superuser, 0)
    grower.get("/market/saved?kind=lease")
    assert grower.post("/market/saved", {"query": "kind=lease"}).status_code == 303
    assert "找地提醒" not in grower.get("/").text
    number = listed(superuser, village=VILLAGE)
    pass_days(superuser, 1)
    telling.work(database)
    first = grower.get("/").text
    assert "找地提醒：有 1 宗新挂牌符合您记下的条件" in first
    assert number in first
    assert number in grower.get("/market/saved").text
    assert "找地提醒" not in grower.get("/").text


def test_a_deal_that_waits_for_its_contract_is_told_until_it_is_drawn(
    app: Any, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    listing = published(*officers, superuser)
    taker, other = household(superuser, OTHER)
    deal = dealt(listing, taker.taker_id, listing.price + 20)
    pass_days(superuser, 40)

    def told(actor: Actor) -> bool:
        with app.test_request_context("/"):
            return any(listing.number in row.note for one in asked_of_you(actor) for row in one.rows)

    both = (farmer(superuser, HOUSEHOLD), other)
    assert [told(one) for one in both] == [True, True]
    drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert [told(one) for one in both] == [False, False]
