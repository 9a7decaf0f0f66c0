"""CON: whoever has the land is asked to renew with a last day to answer; after it silence is recorded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from landreg.core.errors import Finding
from landreg.exchange.contracts.rules.course import Happened
from landreg.law.book import Law

WORDS = ("renewal_asked", "renewal_wanted", "renewal_declined", "renewal_silent")
"""What is recorded of it: that they were asked; that they want to renew, declined, or said nothing by the last day."""
FREE = ("renewal_declined", "renewal_silent")
"""The words after which the land is let to another, until a later one."""


@dataclass(frozen=True)
class Inquiry:
    """An inquiry whether whoever has the land renews. told_on: when it reached them; made_on: when the contract was made; until_on:
    of its term, exclusive.
    """

    number: str
    told_on: date
    made_on: date
    until_on: date


def answer_by(told_on: date, law: Law) -> date:
    """The last day to answer an inquiry that reached whoever has the land on a day."""
    return told_on + timedelta(days=law.days("CON-103.answer_days"))


def asked_from(made_on: date, until_on: date, law: Law) -> date:
    """The first day on which an inquiry counts: some days before the end of a contract's term, once it is made."""
    return max(made_on, until_on - timedelta(days=law.days("CON-103.ahead_days")))


def last_word(events: Sequence[Happened]) -> Happened | None:
    """What was recorded of it last."""
    return next((one for one in reversed(events) if one.kind in WORDS), None)


def open_until(events: Sequence[Happened]) -> date | None:
    """The last day to answer the last inquiry; None where none was made, or whoever has the land answered it, or said nothing."""
    last = last_word(events)
    by = last.facts.get("answer_by") if last and last.kind == "renewal_asked" else None
    return date.fromisoformat(str(by)) if by else None


def free(events: Sequence[Happened]) -> bool:
    """Whether the land may be let to another: the last word that was recorded counts."""
    last = last_word(events)
    return last is not None and last.kind in FREE


def con_103_asked_on_a_day_that_was(facts: Inquiry, law: Law) -> Finding | None:
    """CON-103: an inquiry reached whoever has the land by today, once the contract was made and its end was near. landreg."""
    since = asked_from(facts.made_on, facts.until_on, law)
    if since <= facts.told_on <= law.on:
        return None
    values = {"since": since, "days": law.days("CON-103.ahead_days")}
    return Finding("CON-103", "told_on", values, subject=facts.number)


def con_104_silent_after_the_last_day(facts: tuple[str, date | None], law: Law) -> Finding | None:
    """CON-104: silence is what followed an inquiry to its last day. LOT-10.

    facts: the contract's number, the last day to answer (`open_until`).
    """
    number, until = facts
    if until is not None and until < law.on:
        return None
    return Finding("CON-104", "answer", {} if until is None else {"until": until}, subject=number)
