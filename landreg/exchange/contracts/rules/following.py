"""CON: what follows a contract: its change between the same two, within its term, one draft at a time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.exchange.contracts.rules.course import Course
from landreg.exchange.contracts.rules.rent import ZERO, Due
from landreg.law.book import Law

FOLLOWED_AT: Mapping[str, Sequence[str]] = {
    "change": ("signed", "running", "over", "disputed"),
    "renewal": ("signed", "running", "over", "ending", "ended", "disputed"),
    "retransfer": ("signed", "running", "over", "ending", "disputed"),
}
"""By relation: the stages of a contract at which something follows it; CON-61 and TR-1 say of one whose term is over."""


def con_60_changed_between_the_same_two(facts: tuple[str, bool], law: Law) -> Finding | None:
    """CON-60: a contract is changed by the two who made it; nobody else takes its taker's place. landreg.

    facts: the number of the contract that is changed, whether its taker stays.
    """
    number, same = facts
    return None if same else Finding("CON-60", "taker", {"number": number}, subject=number)


@dataclass(frozen=True)
class Change:
    """A contract that changes another. from_on: its first day; drawn: it is drawn today, not signed as it was drawn."""

    previous: Course
    from_on: date
    drawn: bool = True


def con_61_changed_within_its_term(facts: Change, law: Law) -> Finding | None:
    """CON-61: a change begins on a day of the contract's term and, as it is drawn, on none that is over: what was owed and paid for
    those days stays. landreg.
    """
    previous = facts.previous
    first = max(previous.from_on, law.on) if facts.drawn else previous.from_on
    if first <= facts.from_on < previous.until_on:
        return None
    values = {"number": previous.number, "earliest": first, "latest": previous.until_on - DAY}
    return Finding("CON-61", "from_on", values, subject=previous.number)


def carried(over: tuple[Decimal, Decimal], payer: str, dues: Sequence[Due], *, same_grain: bool) -> dict[str, Decimal]:
    """What was paid too much of a contract goes over to the dues of the one that changes it, where the same side owes them: yuan,
    and kg to what is due in the same grain. 民法典 543.

    over: yuan and kg; payer: the side that paid.
    """
    if not dues or dues[0].payer != payer:
        return {}
    yuan, kg = over
    found = {"carried": yuan, "carried_kg": kg if dues[0].in_kind and same_grain else ZERO}
    return {name: sum_ for name, sum_ in found.items() if sum_ > 0}


def con_10_who_has_it_is_asked_first(facts: Sequence[str], law: Law) -> Finding | None:
    """CON-10: land goes to another from the end of a lease only after whoever has it was asked to renew in writing and declined, or
    gave it back. LOT-10.

    facts: the numbers of the contracts whose takers were not asked.
    """
    return Finding("CON-10", "taker", {"number": "、".join(facts)}) if facts else None


def con_62_one_draft_follows(facts: tuple[str, Sequence[str]], law: Law) -> Finding | None:
    """CON-62: a contract is changed or renewed by one draft at a time. landreg.

    facts: the contract's number, the numbers of the drafts that would change or renew it and wait for a signature.
    """
    number, drafts = facts
    return Finding("CON-62", "state", {"number": number, "numbers": list(drafts)}, subject=number) if drafts else None


def con_63_change_changes_something(facts: tuple[str, bool], law: Law) -> Finding | None:
    """CON-63: a change says something else than the contract that it changes, beside its first day. landreg.

    facts: the number of the contract that is changed, whether the draft says the same.
    """
    number, same = facts
    return Finding("CON-63", "said", {"number": number}, subject=number) if same else None


def con_69_moved_right_is_changed_no_more(facts: tuple[str, bool], law: Law) -> Finding | None:
    """CON-69: an assignment or an exchange is changed until the register moves what it moves. RLCL-33, RLCL-34.

    facts: the number of the contract that would be changed, whether the register moves the right by it, or has.
    """
    number, moved = facts
    return Finding("CON-69", "relation", {"number": number}, subject=number) if moved else None
