"""Sales with their entrants, deposits and bids, sealed bids and their opening, offers, the members' priority, qualification.

A row is said once; where a sale stands (`SaleClock`) the database keeps.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import FetchedValue, LargeBinary, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey
from landreg.exchange.model import SCHEMA, Instant, Price

Mu = Numeric(12, 2)


class By:
    """Who said it, when."""

    by: Mapped[UUID]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


class Sale(CountyKey, Base):
    """A round of bidding on a listing. soft_seconds: how long an auction goes on after a bid. officers, keys: of sealed bids."""

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
    """A sale that was cancelled, whose bids were opened, or that failed."""

    __tablename__ = "sale_event"
    __table_args__ = SCHEMA

    sale_id: Mapped[UUID]
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    said: Mapped[str]


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
    """An officer's half of a bid's key, given after the close."""

    __tablename__ = "sealed_share"
    __table_args__ = SCHEMA

    sale_id: Mapped[UUID]
    sealed_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    share: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


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


class Offer(CountyKey, By, Base):
    """A step of a negotiation between a taker and the household. until_day: to which the price may be accepted."""

    __tablename__ = "offer"
    __table_args__ = SCHEMA

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    listing_id: Mapped[UUID]
    taker_id: Mapped[UUID]
    seq: Mapped[int]
    side: Mapped[str]
    kind: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Price)
    until_day: Mapped[date]
    said: Mapped[str]


class Priority(CountyKey, By, Base):
    """Terms at which somebody who is no member would take the land, open to the members until last_day."""

    __tablename__ = "priority"
    __table_args__ = SCHEMA

    priority_id: Mapped[UUID] = mapped_column(primary_key=True)
    listing_id: Mapped[UUID]
    taker_id: Mapped[UUID]
    way: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Price)
    unit: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]


class PriorityNotice(CountyKey, Base):
    """A household that must be told; drawn from the register by the database when the window opens."""

    __tablename__ = "priority_notice"
    __table_args__ = SCHEMA

    priority_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_code: Mapped[str]


class PriorityTold(CountyKey, By, Base):
    """Evidence that a household was told, or all of them (posted)."""

    __tablename__ = "priority_told"
    __table_args__ = SCHEMA

    told_id: Mapped[UUID] = mapped_column(primary_key=True)
    priority_id: Mapped[UUID]
    household_id: Mapped[UUID | None]
    way: Mapped[str]
    sha256: Mapped[str]
    paper: Mapped[str]
    on_day: Mapped[date]


class PriorityClaim(CountyKey, By, Base):
    """A member's claim on the same terms. mark: drawn by the database, for the lot among several."""

    __tablename__ = "priority_claim"
    __table_args__ = SCHEMA

    claim_id: Mapped[UUID] = mapped_column(primary_key=True)
    priority_id: Mapped[UUID]
    taker_id: Mapped[UUID]
    household_id: Mapped[UUID]
    mark: Mapped[UUID] = mapped_column(server_default=FetchedValue())


class Qualification(CountyKey, By, Base):
    """A business asks to be reviewed for so much land in all. due_on: the last day of the review."""

    __tablename__ = "qualification"
    __table_args__ = SCHEMA

    qualification_id: Mapped[UUID] = mapped_column(primary_key=True)
    taker_id: Mapped[UUID]
    area_mu: Mapped[Decimal] = mapped_column(Mu)
    purpose: Mapped[str]
    experience: Mapped[str]
    due_on: Mapped[date]


class QualificationPaper(CountyKey, Base):
    """A paper of a review; the file lies in the store by its digest."""

    __tablename__ = "qualification_paper"
    __table_args__ = SCHEMA

    qualification_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]


class QualificationDecision(CountyKey, By, Base):
    """What the review came to."""

    __tablename__ = "qualification_decision"
    __table_args__ = SCHEMA

    qualification_id: Mapped[UUID] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    said: Mapped[str]


class Reserve(CountyKey, By, Base):
    """The risk reserve of a taker: paid in, returned, or used for the household or the land."""

    __tablename__ = "reserve"
    __table_args__ = SCHEMA

    reserve_id: Mapped[UUID] = mapped_column(primary_key=True)
    taker_id: Mapped[UUID]
    kind: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    receipt: Mapped[str]
    on_day: Mapped[date]
    said: Mapped[str]


class LandWatch(CountyKey, By, Base):
    """How land that was taken in is used, as seen on the spot on a day."""

    __tablename__ = "land_watch"
    __table_args__ = SCHEMA

    watch_id: Mapped[UUID] = mapped_column(primary_key=True)
    deal_id: Mapped[UUID]
    kind: Mapped[str]
    said: Mapped[str]
    on_day: Mapped[date]
