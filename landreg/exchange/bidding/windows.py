"""The members' window: who is told of the terms and how, who claims the land on them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import deal_queries, logged, sales, told_queries
from landreg.exchange.bidding.deal_model import Priority, PriorityClaim, PriorityTold
from landreg.exchange.bidding.rules.ending import stopped
from landreg.exchange.bidding.rules.priority import (
    Claim,
    Window,
    pri_1_window_has_run,
    pri_3_claimed_in_time_by_a_member,
)
from landreg.exchange.bidding.rules.qualified import ENTER_RULES
from landreg.exchange.model import Listing, Taker
from landreg.law.book import Law, examine
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached, ties_nothing

TOLD_ON_PAPER = ("by_hand", "posted")


def tell(
    actor: Actor,
    county: str,
    priority_id: UUID,
    way: str,
    household_id: UUID | None,
    on_day: date,
    paper: Attached | None,
) -> PriorityTold:
    """Record that households were told: one by hand, signed for, or all by the board of the village, with a picture.

    Raises NotFound, BadInput (FORM-5), Refused (PRI-2) without its paper or for a day that is not over.
    """
    if way not in TOLD_ON_PAPER or (way == "posted") != (household_id is None):
        raise BadInput(Finding("FORM-5", "way", {"given": way[:40]}))
    with unit_of_work(actor) as uow:
        window = _window(uow, county, priority_id)
        named = {one.household_id for one in deal_queries.notices(uow.session, county, priority_id)}
        if household_id is not None and household_id not in named:
            raise NotFound
        today = beijing_day(uow.now)
        ties_nothing(today, paper)
        # What is posted must hang there from the first day; a household may be handed it on any day of the window.
        latest = window.first_day if way == "posted" else window.last_day
        if paper is None or not window.first_day <= on_day <= min(today, latest):
            raise Refused(Finding("PRI-2", "paper", {"untold": len(named)}))
        return _told(uow, window, way, household_id, on_day, paper.sha256, paper.name)


def tell_anew(actor: Actor, county: str, priority_id: UUID) -> Priority:
    """Tell terms anew of which not all were told in their days: another window, in which whoever claimed the land still does.

    Raises NotFound, Conflict (BID-8) where all were told or the days still run, where a later window is there, or a deal.
    """
    with unit_of_work(actor) as uow:
        before = _window(uow, county, priority_id)
        law = load_law(uow.session, county, beijing_day(uow.now))
        found = told_queries.listing(uow.session, county, before.listing_id)
        if found is None:
            raise NotFound
        last = last_of(uow, county, before.listing_id, before.taker_id, before.price)
        stands = deal_queries.deal_of(uow.session, county, before.listing_id) is not None
        facts = facts_of(uow, before, law.on)
        causes = {
            "a_later_window": last is not before, "deal_stands": stands, "all_were_told": not facts.untold,
            "listing_is_over": found.state not in ("published", "dealt"),
            "window_runs": pri_1_window_has_run(facts) is not None,
        }  # fmt: skip
        if cause := next((name for name, holds in causes.items() if holds), ""):
            raise Conflict(stopped(cause, "window"))
        return open_one(uow, law, found, before.taker_id, before.price)


def open_one(uow: UnitOfWork, law: Law, found: Listing, taker_id: UUID, price: Decimal) -> Priority:
    """Open a window on terms, from today."""
    days = law.days("PRI-1.window_days")
    row = Priority(
        county=found.county, village=found.village, priority_id=uuid4(), listing_id=found.listing_id, taker_id=taker_id,
        way=found.way, price=price, unit=found.unit, first_day=law.on, last_day=law.on + timedelta(days=days - 1),
        by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    logged.stage_row(uow, row, deal_queries.notices(uow.session, found.county, row.priority_id))
    return row


def last_of(
    uow: UnitOfWork, county: str, listing_id: UUID, taker_id: UUID, price: Decimal, since: datetime | None = None
) -> Priority | None:
    """The last window on these terms. since: that was opened from this instant on."""
    before = deal_queries.priorities(uow.session, county, listing_id)
    same = [one for one in before if (one.taker_id, one.price) == (taker_id, price) and (not since or one.at >= since)]
    return same[-1] if same else None


def claims_on(uow: UnitOfWork, window: Priority, since: datetime | None = None) -> list[PriorityClaim]:
    """Who claims the land on the terms of a window, in it or in one before it that was not told to all."""
    session, terms = uow.session, (window.taker_id, window.price)
    before = deal_queries.priorities(session, window.county, window.listing_id)
    same = [one for one in before if (one.taker_id, one.price) == terms and (not since or one.at >= since)]
    return [claim for one in same for claim in deal_queries.claims(session, one.county, one.priority_id)]


def read(actor: Actor, county: str, priority_id: UUID) -> None:
    """A household's own account opened the notice: that is evidence, once. Raises NotFound."""
    with unit_of_work(actor) as uow:
        window = _window(uow, county, priority_id)
        today = beijing_day(uow.now)
        told = [one for one in deal_queries.evidence(uow.session, county, priority_id) if one.way == "read"]
        asked = any(
            one.household_id == actor.household for one in deal_queries.notices(uow.session, county, priority_id)
        )
        if asked and not told and today <= window.last_day:
            _told(uow, window, "read", actor.household, today, "", "")


def claim(actor: Actor, county: str, priority_id: UUID, taker: Taker) -> PriorityClaim:
    """A member claims the land on the same terms. Raises NotFound, Refused (PRI-3, QUAL-4)."""
    with unit_of_work(actor) as uow:
        window = _window(uow, county, priority_id)
        law = load_law(uow.session, county, beijing_day(uow.now))
        named = {one.household_id: "" for one in deal_queries.notices(uow.session, county, priority_id)}
        facts = Window(law.on, window.last_day, named)
        if wrong := pri_3_claimed_in_time_by_a_member(facts, taker.household_id):
            raise Refused(wrong)
        told = told_queries.told(uow.session, county, window.listing_id)
        if told is None:
            raise NotFound
        if above := examine(ENTER_RULES, sales.taking_in(uow, taker, told.area_mu), law):
            raise Refused(above)
        row = deal_queries.claim(uow.session, {
            "county": county, "village": window.village, "claim_id": uuid4(), "priority_id": priority_id,
            "taker_id": taker.taker_id, "household_id": taker.household_id, "by": actor.account_id, "by_name": actor.name,
        })  # fmt: skip
        logged.stage_row(uow, row)
    return row


def facts_of(uow: UnitOfWork, window: Priority, today: date) -> Window:
    """A window as the rules take it."""
    session, county = uow.session, window.county
    evidence = deal_queries.evidence(session, county, window.priority_id)
    ways = {one.household_id: one.way for one in evidence if one.household_id is not None}
    named = deal_queries.notices(session, county, window.priority_id)
    claims = tuple(Claim(one.taker_id, one.household_id, str(one.mark)) for one in claims_on(uow, window))
    posted = any(one.way == "posted" for one in evidence)
    return Window(
        today, window.last_day, {one.household_id: ways.get(one.household_id, "") for one in named}, posted, claims
    )


def _told(
    uow: UnitOfWork, window: Priority, way: str, household_id: UUID | None, on_day: date, sha256: str, paper: str
) -> PriorityTold:
    row = PriorityTold(
        county=window.county, village=window.village, told_id=uuid4(), priority_id=window.priority_id,
        household_id=household_id, way=way, sha256=sha256, paper=paper, on_day=on_day, by=uow.actor.account_id,
        by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    logged.enter(uow, row)
    return row


def _window(uow: UnitOfWork, county: str, priority_id: UUID) -> Priority:
    found = deal_queries.priority(uow.session, county, priority_id)
    if found is None:
        raise NotFound
    return found
