"""When the party was told of an error that the office found itself: the day on which the proof of delivery came into the folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from landreg.core.periods import beijing_day
from landreg.registry.casebook import Case, CaseDocument, CaseEvent, Document
from landreg.registry.rules.corrections import BY_OFFICE

TELL = "tell"
DELIVERED = "delivery_proof"


def told_of_errors(session: Session, cases: Sequence[Case]) -> dict[UUID, date]:
    """By case: the day of the first proof of delivery that came after the letter was written; none for who was not told."""
    office = [case.case_id for case in cases if case.act_kind == BY_OFFICE]
    if not office:
        return {}
    found = (
        select(CaseDocument.case_id, func.min(Document.put_at))
        .join(Document, (Document.county == CaseDocument.county) & (Document.document_id == CaseDocument.document_id))
        .join(CaseEvent, (CaseEvent.county == CaseDocument.county) & (CaseEvent.case_id == CaseDocument.case_id))
        .where(
            CaseDocument.county == cases[0].county,
            CaseDocument.case_id.in_(office),
            Document.kind == DELIVERED,
            CaseEvent.step == TELL,
            CaseEvent.at <= Document.put_at,
        )
        .group_by(CaseDocument.case_id)
    )
    return {case_id: beijing_day(at) for case_id, at in session.execute(found)}
