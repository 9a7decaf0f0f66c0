"""The members' priority on the pages: at the counter, and by an agent under a consent to it."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from uuid import UUID

import pytest

from landreg.access import consents
from landreg.access.rules import Step
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.pdftext import pdf_text
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import deal_queries, deals, offers
from landreg.exchange.bidding.deal_model import Priority
from landreg.exchange.bidding.offers import Word
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR, photographed
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY, VILLAGE, citizen_id
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password


@pytest.fixture
def window(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Priority:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", listing.price))
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    opened = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert opened is not None
    return opened


def test_the_operator_takes_a_claim_at_the_counter_and_sees_who_came_in_short(
    window: Priority, browser: Browser, account: OpenAccount
) -> None:
    account("jiaoyi", Role.OPERATOR)
    browser.log_in("jiaoyi")
    at = f"/sales/windows/{COUNTY}/{window.priority_id}"
    witnessed = {"identity": "1", "witness": "见证人甲"}
    page = browser.get(at).text
    assert f'action="{at}/claims"' in page
    assert [page.count(f'name="{name}" type="file"') for name in ("attorney", "proof", "paper")] == [1, 1, 0]
    wrong = browser.post(f"{at}/claims", {"name": "路人甲", "card": citizen_id(900), **witnessed})
    assert wrong.status_code == 422
    assert "授权委托书" in wrong.text
    assert "路人甲" in wrong.text, "what was typed is still there"
    assert browser.post(f"{at}/claims", {"name": "成员2之1", "card": citizen_id(4), **witnessed}).status_code == 303
    mandate = {"attorney": (BytesIO(photographed()), "mandate.jpg")}
    given = {"name": "受托人甲", "code": f"{NEIGHBOUR[:-1]}3", **mandate, **witnessed}
    assert browser.post(f"{at}/claims", given).status_code == 303
    page = browser.get(at).text
    assert all(word in page for word in ("到窗口办理", "成***1", "受**甲", "授权委托书", NEIGHBOUR))
    assert "受托人甲" not in page
    assert citizen_id(4) not in page


def test_whoever_listed_the_land_is_not_asked_whether_it_wants_it(
    window: Priority, browser: Browser, superuser: Connection
) -> None:
    browser.log_in(given_password(superuser, kit.farmer(superuser, HOUSEHOLD)))
    page = browser.get(f"/priority/{COUNTY}/{window.priority_id}").text
    assert "这是您户自己挂牌的土地" in page
    assert "我家要" not in page
    browser.log_in(given_password(superuser, kit.farmer(superuser, NEIGHBOUR)))
    assert "我家要" in browser.get(f"/priority/{COUNTY}/{window.priority_id}").text


def test_the_rise_and_the_rhythm_stand_beside_the_price_wherever_a_yes_binds(
    database: Settings, registrar: Actor, reviewer: Actor, browser: Browser, account: OpenAccount, superuser: Connection
) -> None:
    """The talks of both sides, the members' page, the desk's: the whole price, its first year and its whole term."""
    use_key(database.keys["identity"])
    rising = {
        "escalator_percent": Decimal("3.00"),
        "paid_every": "half",
        "price": Decimal("500.00"),
        "unit": "yuan_mu_year",
    }
    listing = kit.published(registrar, reviewer, superuser, way="negotiation", **rising)
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal("510.00")))
    told = "510.00 元/亩·年，半年一付，先付后用，每年加 3%"
    talk = f"/offers/{COUNTY}/{listing.listing_id}"
    for side in (owner, actor):
        browser.log_in(given_password(superuser, side))
        page = browser.get(talk).text
        assert all(word in page for word in (told, "第一年", "整个期限一共")), side.name
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    opened = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert opened is not None
    browser.log_in(given_password(superuser, kit.farmer(superuser, NEIGHBOUR)))
    page = browser.get(f"/priority/{COUNTY}/{opened.priority_id}").text
    assert page.count(told) == 2, "among the terms and before the button"
    assert "整个期限一共" in page
    account("jiaoyi", Role.OPERATOR)
    browser.log_in("jiaoyi")
    assert told in browser.get(f"/sales/windows/{COUNTY}/{opened.priority_id}").text


def test_before_a_yes_to_an_exchange_both_sides_read_that_the_right_goes_for_good(
    database: Settings, registrar: Actor, reviewer: Actor, browser: Browser, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    swapped = {
        "kind": "exchange",
        "unit": "balance_in",
        "price": Decimal("0.00"),
        "paid_every": "once",
        "to_whom": "members",
    }
    listing = kit.published(registrar, reviewer, superuser, way="negotiation", **swapped)
    pages = [f"/offers/{COUNTY}/{listing.listing_id}"]
    for side, own in ((HOUSEHOLD, [f"/my/listings/{COUNTY}/{listing.listing_id}"]), (NEIGHBOUR, [])):
        browser.log_in(given_password(superuser, kit.farmer(superuser, side)))
        for at in (*pages, *own):
            page = browser.get(at).text
            assert "这一去就不再还" in page, at
            assert f"{listing.from_on} – " not in page, at


def test_households_that_have_read_nothing_get_the_terms_on_paper(
    window: Priority, browser: Browser, account: OpenAccount
) -> None:
    """One letter each, all together or alone; none to whoever was handed it, which is recorded as before."""
    account("jiaoyi", Role.OPERATOR)
    browser.log_in("jiaoyi")
    at = f"/sales/windows/{COUNTY}/{window.priority_id}"
    with unit_of_work(OPERATOR) as uow:
        homes = deal_queries.notices(uow.session, COUNTY, window.priority_id)
    assert f"打印送达各户的告知书（{len(homes)} 份）" in browser.get(at).text

    def letters(one: str = "") -> str:
        answer = browser.client.get(f"{at}/letters.pdf{one}")
        assert answer.status_code == 200
        return "".join(pdf_text(BytesIO(answer.data)).split())

    for word in (
        *(one.household_code for one in homes),
        "流转优先权告知书",
        "第三十八条",
        "受送达人签收",
        "抽签",
        "提出截止",
    ):
        assert word in letters(), word
    first, *rest = homes
    assert [one.household_code in letters(f"?household={first.household_id}") for one in homes] == [
        True,
        *(False for _ in rest),
    ]
    handed = {
        "household": str(first.household_id),
        "on_day": window.first_day.isoformat(),
        "proof": (BytesIO(photographed()), "a.jpg"),
    }
    assert browser.post(at, handed).status_code == 303
    assert first.household_code not in letters()
    assert browser.client.get(f"{at}/letters.pdf?household=0").status_code == 404


def test_an_agent_claims_on_the_household_s_pages_and_the_household_sees_by_whom(
    window: Priority, browser: Browser, account: OpenAccount, superuser: Connection
) -> None:
    agent, farmer = account("dai", Role.AGENT, jurisdiction=VILLAGE), kit.farmer(superuser, NEIGHBOUR)
    browser.log_in("dai")

    def under(step: Step) -> str:
        today = beijing_day(kit.now_of())
        given: UUID = consents.give(farmer, agent, step, today, today)
        return f"/agent/{COUNTY}/{given}"

    root, bids = under(Step.PRIORITY), under(Step.BID)
    assert f"{root}/bids" in browser.get(root).text
    here = f"{root}/priority/{COUNTY}/{window.priority_id}"
    assert all(word in browser.get("/").text for word in ("该户优先", here))
    assert here in browser.get(f"{root}/bids").text
    page = browser.get(here).text
    assert all(word in page for word in ("该户要，按这个条件", "主张优先权：主张了"))
    assert all(word in page for word in ("<dd>出租", "<dt>在哪里</dt><dd>")), "how it goes, and where it lies"
    would = ("<dt>拟受让方</dt><dd>受**1", "个人", "<dt>怎样成交</dt><dd>协商", "<dt>公示</dt><dd>")
    assert all(word in page for word in would), "to whom it would go, masked as on the board"
    assert "受让人1" not in page
    assert browser.post(f"{bids}/priority/{COUNTY}/{window.priority_id}/claim").status_code == 422
    assert browser.get(f"/priority/{COUNTY}/{window.priority_id}").status_code == 404
    assert browser.post(f"{here}/read").status_code == 403, "that it was read is the household's to say"
    assert browser.post(f"{here}/claim").status_code == 303
    assert "代办员代办" in browser.get(here).text
    again = browser.post(f"{here}/claim")
    assert (again.status_code, "已经主张过优先权" in again.text) == (409, True)
