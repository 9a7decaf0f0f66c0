"""Sealed bids: officers' public keys, envelopes, the officers' shares, what was opened. A row is said once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey
from landreg.exchange.bidding.model import By
from landreg.exchange.model import SCHEMA, Instant, Price


class OfficerKey(CountyKey, Base):
    """An officer's public key. The private one never comes here."""

    __tablename__ = "officer_key"
    __table_args__ = SCHEMA

    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    account_name: Mapped[str]
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)


class SealedBid(CountyKey, Base):
    """A bid that nobody can read before the opening (rules.sealing). Of an entrant's the last counts."""

    __tablename__ = "sealed_bid"
    __table_args__ = SCHEMA

    sealed_id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID]
    entrant_id: Mapped[UUID]
    plate: Mapped[int]
    seq: Mapped[int]
    iv: Mapped[bytes] = mapped_column(LargeBinary)
    cipher: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped_one: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped_two: Mapped[bytes] = mapped_column(LargeBinary)
    digest_one: Mapped[str]
    digest_two: Mapped[str]
    commitment: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[UUID]


class SealedShare(CountyKey, By, Base):
    """An officer's half of a bid's key, given after the close. share: None where what the bidder handed in does not give it."""

    __tablename__ = "sealed_share"
    __table_args__ = SCHEMA

    sale_id: Mapped[UUID]
    sealed_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    share: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class OpenedBid(CountyKey, By, Base):
    """A sealed bid as it was opened; slip '': its own bidder had locked it wrongly."""

    __tablename__ = "opened_bid"
    __table_args__ = SCHEMA

    sale_id: Mapped[UUID]
    sealed_id: Mapped[UUID] = mapped_column(primary_key=True)
    entrant_id: Mapped[UUID]
    plate: Mapped[int]
    price: Mapped[Decimal | None] = mapped_column(Price)
    nonce: Mapped[str]
    slip: Mapped[str]
