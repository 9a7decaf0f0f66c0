"""CON: an end by agreement and who holds the land under the contract by a re-transfer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from landreg.core.errors import Finding
from landreg.law.book import Law

WORDS = ("consented", "told")
"""What who holds the land below says to the end of what it rests on, or hears of it."""


@dataclass(frozen=True)
class Below:
    """A re-transfer under a contract. asked: the day from which its taker let the contract end, or was told that it does; None
    where neither was recorded.
    """

    number: str
    asked: date | None = None


def con_90_who_holds_below_is_asked(facts: tuple[str, date, tuple[Below, ...]], law: Law) -> Finding | None:
    """CON-90: what both sides of a contract agree on binds nobody else: whoever holds its land by a re-transfer consented in
    writing to the end from that day, or was told of it with proof, before it is ended. CC-465.

    facts: the contract's number, the day of its end, what was transferred further.
    """
    number, ends_on, below = facts
    unasked = [one.number for one in below if one.asked is None or one.asked > ends_on]
    return Finding("CON-90", "how", {"numbers": unasked}, subject=number) if unasked else None


@dataclass(frozen=True)
class Word:
    """What who holds the land below says or hears. on_day: of its consent, or on which the notice reached it. ends_on: from when
    what it rests on is to end. made_on: on which both signed the re-transfer.
    """

    number: str
    on_day: date
    ends_on: date
    made_on: date


def con_90_word_has_its_days(facts: Word, law: Law) -> Finding | None:
    """CON-90: the consent or the notice is of a day since the re-transfer was made, until today and until the end. CC-465."""
    if not facts.made_on <= facts.on_day <= law.on:
        return Finding("CON-90", "on_day", {}, subject=facts.number)
    return Finding("CON-90", "ends_on", {}, subject=facts.number) if facts.ends_on < facts.on_day else None
