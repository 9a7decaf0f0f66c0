"""Who acts for whom on the market: a village agent enters, bids and offers for a household, a cooperative offers what it holds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import ProgrammingError

from landreg.access import consents
from landreg.access.model import Consent
from landreg.access.rules import Step
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import deals, falling, offers, sales, takers
from landreg.exchange.listings import service
from landreg.exchange.model import Listing
from landreg.registry.home.brought import seeing
from landreg.registry.rules.household_requests import LandOperation, Operator
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR, farmer_of, market, own_right, parcels_of
from tests.exchange_kit import photographed as paper
from tests.household_kit import asked_for
from tests.registry_kit import Connection, booked, one, pass_days
from tests.villages import COUNTY, VILLAGE, past_triggers
from tests.web.conftest import Browser, OpenAccount

CODE = "93610902MA0000001B"


@pytest.fixture
def agent(account: OpenAccount, browser: Browser) -> Actor:
    known = account("dai", Role.AGENT, jurisdiction=VILLAGE)
    browser.log_in("dai")
    return Actor(known, "dai先生", Desk.CITIZEN, frozenset({Role.AGENT}), VILLAGE)


@pytest.fixture
def auctioned(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


@pytest.fixture
def talked(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="negotiation")


def _given(farmer: Actor, agent: Actor, step: Step) -> UUID:
    today = beijing_day(kit.now_of())
    return consents.give(farmer, agent.account_id, step, today, today + timedelta(days=1))


def test_an_agent_enters_and_bids_for_a_household_and_both_is_written_and_logged(
    auctioned: Listing, agent: Actor, browser: Browser, superuser: Connection, worker: Actor, database: Settings
) -> None:
    farmer, sale = kit.farmer(superuser, NEIGHBOUR), kit.auction(auctioned)
    may, looks = _given(farmer, agent, Step.BID), _given(farmer, agent, Step.VIEW)
    root = f"/agent/{COUNTY}/{may}"
    assert f"{root}/bids" in browser.get(f"/agent/{COUNTY}/{may}").text
    index = browser.get(f"{root}/bids").text
    here = f"{root}/bids/{COUNTY}/{sale.sale_id}"
    assert here in index
    assert "您正在代" in index
    for other, status in ((f"/agent/{COUNTY}/{looks}", 422), (f"/agent/{COUNTY}/{uuid4()}", 404), ("", 404)):
        assert browser.post(f"{other}/bids/{COUNTY}/{sale.sale_id}/enter").status_code == status, other
    assert browser.post(f"{here}/enter").status_code == 303
    entrant = one(OPERATOR, "SELECT entrant_id FROM exchange.entrant")
    receipt = sales.Receipt("paid", kit.DEPOSIT, "BZ-1", beijing_day(kit.now_of()))
    sales.record_deposit(OPERATOR, COUNTY, entrant, receipt)
    kit.pass_time(superuser, hours=1, minutes=1)
    page = browser.get(here).text
    assert f'action="{here}/bid"' in page
    form = {"entrant": entrant, "price": "310", "form": uuid4()}
    assert browser.post(f"{here}/bid", form).status_code == 303
    assert browser.post(f"{here}/bid", form).status_code == 303, "one form is one bid"
    assert browser.post(f"{here}/bid", {**form, "form": uuid4(), "price": "99999999"}).status_code == 422
    told = superuser.execute("SELECT subject FROM access.agent_act WHERE step = 'bid' ORDER BY done_at").fetchall()
    assert [row[0] for row in told] == [NEIGHBOUR, f"{auctioned.number} 报名", f"{auctioned.number} 报价 310.00"]
    assert one(
        OPERATOR, "SELECT t.household_id = e.by OR t.account_id IS NULL FROM exchange.taker t, exchange.entrant e"
    )
    assert one(OPERATOR, "SELECT by_id FROM exchange.bid") == agent.account_id
    consents.revoke(farmer, COUNTY, may)
    assert browser.post(f"{here}/bid", {**form, "form": uuid4()}).status_code == 422
    assert kit.strays(worker, database) == []


def test_past_the_program_an_agent_takes_no_part_without_writing_so_nor_offers_the_households_land(
    talked: Listing, agent: Actor, browser: Browser, superuser: Connection
) -> None:
    farmer = kit.farmer(superuser, NEIGHBOUR)
    may = _given(farmer, agent, Step.BID)
    with unit_of_work(agent) as uow:
        consent = uow.session.get_one(Consent, {"county": COUNTY, "consent_id": may})
    with pytest.raises(ProgrammingError, match="row-level security"):
        takers.of_household(seeing(agent, consent), COUNTY)
    here = f"/agent/{COUNTY}/{may}/offers/{COUNTY}/{talked.listing_id}"
    assert "出价" in browser.get(here).text
    assert browser.post(here, {"kind": "offer", "price": "450"}).status_code == 303
    said = superuser.execute("SELECT side, kind, by_name FROM exchange.offer").fetchall()
    assert said == [("taker", "offer", "dai先生")]
    owner = kit.farmer(superuser, f"{NEIGHBOUR[:-1]}1")
    other = _given(owner, agent, Step.BID)
    taker = one(OPERATOR, "SELECT taker_id FROM exchange.offer")
    answer = browser.post(
        f"/agent/{COUNTY}/{other}/offers/{COUNTY}/{talked.listing_id}", {"kind": "accept", "taker": taker}
    )
    assert answer.status_code == 404
    assert len(superuser.execute("SELECT FROM access.agent_act").fetchall()) == 2


def test_an_agent_answers_offers_for_a_household_under_that_consent_alone_and_it_is_written_and_logged(
    talked: Listing, agent: Actor, browser: Browser, superuser: Connection, worker: Actor, database: Settings
) -> None:
    neighbour, owner = kit.farmer(superuser, NEIGHBOUR), kit.farmer(superuser, f"{NEIGHBOUR[:-1]}1")
    taker = takers.of_household(neighbour, COUNTY).taker_id
    offers.say(neighbour, COUNTY, talked.listing_id, taker, offers.Word("offer", Decimal(420)))
    lists, may = _given(owner, agent, Step.LIST), _given(owner, agent, Step.ANSWER)
    there = f"offers/{COUNTY}/{talked.listing_id}"
    first = browser.get("/").text
    assert "您好，您有 1 件事要看" in first
    assert f'href="/agent/{COUNTY}/{may}/{there}">户*2家出价：420.00 元/亩·年' in first
    assert f"/agent/{COUNTY}/{may}/{there}" in browser.get(f"/agent/{COUNTY}/{lists}/listings/{talked.listing_id}").text
    assert browser.post(f"/agent/{COUNTY}/{lists}/{there}", {"kind": "accept", "taker": taker}).status_code == 422
    with unit_of_work(agent) as uow:
        consent = uow.session.get_one(Consent, {"county": COUNTY, "consent_id": may})
    with pytest.raises(ProgrammingError, match="row-level security"):
        offers.say(seeing(agent, consent), COUNTY, talked.listing_id, taker, offers.Word("accept"))
    index = browser.get(f"/agent/{COUNTY}/{may}/bids").text
    assert f"/agent/{COUNTY}/{may}/{there}" in index
    assert "可以参加的场次" not in index
    here = f"/agent/{COUNTY}/{may}/{there}"
    assert "接受了，就是该户谈妥了" in browser.get(here).text
    assert browser.post(here, {"kind": "counter", "taker": taker, "price": "440"}).status_code == 303
    assert browser.post(here, {"kind": "accept", "taker": taker}).status_code == 422, "one's own word"
    assert browser.post(here, {"kind": "accept", "taker": str(uuid4())}).status_code == 404
    offers.say(neighbour, COUNTY, talked.listing_id, taker, offers.Word("counter", Decimal(430)))
    beside = {"kind": "accept", "taker": taker, "said": "加我微信 wx123456"}
    assert browser.post(here, beside).status_code == 303, (
        "what was written beside a price of one's own goes with that alone"
    )
    told = superuser.execute("SELECT step, subject FROM access.agent_act ORDER BY done_at").fetchall()
    assert told == [("answer", f"{talked.number} 还价 440.00"), ("answer", f"{talked.number} 接受 430.00")]
    said = "SELECT side || kind || by_name || said FROM exchange.offer ORDER BY seq DESC LIMIT 1"
    assert one(OPERATOR, said) == "householdacceptdai先生"
    consents.revoke(owner, COUNTY, may)
    assert browser.get(here).status_code == 422
    assert kit.strays(worker, database) == []


def test_a_deal_is_given_up_by_the_household_itself_and_by_no_agent_under_any_consent(
    talked: Listing, agent: Actor, browser: Browser, superuser: Connection
) -> None:
    """BID-25: neither to answer offers nor to bid is to give a deal up, on the page, by the service and past it."""
    neighbour, owner = kit.farmer(superuser, NEIGHBOUR), kit.farmer(superuser, f"{NEIGHBOUR[:-1]}1")
    taker = takers.of_household(neighbour, COUNTY).taker_id
    for who, word in ((neighbour, offers.Word("offer", Decimal(420))), (owner, offers.Word("accept"))):
        offers.say(who, COUNTY, talked.listing_id, taker, word)
    deal = deals.proceed(OPERATOR, COUNTY, talked.listing_id).deal
    assert deal is not None
    for household, step in ((owner, Step.ANSWER), (neighbour, Step.BID)):
        may = _given(household, agent, step)
        page = browser.get(f"/agent/{COUNTY}/{may}/bids").text
        assert ("要放弃成交的，由该户自己办" in page, "/fall" in page) == (True, False)
        told = browser.post(f"/agent/{COUNTY}/{may}/bids/deals/{COUNTY}/{deal.deal_id}/fall", {"reason": "不想租了"})
        assert told.status_code == 403
        with unit_of_work(agent) as uow:
            acting = seeing(agent, uow.session.get_one(Consent, {"county": COUNTY, "consent_id": may}))
        with pytest.raises(Refused) as refused:
            falling.fall(acting, COUNTY, deal.deal_id, "不想租了")
        assert [(one.code, one.values["fault"]) for one in refused.value.findings] == [("BID-25", "fall_agent")]
    assert falling.fall(owner, COUNTY, deal.deal_id, "家里要自己种").given_up_by == "contractor"


def test_an_agent_speaks_for_one_side_alone_and_goes_no_lower_than_the_household_s_least(
    talked: Listing, agent: Actor, browser: Browser, superuser: Connection
) -> None:
    neighbour, owner = kit.farmer(superuser, NEIGHBOUR), kit.farmer(superuser, f"{NEIGHBOUR[:-1]}1")
    taker = takers.of_household(neighbour, COUNTY).taker_id
    bids, answers = _given(neighbour, agent, Step.BID), _given(owner, agent, Step.ANSWER)
    there, here = (f"/agent/{COUNTY}/{may}/offers/{COUNTY}/{talked.listing_id}" for may in (bids, answers))
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.listing SET floor = 400, floor_mark = gen_random_uuid()")
    offers.say(neighbour, COUNTY, talked.listing_id, taker, offers.Word("offer", Decimal(300)))
    for word in ({"kind": "accept"}, {"kind": "counter", "price": "399.99"}):
        answer = browser.post(here, {**word, "taker": taker})
        assert (answer.status_code, "OFF-5" in answer.text) == (422, True)
        assert re.search(r"\b400\b", answer.text) is None, "the least is the household's secret"
    assert browser.post(here, {"kind": "counter", "taker": taker, "price": "400"}).status_code == 303
    assert "OFF-4" in browser.post(there, {"kind": "accept", "taker": taker}).text, "said by whom it answers"
    farmer_of(superuser, f"{VILLAGE}010003", login="dai")
    with unit_of_work(OPERATOR) as uow:
        row = takers.by_code(uow, COUNTY, VILLAGE, f"{VILLAGE}010003")
    superuser.execute("UPDATE exchange.taker SET account_id = %s WHERE taker_id = %s", [agent.account_id, row.taker_id])
    assert browser.post(there, {"kind": "offer", "price": "450", "taker": row.taker_id}).status_code == 404
    offers.say(neighbour, COUNTY, talked.listing_id, taker, offers.Word("counter", Decimal(390)))
    assert offers.say(owner, COUNTY, talked.listing_id, taker, offers.Word("accept")).price == Decimal(390)


def test_a_farmer_of_another_village_offers_for_land_and_enters_its_sale(
    talked: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    farmer = kit.farmer(superuser, NEIGHBOUR)
    taker = takers.of_household(farmer, COUNTY)
    beyond = replace(farmer, jurisdiction=f"{COUNTY}199299")
    offers.say(beyond, COUNTY, talked.listing_id, taker.taker_id, offers.Word("offer", Decimal(420)))
    assert one(OPERATOR, "SELECT count(*) FROM exchange.offer") == 1
    assert kit.strays(worker, database) == []


def test_a_cooperative_lists_and_deals_with_what_it_holds_by_the_register_and_bids_for_none_of_it(
    registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser, database: Settings, worker: Actor
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser)
    right = own_right(registrar)
    parcel = parcels_of(registrar, right)[0]
    asked = takers.Opening("organisation", "样本合作社", CODE, "0915-1", "he-zuo-she")
    taker, password = takers.open_at_counter(OPERATOR, asked)
    superuser.execute("UPDATE access.account SET password_temporary = false WHERE login = 'he-zuo-she'")
    browser.log_in("he-zuo-she", password)
    nothing = browser.get("/my/listings")
    assert (nothing.status_code, "LST-29" in nothing.text) == (422, True)
    operator = Operator("organization", uuid4(), "样本合作社", CODE)
    leased = LandOperation(
        "", operator, "lease", "流转合同1号", date(2026, 1, 5), date(2026, 2, 1), date(2037, 12, 31), (parcel,)
    )
    booked(
        registrar,
        reviewer,
        superuser,
        asked_for(registrar, "land_operation", leased, right=right, more=("filing",)),
        "land_operation",
    )
    pass_days(superuser, 1)
    held = one(registrar, "SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation'")
    assert f"/my/listings/new/{held}" in browser.get("/my/listings").text
    form: dict[str, Any] = {
        "kind": "retransfer", "parcel": parcel, "years": "5", "price": "500", "unit": "yuan_mu_year", "days": "30",
        "listing": str(uuid4()), "contractor_consent": (BytesIO(paper()), "同意书.jpg"), "to_whom": "all",
    }  # fmt: skip
    foreign = browser.post(f"/my/listings/new/{right}", {**form, "contractor_consent": (BytesIO(paper()), "a.jpg")})
    assert foreign.status_code == 404
    answer = browser.post(f"/my/listings/new/{held}", form, content_type="multipart/form-data")
    assert answer.status_code == 303, re.findall(r"[A-Z]+-\d+", answer.text)
    row = superuser.execute("SELECT listing_id, household_code, listed_by_name FROM exchange.listing").fetchone()
    assert row is not None
    assert row[1:] == (CODE, "样本合作社")
    _goes_on(superuser, browser, row[0], taker.taker_id)
    assert kit.strays(worker, database) == []


def _goes_on(superuser: Connection, browser: Browser, listing_id: UUID, own: UUID) -> None:
    """It is published; a neighbour offers, the cooperative says yes, and cannot offer for it itself."""
    service.publish(OPERATOR, COUNTY, listing_id)
    here = f"/offers/{COUNTY}/{listing_id}"
    mine = browser.post(here, {"kind": "offer", "price": "480", "taker": str(own)})
    assert (mine.status_code, "BID-6" in mine.text) == (422, True)
    neighbour, actor = kit.household(superuser, NEIGHBOUR)
    offers.say(actor, COUNTY, listing_id, neighbour.taker_id, offers.Word("offer", Decimal("450")))
    assert "接受 450.00" in browser.get(here).text
    assert browser.post(here, {"kind": "accept", "taker": str(neighbour.taker_id)}).status_code == 303
    assert (
        one(OPERATOR, "SELECT string_agg(side || kind, ' ' ORDER BY seq) FROM exchange.offer")
        == "takeroffer householdaccept"
    )
