"""What every step of an exit begins and ends with: it is held with its case, papers enter its folder, events are written."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from landreg.core.db import UnitOfWork
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.core.periods import beijing_day
from landreg.exit import queries
from landreg.exit.model import Event, Exit
from landreg.exit.queries import Whole
from landreg.exit.rules.course import stage
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry import documents
from landreg.registry.casework.cases import FINISHED, locked, note, set_values
from landreg.registry.guarded import Attached


def held(uow: UnitOfWork, county: str, exit_id: UUID) -> tuple[Whole, Law]:
    """An exit with its rows, its case held until the end, and today's law. Raises NotFound outside the jurisdiction."""
    row = queries.one(uow.session, county, exit_id)
    if row is None:
        raise NotFound
    locked(uow, county, [row.case_id])
    return queries.whole(uow.session, row), load_law(uow.session, county, beijing_day(uow.now))


def open_for(found: Whole, law: Law, *stages: str) -> None:
    """Raises Conflict (EXIT-13) where the exit is at none of these stages."""
    if stage(found.course(law.on), law.days("EXIT-9.cooling_days")) not in stages:
        raise Conflict(Finding("EXIT-13", "state", subject=found.exit.number))


def entered(uow: UnitOfWork, found: Whole, kind: str, paper: Attached | None) -> UUID | None:
    """The paper in the folder of the case; None where there is none."""
    if paper is None:
        return None
    return documents.enter(
        uow, county=found.exit.county, village=found.exit.village, sha256=paper.sha256, size=paper.size, kind=kind,
        name=paper.name, cases=[found.exit.case_id],
    )  # fmt: skip


def happened(uow: UnitOfWork, found: Whole, kind: str, on_day: date, **more: Any) -> Event:
    """Write an event of an exit. Raises Conflict (EXIT-13) where it has one of the kind."""
    if kind in found.events:
        raise Conflict(Finding("EXIT-13", "state", subject=found.exit.number))
    event = event_of(uow, found.exit, kind, on_day, **more)
    uow.session.add(event)
    uow.session.flush()
    return event


_LETTER = {"notice": "N", "minors": "M", "withdrawal": "W", "lapse": "L", "return": "R"}


def event_of(
    uow: UnitOfWork, row: Exit, kind: str, on_day: date, way: str = "", said: str = "", paper: UUID | None = None
) -> Event:
    """An event as a row."""
    return Event(
        county=row.county, village=row.village, exit_id=row.exit_id, event_id=uuid4(), kind=kind,
        number=f"{row.number}-{_LETTER[kind]}", on_day=on_day, way=way, said=said.strip(), document_id=paper,
        by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip


def close_case(uow: UnitOfWork, found: Whole) -> None:
    """The case of an exit that is over ends: it is withdrawn."""
    if found.case.state in FINISHED:
        return
    set_values(uow, found.case.county, [found.case.case_id], state="withdrawn", batch_id=None)
    note(uow, [found.case], "withdraw")
