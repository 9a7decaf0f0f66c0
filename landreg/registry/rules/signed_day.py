"""REG: the day on which the contract or agreement behind an act was signed: the same rules for every act that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.household_requests import OtherMeans
from landreg.registry.rules.parcel_requests import Correction


def reg_31_signed_by_today_under_the_right(facts: ActFacts, law: Law) -> Finding | None:
    """REG-31: a contract is signed by the day of the application, and not before the term of the right that it is on. RERR-18."""
    signed, began = _signed(facts), _began(facts, law)
    if signed is None or (began or signed) <= signed <= law.on:
        return None
    values = {"signed": signed, "today": law.on, "began": began}
    return Finding("REG-31", "signed_on", values, subject=facts.code)


def reg_32_signed_under_the_law(facts: ActFacts, law: Law) -> Finding | None:
    """REG-32: of a right without a term that has begun, a contract older than the law is told: its first day was not read."""
    signed, since = _signed(facts), law.day("REG-32.law_since")
    if signed is None or _begins(facts) or _began(facts, law) or signed >= since:
        return None
    return Finding("REG-32", "signed_on", {"signed": signed, "since": since}, subject=facts.code)


def _signed(facts: ActFacts) -> date | None:
    """The day that is asked; of a correction, the one that is said to be right. What is no day is refused as that (PAR-14)."""
    if not isinstance(facts.asked, Correction):
        return getattr(facts.asked, "signed_on", None)
    try:
        return date.fromisoformat(facts.asked.said("signed_on") or "")
    except ValueError:
        return None


def _began(facts: ActFacts, law: Law) -> date | None:
    """The first day of the right's term; None of one without, of a renewed one that is to begin, or that begins by the contract."""
    if facts.term is None or facts.term[0] > law.on or _begins(facts):
        return None
    return facts.term[0]


def _begins(facts: ActFacts) -> bool:
    """Whether the right itself begins by the contract, which may then be older than the term and the law."""
    return isinstance(facts.asked, (OtherMeans, Correction))


SIGNED: tuple[Callable[..., Any], ...] = (reg_31_signed_by_today_under_the_right, reg_32_signed_under_the_law)
"""What every act under a contract or agreement is asked of the day on which that was signed."""
