"""The life of a contract: payments by their receipts, notices to remedy, ends, dividends, return of the land.

The register moves no money: a payment is what a bank's receipt says, and a receipt counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, Refused
from landreg.core.units import CENT, half_up
from landreg.exchange.bidding import correction_queries
from landreg.exchange.contracts import (
    below,
    cancelling,
    deal_queries,
    logged,
    making,
    payment_queries,
    queries,
    telling,
)
from landreg.exchange.contracts.entering import entered, happened, held, must, of_transfer, open_for
from landreg.exchange.contracts.model import RentPayment
from landreg.exchange.contracts.rules.closing import (
    FIXTURES,
    Ground,
    Moved,
    Returned,
    con_24_deposit_goes_back,
    con_24_overpaid_goes_back,
    con_24_returned_after_the_end,
    con_30_what_was_moved_has_no_term,
)
from landreg.exchange.contracts.rules.course import (
    Ending,
    asked_to_remedy,
    con_8_both_agree_to_end,
    con_9_no_open_dispute,
    waits_for_remedy,
)
from landreg.exchange.contracts.rules.rent import (
    PAYERS,
    Paid,
    con_6_payment_counts_once,
    con_23_grain_within_what_is_owed,
)
from landreg.exchange.contracts.rules.service import asked_of
from landreg.exchange.contracts.rules.unpaid import ARREARS
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law
from landreg.registry.guarded import Attached, ties_nothing, words_of_transfer_tie_nothing

LIVING = ("signed", "running", "over", "disputed")
AGREED = ("agreed", "dissolved", "land_lost")
"""Ends that need no ground of the contractor's."""


def pay(
    actor: Actor, county: str, contract_id: UUID, amount: Decimal | None, paid_on: date, receipt: str,
    paper: Attached | None, kg: Decimal | None = None, payer: str = "",
) -> Decimal:  # fmt: skip
    """Record a payment by its receipt; what is left of all that is known of the side that paid. kg: of grain handed over, which
    settles kilograms and needs no price. payer: which side paid, '' where one alone owes something. Raises BadInput (FORM-1,
    FORM-5, FORM-7), Refused (CON-6, CON-23, GUARD-1), Conflict (CON-5) before both have signed.
    """
    with unit_of_work(actor) as uow:
        return pay_within(uow, county, contract_id, amount, paid_on, receipt, paper, kg, payer)


def pay_within(
    uow: UnitOfWork, county: str, contract_id: UUID, amount: Decimal | None, paid_on: date, receipt: str,
    paper: Attached | None, kg: Decimal | None = None, payer: str = "", payment_id: UUID | None = None,
) -> Decimal:  # fmt: skip
    """The same, in the transaction of something that belongs to it, under an id."""
    found, law = held(uow, county, contract_id)
    row = found.contract
    open_for(found, law, *LIVING, "ending", "ended")
    kept = must(paper)
    ties_nothing(law.on, kept, receipt=receipt)
    # One receipt, however its letters were typed.
    receipt = tidy(receipt)
    payer = _payer(found, payer)
    paid, left = (amount, found.left_of(payer)) if kg is None else (kg, found.left_kg)
    if paid is None:
        raise BadInput(Finding("FORM-1", "amount"))
    if kg is not None and (wrong := con_23_grain_within_what_is_owed((kg, left, amount is None), law)):
        raise Refused(wrong)
    since = min(row.from_on, found.signed_on(law.on))
    known = correction_queries.slip_used(uow.session, county, receipt)
    alike = payment_queries.paid_alike(uow.session, contract_id, (amount, kg, paid_on), kept.sha256)
    facts = Paid(
        paid, paid_on, receipt, left, since, law.on, known, alike, found.unpriced_of(payer) if kg is None else None
    )
    if wrong := con_6_payment_counts_once(facts, law):
        raise Refused(wrong)
    put = entered(uow, county, row.village, "rent_receipt", kept, contract=contract_id)
    payment = RentPayment(
        county=county, village=row.village, contract_id=contract_id, payment_id=payment_id or uuid4(),
        amount_yuan=None if amount is None else amount.quantize(CENT), kg=None if kg is None else half_up(kg), payer=payer,
        paid_on=paid_on, receipt=receipt, document_id=put.document_id, recorded_by=uow.actor.account_id,
        recorded_by_name=uow.actor.name, recorded_at=uow.now,
    )  # fmt: skip
    uow.session.add(payment)
    uow.session.flush()
    logged.stage_payment(uow, payment, put)
    return queries.whole(uow.session, row).left_of(payer)


def _payer(found: Whole, said: str) -> str:
    """The side that paid. Raises BadInput: FORM-1 where both owe something and neither is said, FORM-5 for one that is none."""
    if said and said not in PAYERS:
        raise BadInput(Finding("FORM-5", "payer", {"given": said[:40]}))
    if not said and len(found.owing) > 1:
        raise BadInput(Finding("FORM-1", "payer"))
    return said or next(iter(found.owing), found.payer)


def ask_to_remedy(
    actor: Actor,
    county: str,
    contract_id: UUID,
    what: str,
    said: str,
    paper: Attached | None,
    told_on: date | None = None,
    side: str = "",
) -> None:
    """Record a notice to remedy something within the county's days, counted from the day on which it reached who is to mend it,
    today where none is said. side: who is to mend it (`asked_of` where it is not said). paper: the notice with the proof of its
    delivery. Raises BadInput (FORM-5, FORM-7), Refused (CON-66, CON-99, GUARD-1), Conflict (CON-5).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "signed", "running", "over")
        told_on = told_on or law.on
        side = asked_of(found.contract.kind, {"side": side, "what": what})
        wrong = telling.asked_to_remedy(found, law, what, side, said, told_on)
        kept = must(paper)
        ties_nothing(law.on, kept, said=said)
        if wrong:
            raise Refused(wrong)
        owed = telling.demanded(found, side, told_on) if what == ARREARS else {}
        facts = {"what": what, "side": side, "days": law.days("CON-7.remedy_days"), **owed}
        happened(uow, found.contract, "remedy_asked", told_on, said=said, facts=facts, paper=kept)


def remedied(actor: Actor, county: str, contract_id: UUID, said: str, side: str = "") -> None:
    """Record that what a notice asked was done. side: which side did, of two that were asked. Raises BadInput (FORM-1, FORM-5),
    Conflict (CON-5).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "signed", "running", "over")
        course = found.course(law.on)
        asked = [side for side in PAYERS if asked_to_remedy(course, side)]
        waiting = [side for side in asked if waits_for_remedy(course, side)] or asked
        if not asked:
            raise Conflict(Finding("CON-5", "state", {"where": "running"}, subject=found.contract.number))
        if side and side not in asked:
            raise BadInput(Finding("FORM-5", "side", {"given": side[:40]}))
        if not side and len(waiting) > 1:
            raise BadInput(Finding("FORM-1", "side"))
        ties_nothing(law.on, said=said)
        happened(uow, found.contract, "remedied", law.on, said=said, facts={"side": side or waiting[0]})


@dataclass(frozen=True)
class End:
    """How a contract ends before its term. ground, since, told_on: of a termination by a side alone, whose notice reached the other
    on the last of these. made_on: of an agreement, or of the paper that shows why it ends, the day when it was made; None: today.
    """

    how: str
    on_day: date
    ground: str = ""
    since: date | None = None
    said: str = ""
    told_on: date | None = None
    side: str = "contractor"
    made_on: date | None = None


def end(
    actor: Actor, county: str, contract_id: UUID, asked: End, paper: Attached | None, consent: Attached | None = None
) -> None:
    """End a contract: by agreement, on a ground of the law, or since land or taker are gone. consent: of the creditors for whom its
    registered right is mortgaged. paper: of a termination its evidence, and the notice with the proof of its delivery. Raises
    Refused (CON-7, CON-8, CON-9, CON-30, CON-37, CON-38, CON-39, CON-67, CON-90, GUARD-1), BadInput (FORM-5, FORM-7), Conflict
    (CON-5).
    """
    if asked.how not in (*AGREED, "terminated"):
        raise BadInput(Finding("FORM-5", "how", {"given": asked.how[:40]}))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, *LIVING)
        course = found.course(law.on)
        ties_nothing(law.on, paper, said=asked.said)
        if asked.how in AGREED:
            words_of_transfer_tie_nothing(law.on, said=asked.said)
        of_organisation = not deal_queries.natural(uow.session, [found.contract])
        moved = Moved(course.number, found.contract.kind, found.of("registered") is not None, asked.how)
        if wrong := con_30_what_was_moved_has_no_term(moved, law):
            raise Refused(wrong)
        findings: list[Finding | None]
        if asked.how == "terminated":
            findings = [*telling.ends_alone(
                found, law, asked.ground, asked.on_day, asked.said, asked.told_on, since=asked.since, side=asked.side,
                has_paper=paper is not None,
            )]  # fmt: skip
        else:
            ending = Ending(
                course, asked.ground, asked.on_day, asked.since, paper is not None, asked.how, of_organisation,
                made_on=asked.made_on,
            )  # fmt: skip
            findings = [con_9_no_open_dispute(course, law), con_8_both_agree_to_end(ending, law)]
        if asked.how == "agreed":
            findings += cancelling.stopped(uow, found, law, "end", consent)
            findings.append(below.unasked(uow.session, found, max(asked.on_day, found.contract.from_on), law))
        if told := [finding for finding in findings if finding]:
            raise Refused(told)
        facts = {"how": asked.how, "ground": ""}
        if asked.how == "terminated" and asked.told_on is not None:
            facts |= {"ground": asked.ground, "told_on": asked.told_on.isoformat()}
        if asked.how == "terminated":
            facts |= {"side": asked.side}
        if asked.how in AGREED:
            facts |= {"made_on": (asked.made_on or law.on).isoformat()}
        kept = must(paper)
        # What has not begun never runs.
        ends_on = max(asked.on_day, found.contract.from_on)
        end_what_rests_on(uow, found, law, ends_on)
        if consent is not None:
            cancelling.let_come(uow, found, law, "end", consent)
        happened(uow, found.contract, "ended", ends_on, said=asked.said, facts=facts, paper=kept)
        making.drop_overtaken(uow, contract_id, law, found.contract.number)


def end_what_rests_on(uow: UnitOfWork, found: Whole, law: Law, on_day: date) -> None:
    """What was transferred further out of a contract ends with it, the last one of a chain first.

    Raises Refused (CON-9) where one of them is before mediation, arbitration or court.
    """
    for row in queries.resting(uow.session, found.contract, on_day):
        onward, _law = held(uow, row.county, row.contract_id)
        if wrong := con_9_no_open_dispute(onward.course(law.on), law):
            raise Refused(wrong)
        end_what_rests_on(uow, onward, law, on_day)
        happened(uow, row, "ended", on_day, facts={"how": "parent_ended", "of": found.contract.number})


def give_back(actor: Actor, county: str, contract_id: UUID, asked: Returned, paper: Attached | None) -> None:
    """Record that the land was given back after the end, and what became of what stood on it.

    Raises Refused (CON-24, GUARD-1), Conflict (CON-5), BadInput (FORM-5, FORM-7).
    """
    if asked.fixtures not in FIXTURES:
        raise BadInput(Finding("FORM-5", "fixtures", {"given": asked.fixtures[:40]}))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "ended")
        of_transfer(found, law, "return")
        row = found.contract
        ties_nothing(law.on, paper, said=asked.said)
        made_on = found.signed_on(row.from_on)
        ground = Ground(row.ends_on or row.until_on, found.awarded, row.clauses.get("fixtures_end", ""), made_on)
        wrong = con_24_returned_after_the_end((asked, ground), law)
        wrong = wrong or con_24_deposit_goes_back((asked, found.deposit_open), law)
        if wrong := wrong or con_24_overpaid_goes_back((asked, *found.overpaid_open), law):
            raise Refused(wrong)
        facts = {"fixtures": asked.fixtures}
        if asked.agreed_on is not None:
            facts["agreed_on"] = asked.agreed_on.isoformat()
        sums = {
            "deposit_yuan": asked.deposit_yuan, "paid_yuan": asked.paid_yuan, "repaid_yuan": asked.repaid_yuan,
            "repaid_kg": asked.repaid_kg,
        }  # fmt: skip
        facts |= {name: str(sum_.quantize(CENT)) for name, sum_ in sums.items() if sum_ is not None}
        happened(uow, row, "returned", asked.on_day, said=asked.said, facts=facts, paper=must(paper))
