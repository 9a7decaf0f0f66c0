"""The members' window: who is told of the terms and how, who claims the land on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from landreg.access.rules import Step
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import deal_queries, fall_queries, logged, sales, taker_queries, takers, told_queries
from landreg.exchange.bidding.acting import Under, for_its_own, not_its_own, noted
from landreg.exchange.bidding.deal_model import Priority, PriorityClaim, PriorityTold
from landreg.exchange.bidding.rules.ending import stopped
from landreg.exchange.bidding.rules.priority import (
    CLAIMED,
    Claim,
    Window,
    pri_1_window_has_run,
    pri_3_claimed_in_time_by_a_member,
    pri_7_gave_it_up,
)
from landreg.exchange.bidding.rules.qualified import ENTER_RULES
from landreg.exchange.bidding.told_queries import Told
from landreg.exchange.counter.present import Party, Present, known, stands_for
from landreg.exchange.counter.rules import pri_5_who_claims_stands_for_the_household
from landreg.exchange.listings import offered_queries
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

    Raises NotFound, BadInput (FORM-5), Conflict (BID-8) where the listing is over, Refused (PRI-2) without its paper or for a day
    that is not over.
    """
    if way not in TOLD_ON_PAPER or (way == "posted") != (household_id is None):
        raise BadInput(Finding("FORM-5", "way", {"given": way[:40]}))
    with unit_of_work(actor) as uow:
        window = window_of(uow, county, priority_id)
        named = {one.household_id for one in deal_queries.notices(uow.session, county, priority_id)}
        if household_id is not None and household_id not in named:
            raise NotFound
        land = told_queries.listing(uow.session, county, window.listing_id)
        if land is None or land.state not in deal_queries.HEARD:
            raise Conflict(stopped("listing_is_over", "window"))
        today = beijing_day(uow.now)
        ties_nothing(today, paper)
        # What is posted must hang there from the first day; a household may be handed it on any day of the window.
        latest = window.first_day if way == "posted" else window.last_day
        told = {"first": window.first_day, "last": window.last_day}
        faults = {
            ("proof", "told_unproven"): paper is None,
            ("on_day", "told_posted_late" if way == "posted" else "told_out_of_days"): not (
                window.first_day <= on_day <= min(today, latest)
            ),
        }
        wrong = [Finding("PRI-2", field, told | {"fault": fault}) for (field, fault), is_so in faults.items() if is_so]
        if wrong or paper is None:
            raise Refused(wrong)
        return _told(uow, window, way, household_id, on_day, paper.sha256, paper.name)


def tell_anew(actor: Actor, county: str, priority_id: UUID) -> Priority:
    """Tell terms anew of which not all were told in their days: another window, in which whoever claimed the land still does.

    Raises NotFound, Conflict (BID-8) where all were told or the days still run, where a later window is there, or a deal, or where
    no household may take the land.
    """
    with unit_of_work(actor) as uow:
        before = window_of(uow, county, priority_id)
        law = load_law(uow.session, county, beijing_day(uow.now))
        found = told_queries.listing(uow.session, county, before.listing_id)
        if found is None:
            raise NotFound
        last = last_of(uow, county, before.listing_id, before.taker_id, before.price)
        stands = deal_queries.deal_of(uow.session, county, before.listing_id) is not None
        facts = facts_of(uow, before, law.on)
        causes = {
            "a_later_window": last is not before, "deal_stands": stands, "all_were_told": not facts.untold,
            "listing_is_over": found.state not in deal_queries.OPEN,
            "window_runs": pri_1_window_has_run(facts) is not None,
            "no_member_may_take": sales.members_are_not_asked(law, found.kind) is not None,
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


def claims_on(
    uow: UnitOfWork, window: Priority, since: datetime | None = None, *, standing: bool = True
) -> list[PriorityClaim]:
    """Who claims the land on the terms of a window, in it or in one before it that was not told to all; not standing: also who took
    the claim back.
    """
    session, terms = uow.session, (window.taker_id, window.price)
    before = deal_queries.priorities(session, window.county, window.listing_id)
    same = [one for one in before if (one.taker_id, one.price) == terms and (not since or one.at >= since)]
    return [claim for one in same for claim in deal_queries.claims(session, one.county, one.priority_id, standing)]


def read(actor: Actor, county: str, priority_id: UUID) -> None:
    """A household's own account opened the notice: that is evidence, once. Raises NotFound."""
    with unit_of_work(actor) as uow:
        _read(uow, window_of(uow, county, priority_id))


def _read(uow: UnitOfWork, window: Priority) -> None:
    session, today, home = uow.session, beijing_day(uow.now), uow.actor.household
    told = [one for one in deal_queries.evidence(session, window.county, window.priority_id) if one.way == "read"]
    asked = any(one.household_id == home for one in deal_queries.notices(session, window.county, window.priority_id))
    if asked and not told and today <= window.last_day:
        _told(uow, window, "read", home, today, "", "")


def claim(actor: Actor, county: str, priority_id: UUID, taker: Taker, under: Under | None = None) -> PriorityClaim:
    """A member claims the land on the same terms; an agent under its consent to that step.

    Raises NotFound, Refused (PRI-3, PRI-6, PRI-7, PRI-9, CON-20, QUAL-4, ACC-25), Conflict (BID-8).
    """
    with unit_of_work(actor) as uow:
        for_its_own(uow, under, taker)
        window = window_of(uow, county, priority_id)
        land = told_queries.told(uow.session, county, window.listing_id)
        _may_claim(uow, window, land, taker)
        act = noted(uow, under, f"{land.number if land else ''} 优先权", Step.PRIORITY)
        if under is None:
            # Who claims the land on these terms has read them.
            _read(uow, window)
        return _claimed(uow, window, taker, agent_act_id=act)


@dataclass(frozen=True)
class Came:
    """Who came to the counter. card: the number of the identity card; identity_checked: the operator saw the card. code:
    of the household, with its power of attorney.
    """

    name: str
    card: str
    identity_checked: bool
    witness: str
    code: str = ""


def claim_at_counter(
    actor: Actor, county: str, priority_id: UUID, came: Came, mandate: Attached | None
) -> PriorityClaim:
    """The operator writes a household's claim down: a grown member came, or somebody with its power of attorney.

    Raises NotFound, Refused (PRI-3, PRI-5 to PRI-7, PRI-9, CON-20, QUAL-4, GUARD-1), Conflict (BID-8).
    """
    with unit_of_work(actor) as uow:
        # By the card a member is found among the households that are told, and the one whose own land it is;
        # whoever brings a power of attorney says whose it is.
        one = Present(came.name, came.witness, came.card, seen=came.identity_checked)
        window = window_of(uow, county, priority_id)
        told = {row.household_id: row.household_code for row in deal_queries.notices(uow.session, county, priority_id)}
        told |= offered_queries.contractors(uow.session, county, window.listing_id)
        bearer = None if came.code else known(uow.session, county, told, one)
        household = takers.hold_household(uow, county, told[bearer.party_id] if bearer else came.code)
        party = Party("household", household.household_id if household else None, household.name if household else "")
        law = load_law(uow.session, county, beijing_day(uow.now))
        ties_nothing(law.on, mandate, name=came.name, witness=came.witness)
        not_its_own(uow, county, window.listing_id, party.party_id)
        one = replace(one, bearer=bearer, attorney=bool(household and came.code and mandate))
        land = told_queries.listing(uow.session, county, window.listing_id)
        sides = [side for side in _others(uow, window, land) if side.party_id != party.party_id]
        stands = stands_for(uow, county, party, one, law, rule=pri_5_who_claims_stands_for_the_household, sides=sides)
        if household is None:
            raise NotFound
        taker = takers.at_the_counter(uow, county, household)
        _may_claim(uow, window, land, taker)
        return _claimed(
            uow, window, taker, came=came.name.strip(), witness=came.witness.strip(), member_id=stands.get("member_id"),
            mandatary_id=stands.get("mandatary_id"),
            sha256=mandate.sha256 if mandate else None, paper=mandate.name if mandate else None,
        )  # fmt: skip


def _others(uow: UnitOfWork, window: Priority, land: Listing | None) -> list[Party]:
    """Whose land it is, and who would take it."""
    taker = taker_queries.taker(uow.session, window.county, window.taker_id)
    would = [Party(taker.kind, taker.household_id or taker.taker_id, taker.name)] if taker else []
    return [*([Party("household", land.household_id, "")] if land else []), *would]


def _may_claim(uow: UnitOfWork, window: Priority, land: Listing | Told | None, taker: Taker) -> None:
    """Raises Conflict (BID-8) where the listing is over, Refused (PRI-3, PRI-6, PRI-7, PRI-9, QUAL-4) where the household may not
    claim now, Conflict (BID-8) where it has claimed.
    """
    law = load_law(uow.session, window.county, beijing_day(uow.now))
    not_its_own(uow, window.county, window.listing_id, taker.household_id)
    named = {one.household_id: "" for one in deal_queries.notices(uow.session, window.county, window.priority_id)}
    if wrong := pri_3_claimed_in_time_by_a_member(Window(law.on, window.last_day, named), taker.household_id):
        raise Refused(wrong)
    if any(
        one.household_id == taker.household_id
        for one in deal_queries.claims(uow.session, window.county, window.priority_id)
    ):
        raise Conflict(stopped("claimed_already", "window"))
    if land is None or land.state not in deal_queries.HEARD:
        raise Conflict(stopped("listing_is_over", "window"))
    falls = fall_queries.gave_up(uow.session, window.county, window.listing_id)
    if barred := sales.members_are_not_asked(law, land.kind) or pri_7_gave_it_up(taker.household_id in falls):
        raise Refused(barred)
    if above := examine(ENTER_RULES, sales.taking_in(uow, taker, land.area_mu), law):
        raise Refused(above)


def _claimed(uow: UnitOfWork, window: Priority, taker: Taker, **came: Any) -> PriorityClaim:
    row = deal_queries.claim(uow.session, {
        "county": window.county, "village": window.village, "claim_id": uuid4(), "priority_id": window.priority_id,
        "taker_id": taker.taker_id, "household_id": taker.household_id, "by": uow.actor.account_id, "by_name": uow.actor.name,
        **came,
    })  # fmt: skip
    logged.stage_row(uow, row)
    return row


def facts_of(uow: UnitOfWork, window: Priority, today: date) -> Window:
    """A window as the rules take it."""
    session, county = uow.session, window.county
    brought = deal_queries.evidence(session, county, window.priority_id)
    # What is brought after the days of the window shows nothing of them, whatever day it says.
    evidence = [one for one in brought if beijing_day(one.at) <= window.last_day]
    # Who claims the land, at the counter or by an agent too, was told of it.
    ways = {one.household_id: CLAIMED for one in deal_queries.claims(session, county, window.priority_id, False)}
    ways |= {one.household_id: one.way for one in evidence if one.household_id is not None}
    named = deal_queries.notices(session, county, window.priority_id)
    claims = tuple(Claim(one.taker_id, one.household_id, str(one.mark)) for one in claims_on(uow, window))
    posted = any(one.way == "posted" for one in evidence)
    return Window(
        today, window.last_day, {one.household_id: ways.get(one.household_id, "") for one in named}, posted, claims,
        len(brought) - len(evidence),
    )  # fmt: skip


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


def window_of(uow: UnitOfWork, county: str, priority_id: UUID) -> Priority:
    """A window that the actor sees. Raises NotFound."""
    found = deal_queries.priority(uow.session, county, priority_id)
    if found is None:
        raise NotFound
    return found
