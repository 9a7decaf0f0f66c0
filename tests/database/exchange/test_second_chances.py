"""After a winner fell the next bidder is asked: a yes makes the deal, a no or no answer costs nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from landreg.access import consents
from landreg.access.model import Consent
from landreg.access.rules import Step
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, NotFound, Refused
from landreg.core.pdftext import pdf_text
from landreg.exchange.bidding import (
    auction,
    chances,
    days,
    deals,
    falling,
    outcome_queries,
    protocol,
    sale_queries,
    sales,
    windows,
)
from landreg.exchange.bidding.deal_model import SecondChance
from landreg.exchange.bidding.model import Entrant, Sale
from landreg.exchange.listings import service
from landreg.exchange.model import Deal, Listing
from landreg.law.book import national_law
from landreg.registry.home.brought import seeing
from landreg.registry.papers.office import Desk as Office
from tests import bidding_kit as kit
from tests.database.exchange.test_bidding_walls import at_desk, put, refused
from tests.exchange_kit import OPERATOR, agent_of
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY, past_triggers


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    # Members alone take a sublet at once: no window stands between a bid and its deal.
    return kit.published(
        registrar, reviewer, superuser, households=4, way="auction", kind="subcontract", to_whom="members"
    )


@pytest.fixture
def sale(listing: Listing) -> Sale:
    return kit.auction(listing)


@pytest.fixture
def asked(listing: Listing, sale: Sale, superuser: Connection) -> tuple[SecondChance, list[tuple[Entrant, Actor]]]:
    """Three neighbours bid 300, 310 and 320; the winner gives the deal up, and the second is asked."""
    bidders = []
    for number in (2, 3, 4):
        taker, actor = kit.household(superuser, f"{listing.household_code[:-4]}{number:04d}")
        bidders.append((kit.entered(sale, taker, actor), actor))
    kit.pass_time(superuser, hours=1, minutes=1)
    for (entrant, actor), price in zip(bidders, ("300", "310", "320"), strict=True):
        auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal(price), uuid4())
    kit.pass_time(superuser, hours=5)
    falling.fall(bidders[2][1], COUNTY, _dealt(listing).deal_id, "资金没有到位")
    chance = deals.proceed(OPERATOR, COUNTY, listing.listing_id).chance
    assert chance is not None
    return chance, bidders


def _dealt(listing: Listing) -> Deal:
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    return deal


Asked = tuple[SecondChance, list[tuple[Entrant, Actor]]]


def test_the_second_says_yes_and_gets_the_land_at_the_own_bid(
    asked: Asked, listing: Listing, worker: Actor, database: Settings
) -> None:
    chance, bidders = asked
    assert (chance.entrant_id, chance.price) == (bidders[1][0].entrant_id, Decimal("310.00"))
    with pytest.raises(Refused) as waits:
        deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    assert codes(waits) == {"BID-20"}
    with pytest.raises(NotFound):
        chances.answer(bidders[0][1], COUNTY, chance.chance_id, "yes")
    with pytest.raises(BadInput):
        chances.answer(bidders[1][1], COUNTY, chance.chance_id, "maybe")
    chances.answer(bidders[1][1], COUNTY, chance.chance_id, "yes")
    with pytest.raises(Refused) as twice:
        chances.answer(bidders[1][1], COUNTY, chance.chance_id, "no")
    assert codes(twice) == {"BID-21"}
    assert "已经答复“同意”" in national_law(COUNTY, date(2026, 12, 1)).say(twice.value.findings[0])
    deal = _dealt(listing)
    assert (deal.taker_id, deal.price) == (bidders[1][0].taker_id, Decimal("310.00"))
    assert kit.strays(worker, database) == []


@pytest.mark.parametrize("said", ["no", ""])
def test_a_no_and_no_answer_cost_nothing_and_the_third_is_asked(
    asked: Asked, listing: Listing, sale: Sale, superuser: Connection, worker: Actor, said: str
) -> None:
    chance, bidders = asked
    if said:
        chances.answer(bidders[1][1], COUNTY, chance.chance_id, said)
    else:
        kit.pass_time(superuser, days=6)
        with pytest.raises(Refused) as late:
            chances.answer(bidders[1][1], COUNTY, chance.chance_id, "yes")
        assert codes(late) == {"BID-20"}
    third = deals.proceed(OPERATOR, COUNTY, listing.listing_id).chance
    assert third is not None
    assert third.entrant_id == bidders[0][0].entrant_id
    today = kit.beijing_day(kit.now_of())
    with unit_of_work(OPERATOR) as uow:
        stands = [one.stands for one in chances.asked_of(uow.session, COUNTY, sale.sale_id, today)]
    assert stands == [said or "lapsed", "waiting"]
    kept = sales.Receipt("kept", kit.DEPOSIT, "T-1", today, "不要了，放弃")
    with pytest.raises(Refused) as no_winner:
        sales.record_deposit(OPERATOR, COUNTY, bidders[1][0].entrant_id, kept)
    assert codes(no_winner) == {"BID-9"}
    chances.answer(bidders[0][1], COUNTY, third.chance_id, "no")
    with pytest.raises(Refused) as nobody:
        deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    assert codes(nobody) == {"BID-15"}
    assert days.work(worker) == 1, "whoever said no is not left"
    with unit_of_work(OPERATOR) as uow:
        turns = outcome_queries.turns(uow.session, COUNTY, sale.sale_id)
        desk = Office(sales.law_of(uow, COUNTY), "https://land.example", sample=True)
        paper = protocol.of_sale(uow, desk, sales.standing(uow, COUNTY, sale.sale_id))
    told = [(one.place, one.plate, one.price, one.what) for one in turns]
    assert told == [
        (1, 3, Decimal("320.00"), "fell_taker"),
        (2, 2, Decimal("310.00"), "declined"),
        (3, 1, Decimal("300.00"), "declined"),
    ]
    words = "".join(pdf_text(BytesIO(paper)).split())
    assert all(line in words for line in ("13320.00成交后放弃", "22310.00前一位没有成", "31300.00前一位没有成"))
    back = sales.Receipt("returned", kit.DEPOSIT, "T-2", today)
    assert sales.record_deposit(OPERATOR, COUNTY, bidders[1][0].entrant_id, back).kind == "returned"


def test_an_agent_answers_for_the_household_under_its_consent_to_bid(
    asked: Asked, listing: Listing, superuser: Connection, as_desk: Any, worker: Actor, database: Settings
) -> None:
    """Written with the act by which it was said; under no other consent, and past the program not without it."""
    chance, bidders = asked
    farmer, agent = bidders[1][1], agent_of(superuser)
    today = kit.beijing_day(kit.now_of())
    for step in (Step.SIGN, Step.BID):
        given = consents.give(farmer, agent.account_id, step, today, today)
        with unit_of_work(agent) as uow:
            consent = uow.session.get_one(Consent, {"county": COUNTY, "consent_id": given})
        acting, under = seeing(agent, consent), (COUNTY, given)
        if step == Step.SIGN:
            with pytest.raises((NotFound, Refused)):
                chances.answer(acting, COUNTY, chance.chance_id, "yes", under)
    word = {
        "county": COUNTY, "village": listing.village, "chance_id": chance.chance_id, "by_name": "", "at": kit.now_of(),
        "answer": "yes", "by": agent.account_id,
    }  # fmt: skip
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(at_desk(as_desk, acting), "chance_answer", **word)
    said = chances.answer(acting, COUNTY, chance.chance_id, "yes", under)
    act = superuser.execute("SELECT step, subject FROM access.agent_act WHERE agent_act_id = %s", [said.agent_act_id])
    assert act.fetchone() == ("bid", listing.number)
    assert _dealt(listing).taker_id == bidders[1][0].taker_id
    assert kit.strays(worker, database) == []


def test_an_agent_answers_an_own_chance_for_no_household(asked: Asked, listing: Listing, superuser: Connection) -> None:
    """Who bids on the own account is not that household, whose consent would be told in the log."""
    chance, bidders = asked
    agent, today = agent_of(superuser), kit.beijing_day(kit.now_of())
    own, _ = kit.person(superuser, 1)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.taker SET account_id = %s WHERE taker_id = %s", [agent.account_id, own.taker_id]
        )
        superuser.execute(
            "UPDATE exchange.entrant SET taker_id = %s WHERE entrant_id = %s", [own.taker_id, chance.entrant_id]
        )
    given = consents.give(bidders[0][1], agent.account_id, Step.BID, today, today)
    with unit_of_work(agent) as uow:
        acting = seeing(agent, uow.session.get_one(Consent, {"county": COUNTY, "consent_id": given}))
    with pytest.raises(NotFound):
        chances.answer(acting, COUNTY, chance.chance_id, "yes", (COUNTY, given))
    assert chances.answer(acting, COUNTY, chance.chance_id, "yes").agent_act_id is None


def test_past_the_program_no_deal_comes_without_a_yes_and_nobody_answers_for_another(
    asked: Asked, listing: Listing, sale: Sale, superuser: Connection, as_desk: Any
) -> None:
    chance, bidders = asked
    desk = at_desk(as_desk, OPERATOR)
    deal = {
        "county": COUNTY, "village": listing.village, "listing_id": listing.listing_id, "deal_id": uuid4(),
        "taker_id": bidders[1][0].taker_id, "way": "auction", "price": 310, "unit": listing.unit, "by": "auction",
        "decided_at": kit.now_of(), "decided_by": OPERATOR.account_id, "decided_by_name": "",
    }  # fmt: skip
    assert refused(desk, "deal", **deal) == "bid_20_next_one_said_yes"
    word = {
        "county": COUNTY,
        "village": listing.village,
        "chance_id": chance.chance_id,
        "by_name": "",
        "at": kit.now_of(),
    }
    for other in (OPERATOR, bidders[0][1]):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            put(at_desk(as_desk, other), "chance_answer", **word, answer="yes", by=other.account_id)
    again = {
        "county": COUNTY, "village": listing.village, "chance_id": uuid4(), "sale_id": sale.sale_id,
        "entrant_id": bidders[0][0].entrant_id, "price": 300, "until_day": chance.until_day, "by": OPERATOR.account_id,
        "by_name": "", "at": kit.now_of(),
    }  # fmt: skip
    assert refused(desk, "second_chance", **again) == "bid_20_asked_one_at_a_time"
    kit.pass_time(superuser, days=6)
    own = bidders[1][1]
    late = refused(at_desk(as_desk, own), "chance_answer", **word, answer="yes", by=own.account_id)
    assert late == "bid_20_answered_in_time"


def test_a_sale_to_which_nobody_came_is_seen_at_once_and_the_land_may_be_sold_or_listed_again(
    listing: Listing, sale: Sale, superuser: Connection, worker: Actor
) -> None:
    """By the household, who may take it back that day, and by the desk, until it sets another sale."""
    own = kit.farmer(superuser, listing.household_code)

    def unsold() -> list[int]:
        found = []
        for actor in (own, OPERATOR):
            with unit_of_work(actor) as uow:
                found.append(len(sale_queries.failed(uow.session, listing.listing_id)))
        return found

    assert unsold() == [0, 0]
    kit.pass_time(superuser, hours=6)
    days.work(worker)
    assert unsold() == [1, 1]
    kit.auction(listing)
    assert unsold() == [0, 0]
    kit.pass_time(superuser, days=2)
    days.work(worker)
    service.withdraw(own, COUNTY, listing.listing_id)
    assert unsold() == [0, 0]


def test_a_member_who_won_and_gave_the_land_up_has_no_priority_at_the_price_of_the_next(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, as_desk: Any
) -> None:
    """PRI-7, of rule and database."""
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, households=4, way="auction")
    sale = kit.auction(listing)
    member, own = kit.household(superuser, f"{listing.household_code[:-4]}0002")
    taker, elsewhere = kit.person(superuser, 7)
    first, second = kit.entered(sale, member, own), kit.entered(sale, taker, elsewhere)
    kit.pass_time(superuser, hours=1, minutes=1)
    for actor, entrant, price in ((elsewhere, second, "310"), (own, first, "340")):
        auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal(price), uuid4())
    kit.pass_time(superuser, hours=5)
    falling.fall(own, COUNTY, _dealt(listing).deal_id, "不要了")
    chance = deals.proceed(OPERATOR, COUNTY, listing.listing_id).chance
    assert chance is not None
    chances.answer(elsewhere, COUNTY, chance.chance_id, "yes")
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    with pytest.raises(Refused) as gave_up:
        windows.claim(own, COUNTY, window.priority_id, member)
    assert codes(gave_up) == {"PRI-7"}
    claim = {
        "county": COUNTY, "village": listing.village, "claim_id": uuid4(), "priority_id": window.priority_id,
        "taker_id": member.taker_id, "household_id": member.household_id, "mark": uuid4(), "by": own.account_id,
        "by_name": "", "at": kit.now_of(),
    }  # fmt: skip
    assert refused(at_desk(as_desk, own), "priority_claim", **claim) == "pri_7_gave_it_up"
