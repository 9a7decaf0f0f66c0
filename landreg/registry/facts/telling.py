"""When the parties were told of an error that the office found itself: the day on which the last letter that had no proof of its
delivery in the folder got one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from landreg.core.periods import BEIJING, DAY, beijing_day
from landreg.registry.casebook import Case, CaseDocument, CaseEvent, Document
from landreg.registry.rules.corrections import BY_OFFICE
from landreg.registry.rules.desk import Letter

TELL = "tell"
_PROVED = (
    select(func.min(Document.put_at).label("at"))
    .join(CaseDocument, (CaseDocument.county == Document.county) & (CaseDocument.document_id == Document.document_id))
    .where(
        Document.county == CaseEvent.county,
        Document.letter == CaseEvent.event_id,
        CaseDocument.case_id == CaseEvent.case_id,
    )
    .correlate(CaseEvent)
    .lateral("proved")
)
"""Of the letter at hand: when the first proof of its own delivery came into the folder."""


def letters(session: Session, cases: Sequence[Case]) -> dict[UUID, Letter]:
    """By case whose parties were written to: on which day, and the day on which the proof of the last delivery came."""
    office = [case for case in cases if case.act_kind == BY_OFFICE]
    if not office:
        return {}
    written, proved = func.count(), func.count(_PROVED.c.at)
    asked = (
        select(CaseEvent.case_id, func.min(CaseEvent.at), written, proved, func.max(_PROVED.c.at))
        .outerjoin(_PROVED, sa.true())
        .where(
            CaseEvent.county.in_(sorted({case.county for case in office})),
            CaseEvent.case_id.in_([case.case_id for case in office]),
            CaseEvent.step == TELL,
        )
        .group_by(CaseEvent.case_id)
    )
    return {
        case_id: Letter(beijing_day(at), beijing_day(last) if done == count else None, count, done)
        for case_id, at, count, done, last in session.execute(asked)
    }


def told_of_errors(session: Session, cases: Sequence[Case]) -> dict[UUID, date]:
    """By case: the day on which every letter was proved to be delivered; none where a party was not told yet."""
    return {
        case_id: letter.told_on for case_id, letter in letters(session, cases).items() if letter.told_on is not None
    }


def waits_for_the_office(written_by: Mapping[str, date], told_by: Mapping[str, date]) -> sa.ColumnElement[bool]:
    """Of the case at hand, in one of these states, whether its letters, where it has any, were written or all proved to be
    delivered by the day of that state.
    """
    waits = sa.case(
        (
            func.count() == func.count(_PROVED.c.at),
            func.coalesce(func.max(_PROVED.c.at) < after_day_of_state(told_by), True),
        ),
        else_=~func.bool_or(CaseEvent.at >= after_day_of_state(written_by)),
    )
    of_letters = (
        select(waits)
        .select_from(CaseEvent)
        .outerjoin(_PROVED, sa.true())
        .where(CaseEvent.county == Case.county, CaseEvent.case_id == Case.case_id, CaseEvent.step == TELL)
        .correlate(Case)
    )
    return sa.or_(Case.act_kind != BY_OFFICE, of_letters.scalar_subquery())


def after_day_of_state(days: Mapping[str, date]) -> sa.ColumnElement[datetime]:
    """The instant at which the day that is given for the state of the case at hand has ended in Beijing."""
    return sa.case(
        {state: datetime.combine(day + DAY, time(), BEIJING) for state, day in days.items()}, value=Case.state
    )
