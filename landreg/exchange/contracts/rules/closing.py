"""How a dispute and a contract come to their close: what an outcome says, what becomes of land and of what stands on it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.core.units import CENT
from landreg.exchange.contracts.rules.course import OUTCOMES
from landreg.law.book import Law

MOST_YUAN = Decimal("9999999999.99")
LONGEST_YEARS = 10
"""So many years after the term an award may still be due."""
FIXTURES = ("none", "removed", "left_paid", "left_free")
"""What becomes of what the taker built: nothing was, it was taken away, it stays for a sum, it stays for nothing."""


@dataclass(frozen=True)
class Outcome:
    """What mediation or an award says. on_day: from which day a contract ends; yuan, due_on: of what is owed."""

    outcome: str
    on_day: date
    yuan: Decimal | None = None
    due_on: date | None = None
    said: str = ""


def con_17_outcome_is_said(facts: tuple[str, Outcome, date], law: Law) -> Finding | None:
    """CON-17: an outcome is of the list and of a day until the term's end; of what is owed it says the sum and the day.

    facts: the contract's number, what is recorded, the exclusive end of its term. 农村土地承包经营纠纷调解仲裁法.
    """
    number, asked, until_on = facts
    sound = asked.outcome in OUTCOMES and asked.on_day <= until_on
    if asked.outcome == "owed":
        sound = sound and asked.yuan is not None and asked.yuan.is_finite() and 0 < asked.yuan <= MOST_YUAN
        sound = sound and asked.yuan == asked.yuan.quantize(CENT)  # type: ignore[union-attr]
        sound = sound and asked.due_on is not None and asked.due_on <= years_after(until_on, LONGEST_YEARS)
    return None if sound else Finding("CON-17", "outcome", {}, subject=number)


@dataclass(frozen=True)
class Returned:
    """How land is given back. fixtures: what became of what the taker built; paid_yuan: for what stays."""

    on_day: date
    fixtures: str = "none"
    paid_yuan: Decimal | None = None
    said: str = ""


def con_24_returned_after_the_end(facts: tuple[Returned, date], law: Law) -> Finding | None:
    """CON-24: land is given back between the contract's last day and today; a sum is paid for what stays, and only then.

    facts: what is recorded, and the day on which the contract ended. RLCL-43, LOT-19.
    """
    asked, ends_on = facts
    if not ends_on - DAY <= asked.on_day <= law.on:
        return Finding("CON-24", "on_day", {})
    yuan = asked.paid_yuan
    sound = yuan is None or (yuan.is_finite() and 0 < yuan <= MOST_YUAN and yuan == yuan.quantize(CENT))
    return (
        None if sound and (asked.fixtures == "left_paid") == (yuan is not None) else Finding("CON-24", "paid_yuan", {})
    )
