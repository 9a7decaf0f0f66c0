"""A deal that does not come about: given up by the account of a side, or at the desk by its writing or a demand that has run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange import logged as exchange_logged
from landreg.exchange.bidding import deal_queries, fall_queries, taker_queries, told_queries
from landreg.exchange.bidding.rules.ending import (
    CONTRACTOR,
    DEMAND,
    NOBODY,
    OVER,
    OWN,
    PAPER,
    TAKER,
    Falling,
    bid_25_given_up_by_its_own_side,
    says_why,
    until_of,
)
from landreg.exchange.model import Deal, DealFall
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached, ties_nothing

SIDES = frozenset({Role.FARMER, Role.TAKER})
"""Whose accounts are of a side of a deal."""


@dataclass(frozen=True)
class Shown:
    """By what a deal falls at the desk: who gave it up, by a paper or a demand, and when that was served; nobody where its days are
    over, which the listing says.
    """

    given_up_by: str = TAKER
    ground: str = PAPER
    paper: Attached | None = None
    served_on: date | None = None


def fall(actor: Actor, county: str, deal_id: UUID, reason: str, shown: Shown | None = None) -> DealFall:
    """A deal does not come about. Of a taker who gave it up the next one has a chance; of a contractor who did, nobody: the listing
    is over, and the deposit goes back; so where its days are over. shown: at the desk; an account gives up for its own side.

    Raises NotFound, Refused (BID-14) without a reason, (BID-25) at the desk without the side's writing or a demand that has run,
    or of an agent, whom no consent lets do it, (GUARD-1), BadInput (FORM-5) of another side, Conflict (LST-8) where it fell
    already, or its contract stands.
    """
    shown = shown or Shown()
    with unit_of_work(actor) as uow:
        deal = deal_queries.deal(uow.session, county, deal_id)
        if deal is None:
            raise NotFound
        law = load_law(uow.session, county, beijing_day(uow.now))
        ties_nothing(law.on, reason=reason)
        own_side = actor.desk == Desk.CITIZEN
        unsaid = None if (reason.strip() if own_side else says_why(reason)) else Finding("BID-14", "reason")
        if own_side:
            agent = Finding("BID-25", "reason", {"fault": "fall_agent"})
            if wrong := [one for one in (unsaid, None if actor.roles & SIDES else agent) if one]:
                raise Refused(wrong)
            own = {one.taker_id for one in taker_queries.own_takers(uow.session)}
            shown = Shown(TAKER if deal.taker_id in own else CONTRACTOR, OWN)
        else:
            _may_fall(uow, law, deal, shown, unsaid)
        paper, served = (
            None if shown.ground == OVER else shown.paper,
            shown.served_on if shown.ground == DEMAND else None,
        )
        row = DealFall(
            county=county, village=deal.village, deal_id=deal_id, given_up_by=shown.given_up_by, ground=shown.ground,
            sha256=paper.sha256 if paper else None, paper=paper.name if paper else None, served_on=served,
            until_on=until_of(served, law) if served else None, reason=reason.strip(), at=uow.now, by=actor.account_id,
            by_name=actor.name,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        exchange_logged.stage_fall(uow, row)
    return row


def _may_fall(uow: UnitOfWork, law: Law, deal: Deal, shown: Shown, unsaid: Finding | None) -> None:
    """Raises BadInput (FORM-5) of another side, Refused (BID-14, BID-25, GUARD-1) with all that is wrong."""
    if shown.given_up_by not in (TAKER, CONTRACTOR, NOBODY):
        raise BadInput(Finding("FORM-5", "given_up_by", {"given": shown.given_up_by}))
    if shown.paper is not None:
        ties_nothing(law.on, shown.paper, "paper")
    drawn = fall_queries.drawn_first(uow.session, deal)
    listing = told_queries.listing(uow.session, deal.county, deal.listing_id)
    until = listing.until_on if listing else None
    facts = Falling(shown.given_up_by, shown.ground, shown.paper is not None, law.on, shown.served_on, drawn, until)
    if wrong := [one for one in (unsaid, bid_25_given_up_by_its_own_side(facts, law)) if one]:
        raise Refused(wrong)
