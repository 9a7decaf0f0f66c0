"""Exits as rows: what was asked, each member's word, offers, the agreement and its items, payments, papers, and how it went on.

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
    """What a household asks to give back. parcels: of its contract, none named: all. minors: members under age when it asked.

    shares: income shares that go back with it, by the charter of the collective. cut_parcel: the parcel of which a part is given
    back; cut_m2: so much of its registered area, as it was drawn.
    """

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
    shares: Mapped[Decimal | None]
    charter_document_id: Mapped[UUID | None]
    cut_parcel: Mapped[str | None]
    cut_m2: Mapped[Decimal | None]


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


class Offer(CountyKey, Base):
    """What the household would be paid by the county's figures of a day, beside leasing the land out.

    missing: figures that the county has not set: what stands on them is not in it. lease_yuan: what leases pay over the same
    years, reckoned to today, summed_yuan: added up, staying_yuan: to the end of the next term; none where it cannot be said.
    leases: the prices that these stand on, in words.
    """

    __tablename__ = "offer"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID]
    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    made_on: Mapped[date]
    total_yuan: Mapped[Decimal] = mapped_column(Yuan)
    floor_yuan: Mapped[Decimal] = mapped_column(Yuan)
    land_yuan: Mapped[Decimal] = mapped_column(Yuan)
    lease_yuan: Mapped[Decimal | None] = mapped_column(Yuan)
    summed_yuan: Mapped[Decimal | None] = mapped_column(Yuan)
    staying_yuan: Mapped[Decimal | None] = mapped_column(Yuan)
    leases: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    missing: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    made_by: Mapped[UUID]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)


class OfferItem(CountyKey, Base):
    """A line of an offer: its kind and class, its sum, the floor below which it may not be agreed, and how it was reckoned."""

    __tablename__ = "offer_item"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID]
    offer_id: Mapped[UUID]
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    kind: Mapped[str]
    of_class: Mapped[str]
    amount_yuan: Mapped[Decimal] = mapped_column(Yuan)
    floor_yuan: Mapped[Decimal] = mapped_column(Yuan)
    said: Mapped[list[str]] = mapped_column(ARRAY(Text()))


class Agreement(CountyKey, Base):
    """The agreement on the compensation. lapses_on: the last day on which it may still be paid. offer_id: the offer before it."""

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
    offer_id: Mapped[UUID | None]


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


class Repayment(CountyKey, Base):
    """What a household gave back of a compensation, its exit being over without an act."""

    __tablename__ = "repayment"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID]
    repayment_id: Mapped[UUID] = mapped_column(primary_key=True)
    amount_yuan: Mapped[Decimal] = mapped_column(Yuan)
    repaid_on: Mapped[date]
    receipt: Mapped[str]
    document_id: Mapped[UUID]
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Paper(CountyKey, Base):
    """A paper of an exit as it was handed out: the same bytes for ever. subject_id: the row that it tells of."""

    __tablename__ = "paper"
    __table_args__ = SCHEMA

    exit_id: Mapped[UUID]
    paper_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    pdf_sha256: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[UUID]
    sample: Mapped[bool]


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
