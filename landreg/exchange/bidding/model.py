"""Sales with their entrants, deposits and open bids.

A row is said once; where a sale stands (`SaleClock`) the database keeps.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey
from landreg.exchange.model import SCHEMA, Instant, Price


class By:
    """Who said it, when."""

    by: Mapped[UUID]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


class Sale(CountyKey, Base):
    """A round of bidding on a listing. soft_seconds: how long an auction goes on after a bid. officers, keys: of sealed bids.
    grain_yuan: of a price in grain, what a kg cost when the deposit was reckoned.
    """

    __tablename__ = "sale"
    __table_args__ = SCHEMA

    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    listing_id: Mapped[UUID]
    round: Mapped[int]
    way: Mapped[str]
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    start_price: Mapped[Decimal] = mapped_column(Price)
    step: Mapped[Decimal] = mapped_column(Price)
    deposit_yuan: Mapped[Decimal] = mapped_column(Price)
    deposit_by: Mapped[datetime] = mapped_column(Instant)
    soft_seconds: Mapped[int]
    most_times: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    officer_one: Mapped[UUID | None]
    officer_two: Mapped[UUID | None]
    key_one: Mapped[UUID | None]
    key_two: Mapped[UUID | None]
    grain_yuan: Mapped[Decimal | None] = mapped_column(Numeric())
    set_by: Mapped[UUID]
    set_by_name: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(Instant)


class SaleClock(CountyKey, Base):
    """Where a sale stands, kept by the database under a lock: leading price and plate, closing instant. over: what ended it."""

    __tablename__ = "sale_clock"
    __table_args__ = SCHEMA

    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    seq: Mapped[int]
    price: Mapped[Decimal | None] = mapped_column(Price)
    entrant_id: Mapped[UUID | None]
    plate: Mapped[int | None]
    last_at: Mapped[datetime] = mapped_column(Instant)
    entrants: Mapped[int]
    over: Mapped[str]


class SaleEvent(CountyKey, By, Base):
    """A sale that was cancelled, whose bids were opened, that failed, or of whose bidders nobody is left (spent)."""

    __tablename__ = "sale_event"
    __table_args__ = SCHEMA

    sale_id: Mapped[UUID]
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    said: Mapped[str]


class SaleStop(CountyKey, By, Base):
    """That a sale for which somebody has bid is to be called off, as one officer asks; another does it. ground: a word of
    terms.toml, stop_ground. sha256, paper: of what shows it.
    """

    __tablename__ = "sale_stop"
    __table_args__ = SCHEMA

    stop_id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID]
    ground: Mapped[str]
    said: Mapped[str]
    sha256: Mapped[str]
    paper: Mapped[str]


class Entrant(CountyKey, By, Base):
    """A taker in a sale. plate: the number under which it bids in public. member: a household of the collective."""

    __tablename__ = "entrant"
    __table_args__ = SCHEMA

    entrant_id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID]
    taker_id: Mapped[UUID]
    plate: Mapped[int]
    member: Mapped[bool]


class Deposit(CountyKey, By, Base):
    """A deposit paid, or what became of it, by its receipt. The register moves no money."""

    __tablename__ = "deposit"
    __table_args__ = SCHEMA

    deposit_id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID]
    entrant_id: Mapped[UUID]
    kind: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Price)
    receipt: Mapped[str]
    on_day: Mapped[date]
    said: Mapped[str]


class Bid(CountyKey, Base):
    """A bid in an open auction. seq, plate, at, closes_at: as the database took it, under the sale's lock."""

    __tablename__ = "bid"
    __table_args__ = SCHEMA

    bid_id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID]
    seq: Mapped[int]
    entrant_id: Mapped[UUID]
    plate: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Numeric())
    at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[UUID]
