"""How long a case may wait for its next step, and what an officer may take up; figures are a county's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law, act_type

WAITING = ("draft", "accepted", "reviewed", "noticed", "objected", "registered", "returned")
"""States in which a case waits for somebody."""
BEFORE_ACCEPTANCE = ("draft", "returned")
_FIGURES = "DSK-3.step_working_days"
_TO_APPLY = "COR-7.working_days_to_apply"


def certified_after(act_kind: str, request: Mapping[str, Any]) -> bool:
    """Whether a certificate follows from a case's act: not where it leaves the certificate as it is, or ends the whole right."""
    effect = act_type(act_kind).certificate
    goes_on = any(request.get(name) for name in ("parcels", "taker_id", "cut"))
    return effect in ("issue", "replace") or (effect == "cancel" and goes_on)


@dataclass(frozen=True)
class Waiting:
    """A case that waits. since: the day from which it does for the office (`waits_since`)."""

    number: str
    state: str
    since: date
    today: date


@dataclass(frozen=True)
class Letter:
    """The letters on an error that the office found, one to each party: when they were written, and when the delivery of the last
    was proved, if it was; how many there are, and of how many the delivery is proved.
    """

    written_on: date
    told_on: date | None
    count: int = 1
    proved: int = 0


@dataclass(frozen=True)
class Since:
    """The day from which a case waits for the office. whose: of whom the days until then are, "party" or "public"; "" where no
    others have days in it.
    """

    day: date
    whose: str = ""

    def running(self, today: date) -> bool:
        """Whether days run that are not the office's."""
        return bool(self.whose) and today <= self.day


@dataclass(frozen=True)
class TakingUp:
    """A case that an officer would take up, and who works on it now."""

    number: str
    state: str
    officer: UUID
    by: UUID


def dsk_3_step_waits_too_long(facts: Waiting, law: Law) -> Finding | None:
    """DSK-3: a case has waited for its next step for more working days than the office allows it."""
    most = law.days(_FIGURES, facts.state)
    if law.working_days_after(facts.since, most) >= facts.today:
        return None
    return Finding("DSK-3", "state", {"since": facts.since, "most": most}, subject=facts.number)


def waits_since(state: str, entered: date, notice_ends: date | None, letter: Letter | None, law: Law) -> Since:
    """From when a case waits for the office that entered its state on a day: not while a notice runs, nor while the party, told of
    an error, may apply themselves (COR-9). A letter that was written is a step taken: the wait for its delivery begins with it.
    """
    if state == "noticed" and notice_ends is not None:
        return Since(notice_ends, "public")
    if state not in BEFORE_ACCEPTANCE or letter is None:
        return Since(entered)
    if letter.told_on is None:
        return Since(max(entered, letter.written_on))
    last = law.working_days_after(letter.told_on, law.days(_TO_APPLY))
    return Since(last, "party") if last >= entered else Since(entered)


def dsk_4_taken_up_by_another(facts: TakingUp, law: Law | None = None) -> Finding | None:
    """DSK-4: nobody takes up what they work on already, or what is at its end."""
    if facts.state in WAITING and facts.officer != facts.by:
        return None
    return Finding("DSK-4", "case", {"state": facts.state}, subject=facts.number)


def overdue_until(state: str, law: Law, today: date) -> date:
    """The last day since which a case in a state is overdue today: every case that waits since then or longer is."""
    most = law.days(_FIGURES, state)
    day = today - timedelta(days=most + 1)
    while law.working_days_after(day, most) >= today:
        day -= timedelta(days=1)
    return day


def told_until(last: date, law: Law) -> date:
    """The last day on which a party can have been told of an error whose own days are over by a day."""
    days = law.days(_TO_APPLY)
    day = last - timedelta(days=days)
    while law.working_days_after(day, days) > last:
        day -= timedelta(days=1)
    return day
