"""Records of money that were wrong: a correction names the record, says why, and what is recorded in its place.

Nothing is changed or taken out: what was corrected stays to be read, and counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import (
    correction_queries,
    logged,
    review_queries,
    reviews,
    sale_queries,
    sales,
    taker_queries,
    takers,
)
from landreg.exchange.bidding.correction_model import Correction
from landreg.exchange.bidding.model import Deposit
from landreg.exchange.bidding.review_model import Reserve
from landreg.exchange.bidding.rules.correcting import (
    Correcting,
    Striking,
    rec_1_corrected_while_nothing_rests_on_it,
    rec_2_struck_by_another_after_the_answer,
)
from landreg.exchange.bidding.sales import Receipt
from landreg.law.queries import load_law
from landreg.registry.guarded import ties_nothing


@dataclass(frozen=True)
class Instead:
    """What is recorded in place of a record. of: the entrant or the taker whose it is."""

    of: UUID
    receipt: Receipt


def correct_deposit(actor: Actor, county: str, deposit_id: UUID, why: str, instead: Instead | None) -> Correction:
    """Correct a deposit's record; the sale counts what stands. instead: None where nothing was paid, or went.

    Raises NotFound, Refused (REC-1, BID-9, GUARD-1), (REC-2) of what is taken from its bidder after the close.
    """
    with unit_of_work(actor) as uow:
        row = sale_queries.deposit(uow.session, county, deposit_id)
        if row is None:
            raise NotFound
        entrant = sale_queries.entrant(uow.session, county, instead.of) if instead else None
        if instead and (entrant is None or entrant.sale_id != row.sale_id):
            raise NotFound
        moved = instead is None or instead.of != row.entrant_id
        found = sales.standing(uow, county, row.sale_id)
        own = [
            one
            for one in sale_queries.deposits(uow.session, county, row.sale_id, standing=True)
            if one.entrant_id == row.entrant_id
        ]
        gone = next((one for one in own if one.kind != "paid"), None)
        rests = ""
        if row.kind == "paid" and moved:
            has_bid = sale_queries.has_bid(uow.session, county, row.entrant_id)
            rests = "gone" if gone else "bid" if has_bid and found.stage in ("announced", "open") else ""
        elif row.kind == "credited" and (moved or instead is None or instead.receipt.kind != "credited"):
            rests = "certified" if correction_queries.credit_is_counted(uow.session, county, deposit_id) else ""
        paid_by = beijing_day(found.sale.deposit_by)
        last = min(paid_by, gone.on_day) if gone and not moved else paid_by
        _may_correct(uow, row, deposit_id, why, instead, moved, rests, last if row.kind == "paid" else None)
        if row.kind == "paid" and moved and found.stage not in ("announced", "open"):
            _struck_by_two(uow, row)
        made = put_correction(uow, "deposit", row, deposit_id, why, uuid4() if instead else None)
        if instead and entrant and made.instead:
            sales.put_deposit(uow, entrant, instead.receipt, made.instead, in_time=row.kind == "paid")
        logged.stage_row(uow, made)
    return made


def _struck_by_two(uow: UnitOfWork, row: Deposit) -> None:
    """Raises Refused (REC-2)."""
    said = correction_queries.doubts(uow.session, row.county, row.sale_id).get(row.deposit_id, {})
    asked = said.get("asked")
    facts = Striking(False)
    if asked is not None:
        facts = Striking(True, asked.by == uow.actor.account_id, asked.answer_by, "answered" in said)
    if wrong := rec_2_struck_by_another_after_the_answer(facts, beijing_day(uow.now)):
        raise Refused(wrong)


def correct_reserve(actor: Actor, county: str, reserve_id: UUID, why: str, instead: Instead | None) -> Correction:
    """Correct a record of a risk reserve; what the taker has is what stands. instead: None where nothing was paid, or went.

    Raises NotFound, Refused (REC-1, QUAL-9, GUARD-1).
    """
    with unit_of_work(actor) as uow:
        takers.hold(uow, county)
        row = review_queries.reserve(uow.session, county, reserve_id)
        taker = taker_queries.taker(uow.session, county, instead.of) if instead else None
        if row is None or (instead and taker is None):
            raise NotFound
        moved = instead is None or instead.of != row.taker_id
        rests, last = _reserve_left(uow, row, None if moved else instead)
        _may_correct(uow, row, reserve_id, why, instead, moved, rests, last)
        made = put_correction(uow, "reserve", row, reserve_id, why, uuid4() if instead else None)
        if instead and taker and made.instead:
            recorded = beijing_day(row.at) if row.kind == "paid" else None
            reviews.put_reserve(uow, taker, instead.receipt, made.instead, recorded)
        logged.stage_row(uow, made)
    return made


def _reserve_left(uow: UnitOfWork, row: Reserve, instead: Instead | None) -> tuple[str, Any]:
    """What rests on a payment of a reserve that is not there any more; the last day on which the first of them can be."""
    told = review_queries.reserves(uow.session, row.county, row.taker_id, standing=True)
    others = [one for one in told if one.reserve_id != row.reserve_id]
    left = sum((one.amount if one.kind == "paid" else -one.amount for one in others), Decimal(0))
    if instead:
        left += instead.receipt.amount if row.kind == "paid" else -instead.receipt.amount
    gone = [one.on_day for one in others if one.kind != "paid"]
    before = [one.on_day for one in others if one.kind == "paid" and gone and one.on_day <= min(gone)]
    last = min(gone) if row.kind == "paid" and gone and not before else None
    return "used" if left < 0 or (last and not instead) else "", last


def _may_correct(
    uow: UnitOfWork,
    row: Deposit | Reserve,
    key: UUID,
    why: str,
    instead: Instead | None,
    moved: bool,
    rests: str,
    last: Any,
) -> None:
    """Raises Refused (REC-1, GUARD-1)."""
    law = load_law(uow.session, row.county, beijing_day(uow.now))
    ties_nothing(law.on, why=why)
    given = instead.receipt if instead else None
    same = given is not None and not moved and _said(row) == _said(given)
    facts = Correcting(
        why, bool(correction_queries.corrections(uow.session, row.county, [key])), row.kind, given.kind if given else "", same,
        rests, given.on_day if given else None, last,
    )  # fmt: skip
    if wrong := rec_1_corrected_while_nothing_rests_on_it(facts, law):
        raise Refused(wrong)


def _said(row: Deposit | Reserve | Receipt) -> tuple[object, ...]:
    return row.kind, row.amount, tidy(row.receipt), row.on_day, row.said.strip()


def put_correction(uow: UnitOfWork, record: str, row: Any, key: UUID, why: str, instead: UUID | None) -> Correction:
    """Write that a record of a book counts no more; its leaf is staged when what stands in its place is written."""
    made = Correction(
        county=row.county, village=row.village, record=record, record_id=key, instead=instead, said=why.strip(),
        by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    return made
