"""The demonstration's deals: neighbours offer and are heard, land is auctioned, members are told first, month by month.

Resumable: each step is taken of what stands, so that a step that was taken is not taken again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import beijing_day
from landreg.demo_market import Market, farmers
from landreg.exchange.bidding import auction, deals, offers, sale_queries, sales, takers, windows
from landreg.exchange.bidding.offers import Word
from landreg.registry.guarded import Attached

OPENS, CLOSES = timedelta(days=1), timedelta(days=35)
BIDDERS = 3


def begin_month(market: Market, number: int) -> None:
    """What becomes of the listings of the months before."""
    if number > 1:
        for step in (_go_on, _bid, _set_up, _talk):
            step(market)


def finish(market: Market) -> None:
    """What is open today: a sale that is announced, a talk that waits for an answer."""
    _go_on(market)
    _set_up(market)
    _talk(market, answered=False)


def _talk(market: Market, *, answered: bool = True) -> None:
    """A neighbour offers for each listing that is negotiated on and has no offer; the household takes it."""
    people = farmers(market)
    for place, row in enumerate(_rows(market, _TO_TALK)):
        owner = next((one for one in people if one.household == row.household_id), None)
        buyer = next((one for one in people[place % len(people) :] + people if one.household != row.household_id), None)
        if owner is None or buyer is None:
            continue
        with suppress(LandregError):
            taker = takers.of_household(buyer, row.county).taker_id
            offers.say(buyer, row.county, row.listing_id, taker, Word("offer", row.price - 20, "连着自家的地，种粮。"))
            offers.say(owner, row.county, row.listing_id, taker, Word("counter", row.price))
            if answered:
                offers.say(buyer, row.county, row.listing_id, taker, Word("accept"))


def _set_up(market: Market) -> None:
    """An auction for each listing whose publication is over, with some neighbours in it."""
    for row in _rows(market, _TO_AUCTION):
        with unit_of_work(market.operator) as uow:
            now = uow.now
        with suppress(LandregError):
            asked = sales.Setting(now + OPENS, now + CLOSES, now + OPENS, row.price, Decimal(10), Decimal(50))
            sale = sales.set_up(market.operator, row.county, row.listing_id, asked)
            others = [one for one in farmers(market) if one.household != row.household_id]
            for buyer in others[:BIDDERS]:
                with suppress(LandregError):
                    _enter(market, buyer, sale.county, sale.sale_id)


def _enter(market: Market, buyer: Actor, county: str, sale_id: Any) -> None:
    entrant = sales.enter(buyer, county, sale_id, takers.of_household(buyer, county))
    with unit_of_work(market.operator) as uow:
        today = beijing_day(uow.now)
    paid = sales.Receipt("paid", Decimal("50.00"), f"样本-{entrant.entrant_id.hex[:10]}", today)
    sales.record_deposit(market.operator, county, entrant.entrant_id, paid)


def _bid(market: Market) -> None:
    """Whoever entered an auction that is open bids twice, one after the other."""
    people = {one.household: one for one in farmers(market)}
    for _ in range(2):
        for row in _rows(market, _TO_BID):
            buyer = people.get(row.household_id)
            if buyer is None:
                continue
            with suppress(LandregError):
                with unit_of_work(buyer) as uow:
                    found = sale_queries.standing(uow.session, row.county, row.sale_id)
                if found is not None:
                    least = auction.auction_of(found).least
                    auction.bid(buyer, row.county, row.sale_id, row.entrant_id, least, uuid4())


def _go_on(market: Market) -> None:
    """The next step of what was agreed or auctioned: members are told, and when their days are over the deal is made."""
    for row in _rows(market, _TO_GO_ON):
        with suppress(LandregError):
            step = deals.proceed(market.operator, row.county, row.listing_id)
            if step.window is not None:
                sha256, size = market.office.store.put(BytesIO(f"SAMPLE {step.window.priority_id}".encode()))
                paper = Attached(sha256, size, "公示照片-样本.txt")
                first = step.window.first_day
                windows.tell(market.operator, row.county, step.window.priority_id, "posted", None, first, paper)


def _rows(market: Market, statement: str) -> list[Any]:
    with unit_of_work(market.operator) as uow:
        return list(uow.session.execute(text(statement)).all())


_NO_DEAL = """NOT EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = l.county AND d.listing_id = l.listing_id)"""
_TO_TALK = f"""SELECT l.county, l.listing_id, l.household_id, l.price FROM exchange.listing AS l
    WHERE l.state = 'published' AND l.way = 'negotiation' AND l.unit = 'yuan_mu_year' AND {_NO_DEAL} AND NOT EXISTS (
        SELECT FROM exchange.offer AS o WHERE o.county = l.county AND o.listing_id = l.listing_id)
    ORDER BY l.listed_at LIMIT 2"""
_TO_AUCTION = f"""SELECT l.county, l.listing_id, l.household_id, l.price FROM exchange.listing AS l
    WHERE l.state = 'published' AND l.way = 'auction' AND {_NO_DEAL}
      AND l.closes_on < (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AND NOT EXISTS (
        SELECT FROM exchange.sale AS s WHERE s.county = l.county AND s.listing_id = l.listing_id)
    ORDER BY l.listed_at LIMIT 2"""
_TO_BID = """SELECT e.county, e.sale_id, e.entrant_id, t.household_id FROM exchange.entrant AS e
    JOIN exchange.sale AS s ON s.county = e.county AND s.sale_id = e.sale_id AND s.opens_at <= system.clock()
    JOIN exchange.sale_clock AS c ON c.county = e.county AND c.sale_id = e.sale_id AND c.closes_at > system.clock() AND c.over = ''
    JOIN exchange.taker AS t ON t.county = e.county AND t.taker_id = e.taker_id
    WHERE s.way = 'auction' AND c.seq < 6 ORDER BY e.sale_id, e.plate"""
_TO_GO_ON = f"""SELECT l.county, l.listing_id FROM exchange.listing AS l
    WHERE l.state = 'published' AND {_NO_DEAL} AND (
        EXISTS (SELECT FROM exchange.offer AS o WHERE o.county = l.county AND o.listing_id = l.listing_id AND o.kind = 'accept')
        OR EXISTS (SELECT FROM exchange.sale AS s JOIN exchange.sale_clock AS c USING (county, sale_id)
            WHERE s.county = l.county AND s.listing_id = l.listing_id AND c.seq > 0 AND c.closes_at <= system.clock()))
    ORDER BY l.listed_at"""
