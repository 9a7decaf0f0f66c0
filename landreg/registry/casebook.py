"""The casebook: batches, cases, notices, objections, documents, acts, certificates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, FetchedValue, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey

Instant = DateTime(timezone=True)


class Batch(CountyKey, Base):
    """The cases of a village that go through the steps together; its members can be taken out singly.

    package_id: the survey of first registrations; a batch of renewals rests on a roster.
    """

    __tablename__ = "batch"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    package_id: Mapped[UUID | None]
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime] = mapped_column(Instant)


class Case(CountyKey, Base):
    """The folder in which an act is prepared, reviewed, noticed and registered.

    subject_code: contract or land-unit code, or a household's. package_id: the survey of a first registration. request, of
    every other act: what is asked for (registry.rules.requests); right_ids: the rights that it concerns. taken_by: the officer
    who took it up from the one who prepared it; officer: who works on it, the one or the other. state_since: from when it waits
    for its next step; waits: whether anything is still to be done with it (rules.desk.certified_after). The database sets
    these three.
    """

    __tablename__ = "case"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    batch_id: Mapped[UUID | None]
    package_id: Mapped[UUID | None]
    act_kind: Mapped[str]
    right_kind: Mapped[str]
    subject_code: Mapped[str]
    household_code: Mapped[str]
    applicant: Mapped[str]
    state: Mapped[str]
    prepared_by: Mapped[UUID]
    accepted_by: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_on: Mapped[date | None]
    due_on: Mapped[date | None]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)
    notice_id: Mapped[UUID | None]
    act_id: Mapped[UUID | None]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    request: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    right_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)), default=list)
    taken_by: Mapped[UUID | None]
    state_since: Mapped[datetime] = mapped_column(
        Instant, server_default=FetchedValue(), server_onupdate=FetchedValue()
    )
    officer: Mapped[UUID] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    waits: Mapped[bool] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())


class CaseParcel(CountyKey, Base):
    """A parcel that a case asks for, with its place in the order of acceptance (REG-2)."""

    __tablename__ = "case_parcel"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    parcel_code: Mapped[str] = mapped_column(primary_key=True)
    acceptance_order: Mapped[int | None]


class CaseEvent(CountyKey, Base):
    """One step of a case: who, when, why. told, of an acceptance: its day of completion and the order of each parcel, which the
    database keeps there, since the next acceptance writes over them.
    """

    __tablename__ = "case_event"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    step: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[UUID]
    by_name: Mapped[str]
    reason: Mapped[str]
    told: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=FetchedValue())


class Notice(CountyKey, Base):
    """A public notice. content: the published table, frozen as published, of hundreds of lines: read where it is asked for
    alone. last_day: the last day for objections.
    """

    __tablename__ = "notice"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    batch_id: Mapped[UUID | None]
    published_on: Mapped[date]
    last_day: Mapped[date]
    published_by: Mapped[UUID]
    published_at: Mapped[datetime] = mapped_column(Instant)
    title: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    pdf_sha256: Mapped[str | None]


class Objection(CountyKey, Base):
    """An objection raised during a notice; it stops its case until it is settled."""

    __tablename__ = "objection"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    objection_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    notice_id: Mapped[UUID]
    raised_by: Mapped[str]
    contact_sealed: Mapped[bytes | None]
    reason: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(Instant)
    taken_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[UUID | None]
    outcome: Mapped[str | None]
    settlement: Mapped[str | None]


class Document(CountyKey, Base):
    """A file by its hash (Source). Never overwritten. letter: of a proof of delivery, the step that wrote the letter it proves.
    restriction_id: of a later creditor's consent, their mortgage.
    """

    __tablename__ = "document"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    size: Mapped[int]
    put_by: Mapped[UUID]
    put_at: Mapped[datetime] = mapped_column(Instant)
    letter: Mapped[UUID | None]
    restriction_id: Mapped[UUID | None]


class CaseDocument(CountyKey, Base):
    """A document in a case's folder."""

    __tablename__ = "case_document"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)


class Act(CountyKey, Base):
    """The only thing that changes a right. Its number is the key of its leaf in the log."""

    __tablename__ = "act"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    act_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    kind: Mapped[str]
    case_id: Mapped[UUID | None]
    package_id: Mapped[UUID | None]
    registered_at: Mapped[datetime] = mapped_column(Instant)
    registered_by: Mapped[UUID]


class Certificate(CountyKey, Base):
    """A certificate as issued. token: what its QR opens. Its end is a row of `CertificateEnd`."""

    __tablename__ = "certificate"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    certificate_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    serial: Mapped[str]
    token: Mapped[str]
    kind: Mapped[str]
    right_id: Mapped[UUID]
    case_id: Mapped[UUID]
    act_id: Mapped[UUID]
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[UUID]
    pdf_sha256: Mapped[str]
    sample: Mapped[bool]


class CertificateEnd(CountyKey, Base):
    """That a certificate was replaced or cancelled, by which act."""

    __tablename__ = "certificate_end"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    certificate_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    act_id: Mapped[UUID]
    ended_at: Mapped[datetime] = mapped_column(Instant)


class Job(CountyKey, Base):
    """A step over many cases that the worker takes in the name of who asked.

    position: how many of case_ids were tried. done: how many went on while it was written down. refused: number and findings of
    each that did not go on. findings: why the job itself failed. started_from: position at which it was last begun, for its rate.
    said: by what a review without papers was checked.
    """

    __tablename__ = "job"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID | None]
    step: Mapped[str]
    case_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)))
    position: Mapped[int]
    done: Mapped[int]
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[str]
    asked_by: Mapped[UUID]
    asked_by_name: Mapped[str]
    asked_roles: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    jurisdiction: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    started_from: Mapped[int]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    said: Mapped[str]

    @property
    def total(self) -> int:
        """How many cases the job is over."""
        return len(self.case_ids)

    @property
    def before(self) -> int:
        """How many of those tried had taken the step already, in a chunk whose worker was killed before it wrote that down."""
        return self.position - self.done - len(self.refused)

    @property
    def whole(self) -> int:
        """How many have taken the step, whoever lived to write it down."""
        return self.done + self.before
