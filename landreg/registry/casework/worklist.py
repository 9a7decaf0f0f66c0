"""The lists of the work desk: cases by queue and filter, what is overdue, who works on how much; and taking cases up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.access.queries import names_of
from landreg.core.actor import Actor
from landreg.core.codes import REAL_ESTATE_UNIT
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.periods import BEIJING, DAY, beijing_day
from landreg.land.queries import prefixed
from landreg.law.book import Law
from landreg.registry import typed
from landreg.registry.casebook import Case, Notice
from landreg.registry.casework.cases import Stepped, locked, note, set_values
from landreg.registry.casework.other_side_queries import cases_named
from landreg.registry.facts.applicants import FIRST_NAMED
from landreg.registry.facts.successors import WAS_REBUILT
from landreg.registry.facts.survey_notes import noted
from landreg.registry.facts.telling import after_day_of_state, letters, waits_for_the_office
from landreg.registry.rules.desk import (
    BEFORE_ACCEPTANCE,
    WAITING,
    Since,
    TakingUp,
    Waiting,
    dsk_3_step_waits_too_long,
    dsk_4_taken_up_by_another,
    overdue_until,
    told_until,
    waits_since,
)

CASE_SORTS: Mapping[str, Any] = {
    "number": Case.number.collate("C"),
    "applicant": FIRST_NAMED,
    "state": Case.state,
    "village": Case.village,
    "due": Case.due_on,
    "accepted": Case.accepted_at,
    "since": Case.state_since,
}
MISSING = ("due", "accepted")
QUEUES = ("mine", "review", "overdue", "returned", "due")
UNDER_WAY = ("accepted", "reviewed", "noticed", "objected")
DUE_DAYS = 5
COUNTED = 1000
BESIDE = 200
"""Queues are counted up to here: a desk wants to know that there is more to do than it can see, not how much more."""


_COUNTING: dict[tuple[Any, ...], Any] = {}
_COUNTING_MOST = 200


@dataclass(frozen=True)
class CaseFilter:
    """What the list of cases is narrowed and ordered by. queue: one of QUEUES, or "" for all. act: kind of act. noted: those on
    which the check of the survey has a note. beside: cases on whose other side a household of that name stands."""

    queue: str = ""
    state: str = ""
    kind: str = ""
    within: str = ""
    text: str = ""
    batch_id: UUID | None = None
    sort: str = "number"
    down: bool = True
    act: str = ""
    officer: UUID | None = None
    noted: bool = False
    beside: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Looking:
    """Who looks at the list, the law of today, whose figures say what is overdue, and the counties whose numbers are meant
    by their last digits."""

    me: UUID
    law: Law
    counties: tuple[str, ...] = ()

    @property
    def today(self) -> date:
        """The day of the list."""
        return self.law.on


def with_other_sides(session: Session, within: str, asked: CaseFilter) -> CaseFilter:
    """The filter with the cases on whose other side a household stands whose name its text begins."""
    if not asked.text or asked.text.isascii():
        return asked
    return replace(asked, beside=tuple(one.case_id for one in cases_named(session, within, asked.text, BESIDE)))


def cases_statement(asked: CaseFilter, looking: Looking) -> sa.Select[Any]:
    """The cases that a filter leaves, in its order. text: number or code from its beginning, the number of a real-estate
    unit, the last digits of a number, or the applicant's name."""
    found = sa.select(Case).where(*_queue(asked.queue, looking))
    if asked.state:
        found = found.where(_shown_as(asked.state))
    for wanted, column in ((asked.kind, Case.right_kind), (asked.act, Case.act_kind)):
        if wanted:
            found = found.where(column == wanted)
    if asked.officer:
        found = found.where(Case.officer == asked.officer, Case.waits)
    if asked.noted:
        found = found.where(noted())
    if asked.within:
        found = found.where(prefixed(Case.village, asked.within))
    if asked.batch_id:
        found = found.where(Case.batch_id == asked.batch_id)
    if asked.text:
        found = found.where(
            sa.or_(
                prefixed(Case.applicant.collate("C"), asked.text),
                prefixed(Case.number.collate("C"), asked.text),
                prefixed(Case.subject_code, asked.text[:19] if REAL_ESTATE_UNIT.fullmatch(asked.text) else asked.text),
                sa.and_(Case.county.in_(looking.counties), Case.case_id.in_(asked.beside)),
                Case.number.collate("C").in_(
                    typed.case_numbers(asked.text, looking.counties, typed.years(looking.today))
                ),
            )
        )
    return found.order_by(*_order(asked.sort, asked.down))


def _shown_as(state: str) -> sa.ColumnElement[bool]:
    """The cases that a list shows in a state: one that the office opened anew is no withdrawn one."""
    if state == "rebuilt":
        return sa.and_(Case.state == "withdrawn", WAS_REBUILT)
    return sa.and_(Case.state == state, sa.not_(WAS_REBUILT)) if state == "withdrawn" else Case.state == state


def _order(sort: str, down: bool) -> list[Any]:
    """As an index has it: a number is never missing, and no two are the same."""
    column = CASE_SORTS.get(sort, CASE_SORTS["number"])
    ordered = column.desc() if down else column.asc()
    if column is CASE_SORTS["number"]:
        return [ordered]
    return [ordered.nulls_last() if sort in MISSING else ordered, CASE_SORTS["number"]]


def _queue(queue: str, looking: Looking) -> list[Any]:
    match queue:
        case "mine":
            return [Case.officer == looking.me, Case.waits]
        case "due":
            return [Case.due_on <= looking.today + timedelta(days=DUE_DAYS), Case.state.in_(UNDER_WAY)]
        case "review":
            mine = sa.or_(Case.prepared_by == looking.me, Case.accepted_by == looking.me)
            return [Case.state == "accepted", sa.not_(mine)]
        case "returned":
            return [Case.officer == looking.me, Case.waits, Case.state == "returned"]
        case "overdue":
            return [Case.waits, sa.or_(*_overdue(looking))]
        case _:
            return []


def _overdue(looking: Looking) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Of a case that waits, that it does so for too long: in two parts, of which an index finds each, and which have nothing in
    common. A notice has to run its days, and so has a party who was told of an error: the wait begins after the last one.
    """
    last = {state: overdue_until(state, looking.law, looking.today) for state in WAITING}
    run_out = sa.exists().where(
        Notice.county == Case.county, Notice.notice_id == Case.notice_id, Notice.last_day <= last.pop("noticed")
    )
    written = {state: last[state] for state in BEFORE_ACCEPTANCE}
    told = {state: told_until(day, looking.law) for state, day in written.items()}
    return sa.and_(Case.state == "noticed", run_out), sa.and_(
        Case.state.in_(last),
        # The bound of every state alike is what an index reads by.
        Case.state_since < datetime.combine(max(last.values()) + DAY, time(), BEIJING),
        Case.state_since < after_day_of_state(last),
        sa.or_(Case.state.not_in(BEFORE_ACCEPTANCE), waits_for_the_office(written, told)),
    )


def queue_counts(session: Session, looking: Looking) -> dict[str, int]:
    """How many cases lie in each queue, each counted up to COUNTED, in one statement."""
    row = session.execute(_counting(looking)).one()
    return {queue: int(getattr(row, queue)) for queue in QUEUES}


def _counting(looking: Looking) -> Any:
    """Kept of every officer for the day and its figures: to build it takes longer than to ask it."""
    last = (overdue_until(state, looking.law, looking.today) for state in WAITING)
    key = (looking.me, looking.today, COUNTED, *last)
    if key not in _COUNTING:
        if len(_COUNTING) >= _COUNTING_MOST:
            _COUNTING.clear()
        _COUNTING[key] = sa.select(*(_counted(*_parts(queue, looking)).label(queue) for queue in QUEUES))
    return _COUNTING[key]


def state_count(session: Session, state: str) -> int:
    """How many cases of the jurisdiction are in a state, counted up to COUNTED."""
    return int(session.scalar(sa.select(_counted([Case.state == state]))) or 0)


def _parts(queue: str, looking: Looking) -> list[list[Any]]:
    """A queue as conditions of which each finds its own cases by an index; together they are `_queue`."""
    if queue != "overdue":
        return [_queue(queue, looking)]
    return [[Case.waits, part] for part in _overdue(looking)]


def _counted(*parts: list[Any]) -> sa.ScalarSelect[int]:
    found: list[sa.Select[Any]] = [sa.select(sa.literal_column("1")).select_from(Case).where(*part) for part in parts]
    some = (found[0] if len(found) == 1 else sa.union_all(*found)).limit(COUNTED).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


def since(session: Session, cases: Sequence[Case], law: Law) -> dict[UUID, Since]:
    """From when each of these cases that waits does so for the office, and whose days run until then."""
    ids = [case.notice_id for case in cases if case.state == "noticed" and case.notice_id]
    asked = sa.select(Notice.notice_id, Notice.last_day).where(Notice.notice_id.in_(ids))
    last = {row.notice_id: row.last_day for row in session.execute(asked)} if ids else {}
    told = letters(session, [case for case in cases if case.state in BEFORE_ACCEPTANCE])
    return {
        case.case_id: waits_since(
            case.state, beijing_day(case.state_since), last.get(case.notice_id), told.get(case.case_id), law
        )
        for case in cases
        if case.waits
    }


def late(cases: Sequence[Case], waiting: Mapping[UUID, Since], law: Law) -> dict[UUID, Finding]:
    """The cases among these that have waited too long for the office (DSK-3)."""
    judged = {
        case.case_id: dsk_3_step_waits_too_long(
            Waiting(case.number, case.state, waiting[case.case_id].day, law.on), law
        )
        for case in cases
        if case.case_id in waiting
    }
    return {case_id: finding for case_id, finding in judged.items() if finding is not None}


@dataclass(frozen=True)
class Load:
    """What an officer has before them: cases by state, how many are overdue, and since when the oldest waits."""

    officer: UUID
    name: str
    states: Mapping[str, int]
    overdue: int
    oldest: datetime

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


def team(session: Session, looking: Looking) -> list[Load]:
    """The load of every officer who has a case that waits, the fullest desk first."""
    late = sa.or_(*_overdue(looking))
    counted = sa.select(
        Case.officer,
        Case.state,
        sa.func.count().label("cases"),
        sa.func.count().filter(late).label("overdue"),
        sa.func.min(Case.state_since).label("oldest"),
    ).where(Case.waits)
    rows = session.execute(counted.group_by(Case.officer, Case.state)).all()
    names = names_of(session, {row.officer for row in rows})
    loads = [
        Load(
            officer,
            names.get(officer, "—"),
            {row.state: row.cases for row in rows if row.officer == officer},
            sum(row.overdue for row in rows if row.officer == officer),
            min(row.oldest for row in rows if row.officer == officer),
        )
        for officer in {row.officer for row in rows}
    ]
    return sorted(loads, key=lambda load: (-load.total, load.name))


def take_up(actor: Actor, county: str, case_ids: Sequence[UUID]) -> Stepped:
    """Take cases up from whoever works on them (DSK-4). Four eyes stay as they are: they ask who prepared and accepted."""
    with unit_of_work(actor) as uow:
        cases = locked(uow, county, case_ids)
        judged = {case.number: dsk_4_taken_up_by_another(taking_up(case, actor.account_id)) for case in cases}
        refused = {number: (finding,) for number, finding in judged.items() if finding is not None}
        if len(cases) == 1 and refused:
            raise Refused(refused[cases[0].number])
        go = [case for case in cases if case.number not in refused]
        set_values(uow, county, [case.case_id for case in go], taken_by=actor.account_id)
        note(uow, go, "take_up")
    return Stepped(len(go), refused)


def taking_up(case: Case, by: UUID) -> TakingUp:
    """The facts of taking a case up."""
    return TakingUp(case.number, case.state, case.taken_by or case.prepared_by, by)
