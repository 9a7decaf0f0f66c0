"""LO: what a land-operation right takes once its term is over. Pure."""

from __future__ import annotations

from datetime import date

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.household_requests import LandOperation, LandOperationChange

TAKEN_NO_MORE = (
    "mortgage",
    "mortgage_change",
    "advance_notice",
    "advance_notice_day",
    "certificate_exchange",
    "reissue",
)
"""Acts that a land-operation right takes no more once its term is over, whatever they ask for."""


def last_day_over(kind: str, ends_on: date | None, today: date) -> date | None:
    """The last day of a land-operation right that is over; None of one that runs, and of any other right, which goes on whatever
    its term says. ends_on: the first day after its term.
    """
    return ends_on - DAY if kind == "land_operation" and ends_on is not None and ends_on <= today else None


def lo_18_term_is_not_over(facts: ActFacts, law: Law) -> Finding | None:
    """LO-18: a land-operation right is none after its last day: it is neither registered any more, nor mortgaged, noticed in
    advance or passed on, and its certificate is not printed anew. Its own holder has it for longer by a new contract. CC-340,
    RLCL-37.
    """
    asked, today = facts.asked, facts.today or law.on
    if isinstance(asked, LandOperation):
        last = asked.last_day if asked.starts_on <= asked.last_day < today else None
    else:
        last = last_day_over(facts.right_kind, facts.term[1] if facts.term else None, today)
    if last is None or _prolonged(asked, today):
        return None
    return Finding("LO-18", "last_day", {"last": last}, subject=facts.code)


def _prolonged(asked: object, today: date) -> bool:
    """Whether what is asked for is that its holder has the right for longer, until a day that is not over."""
    if not isinstance(asked, LandOperationChange) or asked.operator is not None or asked.reason:
        return False
    return asked.last_day is not None and asked.last_day >= today
