"""Each side of a listing reads on its first page what came of it, for some weeks."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from landreg.access import passwords
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import auction, deals, offers, outcome_queries, sales
from landreg.exchange.bidding.offers import Word
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY
from tests.web.conftest import PASSWORD, Browser


def _told(actor: Actor) -> list[tuple[str, bool, Decimal | None]]:
    with unit_of_work(actor) as uow:
        found = outcome_queries.outcomes(uow.session, uow.now - kit.timedelta(30))
    return [(one.what, one.own, one.amount) for one in found]


def _published(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, way: str) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way=way)


def test_who_offered_in_vain_is_told_when_another_is_agreed_with_and_when_the_deal_is_made_and_given_up(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    talked = _published(registrar, reviewer, superuser, database, "negotiation")
    owner, (first, one), (second, two) = (
        kit.farmer(superuser, HOUSEHOLD), kit.household(superuser, NEIGHBOUR), kit.person(superuser, 2),
    )  # fmt: skip
    at = (COUNTY, talked.listing_id)
    offers.say(two, *at, second.taker_id, Word("offer", Decimal(430)))
    offers.say(one, *at, first.taker_id, Word("offer", Decimal(450)))
    assert (_told(owner), _told(one), _told(two)) == ([], [], [])
    offers.say(owner, *at, first.taker_id, Word("accept"))
    assert _told(two) == [("another_accepted", False, None)]
    deal = deals.proceed(OPERATOR, *at).deal
    assert deal is not None
    assert _told(owner) == [("dealt", True, Decimal("450.00"))]
    assert _told(one) == [("won", False, Decimal("450.00"))]
    assert _told(two) == [("went_to_another", False, None)]
    assert _told(kit.person(superuser, 3)[1]) == []
    deals.fall(one, COUNTY, deal.deal_id, "家里有事")
    assert _told(owner)[0] == ("given_up_by_taker", True, None)


def test_bidders_are_told_who_has_the_land_and_what_became_of_their_deposit(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser
) -> None:
    listing = _published(registrar, reviewer, superuser, database, "auction")
    sale = kit.auction(listing)
    (winner, first), (loser, second) = kit.household(superuser, NEIGHBOUR), kit.person(superuser, 2)
    won, lost = kit.entered(sale, winner, first), kit.entered(sale, loser, second)
    kit.pass_time(superuser, hours=1, minutes=1)
    auction.bid(second, COUNTY, sale.sale_id, lost.entrant_id, Decimal(300), uuid4())
    auction.bid(first, COUNTY, sale.sale_id, won.entrant_id, Decimal(310), uuid4())
    kit.pass_time(superuser, hours=4)
    assert deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal is not None
    back = sales.Receipt("returned", sale.deposit_yuan, "TK-1", kit.beijing_day(kit.now_of()))
    sales.record_deposit(OPERATOR, COUNTY, lost.entrant_id, back)
    assert _told(first) == [("won", False, Decimal("310.00"))]
    assert sorted(_told(second)) == [("deposit_returned", False, kit.DEPOSIT), ("went_to_another", False, None)]
    superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s",
        [passwords.hashed(PASSWORD), second.account_id],
    )
    browser.log_in("ren-00002")
    page = browser.get("/").text
    assert "没有成交：地给了别人" in page
    assert "保证金已退还：100.00 元" in page
    assert "310" not in page
    kit.pass_time(superuser, days=31)
    browser.log_in("ren-00002")
    assert "没有成交：地给了别人" not in browser.get("/").text
