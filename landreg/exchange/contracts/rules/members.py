"""CON: the members' priority where land goes off the market to somebody outside their collective. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from landreg.core.errors import Finding
from landreg.core.periods import months_after
from landreg.law.book import Law

MONTHS = 2
"""For how long since an outsider began a member who was not told may claim: to the same day of the month, as the first does not
count. SPC-RLC-11, 民法典 201, 202.
"""
PASSED = ("lease", "subcontract")
"""Kinds off the market by which a household's contracted land is farmed by another, who may be of elsewhere, and which a member
might take on equal terms: of a share contribution none could (PRI-6).
"""


@dataclass(frozen=True)
class Outside:
    """A contract as the priority sees it. outside: its taker is of no household of the collective. told_on: when the village's
    written notice was posted, None while none is recorded. of_market: it came from a listing, whose window told the members.
    from_on: since when the outsider uses the land, None where that is of each of several contracts.
    """

    number: str
    kind: str
    outside: bool
    of_market: bool
    told_on: date | None = None
    from_on: date | None = None

    @property
    def told_is_due(self) -> bool:
        """Whether the members are to be told."""
        return self.outside and not self.of_market and self.kind in PASSED


def con_91_members_come_first(facts: Outside, law: Law) -> Finding | None:
    """CON-91: on equal terms the members come first, by a written notice in its time, without one for two months since the
    outsider began: a note until the notice is recorded, with the last day of them. RLCL-38, SPC-RLC-11.
    """
    if not facts.told_is_due or facts.told_on is not None:
        return None
    values = {}
    if facts.from_on is not None:
        last = months_after(facts.from_on, MONTHS)
        values = {"until" if law.on <= last else "over": last}
    return Finding("CON-91", "taker", values, subject=facts.number)


def con_92_notice_has_its_day(facts: tuple[Outside, date], law: Law) -> Finding | None:
    """CON-92: the village's notice is recorded of a contract whose taker is from outside, as of a day by today. SPC-RLC-11."""
    of, on_day = facts
    if not of.told_is_due:
        return Finding("CON-92", "paper", {}, subject=of.number)
    return Finding("CON-92", "on_day", {}, subject=of.number) if on_day > law.on else None
