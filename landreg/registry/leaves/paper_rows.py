"""Papers of cases as they were handed out, as rows; and what the log says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from landreg.core.tables import Base, CountyKey


class Paper(CountyKey, Base):
    """A receipt, a list of what is missing, a refusal, a letter on an error, or a certificate of registration: the same bytes
    for ever.

    event_id: the step that it tells of.
    """

    __tablename__ = "paper"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    paper_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    kind: Mapped[str]
    case_id: Mapped[UUID]
    event_id: Mapped[UUID]
    pdf_sha256: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[UUID]
    sample: Mapped[bool]


def paper_facts(row: Paper) -> dict[str, Any]:
    """Which paper of which step of which case, by its hash."""
    return {
        "paper": row.number,
        "kind": row.kind,
        "case": row.case_id,
        "event": row.event_id,
        "sha256": row.pdf_sha256,
        "made_at": row.made_at,
        "by": row.made_by,
        "sample": row.sample,
    }


def papers(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    """Every paper as the table has it now, to be held against its leaf (`paper.issued`)."""
    for row in session.scalars(select(Paper)):
        yield row.number, paper_facts(row), {}


def of_event(session: Session, county: str, event_id: UUID) -> Paper | None:
    """The paper that tells of a step; none when it is not printed yet."""
    return session.scalars(select(Paper).where(Paper.county == county, Paper.event_id == event_id)).one_or_none()


def count_of(session: Session, county: str, case_id: UUID, kind: str) -> int:
    """How many papers of a kind a case has."""
    found = select(func.count()).select_from(Paper).where(Paper.county == county, Paper.case_id == case_id)
    return session.scalar(found.where(Paper.kind == kind)) or 0
