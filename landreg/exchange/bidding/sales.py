"""A sale: set up by the operator, entered by takers, with their deposits; called off where it must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import CENT, mu_of
from landreg.exchange.bidding import (
    correction_queries,
    deal_queries,
    logged,
    review_queries,
    sale_queries,
    sealed_queries,
    taker_queries,
    told_queries,
)
from landreg.exchange.bidding.acting import Under, noted
from landreg.exchange.bidding.model import Deposit, Entrant, Sale, SaleEvent
from landreg.exchange.bidding.rules.announcing import offered_as
from landreg.exchange.bidding.rules.ending import ENDED, stopped
from landreg.exchange.bidding.rules.entering import (
    ENTRY_RULES,
    SALE_RULES,
    DepositFacts,
    EntryFacts,
    SaleFacts,
    bid_9_deposit_as_owed,
)
from landreg.exchange.bidding.rules.priority import pri_6_of_what_a_member_may_take, pri_9_not_the_contractor
from landreg.exchange.bidding.rules.qualified import DEAL_RULES, ENTER_RULES, TakingIn
from landreg.exchange.bidding.sale_queries import Standing
from landreg.exchange.bidding.told_queries import Told
from landreg.exchange.listings import floor_queries, offered_queries
from landreg.exchange.listings.rules.offer import grain_price
from landreg.exchange.model import Listing, Taker
from landreg.law.book import Law, examine
from landreg.law.queries import load_law
from landreg.law.transfers import transfers
from landreg.registry.guarded import ties_nothing

DEPOSITS = ("paid", "returned", "kept", "credited")


@dataclass(frozen=True)
class Setting:
    """A sale as the operator sets it up. officers: of sealed bids, accounts with keys."""

    opens_at: datetime
    closes_at: datetime
    deposit_by: datetime
    start: Decimal
    step: Decimal
    deposit: Decimal
    officer_one: UUID | None = None
    officer_two: UUID | None = None


def set_up(actor: Actor, county: str, listing_id: UUID, asked: Setting) -> Sale:
    """Set up a sale of a listing that is published. Raises NotFound, Refused (BID-7, BID-17, BID-18, SEAL-4),
    Conflict (BID-8).
    """
    with unit_of_work(actor) as uow:
        found = told_queries.listing(uow.session, county, listing_id)
        if found is None:
            raise NotFound
        law = load_law(uow.session, county, beijing_day(uow.now))
        before = sale_queries.sales(uow.session, listing_id)
        free_for_a_sale(uow, found, before)
        floor = floor_queries.told(uow.session, county, listing_id)
        keys = {one.account_id: one.key_id for one in sealed_queries.keys(uow.session, county)}
        officers = (asked.officer_one, asked.officer_two) if found.way == "sealed" else (None, None)
        held = tuple(one if one in keys else None for one in officers)
        facts = SaleFacts(
            found.way, uow.now, asked.opens_at, asked.closes_at, asked.deposit_by, asked.start, asked.step, asked.deposit,
            found.price, found.area_mu, found.grain, found.closes_on, found.from_on,
            None if floor.kept else floor.least or found.price, (held[0], held[1]), found.unit,
            offered_as(found.source, found.kind),
        )  # fmt: skip
        if wrong := examine(SALE_RULES, facts, law):
            raise Refused(wrong)
        row = Sale(
            county=county, village=found.village, sale_id=uuid4(), listing_id=listing_id, round=len(before) + 1,
            way=found.way, opens_at=asked.opens_at, closes_at=asked.closes_at, start_price=asked.start.quantize(CENT),
            step=asked.step.quantize(CENT) if found.way == "auction" else Decimal("0.00"),
            deposit_yuan=asked.deposit.quantize(CENT), deposit_by=asked.deposit_by,
            soft_seconds=law.days("BID-1.soft_seconds"), most_times=law.number("BID-12.most_times"),
            officer_one=officers[0], officer_two=officers[1],
            key_one=None if officers[0] is None else keys[officers[0]],
            key_two=None if officers[1] is None else keys[officers[1]],
            grain_yuan=grain_price(found.grain, law) if found.grain else None,
            set_by=actor.account_id, set_by_name=actor.name, set_at=uow.now,
        )  # fmt: skip
        logged.enter(uow, row)
    return row


def free_for_a_sale(uow: UnitOfWork, found: Listing, before: Sequence[Standing]) -> None:
    """Raises Conflict (BID-8) with why a listing cannot be bid for now. before: its sales; one that was opened is not over."""
    if found.way not in ("auction", "sealed") or found.state not in deal_queries.OPEN:
        raise Conflict(stopped("listing_is_for_this_sale", "listing"))
    if deal_queries.deal_of(uow.session, found.county, found.listing_id) is not None:
        raise Conflict(stopped("deal_stands", "listing"))
    if any(one.clock.over not in ENDED for one in before):
        raise Conflict(stopped("sale_under_way", "listing"))
    windows = deal_queries.priorities(uow.session, found.county, found.listing_id)
    if any(one.last_day >= beijing_day(uow.now) for one in windows):
        raise Conflict(stopped("window_runs", "listing"))


def enter(actor: Actor, county: str, sale_id: UUID, taker: Taker, under: Under | None = None) -> Entrant:
    """Enter a taker into a sale, under a plate; an agent under a consent.

    Raises NotFound, Refused (BID-6, PRI-9, BID-11, BID-23, QUAL-1, QUAL-4, ACC-25), Conflict (BID-8).
    """
    with unit_of_work(actor) as uow:
        found, law = standing(uow, county, sale_id), load_law(uow.session, county, beijing_day(uow.now))
        told = told_queries.told(uow.session, county, found.sale.listing_id)
        if told is None:
            raise NotFound
        if wrong := [*may_not_enter(uow, law, told, taker), *may_not_take(uow, law, told, taker)]:
            raise Refused(wrong)
        noted(uow, under, f"{told.number} 报名")
        row = sale_queries.enter(uow.session, {
            "county": county, "village": found.sale.village, "entrant_id": uuid4(), "sale_id": sale_id,
            "taker_id": taker.taker_id, "by": actor.account_id, "by_name": actor.name,
        })  # fmt: skip
        logged.stage_row(uow, row)
    return row


def may_not_enter(uow: UnitOfWork, law: Law, told: Told, taker: Taker | None) -> list[Finding]:
    """What stands against a taker's kind and house: BID-6, BID-11, BID-23, CON-20; PRI-9 alone where the land is its own. taker:
    None for the household that asks.
    """
    home = uow.actor.household if taker is None else taker.household_id
    theirs = home is not None and offered_queries.is_contractor(uow.session, told.county, told.listing_id, home)
    if own := pri_9_not_the_contractor(theirs):
        return [own]
    kind = "household" if taker is None else taker.kind
    household = kind == "household"
    takers = _takers_of(law, told.kind)
    member = household and told.member
    facts = EntryFacts(kind, household and told.own, member, told.to_whom, takers, told.published_on)
    return list(examine(ENTRY_RULES, facts, law))


def members_are_not_asked(law: Law, kind: str) -> Finding | None:
    """PRI-6 where it is no farmland, or land goes to no household of its collective by this kind of transfer."""
    of_kind = transfers(law.on).get(kind)
    return pri_6_of_what_a_member_may_take(of_kind is None or of_kind.members_first)


def _takers_of(law: Law, kind: str) -> tuple[str, ...]:
    of_kind = transfers(law.on).get(kind)
    return of_kind.takers if of_kind else ()


def may_not_take(uow: UnitOfWork, law: Law, told: Told, taker: Taker | None) -> list[Finding]:
    """What stands against so much land in one hand: QUAL-1, QUAL-4."""
    more = farmed_mu(law, told.kind, told.area_mu)
    taking = TakingIn("household", more, Decimal(0)) if taker is None else taking_in(uow, taker, more)
    return list(examine(ENTER_RULES, taking, law))


def said_first(uow: UnitOfWork, told: Told, takers: Sequence[Taker]) -> dict[UUID | None, list[Finding]]:
    """By taker as whom somebody may act, None for a household that is none yet: what an offer or an entry would be refused for."""
    law = law_of(uow, told.county)
    own = [one for one in takers if one.county == told.county]
    asked: list[Taker | None] = [*own] if own or uow.actor.household is None else [None]
    return {
        one.taker_id if one else None: [*may_not_enter(uow, law, told, one), *may_not_take(uow, law, told, one)]
        for one in asked
    }


def against_deal(uow: UnitOfWork, told: Told, taker: Taker) -> list[Finding]:
    """What stands today against a taker's deal over a listing's land: the review, the limit, the reserve."""
    law = law_of(uow, told.county)
    return [*examine(DEAL_RULES, taking_in(uow, taker, farmed_mu(law, told.kind, told.area_mu)), law)]


def farmed_mu(law: Law, kind: str, area_mu: Decimal) -> Decimal:
    """What counts of an area as land taken in: nothing of a house or of construction land."""
    of_kind = transfers(law.on).get(kind)
    return area_mu if of_kind is None or of_kind.farmed else Decimal(0)


def taking_in(uow: UnitOfWork, taker: Taker, area_mu: Decimal) -> TakingIn:
    """What a taker would have with so much more, and up to which it was reviewed."""
    session, county = uow.session, taker.county
    passed = [
        one.area_mu
        for one, decision in review_queries.reviews(session, county, taker.taker_id)
        if decision is not None and decision.outcome == "passed"
    ]
    held = mu_of(taker_queries.area_held(session, county, taker.taker_id))
    reserve = review_queries.reserve_held(session, county, taker.taker_id)
    return TakingIn(taker.kind, area_mu, held, max(passed, default=None), reserve)


@dataclass(frozen=True)
class Receipt:
    """A deposit as the operator records it."""

    kind: str
    amount: Decimal
    receipt: str
    on_day: date
    said: str = ""


def record_deposit(actor: Actor, county: str, entrant_id: UUID, given: Receipt) -> Deposit:
    """Record a deposit that was paid, or what became of it. Raises NotFound, Refused (BID-9), Conflict (BID-8)."""
    with unit_of_work(actor) as uow:
        entrant = sale_queries.entrant(uow.session, county, entrant_id)
        if entrant is None:
            raise NotFound
        return put_deposit(uow, entrant, given, uuid4())


def put_deposit(
    uow: UnitOfWork, entrant: Entrant, given: Receipt, deposit_id: UUID, *, in_time: bool = False
) -> Deposit:
    """The same, under an id. in_time: in place of one that was recorded in time."""
    county, own = entrant.county, entrant.entrant_id
    found, today = standing(uow, county, entrant.sale_id), beijing_day(uow.now)
    ties_nothing(today, receipt=given.receipt, said=given.said)
    told = sale_queries.deposits(uow.session, county, entrant.sale_id, standing=True)
    known = any(one.entrant_id == own for one in told)
    # In time, or recorded in time once and struck since.
    takes = (found.now < found.sale.deposit_by and not found.clock.over) or any(
        one.entrant_id == own and one.kind == "paid"
        for one in sale_queries.deposits(uow.session, county, entrant.sale_id)
    )
    last = min(today, beijing_day(found.sale.deposit_by)) if given.kind == "paid" else today
    fell, stands, concluded = sale_queries.won_by(uow.session, county, own)
    held = sale_queries.deposit_held(uow.session, county, own, credited=stands)
    over = found.stage not in ("announced", "open")
    facts = DepositFacts(
        given.kind if given.kind in DEPOSITS else "", given.amount, given.receipt, given.on_day, last,
        found.sale.deposit_yuan, held, in_time or (not known and takes), over, fell, stands, concluded, given.said,
        *sale_queries.deposit_bounds(uow.session, county, own, given.kind),
        correction_queries.slip_used(uow.session, county, given.receipt),
    )  # fmt: skip
    if wrong := bid_9_deposit_as_owed(facts):
        raise Refused(wrong)
    row = Deposit(
        county=county, village=found.sale.village, deposit_id=deposit_id, sale_id=entrant.sale_id, entrant_id=own,
        kind=given.kind, amount=given.amount.quantize(CENT), receipt=tidy(given.receipt), on_day=given.on_day,
        said=given.said.strip(), by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    logged.enter(uow, row)
    return row


def ended(uow: UnitOfWork, sale: Sale, kind: str, said: str) -> SaleEvent:
    """That a sale was cancelled, opened, that it failed, or that nobody is left who could have the land."""
    row = SaleEvent(
        county=sale.county, village=sale.village, sale_id=sale.sale_id, event_id=uuid4(), kind=kind, said=said.strip(),
        by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    logged.enter(uow, row)
    return row


def standing(uow: UnitOfWork, county: str, sale_id: UUID) -> Standing:
    """A sale as it stands. Raises NotFound."""
    found = sale_queries.standing(uow.session, county, sale_id)
    if found is None:
        raise NotFound
    return found


def law_of(uow: UnitOfWork, county: str) -> Law:
    """Today's law in a county."""
    return load_law(uow.session, county, beijing_day(uow.now))
