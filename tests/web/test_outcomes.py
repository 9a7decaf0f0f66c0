"""Each side of a listing reads on its first page what came of it, for some weeks."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from landreg.access import passwords
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import auction, days, deals, falling, offers, outcome_queries, sales, windows
from landreg.exchange.bidding.offers import Word
from landreg.exchange.model import Listing
from landreg.registry.guarded import Attached
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY
from tests.web.conftest import PASSWORD, Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password


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
    falling.fall(one, COUNTY, deal.deal_id, "家里有事")
    assert _told(owner) == [("given_up_by_taker", True, None)]
    assert _told(one) == [("given_up_by_taker", False, None)]
    assert _told(two) == [], "it is open again"


def test_a_deal_that_the_household_gave_up_is_told_to_both_as_given_up(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    talked = _published(registrar, reviewer, superuser, database, "negotiation")
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.household(superuser, NEIGHBOUR)
    at = (COUNTY, talked.listing_id)
    offers.say(actor, *at, taker.taker_id, Word("offer", Decimal(450)))
    offers.say(owner, *at, taker.taker_id, Word("accept"))
    deal = deals.proceed(OPERATOR, *at).deal
    assert deal is not None
    falling.fall(owner, COUNTY, deal.deal_id, "家里有事")
    assert _told(owner) == [("given_up_by_contractor", True, None)]
    assert _told(actor) == [("given_up_by_contractor", False, None)]


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


def test_of_a_deal_that_the_owner_gave_up_the_desk_has_no_step_left_and_the_winner_reads_what_came_of_it(
    database: Settings,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    browser: Browser,
    another_browser: Browser,
    account: OpenAccount,
) -> None:
    listing = _published(registrar, reviewer, superuser, database, "auction")
    sale = kit.auction(listing)
    (winner, first), (loser, second) = kit.household(superuser, NEIGHBOUR), kit.person(superuser, 2)
    won, lost = kit.entered(sale, winner, first), kit.entered(sale, loser, second)
    kit.pass_time(superuser, hours=1, minutes=1)
    auction.bid(second, COUNTY, sale.sale_id, lost.entrant_id, Decimal(300), uuid4())
    auction.bid(first, COUNTY, sale.sale_id, won.entrant_id, Decimal(310), uuid4())
    kit.pass_time(superuser, hours=4)
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    account("jiaoyi", Role.OPERATOR)
    browser.log_in("jiaoyi")
    page = f"/sales/{COUNTY}/{sale.sale_id}"
    assert "一方放弃成交" in browser.get(page).text
    falling.fall(kit.farmer(superuser, HOUSEHOLD), COUNTY, deal.deal_id, "不租了")
    told = browser.get(page).text
    assert "流出方放弃了成交，挂牌到此为止" in told
    listed = browser.get("/sales").text
    assert ("流出方放弃" in listed, "等办理成交" in listed) == (True, False)
    assert not any(word in told for word in ("办理下一步", "跳过，办理下一位", "记为流标", "一方放弃成交"))
    (login,) = superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s RETURNING login",
        [passwords.hashed(PASSWORD), first.account_id],
    ).fetchone()  # type: ignore[misc]
    another_browser.log_in(login)
    assert "流出方放弃了成交，保证金全部退还" in another_browser.get("/").text
    own = another_browser.get(f"/bids/{COUNTY}/{sale.sale_id}").text
    assert "您原来成交，流出方" in own
    assert "保证金全部退还" in own


def test_whose_accepted_offer_a_member_took_is_told_and_so_is_the_member(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser
) -> None:
    talked = _published(registrar, reviewer, superuser, database, "negotiation")
    at = (COUNTY, talked.listing_id)
    owner, (stranger, one), (member, two) = (
        kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 2), kit.household(superuser, NEIGHBOUR),
    )  # fmt: skip
    offers.say(one, *at, stranger.taker_id, Word("offer", Decimal(450)))
    offers.say(owner, *at, stranger.taker_id, Word("accept"))
    window = deals.proceed(OPERATOR, *at).window
    assert window is not None
    windows.claim(two, COUNTY, window.priority_id, member)
    board = Attached("22" * 32, 9, "board.jpg")
    windows.tell(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, board)
    kit.pass_time(superuser, days=15)
    assert deals.proceed(OPERATOR, *at).deal is not None
    assert _told(one) == [("went_by_priority", False, None)]
    assert _told(two) == [("won", False, Decimal("450.00"))]
    (login,) = superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s RETURNING login",
        [passwords.hashed(PASSWORD), one.account_id],
    ).fetchone()  # type: ignore[misc]
    browser.log_in(login)
    talk = browser.get(f"/offers/{COUNTY}/{talked.listing_id}").text
    assert "没有在这两方之间成交" in talk
    assert "接下来由交易员办理" not in talk
    assert "没有成交" in browser.get("/bids").text


def test_a_household_sees_on_its_list_that_a_sale_of_its_land_found_nobody(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, browser: Browser
) -> None:
    kit.auction(_published(registrar, reviewer, superuser, database, "auction"))
    owner = kit.farmer(superuser, HOUSEHOLD)
    (login,) = superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s RETURNING login",
        [passwords.hashed(PASSWORD), owner.account_id],
    ).fetchone()  # type: ignore[misc]
    browser.log_in(login)
    assert "没有成交" not in browser.get("/my/listings").text
    kit.pass_time(superuser, hours=5)
    days.work(worker)
    browser.log_in(login)
    assert "没有成交" in browser.get("/my/listings").text
    assert "没有成交" in browser.get("/").text


def test_a_sale_whose_bids_did_not_reach_the_least_says_so_and_not_how_much_it_was(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, browser: Browser
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(
        registrar, reviewer, superuser, way="auction", price=Decimal("400.00"), floor=Decimal("340.00")
    )
    for bids, said in ((True, "没有一份报价达到流出方的最低接受价"), (False, "没有人报价。")):
        sale, (taker, actor) = kit.auction(listing), kit.person(superuser, 1 + bids)
        entrant = kit.entered(sale, taker, actor)
        kit.pass_time(superuser, hours=1, minutes=1)
        if bids:
            auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal("330"), uuid4())
        kit.pass_time(superuser, hours=5)
        days.work(worker)
        browser.log_in(given_password(superuser, actor))
        page = browser.get(f"/bids/{COUNTY}/{sale.sale_id}").text
        assert (said in page, "340.00" in page) == (True, False)
