"""When the parties were told of an error that the office found itself: the day on which the last proof of delivery came into the
folder.
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
DELIVERED = "delivery_proof"
_PROOF = (
    (Document.county == CaseDocument.county)
    & (Document.document_id == CaseDocument.document_id)
    & (Document.kind == DELIVERED)
    & (Document.put_at >= CaseEvent.at)
)
"""What was put in before the letters were written proves no delivery of them; each needs a proof of its own."""


def letters(session: Session, cases: Sequence[Case]) -> dict[UUID, Letter]:
    """By case whose parties were written to: on which day, and the day on which the proof of the last delivery came."""
    office = [case for case in cases if case.act_kind == BY_OFFICE]
    if not office:
        return {}
    asked = {"counties": sorted({case.county for case in office}), "cases": [case.case_id for case in office]}
    made = {}
    for row in session.execute(sa.text(_LETTERS), {**asked, "tell": TELL, "kind": DELIVERED}):
        last = row.proved[row.written - 1] if len(row.proved) >= row.written else None
        told = None if last is None else beijing_day(last)
        made[row.case_id] = Letter(beijing_day(row.at), told, row.written, min(len(row.proved), row.written))
    return made


def told_of_errors(session: Session, cases: Sequence[Case]) -> dict[UUID, date]:
    """By case: the day on which every letter was proved to be delivered; none where a party was not told yet."""
    return {
        case_id: letter.told_on for case_id, letter in letters(session, cases).items() if letter.told_on is not None
    }


def waits_for_the_office(written_by: Mapping[str, date], told_by: Mapping[str, date]) -> sa.ColumnElement[bool]:
    """Of the case at hand, in one of these states, whether its letters, where it has any, were written or all proved to be
    delivered by the day of that state.
    """
    proof = Document.document_id.distinct()
    in_time = Document.put_at < after_day_of_state(told_by)
    written = func.count(CaseEvent.event_id.distinct())
    waits = sa.case(
        (func.count(proof) >= written, func.count(proof).filter(in_time) >= written),
        else_=~func.bool_or(CaseEvent.at >= after_day_of_state(written_by)),
    )
    of_letters = (
        select(waits)
        .select_from(CaseEvent)
        .outerjoin(
            CaseDocument, (CaseDocument.county == CaseEvent.county) & (CaseDocument.case_id == CaseEvent.case_id)
        )
        .outerjoin(Document, _PROOF)
        .where(CaseEvent.county == Case.county, CaseEvent.case_id == Case.case_id, CaseEvent.step == TELL)
        .correlate(Case)
    )
    return sa.or_(Case.act_kind != BY_OFFICE, of_letters.scalar_subquery())


def after_day_of_state(days: Mapping[str, date]) -> sa.ColumnElement[datetime]:
    """The instant at which the day that is given for the state of the case at hand has ended in Beijing."""
    return sa.case(
        {state: datetime.combine(day + DAY, time(), BEIJING) for state, day in days.items()}, value=Case.state
    )


_LETTERS = """
    SELECT e.case_id, min(e.at) AS at, count(*) AS written, ARRAY(
        SELECT d.put_at FROM registry.case_document AS x
        JOIN registry.document AS d ON d.county = x.county AND d.document_id = x.document_id
        WHERE x.county = e.county AND x.case_id = e.case_id AND d.kind = :kind AND d.put_at >= min(e.at)
        ORDER BY d.put_at) AS proved
    FROM registry.case_event AS e
    WHERE e.county = ANY (CAST(:counties AS char(6)[])) AND e.case_id = ANY (:cases) AND e.step = :tell
    GROUP BY e.county, e.case_id
"""
