"""At the operator's desk a deal of talks falls like one of a sale: from its row, by a paper, and both sides and the row tell it."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from flask import Flask

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.exchange.bidding import deals, offers
from landreg.exchange.bidding.offers import Word
from landreg.exchange.model import Deal, Listing
from tests import bidding_kit as kit
from tests.database.exchange.test_after_publication import sold, two_bids
from tests.exchange_kit import NEIGHBOUR, OPERATOR, photographed
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password


def agreed(superuser: Connection, listing: Listing) -> tuple[Deal, Actor, Actor]:
    """A deal of talks, who takes the land and whose it is."""
    taker, actor = kit.household(superuser, NEIGHBOUR)
    owner = kit.farmer(superuser, HOUSEHOLD)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal(600)))
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    return deal, actor, owner


def test_the_desk_records_from_the_row_that_a_deal_of_talks_fell_and_both_sides_read_it(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser,
    app: Flask, account: OpenAccount,
) -> None:  # fmt: skip
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser)
    deal, actor, owner = agreed(superuser, listing)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    address = f"/sales/deals/{COUNTY}/{deal.deal_id}/fall"
    assert f'href="{address}">一方放弃' in browser.get("/contracts").text
    form = browser.get(address).text
    assert "还没有拟过" in form
    assert "受让方：流出方可以再和别人谈" in form
    assert "保证金可以扣收" not in form, "in talks nobody paid one, and nobody is next"
    said = {"given_up_by": "taker", "ground": "paper", "reason": "资金没有到位"}
    bare = browser.post(address, said)
    assert bare.status_code == 422
    assert "BID-25" in bare.text
    assert "资金没有到位" in bare.text
    # Its days over, the row leads to the same form.
    superuser.execute("UPDATE exchange.listing SET from_on = '2026-01-01', until_on = '2026-06-01'")
    assert f'href="{address}">成交作废' in browser.get("/contracts").text
    assert "期限已过" in browser.get(address).text
    assert browser.post(address, {"ground": "over", "reason": "x"}).status_code == 422
    fell = browser.post(address, {**said, "paper": (BytesIO(photographed()), "letter.jpg")})
    assert fell.status_code == 303
    told = browser.get("/sales").text
    assert ("没有下一位，发布期也已经满了" in told, "可以办理下一位" in told) == (True, False)
    assert address not in browser.get("/contracts").text
    assert "这次成交已经作废" in browser.get(address).text
    for side in (owner, actor):
        phone = Browser(app.test_client())
        phone.log_in(given_password(superuser, side))
        assert "受让方放弃了成交" in phone.get("/").text


def test_a_deal_whose_days_are_over_falls_by_the_desk_s_record_and_both_sides_read_that_nobody_gave_it_up(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser,
    app: Flask, account: OpenAccount, worker: Actor,
) -> None:  # fmt: skip
    use_key(database.keys["identity"])
    deal, actor, owner = agreed(superuser, kit.published(registrar, reviewer, superuser))
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    address = f"/sales/deals/{COUNTY}/{deal.deal_id}/fall"
    over = {"ground": "over", "reason": "没有人来签合同"}
    assert "直接作废" not in browser.get(address).text
    early = browser.post(address, over)
    assert (early.status_code, "期限还没有过" in early.text) == (422, True)
    superuser.execute("UPDATE exchange.listing SET from_on = '2026-01-01', until_on = '2026-06-01'")
    assert "直接作废" in browser.get(address).text
    assert "BID-14" in browser.post(address, {"ground": "over", "reason": "x"}).text
    assert browser.post(address, over).status_code == 303
    told = browser.get("/sales").text
    assert ("挂牌到此为止" in told, "下一位" in told, "退还保证金" in told) == (True, False, False)
    assert address not in browser.get("/contracts").text
    for side in (owner, actor):
        phone = Browser(app.test_client())
        phone.log_in(given_password(superuser, side))
        told = phone.get("/").text
        assert ("成交的期限过了，没有签成合同" in told, "放弃" in told) == (True, False)
    assert {one.layer for one in kit.strays(worker, database)} == {"exchange.listing", "exchange.shown"}


def test_the_desk_is_told_after_each_fall_of_a_sale_whether_anybody_is_next(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser, account: OpenAccount
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    two_bids(superuser, kit.auction(listing))
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)

    def told_of_its_fall(deal: Deal) -> tuple[bool, bool]:
        browser.log_in("ling")
        paper = {"ground": "paper", "reason": "资金没有到位", "paper": (BytesIO(photographed()), "letter.jpg")}
        answer = browser.post(f"/sales/deals/{COUNTY}/{deal.deal_id}/fall", {"given_up_by": "taker", **paper})
        told = browser.get(answer.headers["Location"]).text
        return "可以办理下一位" in told, "没有下一位：这一场不会成交，请退还保证金" in told

    assert told_of_its_fall(sold(superuser, listing)) == (True, False)
    assert told_of_its_fall(sold(superuser, listing)) == (False, True)


def test_after_a_fall_of_talks_the_desk_reads_until_when_others_may_offer(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser, account: OpenAccount
) -> None:
    use_key(database.keys["identity"])
    deal, _actor, _owner = agreed(superuser, kit.published(registrar, reviewer, superuser))
    superuser.execute("UPDATE exchange.listing SET closes_on = '2099-12-31'")
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    letter = {"paper": (BytesIO(photographed()), "letter.jpg")}
    said = {"given_up_by": "taker", "ground": "paper", "reason": "资金没有到位", **letter}
    assert browser.post(f"/sales/deals/{COUNTY}/{deal.deal_id}/fall", said).status_code == 303
    assert "没有下一位：发布期到 2099-12-31，流出方可以再和别人谈" in browser.get("/sales").text
