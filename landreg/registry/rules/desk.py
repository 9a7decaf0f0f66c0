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
_FIGURES = "DSK-3.step_working_days"


def certified_after(act_kind: str, request: Mapping[str, Any]) -> bool:
    """Whether a certificate follows from a case's act: not where it leaves the certificate as it is, or ends the whole right."""
    effect = act_type(act_kind).certificate
    goes_on = any(request.get(name) for name in ("parcels", "taker_id", "cut"))
    return effect in ("issue", "replace") or (effect == "cancel" and goes_on)


@dataclass(frozen=True)
class Waiting:
    """A case that waits. since: the day from which it does; of one on notice, the notice's last day."""

    number: str
    state: str
    since: date
    today: date


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
