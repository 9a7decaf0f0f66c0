"""When the parties were told of an error that the office found itself: the day on which the last proof of delivery came into the
folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
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


def waits_for_the_office(written_by: date, told_by: date) -> sa.ColumnElement[bool]:
    """Of the case at hand, whether its letter, where it has one, was written or proved to be delivered by these days."""
    late = CaseEvent.at >= _after(written_by)
    return sa.or_(
        Case.act_kind != BY_OFFICE,
        _delivered(Document.put_at < _after(told_by)),
        sa.and_(~_delivered(sa.true()), ~_letter().where(late).exists()),
    )


def _delivered(when: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether the case at hand has letters, and a proof of delivery for each."""
    written = select(func.count()).select_from(_letter().subquery())
    proved = (
        select(func.count(Document.document_id.distinct()))
        .select_from(CaseEvent)
        .join(CaseDocument, (CaseDocument.county == CaseEvent.county) & (CaseDocument.case_id == CaseEvent.case_id))
        .join(Document, _PROOF)
        .where(*_OF_CASE, when)
        .correlate(Case)
    )
    return sa.and_(_letter().exists(), proved.scalar_subquery() >= written.scalar_subquery())


def _letter() -> sa.Select[Any]:
    return select(sa.literal_column("1")).select_from(CaseEvent).where(*_OF_CASE).correlate(Case)


def _after(day: date) -> datetime:
    return datetime.combine(day + DAY, time(), BEIJING)


_OF_CASE = (CaseEvent.county == Case.county, CaseEvent.case_id == Case.case_id, CaseEvent.step == TELL)
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
