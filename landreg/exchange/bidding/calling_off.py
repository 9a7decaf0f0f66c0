"""A sale that is called off: before its first bid by one officer; once somebody has bid by two, on a ground of the list with its
paper: one asks, another does it.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import logged, sales, stop_queries
from landreg.exchange.bidding.model import SaleEvent, SaleStop
from landreg.exchange.bidding.rules.ending import (
    CallingOff,
    bid_8_called_off_before_the_close,
    bid_26_called_off_by_two,
    says_why,
    stopped,
)
from landreg.registry.guarded import Attached, ties_nothing


def call_off(
    actor: Actor, county: str, sale_id: UUID, said: str, ground: str = "", paper: Attached | None = None
) -> SaleEvent | SaleStop:
    """Call a sale off, with its reason; where somebody has bid and no other officer asked for it: ask for it. An officer who does
    what another asked may leave the reason as it was said.

    Raises NotFound, Refused (BID-14, BID-26, GUARD-1), Conflict (BID-8) where it is over, or closed.
    """
    with unit_of_work(actor) as uow:
        found = sales.standing(uow, county, sale_id)
        ties_nothing(beijing_day(uow.now), paper, said=said)
        if found.clock.over:
            raise Conflict(stopped("sale_is_over", "sale"))
        if late := bid_8_called_off_before_the_close(found.now, found.clock.closes_at):
            raise Conflict(late)
        asked = [one for one in stop_queries.stops(uow.session, county, sale_id) if one.by != actor.account_id]
        why = said if said.strip() or not asked else asked[-1].said
        if not says_why(why):
            raise Refused(Finding("BID-14", "said"))
        facts = CallingOff(found.clock.seq, ground, paper is not None, bool(asked))
        if wrong := bid_26_called_off_by_two(facts):
            raise Refused(wrong)
        if not found.clock.seq or asked or paper is None:
            return sales.ended(uow, found.sale, "cancelled", why)
        row = SaleStop(
            county=county, village=found.sale.village, stop_id=uuid4(), sale_id=sale_id, ground=ground, said=why.strip(),
            sha256=paper.sha256, paper=paper.name, by=actor.account_id, by_name=actor.name, at=uow.now,
        )  # fmt: skip
        logged.enter(uow, row)
        return row
