"""The auditor's look at exits near settlements: the last months together, as figures of dated data ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.access.queries import names_of
from landreg.audit.looking import begun, looked_at
from landreg.audit.queries import instant_of, month_after
from landreg.audit.rules import LOOKS_A_YEAR, ExitsWatched, aud_8_exits_near_settlements
from landreg.audit.watch_queries import exits_near
from landreg.audit.watching import Asked, WatchedExit, watch
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding
from landreg.core.periods import beijing_day
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage


@dataclass(frozen=True)
class Flagged:
    """A test that the rate does not explain: what the rule says of it, and the exits that lie near."""

    finding: Finding
    test: Asked
    exits: tuple[WatchedExit, ...]


@dataclass(frozen=True)
class Look:
    """What one look found. names: of officers and clerks, by the ids under which tests and exits know them."""

    months: tuple[date, ...]
    exits: int
    fitting: int
    tests: tuple[Asked, ...]
    flagged: tuple[Flagged, ...]
    names: Mapping[str, str]
    window_days: int
    rate: Decimal


def look(actor: Actor, month: date, within: str = "") -> Look:
    """Hold the exits of a month and those before it against settlements. Each month that is looked at is a leaf of the log.

    within: '' for the whole jurisdiction. Raises NotAllowed for another role, BadInput with FORM-5 for a division outside,
    FORM-16 for a month that has not begun.
    """
    within = looked_at(actor, within)
    law, months = _announced(actor, month.replace(day=1), within)
    window, rate = law.days("AUD-8.watch", "window_days"), law.number("AUD-8.watch", "rate")
    with unit_of_work(actor) as uow:
        exits = [one for of in months for one in exits_near(uow.session, of, within)]
        tests = watch(exits, _open_days(law, months), window, float(rate / LOOKS_A_YEAR))
        keys = {test.key for test in tests if test.kind in ("officer", "clerk")} | {
            one.officer for one in exits if one.officer
        }
        names = {str(key): name for key, name in names_of(uow.session, {UUID(key) for key in keys}).items()}
        found = (_flagged(test, exits, names, law) for test in tests)
        fitting = sum(bool(one.settled) for one in exits)
        return Look(months, len(exits), fitting, tuple(tests), tuple(one for one in found if one), names, window, rate)


def _announced(actor: Actor, month: date, within: str) -> tuple[Law, tuple[date, ...]]:
    """Say in the log, and commit, what is going to be looked at: the function answers nothing else (migration 0031)."""
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
        begun(month, today)
        law = load_law(uow.session, within[:6], today)
        count = law.days("AUD-8.watch", "months")
        months = tuple(month_after(month, back - count + 1) for back in range(count))
        for of in months:
            announce(uow, of, within)
    return law, months


def announce(uow: UnitOfWork, month: date, within: str) -> None:
    """Stage the leaf that a look needs."""
    facts: dict[str, Json] = {"by": str(uow.actor.account_id), "month": month, "within": within}
    stage(uow, Entry("audit.watch_announced", within[:6].ljust(6, "0"), within, str(uuid4()), facts))


def _flagged(test: Asked, exits: list[WatchedExit], names: Mapping[str, str], law: Law) -> Flagged | None:
    near = tuple(one for one in exits if one.number in set(test.numbers))
    if not near:
        return None
    fact = ExitsWatched(
        village=near[0].village,
        subject=names.get(test.key, test.key),
        at=instant_of(max(one.applied_on for one in near)),
        cases=test.numbers,
        exits=test.exits,
        near=test.near,
        expected=_decimal(test.expected, 2),
        q=_decimal(test.q, 6),
    )
    finding = aud_8_exits_near_settlements(fact, law)
    return None if finding is None else Flagged(finding, test, near)


def _decimal(value: float, digits: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-digits))


def _open_days(law: Law, months: tuple[date, ...]) -> dict[tuple[int, int], list[date]]:
    """The working days of these months."""
    found: dict[tuple[int, int], list[date]] = {}
    for first in months:
        past, day, days = month_after(first), first - timedelta(1), []
        while (day := law.working_days_after(day, 1)) < past:
            days.append(day)
        found[first.year, first.month] = days
    return found
