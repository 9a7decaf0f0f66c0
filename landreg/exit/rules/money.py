"""What is agreed and paid for an exit, in yuan, and the reason that it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from landreg.core.errors import Finding
from landreg.core.units import CENT
from landreg.law.book import Law, terms

MODELS = ("replacement", "cash", "reserve")
ITEMS = ("land", "improvements", "house", "fixtures", "crops", "relocation", "shares")
MOST_YUAN = Decimal("9999999999.99")
MOST_INSTALMENTS = 60
SHORTEST_ACCOUNT, LONGEST_ACCOUNT = 8, 40


@dataclass(frozen=True)
class Itemised:
    """An item of the compensation: its kind, what it is, and its sum."""

    kind: str
    what: str
    amount: Decimal


@dataclass(frozen=True)
class Agreed:
    """An agreement as it was signed: with whom, from which money, shown when, and in how many parts it is paid."""

    model: str
    payer: str
    items: tuple[Itemised, ...]
    funds_source: str
    funds: Decimal
    funds_shown_on: date
    signed_on: date
    instalments: int = 1
    guarantee: str = ""

    @property
    def total(self) -> Decimal:
        """The whole compensation."""
        return sum((item.amount for item in self.items), Decimal("0.00"))


@dataclass(frozen=True)
class Paid:
    """A payment and what it is held against. holders: persons of the household who hold the right. left: still to be paid."""

    person_id: UUID
    amount: Decimal
    paid_on: date
    receipt: str
    holders: Collection[UUID]
    left: Decimal
    signed_on: date
    today: date
    known_receipt: bool = False


@dataclass(frozen=True)
class Shares:
    """Income shares in an exit. asked: how many go back, None: none. charter: whether it is there. agreed: whether the agreement
    has an item for them, None before an agreement.
    """

    asked: Decimal | None
    charter: bool = False
    agreed: bool | None = None


def exit_8_reason_of_the_list(facts: str, law: Law) -> Finding | None:
    """EXIT-8: the reason is one of a closed list that says nothing of where anybody lives. domain.md, exits."""
    listed = facts in terms("exit_reason") and law.days("EXIT-8.reasons", facts) == 1
    return None if listed else Finding("EXIT-8", "reason", {})


def exit_11_agreement_in_full(facts: Agreed, law: Law) -> Finding | None:
    """EXIT-11: items, payer and days are said in full, and instalments are guaranteed. RLCL-27, RLCL-30."""
    lacking = [] if facts.model in MODELS else ["model"]
    lacking += [] if facts.payer.strip() else ["payer"]
    lacking += [] if facts.signed_on <= law.on else ["signed_on"]
    lacking += [f"what_{one.kind}" for one in facts.items if not one.what.strip()]
    lacking += [f"amount_{one.kind}" for one in facts.items if one.kind not in ITEMS or not _yuan(one.amount)]
    lacking += [] if facts.items and (lacking or _yuan(facts.total)) else ["amount_land"]
    lacking += [] if 1 <= facts.instalments <= MOST_INSTALMENTS else ["instalments"]
    lacking += [] if facts.instalments <= 1 or facts.guarantee.strip() else ["guarantee"]
    return Finding("EXIT-11", lacking[0], {}) if lacking else None


def exit_12_payment_is_due(facts: Paid, law: Law) -> Finding | None:
    """EXIT-12: a payment goes to a right holder, is of what is left, in its time, by a receipt that is new. RLCL-30."""
    wrong = "member" if facts.person_id not in facts.holders else _wrong(facts)
    return Finding("EXIT-12", wrong, {"left": facts.left}) if wrong else None


def exit_18_repayment_of_what_was_paid(facts: Paid, law: Law) -> Finding | None:
    """EXIT-18: what comes back after an exit was over is of what was paid, in its time, by a receipt that is new. CC-157."""
    wrong = _wrong(facts)
    return Finding("EXIT-18", wrong, {"left": facts.left}) if wrong else None


def exit_19_shares_by_the_charter(facts: Shares, law: Law) -> Finding | None:
    """EXIT-19: income shares go back where the collective's charter lets them, and are paid for where they do. RLCL-27."""
    if facts.asked is None:
        sound = not facts.charter and not facts.agreed
    else:
        sound = _yuan(facts.asked) and facts.charter and facts.agreed is not False
    return None if sound else Finding("EXIT-19", "shares", {})


def exit_14_money_is_there(facts: Agreed, law: Law) -> Finding | None:
    """EXIT-14: before the agreement the source of the money is shown, and it suffices. RLCL-27, LAL-62."""
    shown = facts.funds_source.strip() and _yuan(facts.funds) and facts.funds_shown_on <= facts.signed_on
    if shown and facts.total.is_finite() and facts.funds >= facts.total:
        return None
    return Finding("EXIT-14", "funds", {"total": facts.total})


def exit_23_account_of_digits(facts: str, law: Law) -> Finding | None:
    """EXIT-23: a bank account is so many digits, whatever stands between them as space. RLCL-30; a form's own bound."""
    digits = "".join(facts.split())
    sound = digits.isascii() and digits.isdigit() and SHORTEST_ACCOUNT <= len(digits) <= LONGEST_ACCOUNT
    return None if sound else Finding("EXIT-23", "account", {"least": SHORTEST_ACCOUNT, "most": LONGEST_ACCOUNT})


def _wrong(facts: Paid) -> str:
    """The field of a payment that is at fault, '' where none is."""
    if not (_yuan(facts.amount) and facts.amount <= facts.left):
        return "amount"
    if not facts.signed_on <= facts.paid_on <= facts.today:
        return "paid_on"
    return "" if facts.receipt.strip() and not facts.known_receipt else "receipt"


def _yuan(amount: Decimal) -> bool:
    return amount.is_finite() and 0 < amount <= MOST_YUAN and amount == amount.quantize(CENT)


SIGN_RULES = (exit_11_agreement_in_full, exit_14_money_is_there)
"""What an agreement must say."""
