"""Webhooks of clients, what is to be delivered to them, and answers kept by key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey


class Webhook(CountyKey, Base):
    """Where a client wants to be told of what kinds. village: the division that the client works for."""

    __tablename__ = "webhook"
    __table_args__ = {"schema": "exchange"}  # noqa: RUF012

    webhook_id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID]
    client_name: Mapped[str]
    url: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret_sealed: Mapped[bytes] = mapped_column(deferred=True)
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]


class Delivery(CountyKey, Base):
    """What one webhook is to be told. state: due, done, dead. next_at: when it is tried next."""

    __tablename__ = "delivery"
    __table_args__ = {"schema": "exchange"}  # noqa: RUF012

    delivery_id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID]
    kind: Mapped[str]
    body: Mapped[str]
    made_at: Mapped[datetime]
    state: Mapped[str]
    attempts: Mapped[int]
    next_at: Mapped[datetime]


class Attempt(CountyKey, Base):
    """One try of a delivery. answered: HTTP status, 0 for none. said: why it failed, in our words."""

    __tablename__ = "attempt"
    __table_args__ = {"schema": "exchange"}  # noqa: RUF012

    delivery_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    answered: Mapped[int]
    said: Mapped[str]
    at: Mapped[datetime]


class KeptAnswer(CountyKey, Base):
    """What a client was answered under a key of its own."""

    __tablename__ = "kept_answer"
    __table_args__ = {"schema": "exchange"}  # noqa: RUF012

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    asked_digest: Mapped[bytes]
    status: Mapped[int]
    answer_sealed: Mapped[bytes]
    at: Mapped[datetime]
