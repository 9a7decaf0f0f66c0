"""Searches that are kept, what they found, and what is to be sent of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey
from landreg.exchange.model import SCHEMA, Instant


class SavedSearch(CountyKey, Base):
    """A search of an account (channel `app`), or of an address that confirmed it. Ended, it holds no address any more.

    query: as `Asked.query`. looked_until: what was published until then has been looked at. seen_at: when its owner last looked.
    """

    __tablename__ = "saved_search"
    __table_args__ = SCHEMA

    search_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None]
    channel: Mapped[str]
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    language: Mapped[str]
    query: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    looked_until: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)


class Found(CountyKey, Base):
    """A listing that a search found, by its number."""

    __tablename__ = "found"
    __table_args__ = SCHEMA

    search_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    found_at: Mapped[datetime] = mapped_column(Instant)


class Message(CountyKey, Base):
    """What is to be sent: address, subject and text sealed together, blanked when it has gone or is given up."""

    __tablename__ = "message"
    __table_args__ = SCHEMA

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    search_id: Mapped[UUID]
    channel: Mapped[str]
    kind: Mapped[str]
    message_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    given_up_at: Mapped[datetime | None] = mapped_column(Instant)
