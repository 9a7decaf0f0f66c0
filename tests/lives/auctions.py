"""An auction: called off, set up anew, entered and bid in, told anew, claimed by a member who may not, fallen through, given up
by all; and one to which nobody came.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import (
    auction,
    calling_off,
    chances,
    correcting,
    days,
    deals,
    doubting,
    falling,
    sale_queries,
    sales,
    takers,
    taking_back,
    windows,
)
from landreg.registry import figures
from landreg.registry.figures import Figure
from tests import bidding_kit as kit
from tests.contract_kit import PAPER, today
from tests.exchange_kit import (
    NEIGHBOUR,
    OPERATOR,
    TERM,
)
from tests.life_kit import Life, Stage
from tests.lives.exits import bound
from tests.registry_kit import HOUSEHOLD, pass_days, to_rights
from tests.villages import COUNTY, citizen_id

WHY = "资金没有到位"


def auctions(on: Stage) -> Life:
    """The first household's land: somebody from elsewhere bids, the second household claims it and is passed over, and the bidder
    withdraws.
    """
    owner, member = at_market(on)
    listing = kit.offered(on.registrar, owner, way="auction")
    at = (COUNTY, listing.listing_id)
    first = yield "set_up", lambda: sales.set_up(OPERATOR, *at, kit.announced())
    yield "call_off", lambda: calling_off.call_off(OPERATOR, COUNTY, first.sale_id, "开拍时间另定")
    sale = kit.auction(listing)
    opening = takers.Opening("person", "受让人1", citizen_id(70_001), "0915-1", "ren-1")
    taker, _ = yield "open_at_counter", lambda: takers.open_at_counter(OPERATOR, opening)
    stranger = kit.of_taker(taker)
    entrant = yield "enter", lambda: sales.enter(stranger, COUNTY, sale.sale_id, taker)
    paid = sales.Receipt("paid", kit.DEPOSIT, "BZ-1", today())
    kept = yield "record_deposit", lambda: sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, paid)
    right = correcting.Instead(entrant.entrant_id, sales.Receipt("paid", kit.DEPOSIT, "BZ-11", today()))
    mended = (COUNTY, kept.deposit_id, "回单号少抄了一位", right)
    yield "correct_deposit", lambda: correcting.correct_deposit(OPERATOR, *mended)
    second, behind = kit.person(on.superuser, 2)
    beaten = kit.entered(sale, second, behind)
    kit.pass_time(on.superuser, hours=1, minutes=1)
    auction.bid(behind, COUNTY, sale.sale_id, beaten.entrant_id, Decimal(300), uuid4())
    key, form = (COUNTY, sale.sale_id, entrant.entrant_id), uuid4()
    yield "bid", lambda: auction.bid(stranger, *key, Decimal(310), form)
    kit.pass_time(on.superuser, hours=5)
    with unit_of_work(OPERATOR) as uow:
        told = sale_queries.deposits(uow.session, COUNTY, sale.sale_id, standing=True)
    doubted = (COUNTY, next(one.deposit_id for one in told if one.entrant_id == beaten.entrant_id))
    yield "doubt", lambda: doubting.doubt(OPERATOR, *doubted, WHY, PAPER)
    yield "answer", lambda: doubting.answer(behind, *doubted, "回单在这里")
    untold = (yield "open_window", lambda: deals.proceed(OPERATOR, *at)).window
    came = windows.Came("成员2之1", citizen_id(4), True, "见证人甲")
    pass_days(on.superuser, 15)
    window = yield "tell_anew", lambda: windows.tell_anew(OPERATOR, COUNTY, untold.priority_id)
    of = (COUNTY, window.priority_id)
    yield "read_notice", lambda: windows.read(member, *of)
    yield "tell", lambda: windows.tell(OPERATOR, *of, "posted", None, window.first_day, PAPER)
    claimant = takers.of_household(member, COUNTY)
    windows.claim(member, *of, claimant)
    yield "take_back", lambda: taking_back.take_back(member, *of, claimant)
    yield "claim_at_counter", lambda: windows.claim_at_counter(OPERATOR, *of, came, None)
    yield "take_back_at_counter", lambda: taking_back.take_back_at_counter(OPERATOR, *of, came)
    yield "claim", lambda: windows.claim(member, *of, claimant)
    pass_days(on.superuser, 15)
    figures.set_figure(on.registrar, COUNTY, Figure("QUAL-4.most_mu", "household", "1", today(), "样本发〔2026〕1号"))
    yield "pass_over", lambda: deals.pass_over(OPERATOR, *at, "超过上限")
    deal = (yield "deal", lambda: deals.proceed(OPERATOR, *at)).deal
    assert deal.by == "auction"
    yield "fall", lambda: falling.fall(OPERATOR, COUNTY, deal.deal_id, WHY, kit.BY_PAPER)
    chance = (yield "ask_next", lambda: deals.proceed(OPERATOR, *at)).chance
    yield "answer", lambda: chances.answer(behind, COUNTY, chance.chance_id, "no")
    back = sales.Receipt("returned", kit.DEPOSIT, "TH-1", today())
    gone = yield "record_deposit", lambda: sales.record_deposit(OPERATOR, COUNTY, beaten.entrant_id, back)
    missed = (COUNTY, gone.deposit_id)
    yield "miss", lambda: doubting.miss(behind, *missed, "农商行账户查到今天没有")
    yield "show", lambda: doubting.show(OPERATOR, *missed, "今天退到农商行账户", PAPER)
    yield "correct_deposit", lambda: correcting.correct_deposit(OPERATOR, *missed, "银行退票，重新退还", None)
    yield "end_sales", lambda: days.work(on.worker)
    empty = kit.auction(listing)
    kit.pass_time(on.superuser, hours=5)
    yield "fail", lambda: deals.fail(OPERATOR, COUNTY, empty.sale_id)


def at_market(on: Stage) -> tuple[Actor, Actor]:
    """A registered village of two households: the accounts of both."""
    to_rights(on.registrar, on.reviewer, on.superuser, 2, **TERM)
    pass_days(on.superuser, 0)
    return bound(on, HOUSEHOLD, "cao.nong"), bound(on, NEIGHBOUR, "lin.nong")
