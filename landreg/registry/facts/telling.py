"""When the party was told of an error that the office found itself: the day on which the proof of delivery came into the folder."""

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
"""What was put in before the letter was written proves no delivery of it."""


def letters(session: Session, cases: Sequence[Case]) -> dict[UUID, Letter]:
    """By case whose party was written to: on which day, and the day of the first proof of delivery that came after it."""
    office = [case for case in cases if case.act_kind == BY_OFFICE]
    if not office:
        return {}
    in_folder = (CaseDocument.county == CaseEvent.county) & (CaseDocument.case_id == CaseEvent.case_id)
    found = (
        select(CaseEvent.case_id, func.min(CaseEvent.at), func.min(Document.put_at))
        .outerjoin(CaseDocument, in_folder)
        .outerjoin(Document, _PROOF)
        .where(
            CaseEvent.county.in_({case.county for case in office}),
            CaseEvent.case_id.in_([case.case_id for case in office]),
            CaseEvent.step == TELL,
        )
        .group_by(CaseEvent.case_id)
    )
    return {
        case_id: Letter(beijing_day(at), beijing_day(proved) if proved else None)
        for case_id, at, proved in session.execute(found)
    }


def told_of_errors(session: Session, cases: Sequence[Case]) -> dict[UUID, date]:
    """By case: the day of the first proof of delivery that came after the letter was written; none for who was not told."""
    return {
        case_id: letter.told_on for case_id, letter in letters(session, cases).items() if letter.told_on is not None
    }


def waits_for_the_office(written_by: date, told_by: date) -> sa.ColumnElement[bool]:
    """Of the case at hand, whether its letter, where it has one, was written or proved to be delivered by these days."""
    letter = _letter()
    proof = (
        _letter()
        .join(CaseDocument, (CaseDocument.county == CaseEvent.county) & (CaseDocument.case_id == CaseEvent.case_id))
        .join(Document, _PROOF)
    )
    late = CaseEvent.at >= _after(written_by)
    return sa.or_(
        Case.act_kind != BY_OFFICE,
        proof.where(Document.put_at < _after(told_by)).exists(),
        sa.and_(~proof.exists(), ~letter.where(late).exists()),
    )


def _letter() -> sa.Select[Any]:
    of_case = (CaseEvent.county == Case.county) & (CaseEvent.case_id == Case.case_id)
    return select(sa.literal_column("1")).select_from(CaseEvent).where(of_case, CaseEvent.step == TELL).correlate(Case)


def _after(day: date) -> datetime:
    return datetime.combine(day + DAY, time(), BEIJING)
