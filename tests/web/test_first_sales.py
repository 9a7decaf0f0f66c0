"""Seller and bidders read on their first pages how a sale stands: until when it runs, how it closed, whose window runs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.audit import fair_look
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import auction, chances, days, deal_queries, deals, falling, windows
from landreg.exchange.bidding.model import Sale
from landreg.exchange.listings import days as listing_days
from landreg.exchange.model import Listing
from landreg.law.queries import load_law
from tests import bidding_kit as kit
from tests.database.exchange.test_after_publication import sold
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY, past_triggers
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password


@pytest.fixture(autouse=True)
def key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def first(app: Any, superuser: Connection) -> Any:
    """The first page as an account reads it."""

    def read(actor: Actor, at: str = "/") -> str:
        browser = Browser(app.test_client())
        browser.log_in(given_password(superuser, actor))
        return str(browser.get(at).text)

    return read


def test_of_an_auction_the_seller_reads_its_price_each_bidder_whether_it_leads_and_both_the_window(
    registrar: Actor, reviewer: Actor, superuser: Connection, first: Any
) -> None:
    listing, sale, (leader, other) = auctioned(registrar, reviewer, superuser)
    seller = kit.farmer(superuser, HOUSEHOLD)
    assert "您挂牌的地：公开竞价，" in first(seller)
    kit.pass_time(superuser, hours=5)
    assert "您挂牌的地：公开竞价有了结果，最高 400.00" in first(seller)
    assert "竞价已截止：您的报价领先" in first(leader)
    assert "竞价已截止：领先的不是您" in first(other)
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    for actor in (seller, leader, other):
        page = first(actor)
        assert "成员优先权公示到" in page
        assert listing.number in page
    for actor, told in ((seller, True), (kit.farmer(superuser, NEIGHBOUR), True), (kit.person(superuser, 7)[1], False)):
        with unit_of_work(actor) as uow:
            assert (deal_queries.window_until(uow.session, sale) is not None) == told, actor


def test_of_sealed_bids_each_reads_its_place_once_they_are_opened(
    registrar: Actor, reviewer: Actor, superuser: Connection, first: Any
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="sealed")
    sale, seller = kit.sealed_sale(listing), kit.farmer(superuser, HOUSEHOLD)
    bidders = []
    for number, price in ((1, "400"), (2, "420")):
        taker, actor = kit.person(superuser, number)
        bidders.append((kit.entered(sale, taker, actor), actor, price))
    kit.pass_time(superuser, hours=2)
    for entrant, actor, price in bidders:
        kit.handed_in(sale, entrant, actor, price)
    kit.pass_time(superuser, hours=3)
    assert "已截止，等开标" in first(seller)
    assert "密封报价已截止，等开标" in first(bidders[0][1])
    kit.opened(sale)
    assert "有了结果，最高 420.00" in first(seller)
    assert "已开标：您的报价排第 2" in first(bidders[0][1])
    assert "已开标：您的报价排第 1" in first(bidders[1][1])


def test_the_operator_reads_which_land_nobody_came_for(
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    browser: Browser,
    account: OpenAccount,
    worker: Actor,
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    kit.auction(listing)
    kit.pass_time(superuser, hours=5)
    days.work(worker)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    assert f"没有成交，可以再设一场 {listing.number}" in browser.get("/").text


def test_whose_turn_it_is_and_the_desk_read_what_waits_and_since_when_until_the_step_is_taken(
    registrar: Actor, reviewer: Actor, superuser: Connection, first: Any, browser: Browser, account: OpenAccount,
    worker: Actor,
) -> None:  # fmt: skip
    listing, sale, sides = auctioned(registrar, reviewer, superuser)
    kit.pass_time(superuser, hours=5)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    since = f"从 {beijing_day(sale.closes_at)} 等到现在"
    assert f"报价已截止，待办理下一步 {listing.number}" in browser.get("/").text
    for actor in (kit.farmer(superuser, HOUSEHOLD), *sides):
        assert since in first(actor)
    assert since in browser.get("/").text
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    assert "待办理下一步" not in browser.get("/").text
    kit.pass_time(superuser, days=200)
    listing_days.work(worker)
    desk = browser.get("/").text
    assert re.search(rf"公示期满，\d+ 户没有告知，要重新公示 {listing.number}", desk)
    assert f"从 {window.last_day} 等到现在" in desk
    for actor in sides:
        assert f"成员优先权公示已于 {window.last_day} 期满，等交易员办理" in first(actor)
        stands = re.search(
            rf"竞价已截止：[^<；]+；成员优先权公示已于 {window.last_day} 期满，等交易员办理", first(actor, "/bids")
        )
        assert stands is not None, "so does the page of bids, beside the sale"


def test_a_deal_whose_days_are_over_says_so_to_both_sides_and_the_desk(
    registrar: Actor, reviewer: Actor, superuser: Connection, first: Any, browser: Browser, account: OpenAccount
) -> None:
    listing, _sale, (leader, _other) = auctioned(registrar, reviewer, superuser)
    kit.pass_time(superuser, hours=5)
    sold(superuser, listing)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    sides = (leader, kit.farmer(superuser, HOUSEHOLD))
    assert all("期限已经过完" not in first(side) for side in sides)
    assert "期限已过" not in browser.get("/contracts").text
    superuser.execute("UPDATE exchange.listing SET from_on = '2026-01-01', until_on = '2026-06-01'")
    assert all("成交了，但期限已经过完，不再拟合同" in first(side) for side in sides)
    desk = browser.get("/contracts").text
    assert "期限已过" in desk
    assert "/contracts/of-deal/" not in desk


def test_a_deposit_that_waits_to_go_back_has_its_day_on_both_first_pages_and_is_late_after_it(
    registrar: Actor, reviewer: Actor, superuser: Connection, first: Any, browser: Browser, account: OpenAccount,
    auditor: Actor,
) -> None:  # fmt: skip
    _listing, sale, (leader, other) = auctioned(registrar, reviewer, superuser)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    kit.pass_time(superuser, hours=5)
    assert "待退还" not in first(other) + browser.get("/").text
    to_another(superuser, sale)
    with unit_of_work(OPERATOR) as uow:
        now = beijing_day(uow.now)
        due = load_law(uow.session, COUNTY, now).working_days_after(now, 5)
    for page in (first(other), browser.get("/sales").text, browser.get(f"/sales/{COUNTY}/{sale.sale_id}").text):
        assert f"应在 {due} 前退还" in page
        assert "逾期" not in page
    assert "保证金待退还：1 笔" in browser.get("/").text
    assert "待退还" not in first(leader)
    kit.pass_time(superuser, days=(due - now).days + 1)
    assert "已经逾期" in first(other)
    assert "保证金逾期没有退还：1 笔" in browser.get("/").text
    (late,) = [one for one in fair_look.look(auditor, due).facts if one.kind == "deposit_late"]
    assert (late.seen, late.of) == (1, 1)


def to_another(superuser: Connection, sale: Sale) -> None:
    """The leader of a sale has the land."""
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO exchange.deal (county, village, deal_id, listing_id, taker_id, way, price, unit, "by", decided_at,
                   decided_by, decided_by_name)
               SELECT s.county, s.village, gen_random_uuid(), s.listing_id, e.taker_id, 'auction', 400, 'yuan_mu_year', 'auction',
                   system.clock(), s.set_by, ''
               FROM exchange.sale AS s JOIN exchange.sale_clock AS c USING (county, sale_id)
               JOIN exchange.entrant AS e ON e.county = c.county AND e.entrant_id = c.entrant_id WHERE s.sale_id = %s""",
            [sale.sale_id],
        )


def test_who_has_claimed_the_land_reads_that_it_is_claimed(
    registrar: Actor, reviewer: Actor, superuser: Connection, first: Any
) -> None:
    listing, _sale, _bidders = auctioned(registrar, reviewer, superuser)
    kit.pass_time(superuser, hours=5)
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    taker, member = kit.household(superuser, NEIGHBOUR)
    assert "您户优先" in first(member)
    windows.claim(member, COUNTY, window.priority_id, taker)
    page = first(member)
    assert ("您户优先" in page, "已经主张优先权，等公示期满" in page) == (False, True)


def test_a_member_who_won_and_gave_the_land_up_is_not_asked_for_it_again(
    registrar: Actor, reviewer: Actor, superuser: Connection, app: Any
) -> None:
    """PRI-7, before anything is tapped."""
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    sale, (member, own), (taker, elsewhere) = (
        kit.auction(listing),
        kit.household(superuser, NEIGHBOUR),
        kit.person(superuser, 7),
    )
    first, second = kit.entered(sale, member, own), kit.entered(sale, taker, elsewhere)
    kit.pass_time(superuser, hours=1, minutes=1)
    for actor, entrant, price in ((elsewhere, second, "310"), (own, first, "340")):
        auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal(price), uuid4())
    kit.pass_time(superuser, hours=5)
    won = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert won is not None
    falling.fall(own, COUNTY, won.deal_id, "不要了")
    chance = deals.proceed(OPERATOR, COUNTY, listing.listing_id).chance
    assert chance is not None
    chances.answer(elsewhere, COUNTY, chance.chance_id, "yes")
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    browser = Browser(app.test_client())
    browser.log_in(given_password(superuser, own))
    assert "您户优先" not in browser.get("/").text
    page = browser.get(f"/priority/{COUNTY}/{window.priority_id}").text
    assert ("本户原来成交、后来放弃了" in page, "我家要" in page) == (True, False)


def auctioned(registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[Listing, Sale, list[Actor]]:
    """An auction in which the first of two bidders leads at 400."""
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    sale, bidders = kit.auction(listing), []
    for number in (1, 2):
        taker, actor = kit.person(superuser, number)
        bidders.append((kit.entered(sale, taker, actor), actor))
    kit.pass_time(superuser, hours=2)
    for (entrant, actor), price in zip(reversed(bidders), ("390", "400"), strict=True):
        auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal(price), uuid4())
    return listing, sale, [actor for _entrant, actor in bidders]
