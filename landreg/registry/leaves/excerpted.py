"""Excerpts as rows, and what the log says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from landreg.core.tables import Base, CountyKey

Instant = DateTime(timezone=True)


class Excerpt(CountyKey, Base):
    """An excerpt from the register as it was handed out: what it is about on `valid_on`, as said at `said_at`.

    about: a right (right_id), or a household or parcel (subject_id) with all rights.
    """

    __tablename__ = "excerpt"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    excerpt_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    token: Mapped[str]
    about: Mapped[str]
    right_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    valid_on: Mapped[date]
    said_at: Mapped[datetime] = mapped_column(Instant)
    applicant: Mapped[str]
    purpose: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[UUID]
    pdf_sha256: Mapped[str]
    sample: Mapped[bool]


def excerpt_facts(row: Excerpt) -> tuple[dict[str, Any], dict[str, str]]:
    """What the log says of an excerpt: its subject, both days, the file; salted: who asked, for what, and what it shows."""
    facts = {
        "excerpt": row.number,
        "id": row.excerpt_id,
        "about": row.about,
        "right": row.right_id,
        "subject": row.subject_id,
        "valid_on": row.valid_on,
        "said_at": row.said_at,
        "issued_at": row.issued_at,
        "by": row.issued_by,
        "sha256": row.pdf_sha256,
        "token_sha256": hashlib.sha256(row.token.encode()).hexdigest(),
        "sample": row.sample,
    }
    shown = ";".join(f"{name}={row.content[name]}" for name in sorted(row.content))
    return facts, {"applicant": row.applicant, "purpose": row.purpose, "content": shown}


def excerpts(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    """Every excerpt as the table has it now, to be held against its leaf (`excerpt.issued`)."""
    for row in session.scalars(select(Excerpt)):
        yield row.number, *excerpt_facts(row)
