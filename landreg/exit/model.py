"""Exits as rows: what was asked, each member's word, the agreement and its items, payments, and how it went on.

A row is said once; how an exit stands follows from its rows (`rules.course`).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import DateTime, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey

Instant = DateTime(timezone=True)
Ids = ARRAY(PgUUID(as_uuid=True))
Yuan = Numeric(16, 2)
SCHEMA = {"schema": "exit"}


class Exit(CountyKey, Base):
    """What a household asks to give back. parcels: of its contract, none named: all. minors: members under age when it asked."""

    __tablename__ = "exit"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    case_id: Mapped[UUID]
    household_id: Mapped[UUID]
    household_code: Mapped[str]
    applicant: Mapped[str]
    right_ids: Mapped[list[UUID]] = mapped_column(Ids)
    contracted: Mapped[bool]
    parcels: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    mode: Mapped[str]
    returns_on: Mapped[date | None]
    taker_id: Mapped[UUID | None]
    reason: Mapped[str]
    said: Mapped[str]
    minors: Mapped[list[UUID]] = mapped_column(Ids)
    opened_by: Mapped[UUID]
    opened_by_name: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(Instant)


class Consent(CountyKey, Base):
    """A member's own word. by_name: the guardian who spoke, where one did. witness_apart: of nobody who takes the land."""

    __tablename__ = "consent"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID]
    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    person_id: Mapped[UUID]
    way: Mapped[str]
    agrees: Mapped[bool]
    office: Mapped[str]
    language: Mapped[str]
    identity_checked: Mapped[bool]
    read_aloud: Mapped[bool]
    witness: Mapped[str]
    witness_apart: Mapped[bool]
    by_name: Mapped[str]
    document_id: Mapped[UUID | None]
    taken_by: Mapped[UUID]
    taken_by_name: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(Instant)


class Agreement(CountyKey, Base):
    """The agreement on the compensation. lapses_on: the last day on which it may still be paid."""

    __tablename__ = "agreement"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID]
    agreement_id: Mapped[UUID] = mapped_column(primary_key=True)
    model: Mapped[str]
    payer: Mapped[str]
    funds_source: Mapped[str]
    funds_yuan: Mapped[Decimal] = mapped_column(Yuan)
    funds_shown_on: Mapped[date]
    funds_document_id: Mapped[UUID]
    signed_on: Mapped[date]
    lapses_on: Mapped[date]
    instalments: Mapped[int]
    guarantee: Mapped[str]
    total_yuan: Mapped[Decimal] = mapped_column(Yuan)
    document_id: Mapped[UUID]
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Item(CountyKey, Base):
    """An item of the compensation, in yuan."""

    __tablename__ = "item"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID]
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    what: Mapped[str]
    amount_yuan: Mapped[Decimal] = mapped_column(Yuan)
    kind: Mapped[str]


class Payment(CountyKey, Base):
    """A payment to a right holder's account, by its receipt. No desk reads the account again, only its end."""

    __tablename__ = "payment"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID]
    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    account_sealed: Mapped[bytes] = mapped_column(deferred=True)
    account_masked: Mapped[str]
    amount_yuan: Mapped[Decimal] = mapped_column(Yuan)
    paid_on: Mapped[date]
    receipt: Mapped[str]
    document_id: Mapped[UUID]
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Event(CountyKey, Base):
    """A step of an exit that has no table of its own: notice, minors, withdrawal, lapse, return. on_day: the day that counts."""

    __tablename__ = "event"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID]
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    number: Mapped[str]
    on_day: Mapped[date]
    way: Mapped[str]
    said: Mapped[str]
    document_id: Mapped[UUID | None]
    by: Mapped[UUID]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
