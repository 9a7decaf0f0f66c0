"""What pages say first of a sale, a talk and a project: what comes next, for whom, and how many."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import chances, deals, falling, offers
from landreg.exchange.bidding.offers import Word
from landreg.exchange.contracts import project_queries, project_runs, projects
from landreg.exchange.contracts.routes.progress import progress
from landreg.exchange.routes.listing_forms import year_choices
from tests import bidding_kit as kit
from tests.contract_kit import TAKER, VALUES, says, terms
from tests.database.exchange.test_after_publication import sold, two_bids
from tests.database.exchange.test_village_project import asker
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY, VILLAGE
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password


@pytest.fixture(autouse=True)
def key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def reads(app: Flask, superuser: Connection) -> Any:
    """A page as an account reads it."""

    def read(actor: Actor, at: str) -> str:
        browser = Browser(app.test_client())
        browser.log_in(given_password(superuser, actor))
        return str(browser.get(at).text)

    return read


def test_the_owner_of_an_auction_reads_what_comes_next_and_the_form_a_share_in_a_hundred(
    registrar: Actor, reviewer: Actor, superuser: Connection, reads: Any, browser: Browser, account: OpenAccount
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    owner, page = kit.farmer(superuser, HOUSEHOLD), f"/my/listings/{COUNTY}/{listing.listing_id}"
    assert "等交易员设立场次" in reads(owner, page)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    assert "不超过一年价款的 30 %。" in browser.get(f"/sales/new/{COUNTY}/{listing.listing_id}").text
    kit.auction(listing)
    assert "等截止。您现在不用办什么" in reads(owner, page)
    kit.pass_time(superuser, hours=6)
    assert "等交易员办理成交" in reads(owner, page)


def test_whose_turn_has_come_reads_that_first_and_not_that_another_bid_more(
    registrar: Actor, reviewer: Actor, superuser: Connection, reads: Any
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    sale, people = kit.auction(listing), [kit.person(superuser, number) for number in (1, 2)]
    two_bids(superuser, sale, people)
    (_, next_one), (_, winner) = people
    page = f"/bids/{COUNTY}/{sale.sale_id}"
    assert "您没有胜出：别人的报价更高" in reads(next_one, page)
    won = sold(superuser, listing)
    falling.fall(winner, COUNTY, won.deal_id, "不要了")
    chance = deals.proceed(OPERATOR, COUNTY, listing.listing_id).chance
    assert chance is not None
    shown = reads(next_one, page)
    assert ("前一位放弃了，轮到您：请在" in shown, "您没有胜出：别人的报价更高" in shown) == (True, False)
    chances.answer(next_one, COUNTY, chance.chance_id, "yes")
    assert "您已经答应接手，等交易员办理" in reads(next_one, page)


def test_the_page_of_a_talk_says_that_its_listing_is_dealt(
    registrar: Actor, reviewer: Actor, superuser: Connection, reads: Any
) -> None:
    listing = kit.published(registrar, reviewer, superuser)
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.household(superuser, NEIGHBOUR)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal("450")))
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    page = f"/offers/{COUNTY}/{listing.listing_id}"
    assert "已成交，价格" not in reads(owner, page)
    assert deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal is not None
    for one in (owner, actor):
        shown = reads(one, page)
        assert ("已成交，价格 450.00" in shown, "接下来由交易员办理：需要时先" in shown) == (True, False)


def test_who_withdraws_when_its_contract_was_drawn_is_counted_as_out(
    app: Flask, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor
) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    desk = asker()
    with unit_of_work(desk) as uow:
        land = sorted(project_queries.contracted(uow.session, COUNTY, VILLAGE, []))
    parcels = tuple(projects.Priced(code, Decimal(500)) for code in land)
    planned = projects.Planned("整村", TAKER, terms(price=Decimal("500.00")), parcels, VALUES, taker_name="样本合作社")
    project = projects.open_project(desk, COUNTY, VILLAGE, planned).project_id
    with unit_of_work(desk) as uow:
        homes = {one.household_code: one.household_id for one in project_queries.parcels(uow.session, COUNTY, project)}
    for code, home in homes.items():
        projects.say(desk, COUNTY, project, home, says("consents", code))
    run = project_runs.ask_run(desk, COUNTY, project)
    project_runs.work(worker)

    def told() -> str:
        with app.test_request_context(), unit_of_work(desk) as uow:
            row = project_queries.run(uow.session, COUNTY, run)
            assert row is not None
            return progress(uow, row).text

    assert "拟成 2 份，还没有表示意愿的 0 户，不参加的 0 户" in told()
    code, home = next(iter(homes.items()))
    projects.say(desk, COUNTY, project, home, says("withdraws", code))
    assert "已办 2 / 2 户，拟成 1 份，还没有表示意愿的 0 户，不参加的 1 户，不能拟的 0 户" in told()


def test_a_term_that_fits_talks_alone_says_so_before_it_is_chosen(app: Flask) -> None:
    first, end = date(2027, 1, 1), date(2028, 1, 10)
    with app.test_request_context():
        offered = dict(year_choices(end, None, first, date(2027, 1, 15)))
        alike = dict(year_choices(end, None, first))
    assert (offered["1"], alike["1"]) == ("1 年（只够协商；竞价、报价开始得晚，期限不够）", "1 年")
    assert "2" not in offered
