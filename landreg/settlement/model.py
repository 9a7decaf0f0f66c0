"""Applications of the settlement window, who settles, papers shown, papers refused, papers handed out. Written once."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CHAR, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base

Instant = DateTime(timezone=True)
SCHEMA = {"schema": "settlement"}


class Application(Base):
    """An application. division: the town or community moved to, as policies ask. village: where from, as told, if known.

    ground: the condition it was filed under. unmet: rule codes on which a refusal stands, () otherwise. salt, decision_salt:
    of the digests in the log's leaves.
    """

    __tablename__ = "application"
    __table_args__ = SCHEMA

    county: Mapped[str] = mapped_column(CHAR(6), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    division: Mapped[str]
    village: Mapped[str | None]
    origin: Mapped[str]
    number: Mapped[str]
    ground: Mapped[str]
    address: Mapped[str]
    tenure: Mapped[str | None]
    dwelling_since: Mapped[date | None]
    employer: Mapped[str]
    work_since: Mapped[date | None]
    pension_months: Mapped[int | None]
    note: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(Instant)
    received_by: Mapped[UUID]
    received_by_name: Mapped[str]
    received_on: Mapped[date]
    due_on: Mapped[date]
    outcome: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_on: Mapped[date | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str | None]
    reason: Mapped[str | None]
    unmet: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))
    salt: Mapped[str]
    decision_salt: Mapped[str | None]


class Settler(Base):
    """Who settles: the applicant at position 0, those who settle along after. said: a digest by the window's own key."""

    __tablename__ = "person"
    __table_args__ = SCHEMA

    county: Mapped[str] = mapped_column(CHAR(6), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    division: Mapped[str]
    relation: Mapped[str]
    name_masked: Mapped[str]
    name_sealed: Mapped[bytes] = mapped_column(deferred=True)
    id_masked: Mapped[str]
    id_sealed: Mapped[bytes] = mapped_column(deferred=True)
    id_digest: Mapped[bytes] = mapped_column(deferred=True)
    phone_sealed: Mapped[bytes | None] = mapped_column(deferred=True)
    said: Mapped[str]


class Evidence(Base):
    """A paper of the closed list that was seen at the counter. sha256, size_bytes, media: of its copy, where one was kept."""

    __tablename__ = "evidence"
    __table_args__ = SCHEMA

    county: Mapped[str] = mapped_column(CHAR(6), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID]
    division: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    sha256: Mapped[str | None]
    size_bytes: Mapped[int | None]
    media: Mapped[str | None]
    put_in_at: Mapped[datetime] = mapped_column(Instant)
    put_in_by: Mapped[UUID]
    put_in_by_name: Mapped[str]


class RefusedEvidence(Base):
    """Something offered that may not be taken: found by what, on which articles, of whom. Of it only a hash stays here."""

    __tablename__ = "refused_evidence"
    __table_args__ = SCHEMA

    county: Mapped[str] = mapped_column(CHAR(6), primary_key=True)
    refusal_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID | None]
    division: Mapped[str]
    number: Mapped[str]
    found_in: Mapped[str]
    field: Mapped[str]
    sha256: Mapped[str]
    articles: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    applicant_masked: Mapped[str]
    applicant_digest: Mapped[bytes | None]
    refused_at: Mapped[datetime] = mapped_column(Instant)
    refused_by: Mapped[UUID]
    refused_by_name: Mapped[str]


class HandedOut(Base):
    """A paper that was handed out. kind: receipt, decision, notice, refused_evidence."""

    __tablename__ = "paper"
    __table_args__ = SCHEMA

    county: Mapped[str] = mapped_column(CHAR(6), primary_key=True)
    paper_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID | None]
    refusal_id: Mapped[UUID | None]
    division: Mapped[str]
    kind: Mapped[str]
    sha256: Mapped[str]
    handed_at: Mapped[datetime] = mapped_column(Instant)
    handed_by: Mapped[UUID]
    handed_by_name: Mapped[str]


class Statement(Base):
    """The window's own count to the end of a quarter. until: the first day that does not count. origins, households: by county."""

    __tablename__ = "statement"
    __table_args__ = SCHEMA

    county: Mapped[str] = mapped_column(CHAR(6), primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(primary_key=True)
    division: Mapped[str]
    until: Mapped[date]
    origins: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    households: Mapped[list[int]] = mapped_column(ARRAY(Integer()))
    stated_at: Mapped[datetime] = mapped_column(Instant)
    stated_by: Mapped[UUID]
    stated_by_name: Mapped[str]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """County of origin and households, in their order."""
        return list(zip(self.origins, self.households, strict=True))


class Opening(Base):
    """Who opened whose name and number, when and why."""

    __tablename__ = "opening"
    __table_args__ = SCHEMA

    county: Mapped[str] = mapped_column(CHAR(6), primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID]
    division: Mapped[str]
    account_id: Mapped[UUID]
    reason: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(Instant)
