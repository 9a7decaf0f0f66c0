"""CON: what a contract over construction land says of its building: a day within its term, planning terms that are named. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.law.book import Law

_DAY = re.compile(r"(\d{4})\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})")
LEAST_SIGNS = 4
"""Signs by which planning terms name anything."""


def con_106_built_within_the_term(facts: tuple[str, Mapping[str, str], date], law: Law) -> list[Finding]:
    """CON-106: a day by which building begins lies from today to the last of the term, and the planning terms are named. LAL-63.

    facts: the kind, what the clauses say, the day after the last. Words that name no day (within six months) are not reckoned.
    """
    kind, said, until = facts
    if kind != "construction":
        return []
    found, values = [], {"since": law.on, "last": until - DAY}
    start, plan = said.get("start_by", "").strip(), said.get("plan_terms", "").strip()
    if start and not all(law.on <= day < until for day in _days(start)):
        found.append(Finding("CON-106", "start_by", {"fault": "building_day", **values}))
    if plan and len(plan) < LEAST_SIGNS:
        found.append(Finding("CON-106", "plan_terms", {"fault": "building_plan", **values}))
    return found


def _days(said: str) -> list[date]:
    """The days that words name; one that is no day of the calendar lies in no term."""
    found = []
    for year, month, day in _DAY.findall(said):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            found.append(date.min)
    return found
