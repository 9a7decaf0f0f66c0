"""From the best bid, or the offer that was accepted, to the deal: members first (windows.py), the lot, the second chance.

`proceed` takes the next step, whichever it is: it opens the members' window, or makes the deal, or says why neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import CENT
from landreg.exchange import logged as exchange_logged
from landreg.exchange.bidding import (
    chances,
    deal_queries,
    logged,
    opened,
    sale_queries,
    sales,
    sealed_queries,
    taker_queries,
    takers,
    told_queries,
    windows,
)
from landreg.exchange.bidding.deal_model import PassedOver, Priority, SecondChance
from landreg.exchange.bidding.model import Sale
from landreg.exchange.bidding.rules import ranking
from landreg.exchange.bidding.rules.ending import (
    ENDED,
    NONE_FOLLOWS,
    GivingUp,
    seal_6_given_up_by_another,
    stopped,
)
from landreg.exchange.bidding.rules.entering import bid_3_deposit_is_there
from landreg.exchange.bidding.rules.priority import CLOSE_RULES, pri_1_window_has_run
from landreg.exchange.bidding.rules.qualified import DEAL_RULES
from landreg.exchange.listings.service import note
from landreg.exchange.model import Deal, Listing, Taker
from landreg.law.book import Law, examine
from landreg.law.queries import load_law
from landreg.registry.guarded import ties_nothing


@dataclass(frozen=True)
class Candidate:
    """Who would get the land at what price. since: when the sale was set up, or the yes was said: members are asked after it.
    bid: of a sale, as which entrant. fell: when a deal of that sale fell last.
    """

    taker_id: UUID
    price: Decimal
    since: datetime
    bid: tuple[Sale, UUID] | None = None
    fell: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, and by what. window: in which members were asked, None where it is to be opened. at_once: a member's."""

    taker: Taker
    by: str
    window: Priority | None = None
    at_once: bool = False


@dataclass(frozen=True)
class Step:
    """What `proceed` did: opened a window, made a deal, or asked who comes next."""

    window: Priority | None = None
    deal: Deal | None = None
    chance: SecondChance | None = None


def proceed(actor: Actor, county: str, listing_id: UUID) -> Step:
    """Take the next step toward a deal. Raises NotFound, Conflict (BID-8) where there is none to take or a deal stands,
    Refused (BID-15) where nobody is left, (BID-20) while the next one may answer, (PRI-1, PRI-2) while the window runs or not all
    were told, (QUAL-1, QUAL-4, QUAL-5).
    """
    with unit_of_work(actor) as uow:
        takers.hold(uow, county)
        found = _open_listing(uow, county, listing_id)
        law = load_law(uow.session, county, beijing_day(uow.now))
        best = _best(uow, found)
        turn = _turn(uow, law, found, best)
        if _unpaid(uow, turn, best):
            raise Conflict(stopped("deposit_never_came", "listing"))
        if best.bid and best.fell and turn.by != "priority":
            asked = chances.ask(uow, law, *best.bid, best.price, best.fell)
            if asked is not None:
                return Step(chance=asked)
        if not turn.at_once:
            if turn.window is None:
                return Step(window=windows.open_one(uow, law, found, best.taker_id, best.price))
            if wrong := examine(CLOSE_RULES, windows.facts_of(uow, turn.window, law.on), law):
                raise Refused(wrong)
        return Step(deal=_deal(uow, law, found, turn, best.price))


def pass_over(actor: Actor, county: str, listing_id: UUID, said: str) -> PassedOver:
    """Pass over whose turn it is and who may not take the land: not reviewed, above the limit, no reserve, no deposit. The next has
    a chance.

    Raises NotFound, Conflict (BID-8) where nothing stands against them or a deal stands, Refused (BID-14) without a reason,
    (BID-15), (PRI-1) of a member who claims the land while others still may.
    """
    with unit_of_work(actor) as uow:
        found = _open_listing(uow, county, listing_id)
        ties_nothing(beijing_day(uow.now), said=said)
        if not said.strip():
            raise Refused(Finding("BID-14", "said"))
        law = load_law(uow.session, county, beijing_day(uow.now))
        best = _best(uow, found)
        turn = _turn(uow, law, found, best)
        claimed = None if turn.by != "priority" or turn.window is None else windows.facts_of(uow, turn.window, law.on)
        if claimed is not None and (early := pri_1_window_has_run(claimed)):
            raise Refused(early)
        against = [
            *_unpaid(uow, turn, best),
            *examine(
                DEAL_RULES, sales.taking_in(uow, turn.taker, sales.farmed_mu(law, found.kind, found.area_mu)), law
            ),
        ]
        if not against:
            raise Conflict(stopped("nothing_against", "listing"))
        row = PassedOver(
            county=county, village=found.village, passed_id=uuid4(), listing_id=listing_id, taker_id=turn.taker.taker_id,
            why=" ".join(one.code for one in against), said=said.strip(), by=actor.account_id, by_name=actor.name, at=uow.now,
        )  # fmt: skip
        logged.enter(uow, row)
    return row


def _open_listing(uow: UnitOfWork, county: str, listing_id: UUID) -> Listing:
    """A listing of which a deal is to come. Raises NotFound, Conflict (BID-8)."""
    found = told_queries.listing(uow.session, county, listing_id)
    if found is None:
        raise NotFound
    if found.state not in deal_queries.OPEN:
        raise Conflict(stopped("listing_is_over", "listing"))
    if deal_queries.deal_of(uow.session, county, listing_id) is not None:
        raise Conflict(stopped("deal_stands", "listing"))
    if any(one.given_up_by in NONE_FOLLOWS for one in deal_queries.falls(uow.session, county, listing_id)):
        raise Conflict(stopped("given_up_by_the_contractor", "listing"))
    return found


def _best(uow: UnitOfWork, found: Listing) -> Candidate:
    best = candidate(uow, found)
    if best is None:
        raise Refused(Finding("BID-15", "listing"))
    return best


def _turn(uow: UnitOfWork, law: Law, found: Listing, best: Candidate) -> Turn:
    """Whose turn it is: the best, or the member who claims the land on these terms. Of what no household may take none is asked."""
    taker = taker_queries.taker(uow.session, found.county, best.taker_id)
    if taker is None:
        raise NotFound
    nobody_else = found.to_whom == "members" or sales.members_are_not_asked(law, found.kind) is not None
    if nobody_else or deal_queries.is_member(uow.session, found.county, found.listing_id, taker.household_id):
        return Turn(taker, found.way, at_once=True)
    window = windows.last_of(uow, found.county, found.listing_id, best.taker_id, best.price, best.since)
    claimed = None if window is None else _claimed(uow, window, best.since)
    return Turn(claimed or taker, "priority" if claimed else found.way, window)


def _unpaid(uow: UnitOfWork, turn: Turn, best: Candidate) -> list[Finding]:
    """BID-3 where whose turn it is bid by a deposit of which the record was struck since; what went again was there."""
    if best.bid is None or turn.by == "priority":
        return []
    sale, entrant = best.bid
    told = sale_queries.deposits(uow.session, sale.county, sale.sale_id, standing=True)
    paid = sum((one.amount for one in told if one.entrant_id == entrant and one.kind == "paid"), Decimal(0))
    unpaid = bid_3_deposit_is_there(paid, sale.deposit_yuan)
    return [] if unpaid is None else [unpaid]


def candidate(uow: UnitOfWork, found: Listing) -> Candidate | None:
    """Who comes first now, those left out whose deal fell or who were passed over after they bid or said yes; None where nobody
    does. Raises Conflict (BID-8) before the close.
    """
    session, county = uow.session, found.county
    left_out = deal_queries.gone(session, county, found.listing_id)
    if found.way == "negotiation":
        said = [one for one in deal_queries.offers(session, county, found.listing_id) if one.kind == "accept"]
        left = [one for one in said if one.taker_id not in left_out or left_out[one.taker_id] < one.at]
        return Candidate(left[-1].taker_id, left[-1].price, left[-1].at) if left else None
    held = [one for one in sale_queries.sales(session, found.listing_id) if one.clock.over not in ENDED]
    if not held:
        raise Conflict(stopped("no_sale_waits", "sale"))
    if held[-1].stage not in ("closed", "opened"):
        raise Conflict(stopped("sale_runs", "sale"))
    sale = held[-1].sale
    order, since = order_of(uow, held[-1]), sale.set_at
    reaching = sale_queries.reaching(session, county, sale.sale_id)
    takers = {one.entrant_id: one.taker_id for one in sale_queries.entrants(session, county, sale.sale_id)}
    gone = {entrant for entrant, taker in takers.items() if taker in left_out and left_out[taker] >= since}
    gone |= chances.given_away(uow, county, sale.sale_id)
    best = ranking.standing_next(order, gone, reaching)
    falls = [one.at for one in deal_queries.falls(session, county, found.listing_id) if one.at >= since]
    if best is None:
        return None
    return Candidate(
        takers[best.entrant], best.price.quantize(CENT), since, (sale, best.entrant), max(falls, default=None)
    )


def order_of(uow: UnitOfWork, found: sale_queries.Standing) -> tuple[ranking.Standing, ...]:
    """The bids of a closed sale that count, the best first. Raises Conflict (BID-8) where sealed ones are not opened yet."""
    session, county, sale_id = uow.session, found.sale.county, found.sale.sale_id
    if found.sale.way == "auction":
        members = {one.entrant_id: one.member for one in sale_queries.entrants(session, county, sale_id)}
        return ranking.best_of_each(
            ranking.Standing(one.entrant_id, one.price, members[one.entrant_id], one.seq)
            for one in sale_queries.bids(session, county, sale_id)
        )
    if not found.clock.over:
        raise Conflict(stopped("not_opened", "sale"))
    return opened.order(sealed_queries.opened_told(session, county, sale_id))


def fail(actor: Actor, county: str, sale_id: UUID, said: str = "") -> None:
    """Say that a sale came to nothing: no bid, none left that reaches the limit, or sealed bids that nobody opened; a new round
    may follow. Raises NotFound, Conflict (BID-8) where somebody is left, or it is not closed, Refused (SEAL-6).
    """
    with unit_of_work(actor) as uow:
        standing = sales.standing(uow, county, sale_id)
        sale, found = standing.sale, told_queries.listing(uow.session, county, standing.sale.listing_id)
        if found is None:
            raise NotFound
        ties_nothing(beijing_day(uow.now), said=said)
        if standing.stage == "closed" and sale.way == "sealed":
            by_officer = actor.account_id in (sale.officer_one, sale.officer_two)
            facts = GivingUp(standing.now, standing.clock.closes_at, said, by_officer)
            if wrong := seal_6_given_up_by_another(facts, sales.law_of(uow, county)):
                raise Refused(wrong)
        elif standing.stage not in ("closed", "opened"):
            raise Conflict(stopped("sale_is_over" if standing.clock.over else "sale_runs", "sale"))
        elif candidate(uow, found) is not None:
            raise Conflict(stopped("somebody_is_left", "sale"))
        sales.ended(uow, sale, "failed", said)


def _claimed(uow: UnitOfWork, window: Priority, since: datetime) -> Taker | None:
    """The member who gets the land: the only claimant, or the first of the lot; whoever had the turn already is left out."""
    left_out = deal_queries.gone(uow.session, window.county, window.listing_id)
    claims = windows.claims_on(uow, window, since)
    left = {str(one.mark): one for one in claims if one.taker_id not in left_out or left_out[one.taker_id] < one.at}
    order = ranking.by_lot(left.keys(), (str(one.mark) for one in claims))
    return taker_queries.taker(uow.session, window.county, left[order[0]].taker_id) if order else None


def _deal(uow: UnitOfWork, law: Law, found: Listing, turn: Turn, price: Decimal) -> Deal:
    taker = turn.taker
    given = deal_queries.agreed_parcels(uow.session, found.county, found.listing_id, taker.taker_id)
    area = sales.taking_in(uow, taker, sales.farmed_mu(law, found.kind, found.area_mu))
    if wrong := examine(DEAL_RULES, area, law):
        raise Refused(wrong)
    row = Deal(
        county=found.county, village=found.village, deal_id=uuid4(), listing_id=found.listing_id, taker_id=taker.taker_id,
        way=found.way, price=price, unit=found.unit, by=turn.by, decided_at=uow.now, decided_by=uow.actor.account_id,
        decided_by_name=uow.actor.name, parcels=given,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    exchange_logged.stage_deal(uow, row)
    note(uow, found, "dealt", "")
    return row
