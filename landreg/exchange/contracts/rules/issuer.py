"""CON: the issuing party's written consent to an assignment, seen at the desk before anybody signs. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from landreg.core.errors import Finding
from landreg.law.book import Law

ASSIGNED = "assignment"


@dataclass(frozen=True)
class Consent:
    """The consent to a contract of a kind as the desk records it: its day; whether an officer held the paper against the draft."""

    number: str
    kind: str
    on_day: date
    read: bool


def con_93_consent_is_on_paper(facts: tuple[str, str, date | None], law: Law) -> Finding | None:
    """CON-93: nobody signs an assignment before the issuing party's consent was seen on paper. RLCL-34, SPC-RLC-13.

    facts: the contract's number, its kind, the day of the consent that is recorded, None where none is.
    """
    number, kind, consented_on = facts
    return Finding("CON-93", "paper", {}, subject=number) if kind == ASSIGNED and consented_on is None else None


def con_93_consent_stands_for_filing(facts: tuple[str, str, date | None], law: Law) -> Finding | None:
    """CON-93: an assignment to which the issuing party consented is not filed with it as well. RLCL-34.

    facts: as for `con_93_consent_is_on_paper`.
    """
    number, kind, consented_on = facts
    return Finding("CON-93", "on_day", {}, subject=number) if kind == ASSIGNED and consented_on is not None else None


def con_93_consent_was_read(facts: Consent, law: Law) -> Finding | None:
    """CON-93 of what the desk records: the consent to an assignment, of a day by today, read against the draft."""
    field = "paper" if facts.kind != ASSIGNED else "on_day" if facts.on_day > law.on else "" if facts.read else "read"
    return Finding("CON-93", field, {}, subject=facts.number) if field else None
