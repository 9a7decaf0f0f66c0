"""The demonstration's deals: neighbours offer and are heard, land is auctioned, members are told first, month by month.

Resumable: each step is taken of what stands, so that a step that was taken is not taken again.

Planted for the auditor's watch (AUD-22): who enters a sale last outbids the others, by open and by sealed bids, so that over the
sample's year one neighbour wins whatever it comes to.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text

from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import BEIJING, beijing_day
from landreg.demo_market import Market, farmers
from landreg.exchange.bidding import (
    auction,
    deals,
    offers,
    sale_queries,
    sales,
    sealed,
    sealed_queries,
    taker_queries,
    takers,
    windows,
)
from landreg.exchange.bidding.model import Sale
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.rules import sealing
from landreg.exchange.bidding.rules.announcing import deposits_from, offered_as
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached

CLOSES = timedelta(days=35)
"""After it opens: open when the next month begins, however late, and closed by the one after."""
NOTICE_SINCE = date(2026, 11, 29)
"""Since when a sale is announced some days ahead (BID-7); the sample's sales of the years before are so too."""
MORNING = time(9)
BIDDERS = 3
_KEYS: dict[UUID, rsa.RSAPrivateKey] = {}


def begin_month(market: Market, number: int) -> None:
    """What becomes of the listings of the months before."""
    if number > 1:
        for step in (_open, go_on, _give_back, _bid, _set_up, _talk):
            step(market)


def finish(market: Market) -> None:
    """What is open today: a sale that is announced, a talk that waits for an answer."""
    _open(market)
    go_on(market)
    _give_back(market)
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
    """A sale for each listing whose publication is over, with some neighbours in it; bids are sealed for two officers."""
    for row in _rows(market, _TO_SELL):
        others = [one for one in farmers(market) if one.household != row.household_id]
        with suppress(LandregError):
            announce(market, row, others[:BIDDERS], Decimal(10) if row.way == "auction" else Decimal(0))


def announce(
    market: Market,
    row: Any,
    coming: Sequence[Actor],
    step: Decimal,
    deposit: Decimal = Decimal(50),
    opens_at: datetime | None = None,
) -> None:
    """A sale of a listing, entered by those of whoever comes who may. It opens on the first morning that its notice allows, or when
    it is told to, where that is no day too early. Raises LandregError where a rule refuses the sale.
    """
    opening = officers(market, row.county) if row.way == "sealed" else (None, None)
    with unit_of_work(market.operator) as uow:
        today = beijing_day(uow.now)
        law = load_law(uow.session, row.county, max(today, NOTICE_SINCE))
    first = deposits_from(today, offered_as(row.source, row.kind), law)
    if opens_at is None or beijing_day(opens_at) < first:
        opens_at = datetime.combine(first, MORNING, BEIJING)
    asked = sales.Setting(opens_at, opens_at + CLOSES, opens_at, row.price, step, deposit, *opening)
    enter(market, sales.set_up(market.operator, row.county, row.listing_id, asked), coming)


def enter(market: Market, sale: Sale, coming: Sequence[Actor]) -> None:
    """Those of whoever comes who may have entered a sale, and paid."""
    for buyer in coming:
        with suppress(LandregError):
            _enter(market, buyer, sale)


def officers(market: Market, county: str) -> tuple[UUID, UUID]:
    """The two officers, each with a key. In service a key is made in its officer's browser and never leaves it; the sample's are
    made here and kept for this run alone, but for what is open at its end (`demo_sealed`): what else they were to open then stays
    closed, as where an officer lost hers.
    """
    with unit_of_work(market.operator) as uow:
        known = {bytes(one.public_key) for one in sealed_queries.keys(uow.session, county)}
    for officer in (market.operator, market.opener):
        if officer.account_id not in _KEYS or _public(_KEYS[officer.account_id]) not in known:
            made = rsa.generate_private_key(65_537, sealing.KEY_BITS)
            sealed.keep_key(officer, county, _public(made))
            _KEYS[officer.account_id] = made
    return market.operator.account_id, market.opener.account_id


def _public(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def officer_key(officer: Actor) -> rsa.RSAPrivateKey:
    """The key of an officer that this run has made."""
    return _KEYS[officer.account_id]


def _enter(market: Market, buyer: Actor, sale: Sale) -> None:
    with unit_of_work(buyer) as uow:
        own = None if buyer.household else taker_queries.own_takers(uow.session)[0]
    entrant = sales.enter(buyer, sale.county, sale.sale_id, own or takers.of_household(buyer, sale.county))
    with unit_of_work(market.operator) as uow:
        today = beijing_day(uow.now)
    paid = sales.Receipt("paid", sale.deposit_yuan, f"样本-{entrant.entrant_id.hex[:10]}", today)
    sales.record_deposit(market.operator, sale.county, entrant.entrant_id, paid)


def _bid(market: Market) -> None:
    """Whoever entered an auction that is open bids twice, one after the other; of a sealed sale each hands its bid in."""
    people = {one.household: one for one in farmers(market)}
    for _ in range(2):
        for row in _rows(market, _TO_BID):
            buyer = people.get(row.household_id) if row.household_id else _firm(row)
            if buyer is None:
                continue
            with suppress(LandregError):
                with unit_of_work(buyer) as uow:
                    found = sale_queries.standing(uow.session, row.county, row.sale_id)
                if found is not None:
                    least = auction.auction_of(found).least
                    auction.bid(buyer, row.county, row.sale_id, row.entrant_id, least, uuid4())
    for row in _rows(market, _TO_SEAL):
        if row.household_id in people:
            with suppress(LandregError):
                _seal(people[row.household_id], row)


def _firm(row: Any) -> Actor:
    """Who acts for an organisation that entered."""
    return Actor(row.account_id, row.name, Desk.CITIZEN, frozenset({Role.TAKER}), row.county)


def _seal(buyer: Actor, row: Any) -> None:
    price = row.start_price + 5 * row.plate
    slip = sealing.Slip(str(row.sale_id), str(row.entrant_id), price, secrets.token_hex(sealing.NONCE))
    given = sealing.lock(slip, bytes(row.one), bytes(row.two))
    sealed.hand_in(buyer, row.county, row.sale_id, row.entrant_id, given, uuid4())


def _open(market: Market) -> None:
    """Both officers open what is sealed and has closed. What was sealed for the keys of a run that was broken off stays shut."""
    padding = OAEP(MGF1(SHA256()), SHA256(), None)
    for row in _rows(market, _TO_OPEN):
        for officer in (market.operator, market.opener):
            with suppress(LandregError):
                with unit_of_work(officer) as uow:
                    found = sales.standing(uow, row.county, row.sale_id)
                    place = sealed.place_of(found.sale, officer)
                    bids = sealed_queries.sealed_bids(uow.session, row.county, row.sale_id)
                    mark = sealed.key_mark(uow, found.sale, place)
                key = _KEYS.get(officer.account_id)
                if key is None or hashlib.sha256(_public(key)).hexdigest() != mark:
                    continue
                halves = {
                    one.sealed_id: key.decrypt((one.wrapped_one, one.wrapped_two)[place - 1], padding) for one in bids
                }
                if halves:
                    sealed.give_shares(officer, row.county, row.sale_id, halves)
                else:
                    sealed.open_empty(officer, row.county, row.sale_id)


def go_on(market: Market) -> None:
    """The next step of what was agreed or auctioned: members are told, and when their days are over the deal is made."""
    for row in _rows(market, _TO_GO_ON):
        with suppress(LandregError):
            step = deals.proceed(market.operator, row.county, row.listing_id)
            if step.window is not None:
                sha256, size = market.office.store.put(BytesIO(f"SAMPLE {step.window.priority_id}".encode()))
                paper = Attached(sha256, size, "公示照片-样本.txt")
                first = step.window.first_day
                windows.tell(market.operator, row.county, step.window.priority_id, "posted", None, first, paper)


def _give_back(market: Market) -> None:
    """The deposits of those to whom the land did not go, but of the last days: they wait at the desk."""
    with unit_of_work(market.operator) as uow:
        today = beijing_day(uow.now)
    for row in _rows(market, _TO_GIVE_BACK):
        slip = sales.Receipt("returned", row.amount, f"样本退-{row.entrant_id.hex[:10]}", today)
        with suppress(LandregError):
            sales.record_deposit(market.operator, row.county, row.entrant_id, slip)


def _rows(market: Market, statement: str) -> list[Any]:
    with unit_of_work(market.operator) as uow:
        return list(uow.session.execute(text(statement)).all())


_NO_DEAL = """NOT EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = l.county AND d.listing_id = l.listing_id)"""
_TO_TALK = f"""SELECT l.county, l.listing_id, l.household_id, l.price FROM exchange.listing AS l
    WHERE l.state = 'published' AND l.way = 'negotiation' AND l.unit = 'yuan_mu_year' AND {_NO_DEAL} AND NOT EXISTS (
        SELECT FROM exchange.offer AS o WHERE o.county = l.county AND o.listing_id = l.listing_id)
    ORDER BY l.listed_at LIMIT 2"""
_TO_SELL = f"""SELECT l.county, l.listing_id, l.household_id, l.price, l.way, l.source, l.kind FROM exchange.listing AS l
    WHERE l.state = 'published' AND l.source = 'household' AND l.way IN ('auction', 'sealed') AND {_NO_DEAL}
      AND l.closes_on < (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AND NOT EXISTS (
        SELECT FROM exchange.sale AS s WHERE s.county = l.county AND s.listing_id = l.listing_id)
    ORDER BY l.listed_at LIMIT 4"""
_TO_BID = """SELECT e.county, e.sale_id, e.entrant_id, t.household_id, t.account_id, t.name FROM exchange.entrant AS e
    JOIN exchange.sale AS s ON s.county = e.county AND s.sale_id = e.sale_id AND s.opens_at <= system.clock()
    JOIN exchange.sale_clock AS c ON c.county = e.county AND c.sale_id = e.sale_id AND c.closes_at > system.clock() AND c.over = ''
    JOIN exchange.taker AS t ON t.county = e.county AND t.taker_id = e.taker_id
    WHERE s.way = 'auction' AND c.seq < 6 ORDER BY e.sale_id, e.plate"""
_TO_SEAL = """SELECT e.county, e.sale_id, e.entrant_id, e.plate, t.household_id, s.start_price, k.public_key AS one,
        m.public_key AS two
    FROM exchange.entrant AS e
    JOIN exchange.sale AS s ON s.county = e.county AND s.sale_id = e.sale_id AND s.way = 'sealed' AND s.opens_at <= system.clock()
    JOIN exchange.sale_clock AS c ON c.county = e.county AND c.sale_id = e.sale_id AND c.closes_at > system.clock() AND c.over = ''
    JOIN exchange.officer_key AS k ON k.county = s.county AND k.key_id = s.key_one
    JOIN exchange.officer_key AS m ON m.county = s.county AND m.key_id = s.key_two
    JOIN exchange.taker AS t ON t.county = e.county AND t.taker_id = e.taker_id
    WHERE NOT EXISTS (SELECT FROM exchange.sealed_bid AS b WHERE b.county = e.county AND b.entrant_id = e.entrant_id)
    ORDER BY e.sale_id, e.plate"""
_TO_OPEN = """SELECT c.county, c.sale_id FROM exchange.sale_clock AS c
    JOIN exchange.sale AS s ON s.county = c.county AND s.sale_id = c.sale_id AND s.way = 'sealed'
    WHERE c.over = '' AND c.closes_at <= system.clock() ORDER BY c.sale_id"""
_TO_GO_ON = f"""SELECT l.county, l.listing_id FROM exchange.listing AS l
    WHERE l.state = 'published' AND {_NO_DEAL} AND (
        EXISTS (SELECT FROM exchange.offer AS o WHERE o.county = l.county AND o.listing_id = l.listing_id AND o.kind = 'accept')
        OR EXISTS (SELECT FROM exchange.sale AS s JOIN exchange.sale_clock AS c USING (county, sale_id)
            WHERE s.county = l.county AND s.listing_id = l.listing_id AND c.seq > 0 AND c.closes_at <= system.clock()
              AND c.over IN ('', 'opened')))
    ORDER BY l.listed_at"""
_TO_GIVE_BACK = """SELECT e.county, e.entrant_id, d.amount FROM exchange.entrant AS e
    JOIN exchange.deposit AS d ON d.county = e.county AND d.entrant_id = e.entrant_id AND d.kind = 'paid'
    WHERE exchange.deposit_free_since(e.county, e.entrant_id) < (system.clock() AT TIME ZONE 'Asia/Shanghai')::date - 3
      AND NOT EXISTS (SELECT FROM exchange.deposit AS b WHERE b.county = e.county AND b.entrant_id = e.entrant_id
        AND b.kind = 'returned')
    ORDER BY exchange.deposit_free_since(e.county, e.entrant_id), e.entrant_id"""
