"""What every page of the audit is narrowed by: a division of the jurisdiction and a month."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from landreg.audit.queries import Asked
from landreg.core.actor import Actor
from landreg.core.errors import BadInput, Finding
from landreg.web.forms import read_form, read_query

ALL = "all"


@dataclass(frozen=True)
class Narrowed:
    """Of the address: `within` a division code, `month` as 2026-03 or `all`, `state`."""

    within: str = ""
    month: str = ""
    state: str = ""


def read(actor: Actor, today: date) -> tuple[Asked, str]:
    """What was asked for, and its month as the address says it; without one, the present month.

    Raises BadInput with FORM-16 for a month that is none, FORM-5 for a division outside the jurisdiction.
    """
    given = read_query(Narrowed)
    within = given.within or actor.jurisdiction
    if not (within.isascii() and within.isdigit() and within.startswith(actor.jurisdiction)):
        raise BadInput(Finding("FORM-5", "within", {"given": given.within[:20]}))
    month = month_of(given.month, "month") if given.month else today.replace(day=1)
    return Asked(within, month, given.state[:40]), given.month or f"{today:%Y-%m}"


@dataclass(frozen=True)
class Look:
    """What a look is asked for: divisions, and the last of its months, `2026-03`."""

    month: str = field(metadata={"most": 7})
    within: str = field(default="", metadata={"most": 12})


def look_asked() -> tuple[Look, date]:
    """The form of a look, and the first day of its month. Raises BadInput with FORM-16 for a month that is none, or all."""
    given = read_form(Look)
    month = month_of(given.month, "month")
    if month is None:
        raise BadInput(Finding("FORM-16", "month", {"given": given.month}))
    return given, month


def month_of(text: str, field: str) -> date | None:
    """The first day of a month written 2026-03; None for `all`. Raises BadInput (FORM-16)."""
    if text == ALL:
        return None
    match = re.fullmatch(r"(20\d{2})-(\d{2})", text, re.ASCII)
    if match is None or not 1 <= int(match[2]) <= 12:
        raise BadInput(Finding("FORM-16", field, {"given": text[:20]}))
    return date(int(match[1]), int(match[2]), 1)
