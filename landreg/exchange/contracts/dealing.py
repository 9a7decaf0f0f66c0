"""What follows a contract, or comes in its place, held against the deal by which that one came to be (CON-120, CON-121)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.core.periods import beijing_day
from landreg.core.units import total_mu
from landreg.exchange.bidding.deal_model import Priority
from landreg.exchange.contracts import deal_queries, queries
from landreg.exchange.contracts.drafts import Draft
from landreg.exchange.contracts.model import Contract, ContractParcel
from landreg.exchange.contracts.rules import instalments
from landreg.exchange.contracts.rules.dealt import Agreed, Kept, con_120_dealt_terms_stand, con_121_less_than_was_dealt
from landreg.exchange.contracts.rules.wording import Parcelled
from landreg.exchange.listings.rules.units import of_whole
from landreg.exchange.model import Taker
from landreg.law.book import Law

RULINGS = ("award", "judgment")


def against(session: Session, draft: Draft, taker: Taker, pieces: Sequence[Parcelled], law: Law) -> list[Finding]:
    """What stops a change or renewal of a contract that came by a deal, and another of the same taker over its land (CON-120).

    A term that is near its end may be followed by another.
    """
    terms, before = draft.terms, _before(session, draft, taker)
    above = _line(session, before, ("change", "renewal")) if before else []
    found = deal_queries.dealt(session, above[0].county, above[0].deal_id) if above and above[0].deal_id else None
    if found is None:
        return []
    window = sa.select(Priority.priority_id).where(
        Priority.county == found.deal.county, Priority.listing_id == found.deal.listing_id
    )
    events = [one for row in above for one in queries.whole(session, row).events]
    now = Agreed(
        terms.unit, terms.grain, min((one.price for one in pieces), default=terms.price), terms.escalator_percent,
        (terms.from_on, terms.until_on), terms.paid_every, terms.paid_before, total_mu(one.area_m2 for one in pieces),
        frozenset(one.code for one in pieces), max((one.due_on for one in terms.instalments), default=None),
    )  # fmt: skip
    dealt = _agreed(session, above[0])
    if draft.relation != "change" and law.on >= above[-1].until_on - timedelta(days=law.days("CON-103.ahead_days")):
        dealt = replace(dealt, term=(dealt.term[0], max(dealt.term[1], terms.until_on)))
    kept = Kept(
        above[-1].number, beijing_day(found.deal.decided_at), dealt, _of_whole(now, terms.price),
        contested=found.deal.way in ("auction", "sealed") or session.scalars(window.limit(1)).first() is not None,
        ruled=any(one.kind == "settled" and one.facts.get("document") in RULINGS for one in events),
    )  # fmt: skip
    wrong = con_120_dealt_terms_stand(kept, law)
    return [wrong] if wrong else []


def told(session: Session, row: Contract, law: Law) -> Finding | None:
    """What both sides read of a draft that changes a contract of the market (CON-121)."""
    above = _line(session, row, ("change",))
    if row.relation != "change" or len(above) < 2 or above[0].deal_id is None:
        return None
    day = beijing_day(above[0].drawn_at)
    kept = Kept(row.number, day, _agreed(session, above[0]), _agreed(session, row))
    return con_121_less_than_was_dealt(kept, law)


def _before(session: Session, draft: Draft, taker: Taker) -> Contract | None:
    """What a draft changes or renews, or the last that its taker signed over some of its land."""
    if draft.relation == "retransfer" or draft.deal_id is not None or draft.project_id is not None:
        return None
    if draft.previous is not None:
        return draft.previous.contract
    codes = [one.code for one in draft.parcels]
    return deal_queries.last_signed(session, taker.county, taker.taker_id, codes)


def _line(session: Session, row: Contract, relations: Sequence[str]) -> list[Contract]:
    """A contract after those that it follows in one of these ways, one by the other, the first of them first."""
    found: list[Contract] = [row]
    while found[0].relation in relations and found[0].previous_id is not None:
        above = queries.one(session, row.county, found[0].previous_id)
        if above is None:
            break
        found.insert(0, above)
    return found


def _agreed(session: Session, row: Contract) -> Agreed:
    """The terms of a contract that is drawn."""
    parcels: Sequence[ContractParcel] = queries.whole(session, row).parcels
    said = Agreed(
        row.unit, row.grain, min((one.price for one in parcels), default=row.price), row.escalator_percent,
        (row.from_on, row.until_on), row.paid_every, row.paid_before, total_mu(one.area_m2 for one in parcels),
        frozenset(one.parcel_code for one in parcels),
        max((one.due_on for one in instalments.read(row.instalments)), default=None),
    )  # fmt: skip
    return _of_whole(said, row.price)


def _of_whole(said: Agreed, price: Decimal) -> Agreed:
    return replace(said, price=price) if of_whole(said.unit) else said
