"""What an auditor writes: samples, what was drawn of them, findings and their events, and what is done with complaints.

Written once, all of it; a complaint is the farmer's, and comes by a function of the public's login.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey

Instant = DateTime(timezone=True)


class Sample(CountyKey, Base):
    """A sample as it was prepared. village: the divisions it is of. population: lines of `sampling.Item`, as logged."""

    __tablename__ = "sample"
    __table_args__ = {"schema": "audit"}  # noqa: RUF012

    sample_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    kind: Mapped[str]
    method: Mapped[str]
    month: Mapped[date | None]
    size: Mapped[int]
    seed: Mapped[str]
    population: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    population_sha256: Mapped[str]
    prepared_by: Mapped[UUID]
    prepared_by_name: Mapped[str]
    prepared_at: Mapped[datetime] = mapped_column(Instant)


class SampleDraw(CountyKey, Base):
    """What was drawn, once."""

    __tablename__ = "sample_draw"
    __table_args__ = {"schema": "audit"}  # noqa: RUF012

    sample_id: Mapped[UUID] = mapped_column(primary_key=True)
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    drawn_by: Mapped[UUID]
    drawn_at: Mapped[datetime] = mapped_column(Instant)


class AuditFinding(CountyKey, Base):
    """A finding (审计意见) on a case, an act, a certificate, an opening of identity data or an officer. rule: the red flag that
    led to it. about: the account of the officer, of the last two.
    """

    __tablename__ = "finding"
    __table_args__ = {"schema": "audit"}  # noqa: RUF012

    finding_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    subject_kind: Mapped[str]
    subject_key: Mapped[str]
    case_id: Mapped[UUID | None]
    about: Mapped[UUID | None]
    rule: Mapped[str | None]
    sample_id: Mapped[UUID | None]
    title: Mapped[str]
    written_by: Mapped[UUID]
    written_by_name: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(Instant)


class FindingEvent(CountyKey, Base):
    """One step of a finding's life: written, answered, closed, reopened."""

    __tablename__ = "finding_event"
    __table_args__ = {"schema": "audit"}  # noqa: RUF012

    finding_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str]
    by: Mapped[UUID]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str]


class Complaint(CountyKey, Base):
    """I was asked for my land, or another matter, as somebody says it. village: the county or prefecture whose auditor reads it."""

    __tablename__ = "complaint"
    __table_args__ = {"schema": "audit"}  # noqa: RUF012

    complaint_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    office: Mapped[str]
    office_name: Mapped[str]
    said: Mapped[str]
    happened_on: Mapped[date | None]
    contact_sealed: Mapped[bytes | None]
    received_at: Mapped[datetime] = mapped_column(Instant)
    about: Mapped[str]


class ComplaintEvent(CountyKey, Base):
    """One step with a complaint: read, answered, contact opened, linked to a finding, closed."""

    __tablename__ = "complaint_event"
    __table_args__ = {"schema": "audit"}  # noqa: RUF012

    complaint_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str]
    text: Mapped[str]
    finding: Mapped[str | None]
    by: Mapped[UUID]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
