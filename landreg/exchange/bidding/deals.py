"""From the best bid, or the offer that was accepted, to the deal: members first (windows.py), the lot, the second chance.

`proceed` takes the next step, whichever it is: it opens the members' window, or makes the deal, or says why neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import CENT, mu_of
from landreg.exchange import logged as exchange_logged
from landreg.exchange.bidding import (
    deal_queries,
    logged,
    sale_queries,
    sales,
    sealed_queries,
    taker_queries,
    told_queries,
    windows,
)
from landreg.exchange.bidding.deal_model import Priority
from landreg.exchange.bidding.rules import ranking
from landreg.exchange.bidding.rules.priority import CLOSE_RULES, Window
from landreg.exchange.bidding.rules.qualified import DEAL_RULES
from landreg.exchange.bidding.sealed_model import SealedBid
from landreg.exchange.model import Deal, DealFall, Listing, ListingEvent, Taker
from landreg.law.book import Law, examine
from landreg.law.queries import load_law
from landreg.registry.guarded import ties_nothing


@dataclass(frozen=True)
class Candidate:
    """Who would get the land at what price."""

    taker_id: UUID
    price: Decimal


@dataclass(frozen=True)
class Step:
    """What `proceed` did: opened a window, or made a deal."""

    window: Priority | None = None
    deal: Deal | None = None


def proceed(actor: Actor, county: str, listing_id: UUID) -> Step:
    """Take the next step toward a deal. Raises NotFound, Conflict (BID-8) where there is none to take or a deal stands,
    Refused (BID-15) where nobody is left, (PRI-1, PRI-2) while the window runs or not all were told, (QUAL-1, QUAL-4, QUAL-5).
    """
    with unit_of_work(actor) as uow:
        found = told_queries.listing(uow.session, county, listing_id)
        if found is None:
            raise NotFound
        if (
            found.state not in ("published", "dealt")
            or deal_queries.deal_of(uow.session, county, listing_id) is not None
        ):
            raise Conflict(Finding("BID-8", "listing"))
        law = load_law(uow.session, county, beijing_day(uow.now))
        best = candidate(uow, found)
        if best is None:
            raise Refused(Finding("BID-15", "listing"))
        taker = taker_queries.taker(uow.session, county, best.taker_id)
        if taker is None:
            raise NotFound
        if found.to_whom == "members" or deal_queries.is_member(uow.session, county, listing_id, taker.household_id):
            return Step(deal=_deal(uow, law, found, taker, best.price, found.way))
        window = _window_of(uow, found, best)
        if window is None:
            return Step(window=_open_window(uow, law, found, best))
        facts = windows.facts_of(uow, window, law.on)
        if wrong := examine(CLOSE_RULES, facts, law):
            raise Refused(wrong)
        claimed = _claimed(uow, found, facts)
        if claimed is not None:
            return Step(deal=_deal(uow, law, found, claimed, best.price, "priority"))
        return Step(deal=_deal(uow, law, found, taker, best.price, found.way))


def candidate(uow: UnitOfWork, found: Listing) -> Candidate | None:
    """Who comes first now, those whose deal fell left out; None where nobody does. Raises Conflict (BID-8) before the close."""
    session, county = uow.session, found.county
    fallen = deal_queries.fallen_takers(session, county, found.listing_id)
    if found.way == "negotiation":
        said = [one for one in deal_queries.offers(session, county, found.listing_id) if one.kind == "accept"]
        left = [one for one in said if one.taker_id not in fallen]
        return Candidate(left[-1].taker_id, left[-1].price) if left else None
    held = [
        one for one in sale_queries.sales(session, found.listing_id) if one.clock.over not in ("cancelled", "failed")
    ]
    if not held or held[-1].stage not in ("closed", "opened"):
        raise Conflict(Finding("BID-8", "sale"))
    order = order_of(uow, held[-1])
    takers = {one.entrant_id: one.taker_id for one in sale_queries.entrants(session, county, held[-1].sale.sale_id)}
    gone = {entrant for entrant, taker in takers.items() if taker in fallen}
    best = ranking.standing_next(order, gone, found.floor)
    return None if best is None else Candidate(takers[best.entrant], best.price.quantize(CENT))


def order_of(uow: UnitOfWork, found: sale_queries.Standing) -> tuple[ranking.Standing, ...]:
    """The bids of a sale that has closed, the best first. Raises Conflict (BID-8) where sealed ones are not opened yet."""
    session, county, sale_id = uow.session, found.sale.county, found.sale.sale_id
    members = {one.entrant_id: one.member for one in sale_queries.entrants(session, county, sale_id)}
    if found.sale.way == "auction":
        return ranking.best_of_each(
            ranking.Standing(one.entrant_id, one.price, members[one.entrant_id], one.seq)
            for one in sale_queries.bids(session, county, sale_id)
        )
    if found.stage != "opened":
        raise Conflict(Finding("BID-8", "sale"))
    last = last_of_each(list(sealed_queries.sealed_bids(session, county, sale_id)))
    return ranking.ranked(
        ranking.Standing(one.entrant_id, one.price, members[one.entrant_id], last[one.sealed_id].seq, one.nonce)
        for one in sealed_queries.opened(session, county, sale_id)
        if one.price is not None and one.sealed_id in last and one.price >= found.sale.start_price
    )


def last_of_each(bids: list[SealedBid]) -> dict[UUID, SealedBid]:
    """By id, the sealed bid of each entrant that counts: its last."""
    last = {one.entrant_id: one for one in sorted(bids, key=lambda one: one.seq)}
    return {one.sealed_id: one for one in last.values()}


def fail(actor: Actor, county: str, sale_id: UUID) -> None:
    """Say that a sale came to nothing: no bid, or none left that reaches the limit; a new round may follow.

    Raises NotFound, Conflict (BID-8) where somebody is left, or it is not closed.
    """
    with unit_of_work(actor) as uow:
        standing = sales.standing(uow, county, sale_id)
        found = told_queries.listing(uow.session, county, standing.sale.listing_id)
        if found is None:
            raise NotFound
        if standing.stage not in ("closed", "opened") or candidate(uow, found) is not None:
            raise Conflict(Finding("BID-8", "sale"))
        sales.ended(uow, standing.sale, "failed", "")


def fall(actor: Actor, county: str, deal_id: UUID, reason: str) -> DealFall:
    """A deal does not come about: the winner withdrew. The next step gives the next one a chance.

    Raises NotFound, Refused (BID-14) without a reason, Conflict (LST-8) where it fell already.
    """
    with unit_of_work(actor) as uow:
        deal = deal_queries.deal(uow.session, county, deal_id)
        if deal is None:
            raise NotFound
        ties_nothing(beijing_day(uow.now), reason=reason)
        if not reason.strip():
            raise Refused(Finding("BID-14", "reason"))
        row = DealFall(
            county=county, village=deal.village, deal_id=deal_id, reason=reason.strip(), at=uow.now, by=actor.account_id,
            by_name=actor.name,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        exchange_logged.stage_fall(uow, row)
    return row


def _claimed(uow: UnitOfWork, found: Listing, facts: Window) -> Taker | None:
    """The member who gets the land: the only claimant, or the first of the lot; whose deal fell is left out."""
    fallen = deal_queries.fallen_takers(uow.session, found.county, found.listing_id)
    left = {str(one.taker): one for one in facts.claims if one.taker not in fallen}
    order = ranking.by_lot(left.keys(), (one.mark for one in facts.claims))
    return taker_queries.taker(uow.session, found.county, left[order[0]].taker) if order else None


def _window_of(uow: UnitOfWork, found: Listing, best: Candidate) -> Priority | None:
    before = deal_queries.priorities(uow.session, found.county, found.listing_id)
    return next((one for one in before if (one.taker_id, one.price) == (best.taker_id, best.price)), None)


def _open_window(uow: UnitOfWork, law: Law, found: Listing, best: Candidate) -> Priority:
    days = law.days("PRI-1.window_days")
    row = Priority(
        county=found.county, village=found.village, priority_id=uuid4(), listing_id=found.listing_id, taker_id=best.taker_id,
        way=found.way, price=best.price, unit=found.unit, first_day=law.on, last_day=law.on + timedelta(days=days - 1),
        by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    logged.stage_row(uow, row, deal_queries.notices(uow.session, found.county, row.priority_id))
    return row


def _deal(uow: UnitOfWork, law: Law, found: Listing, taker: Taker, price: Decimal, by: str) -> Deal:
    area = sales.taking_in(uow, taker, mu_of(found.area_m2))
    if wrong := examine(DEAL_RULES, area, law):
        raise Refused(wrong)
    row = Deal(
        county=found.county, village=found.village, deal_id=uuid4(), listing_id=found.listing_id, taker_id=taker.taker_id,
        way=found.way, price=price, unit=found.unit, by=by, decided_at=uow.now, decided_by=uow.actor.account_id,
        decided_by_name=uow.actor.name,
    )  # fmt: skip
    event = ListingEvent(
        county=found.county, village=found.village, listing_id=found.listing_id, event_id=uuid4(), kind="dealt", said="",
        by_id=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    _write(uow, row, event)
    exchange_logged.stage_deal(uow, row)
    exchange_logged.stage_event(uow, event)
    return row


def _write(uow: UnitOfWork, *rows: Any) -> None:
    for row in rows:
        uow.session.add(row)
        uow.session.flush()
