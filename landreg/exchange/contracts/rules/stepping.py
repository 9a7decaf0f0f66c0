"""CON: the days and the words of steps on which one side alone, or the register, rests: notices, ends, filings, moves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.law.book import Law


@dataclass(frozen=True)
class Moving:
    """An assignment or an exchange on its way to the register. from_on: from when it moves land. price, paid: yuan of its sum."""

    number: str
    from_on: date
    price: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)


def con_64_moved_from_its_day(facts: Moving, law: Law) -> Finding | None:
    """CON-64: what an assignment or an exchange moves is asked of the register from the day on which both let it move. RLCL-35."""
    if law.on >= facts.from_on:
        return None
    return Finding("CON-64", "state", {"from": facts.from_on}, subject=facts.number)


def con_65_price_is_open(facts: Moving, law: Law) -> Finding | None:
    """CON-65: that the price of what is moved for good is not paid in full is told before it is registered: a note. RLCL-35."""
    if facts.paid >= facts.price:
        return None
    return Finding("CON-65", "price", {"price": facts.price, "paid": facts.paid}, subject=facts.number)


@dataclass(frozen=True)
class Notice:
    """What one side tells the other. said: what is wrong. told_on: when it reached them. since: the first day on which it could
    have, until: the last one. owed: of arrears, that something is overdue. due_on: of arrears, when the oldest of them was due.
    """

    number: str
    said: str
    told_on: date | None
    since: date
    until: date
    owed: bool = True
    due_on: date | None = None


def con_66_notice_says_what_is_wrong(facts: Notice, law: Law) -> Finding | None:
    """CON-66: a notice to remedy says what is wrong, and when it reached who is to mend it; its days run from that day. Of arrears
    it is given where something is owed, on no day before it was late. RLCL-42.
    """
    if not facts.owed:
        return Finding("CON-66", "what", {}, subject=facts.number)
    if facts.due_on is not None and facts.told_on is not None and facts.told_on <= facts.due_on:
        return Finding("CON-66", "told_on", {"due": facts.due_on, "told": facts.told_on}, subject=facts.number)
    return _told("CON-66", facts)


def con_67_end_is_told_with_its_facts(facts: Notice, law: Law) -> Finding | None:
    """CON-67: who ends a contract alone says what was done, and when the notice of it reached the other side: no later than the
    end. RLCL-42.
    """
    return _told("CON-67", facts)


def _told(code: str, facts: Notice) -> Finding | None:
    if not facts.said.strip():
        return Finding(code, "said", {}, subject=facts.number)
    if facts.told_on is not None and facts.since <= facts.told_on <= facts.until:
        return None
    return Finding(code, "told_on", {}, subject=facts.number)


def con_68_filed_after_it_was_made(facts: tuple[str, date, date], law: Law) -> Finding | None:
    """CON-68: the issuing party files a contract on no day before both signed it, and until today. RLCL-36.

    facts: the contract's number, the day of its making, the day of its filing.
    """
    number, signed_on, on_day = facts
    return None if signed_on <= on_day <= law.on else Finding("CON-68", "on_day", {"signed": signed_on}, subject=number)


def con_45_draft_has_its_day(facts: tuple[str, date | None], law: Law) -> Finding | None:
    """CON-45: a draft is signed by its last day; then it binds no land, and is put off by the desk or drawn anew. landreg.

    facts: the contract's number, its last day, None of one that has none.
    """
    number, last = facts
    return None if last is None or law.on <= last else Finding("CON-45", "state", {"last": last}, subject=number)
