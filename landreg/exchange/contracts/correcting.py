"""What was recorded wrongly of a contract: a payment, a dividend, the outcome of a dispute. A correction names it, says why,
and what is recorded in its place; what was corrected stays to be read, and counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import NotFound, Refused
from landreg.exchange.bidding import correction_queries
from landreg.exchange.bidding import logged as bidding_logged
from landreg.exchange.bidding.correcting import put_correction
from landreg.exchange.bidding.correction_model import Correction
from landreg.exchange.bidding.rules.correcting import Correcting, rec_1_corrected_while_nothing_rests_on_it
from landreg.exchange.contracts import deal_queries, land_queries, queries
from landreg.exchange.contracts.entering import held
from landreg.exchange.contracts.life import pay_within
from landreg.exchange.contracts.model import ContractEvent, RentPayment
from landreg.exchange.contracts.rules.outcomes import ENDING
from landreg.exchange.contracts.rules.rent import ZERO
from landreg.exchange.contracts.whole import Whole, due_of
from landreg.exchange.listings.rules.land import MOVING
from landreg.law.book import Law
from landreg.registry.guarded import Attached, ties_nothing

STEPS = ("dividend", "settled")
"""The steps that are corrected so."""


@dataclass(frozen=True)
class Wrong:
    """A record that was wrong, and why."""

    record_id: UUID
    why: str


@dataclass(frozen=True)
class Paid:
    """What is recorded in place of a payment, of whichever contract. paper: None where it is the same paper."""

    contract_id: UUID
    amount: Decimal | None
    paid_on: date
    receipt: str
    kg: Decimal | None = None
    payer: str = ""
    paper: Attached | None = None


def correct_payment(actor: Actor, county: str, contract_id: UUID, wrong: Wrong, instead: Paid | None) -> Correction:
    """Correct a payment. instead: None where nothing was paid.

    Raises NotFound, Refused (REC-1, CON-6, CON-23, GUARD-1), Conflict (CON-5).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        row = next((one for one in found.recorded.payments if one.payment_id == wrong.record_id), None)
        if row is None:
            raise NotFound
        stays = instead is not None and instead.contract_id == contract_id and _sum(row) == _sum_of(instead)
        same = instead is not None and stays and (tidy(instead.receipt), instead.paid_on) == (row.receipt, row.paid_on)
        _may_correct(uow, found, law, wrong, "" if stays else _counted(uow, found, row), same=same)
        paper = found.papers[row.document_id]
        made = put_correction(uow, "rent_payment", row, row.payment_id, wrong.why, uuid4() if instead else None)
        if instead is not None:
            kept = instead.paper or Attached(paper.sha256, paper.size, paper.name)
            pay_within(
                uow, county, instead.contract_id, instead.amount, instead.paid_on, instead.receipt, kept, instead.kg,
                instead.payer, made.instead,
            )  # fmt: skip
        staged(uow, made)
    return made


def take_back(actor: Actor, county: str, contract_id: UUID, wrong: Wrong) -> Correction:
    """Take back a dividend that was not resolved, or the outcome of a dispute that is open still, by another officer where it ended
    the contract. Raises NotFound, Refused (REC-1, GUARD-1), Conflict (CON-2, CON-31, CON-32) where another has the land since.
    """
    with unit_of_work(actor) as uow:
        made = struck(uow, county, contract_id, wrong, None)
        staged(uow, made)
    return made


def struck(
    uow: UnitOfWork, county: str, contract_id: UUID, wrong: Wrong, instead: UUID | None, award: Decimal = ZERO
) -> Correction:
    """Write that a step was wrong, and with it the end that it brought; who records what stands in its place stages the leaf then.
    award: what the contractor owes by that. Raises NotFound, Refused (REC-1).
    """
    found, law = held(uow, county, contract_id)
    row = next((one for one in found.recorded.events if one.event_id == wrong.record_id), None)
    if row is None or row.kind not in STEPS:
        raise NotFound
    rests = "carried" if correction_queries.went_over(uow.session, county, contract_id) else ""
    if row.kind != "dividend":
        rests = kept_by(uow.session, found, row, award, by=uow.actor.account_id)
    _may_correct(uow, found, law, wrong, rests)
    made = put_correction(uow, "contract_event", row, row.event_id, wrong.why, instead)
    if (end := _end_by(found, row)) is not None:
        staged(uow, put_correction(uow, "contract_event", end, end.event_id, wrong.why, None))
    uow.session.refresh(found.contract)
    return made


def staged(uow: UnitOfWork, made: Correction) -> None:
    """Tell the log of a correction."""
    bidding_logged.stage_row(uow, made)


def _may_correct(uow: UnitOfWork, found: Whole, law: Law, wrong: Wrong, rests: str, *, same: bool = False) -> None:
    ties_nothing(law.on, why=wrong.why)
    facts = Correcting(wrong.why, wrong.record_id in found.recorded.corrections, "paid", "", same, rests)
    if refused := rec_1_corrected_while_nothing_rests_on_it(facts, law):
        raise Refused(refused)


def _counted(uow: UnitOfWork, found: Whole, row: RentPayment) -> str:
    """What counted a payment: a certificate that was given since, a contract that changes this one."""
    given = found.of("certified")
    certified = given is not None and given.at >= row.recorded_at
    return "certified" if certified or correction_queries.went_over(uow.session, row.county, row.contract_id) else ""


def kept_by(
    session: Session, found: Whole, row: ContractEvent, award: Decimal = ZERO, *, by: UUID | None = None
) -> str:
    """What was done by an outcome, or since it ended the contract, that is not undone by recording another; or that who would undo
    it, by, recorded it: a word of terms.toml after `correction_`; '' where nothing is. award: what the contractor owes then.
    """
    if row.kind != "settled":
        return ""
    dues = [due_of(one, found.contract.unit) for one in found.dues if one.event_id != row.event_id]
    owed = sum((one.amount for one in dues if one.payer == "contractor"), award)
    paid = sum((one.amount_yuan or ZERO for one in found.payments if one.payer == "contractor"), ZERO)
    if any(one.kind == "disputed" and one.at > row.at for one in found.events):
        return "disputed"
    if row.facts.get("outcome") in ENDING and _went_on_since(session, found, row):
        return "ended"
    if row.facts.get("outcome") in ENDING and row.by_id == by:
        return "own"
    if found.of("returned") and row.facts.get("outcome") == "hand_back":
        return "returned"
    return "paid" if row.facts.get("pays") == "contractor" and paid > owed else ""


def is_over(found: Whole, wrong: ContractEvent | None) -> bool:
    """Whether a contract has ended, also without an outcome that is corrected."""
    return found.of("ended") is not None and (wrong is None or _end_by(found, wrong) is None)


def _end_by(found: Whole, row: ContractEvent) -> ContractEvent | None:
    """The end that an outcome brought; None where it brought none."""
    end = found.of("ended")
    return end if end is not None and end.facts.get("how") == "award" and end.at == row.at else None


def _went_on_since(session: Session, found: Whole, row: ContractEvent) -> bool:
    """Whether something came since an outcome that ended a contract, or made it void: a step, a payment, the end of what was
    transferred further; the land is no more where the contract left it; or another has it, or lists it, for days of its term. What
    the register has moved is bound no more, and goes on freely.
    """
    came = any(one.at > row.at and one.kind not in ("settled", "ended", "filed") for one in found.events)
    if came or any(one.recorded_at > row.at for one in found.payments):
        return True
    if _end_by(found, row) is None:
        return False
    of = found.contract
    below = queries.following(session, of.county, of.contract_id)
    if any(one.relation == "retransfer" and one.ends_on is not None for one in below):
        return True
    if not correction_queries.land_is_there(session, of.county, of.contract_id):
        return True
    moved = of.kind in MOVING and of.relation in ("", "change") and found.of("registered") is not None
    return not moved and _another_has(session, found)


def _another_has(session: Session, found: Whole) -> bool:
    """Whether another has the land of a contract, or lists it, for days of its term."""
    of = found.contract
    passed_on = of.relation == "retransfer"
    codes = [one.parcel_code for one in found.parcels if one.parcel_code not in found.parts]
    days = (of.from_on, of.until_on)
    bound = {} if passed_on else land_queries.bound(session, of.county, codes, *days, 0, [of.contract_id])
    return bool(bound or deal_queries.listed(session, of.county, codes, days, passed_on=passed_on, but=of.deal_id))


def _sum(row: RentPayment) -> tuple[Decimal | None, Decimal | None, str]:
    return row.amount_yuan, row.kg, row.payer or ""


def _sum_of(given: Paid) -> tuple[Decimal | None, Decimal | None, str]:
    return given.amount if given.kg is None else None, given.kg, given.payer
