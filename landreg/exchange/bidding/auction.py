"""A bid in an open auction. The database orders bids under one lock row a sale and rules by its own clock; here they are handed
over, and a refusal is told with its figures.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, LandregError, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import sale_queries, taker_queries, told_queries
from landreg.exchange.bidding.acting import Under, for_its_own, noted
from landreg.exchange.bidding.model import Bid
from landreg.exchange.bidding.rules.auction import BID_RULES, Auction, Placed, bid_24_looked_at_twice
from landreg.exchange.bidding.rules.entering import bid_3_deposit_is_there
from landreg.exchange.bidding.sale_queries import Standing
from landreg.exchange.listings.rules.units import MOST_PRICE, is_a_price
from landreg.law.book import examine
from landreg.law.queries import load_law


def bid(
    actor: Actor, county: str, sale_id: UUID, entrant_id: UUID, price: Decimal, form: UUID, under: Under | None = None
) -> Bid:
    """Bid. form: of the page that was sent, so that one sent again is the same bid. under: the consent by which an agent bids.

    Raises NotFound where the entrant is not the actor's, Refused (BID-1 to BID-12) as the database ruled it, Conflict (BID-8).
    """
    if not is_a_price(price):
        with unit_of_work(actor) as uow:
            raise Refused(Finding("BID-5", "price", {"most": MOST_PRICE[_told_of(uow, county, sale_id).unit]}))
    try:
        with unit_of_work(actor) as uow:
            entrant = sale_queries.entrant(uow.session, county, entrant_id)
            if entrant is None or entrant.sale_id != sale_id:
                raise NotFound
            for_its_own(uow, under, taker_queries.taker(uow.session, county, entrant.taker_id))
            if under is not None:
                noted(uow, under, f"{number_of(uow, county, sale_id)} 报价 {price:.2f}")
            row = {
                "county": county, "village": entrant.village, "bid_id": form, "sale_id": sale_id, "entrant_id": entrant_id,
                "price": price, "by_id": actor.account_id,
            }  # fmt: skip
            return sale_queries.place_bid(uow.session, row)
    except (Refused, Conflict) as refusal:
        return _told(actor, county, sale_id, entrant_id, price, form, refusal)


def look_at(actor: Actor, county: str, sale_id: UUID, entrant_id: UUID, price: Decimal, seen: Decimal | None) -> None:
    """Raises NotFound, Refused (BID-24) for a bid that is far above what would do and was not shown with what it comes to: seen."""
    if price == seen:
        return
    with unit_of_work(actor) as uow:
        told = _told_of(uow, county, sale_id)
        found = sale_queries.standing(uow.session, county, sale_id)
        law = load_law(uow.session, county, beijing_day(uow.now))
    if found is None:
        raise NotFound
    facts = Placed(auction_of(found), entrant_id, price, found.now, told.unit)
    if far := bid_24_looked_at_twice(facts, law, seen, told.area_mu):
        raise Refused(far)


def number_of(uow: UnitOfWork, county: str, sale_id: UUID) -> str:
    """The number of the listing that a sale is of. Raises NotFound."""
    return _told_of(uow, county, sale_id).number


def _told_of(uow: UnitOfWork, county: str, sale_id: UUID) -> told_queries.Told:
    found = sale_queries.standing(uow.session, county, sale_id)
    told = None if found is None else told_queries.told(uow.session, county, found.sale.listing_id)
    if told is None:
        raise NotFound
    return told


def auction_of(found: Standing) -> Auction:
    """A sale as the rules take it."""
    sale, clock = found.sale, found.clock
    return Auction(
        sale.opens_at, clock.closes_at, sale.start_price, sale.step, timedelta(seconds=sale.soft_seconds), clock.price,
        clock.entrant_id, clock.seq,
    )  # fmt: skip


def _told(
    actor: Actor, county: str, sale_id: UUID, entrant_id: UUID, price: Decimal, form: UUID, refusal: LandregError
) -> Bid:
    """The same refusal with its figures; the bid itself, where this form had made it."""
    with unit_of_work(actor) as uow:
        found = sale_queries.standing(uow.session, county, sale_id)
        before = sale_queries.bid_of_form(uow.session, county, form)
        own = sale_queries.entrant(uow.session, county, entrant_id)
        same = None if before is None else (before.sale_id, before.plate, before.price)
        if before is not None and own is not None and same == (own.sale_id, own.plate, price):
            return before
        if found is None or "BID-8" in {finding.code for finding in refusal.findings}:
            raise Conflict(refusal.findings)
        law = load_law(uow.session, county, beijing_day(uow.now))
        held = sale_queries.deposit_held(uow.session, county, entrant_id)
        unit = _told_of(uow, county, sale_id).unit
    facts = Placed(auction_of(found), entrant_id, price, found.now, unit)
    findings = {one.code: one for one in examine(BID_RULES, facts, law)}
    if unpaid := bid_3_deposit_is_there(held, found.sale.deposit_yuan):
        findings[unpaid.code] = unpaid
    raise Refused([findings.get(one.code, one) for one in refusal.findings])
