"""The window's own numbers, told to the log once a quarter for everybody: how many households have settled, from which county.

Nothing is looked up anywhere else. Who reads them beside other figures joins nothing: two numbers stand side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding
from landreg.core.periods import beijing_day
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.settlement import logged, queries
from landreg.settlement.model import Statement

LEAST = 5
MONTHS_A_QUARTER = 3


@dataclass(frozen=True)
class Due:
    """What would be stated now. counts: by county of origin, those of LEAST households or more. stated: that it was already."""

    until: date
    counts: dict[str, int]
    stated: bool


def quarter_of(day: date) -> date:
    """The first day of the quarter in which a day lies."""
    return date(day.year, (day.month - 1) // MONTHS_A_QUARTER * MONTHS_A_QUARTER + 1, 1)


def due(actor: Actor, county: str) -> Due:
    """What stands to be stated to the end of the last quarter."""
    with unit_of_work(actor) as uow:
        until = quarter_of(beijing_day(uow.now))
        found = queries.settled_by_origin(uow.session, county, until)
        stated = any((one.county, one.until) == (county, until) for one in queries.statements(uow.session))
    return Due(until, {where: count for where, count in sorted(found.items()) if count >= LEAST}, stated)


def state(actor: Actor, county: str) -> Statement:
    """State the numbers to the end of the last quarter. Raises Conflict (SET-20) where they were stated already."""
    with unit_of_work(actor) as uow:
        until = quarter_of(beijing_day(uow.now))
        if any((one.county, one.until) == (county, until) for one in queries.statements(uow.session)):
            raise Conflict(Finding("SET-20"))
        found = queries.settled_by_origin(uow.session, county, until)
        told = sorted((where, count) for where, count in found.items() if count >= LEAST)
        row = Statement(
            county=county, statement_id=uuid4(), division=county, until=until, origins=[where for where, _ in told],
            households=[count for _, count in told], stated_at=uow.now, stated_by=actor.account_id, stated_by_name=actor.name,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        stage(uow, Entry("settlement.stated", county, county, str(row.statement_id), logged.stated_facts(row)))
    return row
