"""Sealed bids: keys, a sale without a bid, one that two officers open; a business that is reviewed; a watch on the land."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from landreg.exchange.bidding import correcting, deals, reviews, sales, sealed, takers
from tests import bidding_kit as kit
from tests.contract_kit import today
from tests.exchange_kit import OPERATOR
from tests.life_kit import Life, Stage
from tests.lives.auctions import at_market
from tests.villages import COUNTY

USCC = "91610900MA0000001L"


def sealings(on: Stage) -> Life:
    """The first household's land goes to the second by a sealed bid; a company asks how much land it may take in."""
    owner, member = at_market(on)
    listing = kit.offered(on.registrar, owner, way="sealed")
    yield "keep_key", lambda: sealed.keep_key(OPERATOR, COUNTY, kit.public_key(1))
    empty = kit.sealed_sale(listing)
    kit.pass_time(on.superuser, hours=5)
    yield "open_empty", lambda: sealed.open_empty(OPERATOR, COUNTY, empty.sale_id)
    deals.fail(OPERATOR, COUNTY, empty.sale_id)
    sale = kit.sealed_sale(listing)
    entrant = kit.entered(sale, takers.of_household(member, COUNTY), member)
    kit.pass_time(on.superuser, hours=1, minutes=1)
    envelope, form = kit.locked(sale, entrant, "420.00")[1], uuid4()
    at = (COUNTY, sale.sale_id)
    yield "hand_in", lambda: sealed.hand_in(member, *at, entrant.entrant_id, envelope, form)
    kit.pass_time(on.superuser, hours=5)
    first, second = (kit.shares_of(sale, place) for place in (1, 2))
    sealed.give_shares(OPERATOR, *at, first)
    yield "give_shares", lambda: sealed.give_shares(kit.SECOND, *at, second)
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    assert deal.price == Decimal("420.00")
    day, seen = today(), "东侧两块没有耕种"
    yield "watch", lambda: reviews.watch(OPERATOR, COUNTY, deal.deal_id, "idle", seen, day)
    yield from _reviewed()


def _reviewed() -> Life:
    opening = takers.Opening("organisation", "样本农业公司", USCC, "0915-2", "gongsi")
    taker, _ = takers.open_at_counter(OPERATOR, opening)
    asking = reviews.Asking(Decimal(200), "种植玉米", "", kit.FULL)
    company = kit.of_taker(taker)
    slip = yield "ask_review", lambda: reviews.ask(company, taker, asking)
    yield "withdraw_review", lambda: reviews.withdraw(company, COUNTY, slip.qualification_id)
    asked = reviews.ask(company, taker, asking)
    yield (
        "decide_review",
        lambda: reviews.decide(OPERATOR, COUNTY, asked.qualification_id, "passed", "", kit.REVIEWED, kit.OPINION),
    )
    reserve = ("paid", Decimal(40_000), "FX-1", today())
    kept = yield "record_reserve", lambda: reviews.record_reserve(OPERATOR, COUNTY, taker.taker_id, *reserve)
    right = correcting.Instead(taker.taker_id, sales.Receipt("paid", Decimal(40_000), "FX-11", today()))
    mended = (COUNTY, kept.reserve_id, "回单号少抄了一位", right)
    yield "correct_reserve", lambda: correcting.correct_reserve(OPERATOR, *mended)
