"""CON-86: the floating dividend of a share contract, as its taker resolved it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.core.units import CENT
from landreg.exchange.contracts.rules.closing import MOST_YUAN
from landreg.law.book import Law

PAID_WITHIN = 2
"""Years from its resolution within which a dividend falls due."""


@dataclass(frozen=True)
class Dividend:
    """A dividend as it is declared. yuan: the household's, of all of the year."""

    year: int
    yuan: Decimal
    resolved_on: date
    due_on: date


@dataclass(frozen=True)
class Declared:
    """A dividend beside its contract, whose days are half-open."""

    asked: Dividend
    number: str
    kind: str
    from_on: date
    until_on: date


def con_86_dividend_is_resolved(facts: Declared, law: Law) -> Finding | None:
    """CON-86: of a year of a share contract's term, resolved by its accounts once it, or the term, is over, due since then.

    RLCL-36, RLCL-39.
    """
    asked = facts.asked
    since = min(date(asked.year, 12, 31) + DAY, facts.until_on) if 1 <= asked.year < 9999 else facts.until_on
    sum_ = asked.yuan
    sound = sum_.is_finite() and 0 < sum_ <= MOST_YUAN and sum_ == sum_.quantize(CENT)
    faults = {
        "kind": facts.kind != "share",
        "year": not facts.from_on.year <= asked.year <= (facts.until_on - DAY).year,
        "yuan": not sound,
        "resolved_on": not since <= asked.resolved_on <= law.on,
        "due_on": not asked.resolved_on <= asked.due_on <= years_after(asked.resolved_on, PAID_WITHIN),
    }
    wrong = next((field for field, fault in faults.items() if fault), "")
    if not wrong:
        return None
    values = {
        "fault": f"dividend_{wrong.removesuffix('_on')}", "first": facts.from_on, "last": facts.until_on - DAY, "since": since,
    }  # fmt: skip
    return Finding("CON-86", "year" if wrong == "kind" else wrong, values, subject=facts.number)
