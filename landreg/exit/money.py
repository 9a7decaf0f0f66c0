"""What is agreed and paid: the agreement with its items, and each payment to a right holder's account."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.access.sealing import seal
from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, Refused
from landreg.core.units import CENT
from landreg.exit import logged, queries
from landreg.exit.holding import entered, held
from landreg.exit.model import Agreement, Item, Payment, Repayment
from landreg.exit.rules.compensation import below_floors
from landreg.exit.rules.course import AGREE_RULES, FINAL, Witnesses, exit_22_witness_apart, stage
from landreg.exit.rules.money import (
    SIGN_RULES,
    Agreed,
    Paid,
    Shares,
    exit_12_payment_is_due,
    exit_18_repayment_of_what_was_paid,
    exit_19_shares_by_the_charter,
    exit_23_account_of_digits,
)
from landreg.law.book import examine
from landreg.registry.guarded import Attached, ties_nothing, words_of_exit_tie_nothing

REPAID = {"amount": "back_amount", "paid_on": "back_on", "receipt": "back_receipt"}
"""Fields of a repayment's form, by what a payment calls them."""


def agree(
    actor: Actor, county: str, exit_id: UUID, agreed: Agreed, paper: Attached | None, funds: Attached | None
) -> Agreement:
    """Record the agreement. Raises Refused with every finding (EXIT-1, EXIT-6, EXIT-9, EXIT-11, EXIT-14, EXIT-17, EXIT-19,
    EXIT-22, CMP-13, GUARD-1), Conflict (EXIT-13) where there is one or the exit is over.
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, exit_id)
        course = found.course(law.on)
        if found.agreement is not None or stage(course, law.days("EXIT-9.cooling_days")) in FINAL:
            raise Conflict(Finding("EXIT-13", "state", subject=found.exit.number))
        texts = {f"what.{place}": one.what for place, one in enumerate(agreed.items, 1)}
        said = {"payer": agreed.payer, "funds_source": agreed.funds_source, "guarantee": agreed.guarantee}
        ties_nothing(law.on, paper)
        words_of_exit_tie_nothing(law.on, **said, **texts)
        ties_nothing(law.on, funds, "funds_paper")
        # A day of signing is typed: one before the consents and the days to think would make nothing of them.
        signed = replace(course, today=min(law.on, agreed.signed_on))
        findings = [*examine(AGREE_RULES, signed, law), *examine(SIGN_RULES, agreed, law)]
        witnesses = Witnesses(tuple(one.witness for one in found.consents), (agreed.payer,), "payer")
        findings += [wrong] if (wrong := exit_22_witness_apart(witnesses, law)) else []
        in_shares = Shares(
            found.exit.shares, found.exit.shares is not None, any(one.kind == "shares" for one in agreed.items)
        )
        findings += [wrong] if (wrong := exit_19_shares_by_the_charter(in_shares, law)) else []
        floors = [(line.kind, line.floor_yuan) for line in found.offer_items]
        findings += below_floors([(one.kind, one.amount) for one in agreed.items if one.amount.is_finite()], floors)
        if paper is None or funds is None:
            lacking = [name for name, one in (("paper", paper), ("funds_paper", funds)) if one is None]
            raise Refused([*findings, *(Finding("FORM-7", name) for name in lacking)])
        if findings:
            raise Refused(findings)
        document, shown = entered(uow, found, "exit_agreement", paper), entered(uow, found, "exit_funds", funds)
        assert document is not None and shown is not None  # noqa: S101, PT018  (both papers are there)
        row = Agreement(
            county=county, village=found.exit.village, exit_id=exit_id, agreement_id=uuid4(), model=agreed.model,
            payer=agreed.payer, funds_source=agreed.funds_source, funds_yuan=agreed.funds.quantize(CENT),
            funds_shown_on=agreed.funds_shown_on, funds_document_id=shown, signed_on=agreed.signed_on,
            lapses_on=agreed.signed_on + timedelta(days=law.days("EXIT-3.payment_days")), instalments=agreed.instalments,
            guarantee=agreed.guarantee, total_yuan=agreed.total.quantize(CENT), document_id=document,
            recorded_by=actor.account_id, recorded_by_name=actor.name, recorded_at=uow.now,
            offer_id=found.offers[-1].offer_id,
        )  # fmt: skip
        items = [
            Item(
                county=county, village=found.exit.village, exit_id=exit_id, item_id=uuid4(), position=place,
                what=one.what.strip(), amount_yuan=one.amount.quantize(CENT), kind=one.kind,
            )
            for place, one in enumerate(agreed.items, 1)
        ]  # fmt: skip
        uow.session.add_all([row, *items])
        uow.session.flush()
        logged.stage_agreement(uow, row, items)
    return row


def pay(
    actor: Actor, county: str, exit_id: UUID, member_id: UUID, account: str, amount: Decimal, paid_on: date, receipt: str,
    paper: Attached | None,
) -> Decimal:  # fmt: skip
    """Record a payment to a member's account by its receipt; what is left after it. Raises Refused (EXIT-12, GUARD-1), BadInput
    for an account that is none (EXIT-23), Conflict (EXIT-13) where nothing is to be paid.
    """
    digits = "".join(account.split())
    if paper is None:
        raise BadInput(Finding("FORM-7", "paper"))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, exit_id)
        course = found.course(law.on)
        if no_account := exit_23_account_of_digits(account, law):
            raise BadInput(no_account)
        if course.signed_on is None or stage(course, law.days("EXIT-9.cooling_days")) != "paying":
            raise Conflict(Finding("EXIT-13", "state", subject=found.exit.number))
        ties_nothing(law.on, paper, receipt=receipt)
        receipt = tidy(receipt)
        member = next((one for one in found.holders if one.member_id == member_id), None)
        paid = Paid(
            person_id=member.person_id if member else UUID(int=0), amount=amount, paid_on=paid_on, receipt=receipt,
            holders={one.person_id for one in found.holders}, left=course.left,
            signed_on=course.signed_on, today=law.on, known_receipt=queries.receipt_known(uow.session, county, receipt),
        )  # fmt: skip
        if wrong := exit_12_payment_is_due(paid, law):
            raise Refused(wrong)
        document = entered(uow, found, "exit_payment", paper)
        assert document is not None  # noqa: S101  (the paper is there)
        row = Payment(
            county=county, village=found.exit.village, exit_id=exit_id, payment_id=uuid4(), person_id=paid.person_id,
            account_sealed=seal(digits), account_masked=f"…{digits[-4:]}", amount_yuan=amount.quantize(CENT),
            paid_on=paid_on, receipt=receipt, document_id=document, recorded_by=actor.account_id,
            recorded_by_name=actor.name, recorded_at=uow.now,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        logged.stage_payment(uow, row)
    return course.left - amount


def repay(
    actor: Actor, county: str, exit_id: UUID, amount: Decimal, repaid_on: date, receipt: str, paper: Attached | None
) -> Decimal:
    """Record what the household gave back of its compensation, its exit being over without an act; what is left of it.

    Nothing waits for it: the right stood all the time. Raises Refused (EXIT-18, GUARD-1), BadInput (FORM-7), Conflict (EXIT-13)
    where the exit goes on or was registered.
    """
    if paper is None:
        raise BadInput(Finding("FORM-7", "paper"))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, exit_id)
        course = found.course(law.on)
        over = next((found.events[kind].on_day for kind in ("withdrawal", "lapse") if kind in found.events), None)
        if over is None or course.paid == course.repaid:
            raise Conflict(Finding("EXIT-13", "state", subject=found.exit.number))
        ties_nothing(law.on, paper, receipt=receipt)
        receipt = tidy(receipt)
        back = Paid(
            person_id=UUID(int=0), amount=amount, paid_on=repaid_on, receipt=receipt, holders=(), left=course.paid - course.repaid,
            signed_on=over, today=law.on, known_receipt=queries.receipt_known(uow.session, county, receipt),
        )  # fmt: skip
        if wrong := exit_18_repayment_of_what_was_paid(back, law):
            raise Refused(replace(wrong, field=REPAID.get(wrong.field or "")))
        document = entered(uow, found, "exit_payment", paper)
        assert document is not None  # noqa: S101  (the paper is there)
        row = Repayment(
            county=county, village=found.exit.village, exit_id=exit_id, repayment_id=uuid4(),
            amount_yuan=amount.quantize(CENT), repaid_on=repaid_on, receipt=receipt, document_id=document,
            recorded_by=actor.account_id, recorded_by_name=actor.name, recorded_at=uow.now,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        logged.stage_repayment(uow, row)
    return back.left - amount
