"""First pages and sale pages tell each side how it stands: passed over, whose terms run, a yes, a listing taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import (
    auction,
    correcting,
    deal_queries,
    deals,
    doubting,
    falling,
    offers,
    sale_queries,
    takers,
    windows,
)
from landreg.exchange.bidding.offers import Word
from landreg.exchange.listings import service
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.database.exchange.test_after_publication import PICTURE, sold, two_bids
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY
from tests.web.conftest import Browser
from tests.web.test_lapsed_offers import given_password


@pytest.fixture(autouse=True)
def key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def page(app: Any, superuser: Connection) -> Any:
    """A page as an account reads it."""

    def read(actor: Actor, at: str = "/") -> str:
        browser = Browser(app.test_client())
        browser.log_in(given_password(superuser, actor))
        answer = browser.get(at)
        assert answer.status_code == 200
        return str(answer.text)

    return read


def test_a_listing_taken_back_after_a_yes_ends_its_window_and_all_sides_read_it(
    registrar: Actor, reviewer: Actor, superuser: Connection, page: Any, client: Any
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    owner, neighbour = kit.farmer(superuser, HOUSEHOLD), kit.farmer(superuser, NEIGHBOUR)
    taker, actor = kit.person(superuser, 1)
    at = (COUNTY, listing.listing_id, taker.taker_id)
    offers.say(actor, *at, Word("offer", Decimal("480")))
    assert "双方已经谈妥" not in client.get(f"/market/listings/{listing.number}").text
    offers.say(owner, *at, Word("accept"))
    agreed = client.get(f"/market/listings/{listing.number}").text
    assert "双方已经谈妥，等交易员办理" in agreed
    assert "我要受让" not in agreed
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    for side in (owner, actor):
        assert "成员优先权公示到" in page(side), "the yes says until when its window runs"
    assert "本集体有地要流转，您户优先" in page(neighbour)
    for side in (owner, actor):
        assert "正在按这个价向本集体成员公示" in page(side, f"/offers/{COUNTY}/{listing.listing_id}")
    open_page = client.get(f"/market/listings/{listing.number}").text
    assert "只有本集体成员同等条件下优先" in open_page
    assert "我要受让" not in open_page
    assert "SoldOut" in open_page
    asked = page(owner, f"/my/listings/{COUNTY}/{listing.listing_id}")
    assert "正在向本集体成员公示" in asked
    assert "已经和对方谈妥" in asked
    assert "也到此为止" in asked
    service.withdraw(owner, COUNTY, listing.listing_id)
    talk = f"/offers/{COUNTY}/{listing.listing_id}"
    assert f'href="/bids/listings/{COUNTY}/{listing.listing_id}"' in page(actor), "it leads to the talk"
    kept = page(actor, talk)
    for shown in ("480.00", "接受", "撤回了挂牌，这宗不再办理", "可以依法要求赔偿"):
        assert shown in kept
    assert "<button" not in kept.split("公告的条件")[1].split("<footer")[0], "it is read only"
    assert "您户于" in page(owner, talk)
    assert "挂牌已撤回" in page(actor, "/bids")
    stranger = Browser(client)
    stranger.log_in(given_password(superuser, kit.person(superuser, 5)[1]))
    assert stranger.get(talk).status_code == 404
    with pytest.raises(Refused) as no_more:
        offers.say(actor, *at, Word("offer", Decimal("500")))
    assert codes(no_more) <= {"OFF-1", "BID-8"}
    told = page(neighbour)
    assert "给成员的优先权公示到此为止" in told
    assert "您户优先" not in told
    assert "不用再主张" in page(neighbour, f"/priority/{COUNTY}/{window.priority_id}")
    with pytest.raises(Conflict) as over:
        windows.claim(neighbour, COUNTY, window.priority_id, takers.of_household(neighbour, COUNTY))
    assert codes(over) == {"BID-8"}
    with pytest.raises(Conflict):
        windows.tell(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, PICTURE)
    with unit_of_work(OPERATOR) as uow:
        assert list(deal_queries.open_priorities(uow.session, beijing_day(uow.now))) == []


def test_whoever_was_passed_over_reads_it_and_the_next_that_the_window_is_theirs(
    registrar: Actor, reviewer: Actor, superuser: Connection, page: Any
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    sale = kit.auction(listing)
    people = [kit.person(superuser, number) for number in (1, 2)]
    other = kit.person(superuser, 3)
    kit.entered(sale, *other)
    for _taker, actor in people:
        assert "您报名的公开竞价" not in page(actor)
    entrants = [kit.entered(sale, *each) for each in people]
    assert "您报名的公开竞价" in page(people[0][1])
    kit.pass_time(superuser, hours=1, minutes=1)
    for entrant, (_taker, actor), price in zip(entrants, people, ("300", "320"), strict=True):
        auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal(price), uuid4())
    kit.pass_time(superuser, hours=4)
    kit.lower_most(superuser, "person", 1)
    deals.pass_over(OPERATOR, COUNTY, listing.listing_id, "超过上限")
    passed = page(people[1][1])
    assert "已经跳过您" in passed
    assert "竞价已截止：您的报价领先" not in passed
    told = page(people[1][1], f"/bids/{COUNTY}/{sale.sale_id}")
    assert "您不能受让，已经跳过您" in told
    assert re.search(r"受让后共 [0-9.]+ 亩，超过本县对这类受让方的上限 1 亩。", told), "why, in words"
    assert "保证金可以退还，请向交易员申请" in told
    others = page(people[0][1], f"/bids/{COUNTY}/{sale.sale_id}")
    assert ("跳过您" in others, "上限 1 亩" in others) == (False, False)
    public = page(people[0][1], f"/market/listings/{listing.number}")
    for shown in (others, told, public):
        assert "第 1 名（竞买号 3，报价 320.00）：不能受让，跳过" in shown
    assert people[1][0].name not in public


def test_the_next_one_s_yes_stands_on_its_first_page_with_the_window_on_its_terms(
    registrar: Actor, reviewer: Actor, superuser: Connection, page: Any, client: Any
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    sale = kit.auction(listing)
    people = [kit.person(superuser, number) for number in (1, 2)]
    two_bids(superuser, sale, people)
    falling.fall(people[1][1], COUNTY, sold(superuser, listing).deal_id, "资金没有到位")
    open_page = client.get(f"/market/listings/{listing.number}").text
    assert "等交易员办理下一位" in open_page
    assert "已经成交" not in open_page
    chance = deals.proceed(OPERATOR, COUNTY, listing.listing_id).chance
    assert chance is not None
    assert f"正在征询下一位，{chance.until_day} 前答复" in client.get(f"/market/listings/{listing.number}").text
    kit.answered(chance)
    assert "您已经答应接手，等交易员办理" in page(people[0][1])
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    told = page(people[0][1])
    assert "您已经答应接手" in told
    assert "公示的是您的条件" in told
    assert "与您成交" in page(people[0][1], f"/bids/{COUNTY}/{sale.sale_id}")


def test_a_claim_in_a_window_that_is_told_anew_is_counted_there_and_read_by_its_household(
    registrar: Actor, reviewer: Actor, superuser: Connection, page: Any
) -> None:
    listing: Listing = kit.published(registrar, reviewer, superuser, way="auction")
    two_bids(superuser, kit.auction(listing), [kit.person(superuser, number) for number in (1, 2)])
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    taker, neighbour = kit.household(superuser, NEIGHBOUR)
    windows.claim(neighbour, COUNTY, window.priority_id, taker)
    kit.pass_time(superuser, days=15)
    again = windows.tell_anew(OPERATOR, COUNTY, window.priority_id)
    assert "已经主张优先权" in page(neighbour)
    assert "按这个条件" not in page(neighbour, f"/priority/{COUNTY}/{again.priority_id}")
    with unit_of_work(OPERATOR) as uow:
        assert len(windows.claims_on(uow, again, standing=False)) == 1


def test_a_sale_whose_deposits_are_over_is_not_offered_to_be_entered(
    registrar: Actor, reviewer: Actor, superuser: Connection, page: Any, browser: Browser
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    sale = kit.auction(listing)
    actor = kit.person(superuser, 1)[1]
    public = f"/market/listings/{listing.number}"
    assert f"/bids/{COUNTY}/{sale.sale_id}" in page(actor, "/bids")
    assert "我要受让" in browser.get(public).text
    kit.pass_time(superuser, hours=1, minutes=1)
    assert f"/bids/{COUNTY}/{sale.sale_id}" not in page(actor, "/bids")
    told = browser.get(public).text
    assert ("我要受让" in told, "已经截止，不能再报名" in told) == (False, True)
    assert "已经截止，不能再报名" in page(actor, f"/bids/{COUNTY}/{sale.sale_id}")


def test_whose_deposit_is_struck_after_the_close_is_asked_first_and_reads_the_true_ground(
    registrar: Actor, reviewer: Actor, superuser: Connection, page: Any
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    sale = kit.auction(listing)
    people = [kit.person(superuser, number) for number in (1, 2)]
    _, best = two_bids(superuser, sale, people)
    (_, loser), (_, bidder) = people
    address = f"/bids/{COUNTY}/{sale.sale_id}"
    with unit_of_work(OPERATOR) as uow:
        told = sale_queries.deposits(uow.session, COUNTY, sale.sale_id, standing=True)
    held = next(one.deposit_id for one in told if one.entrant_id == best.entrant_id)
    doubting.doubt(OPERATOR, COUNTY, held, "银行流水里没有这笔", PICTURE)
    assert "请说明" in page(bidder)
    assert "银行流水里没有这笔" in page(bidder, address)
    assert "没有到账" not in page(loser) + page(loser, address)
    doubting.answer(bidder, COUNTY, held, "八月一日从农商行付的")
    second = replace(OPERATOR, account_id=UUID(int=0x6109_0052), name="交易员己")
    correcting.correct_deposit(second, COUNTY, held, "流水核对过，没有到账", None)
    deals.pass_over(OPERATOR, COUNTY, listing.listing_id, "保证金没有到账")
    shown = page(bidder, address)
    assert "保证金查明没有到账" in shown
    assert "保证金可以退还" not in shown
    assert "资格审查或者风险保障金" not in shown


def test_an_offer_that_names_settling_tells_the_household_that_land_hangs_on_nobody_s_register(
    registrar: Actor, reviewer: Actor, superuser: Connection, page: Any
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    owner, talk = kit.farmer(superuser, HOUSEHOLD), f"/offers/{COUNTY}/{listing.listing_id}"
    for number, said in ((1, "种玉米，按时付钱"), (2, "我家户口也在村里，娃在镇上念书")):
        assert "GUARD-2" not in page(owner, talk)
        taker, actor = kit.person(superuser, number)
        offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal("480"), said))
    assert "GUARD-2" in page(owner, talk)
    assert "有人拿落户、学位等当条件或者好处的" in page(owner, talk)
