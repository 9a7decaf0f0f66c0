"""What samples are drawn of, and the samples themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.audit.model import Sample, SampleDraw
from landreg.audit.queries import instant_of, month_after, opening
from landreg.land.queries import prefixed
from landreg.registry.casebook import Act, Case, Certificate


def subjects(session: Session, kind: str, within: str, month: date | None) -> Sequence[Any]:
    """number, village, kind of act and case of everything of a kind in a division, of one month or of all time."""
    if kind == "opening":
        return _openings(session, within, month)
    kinds: dict[str, tuple[Any, Any]] = {
        "case": (Case, Case.accepted_at),
        "act": (Act, Act.registered_at),
        "certificate": (Certificate, Certificate.issued_at),
    }
    table, at = kinds[kind]
    act_kind: Any = Act.kind if table is Act else Case.act_kind
    found = sa.select(table.number, table.village, act_kind.label("kind"), Case.number.label("case"))
    if table is not Case:
        found = found.outerjoin(Case, sa.and_(Case.county == table.county, Case.case_id == table.case_id))
    return session.execute(found.where(prefixed(table.village, within), at.is_not(None), *_of_month(at, month))).all()


def _openings(session: Session, within: str, month: date | None) -> Sequence[Any]:
    of, none = opening.c, sa.null()
    number = sa.cast(of.opening_id, sa.Text).label("number")
    found = sa.select(number, of.village, sa.literal("").label("kind"), none.label("case"))
    return session.execute(found.where(prefixed(of.village, within), *_of_month(of.opened_at, month))).all()


def _of_month(at: Any, month: date | None) -> list[Any]:
    return [] if month is None else [at >= instant_of(month), at < instant_of(month_after(month))]


def samples_statement() -> Any:
    """Rows of sample and its drawing, if there was one; newest first."""
    drawn = sa.and_(SampleDraw.county == Sample.county, SampleDraw.sample_id == Sample.sample_id)
    return (
        sa.select(Sample, SampleDraw)
        .outerjoin(SampleDraw, drawn)
        .order_by(Sample.prepared_at.desc(), Sample.number.desc())
    )


def sample(session: Session, number: str) -> tuple[Sample, SampleDraw | None] | None:
    """A sample and its drawing by its number."""
    row = session.execute(samples_statement().where(Sample.number == number)).first()
    return None if row is None else (row[0], row[1])
