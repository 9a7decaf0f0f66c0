"""On the way to a deal: offers, and the members' priority with its notices, evidence and claims. A row is said once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ARRAY, FetchedValue, Text
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey
from landreg.exchange.bidding.model import By
from landreg.exchange.model import SCHEMA, Price


class Offer(CountyKey, By, Base):
    """A step of a negotiation between a taker and the household. until_day: to which the price may be accepted. parcels: what the
    taker gives in an exchange; None of any other kind.
    """

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
    parcels: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))


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
    """A member's claim on the same terms. mark: drawn by the database, for the lot among several.

    agent_act_id: of an agent who claimed. came: who came to the counter, as which member_id or with which power of attorney, then
    by their card as which mandatary_id; witness: who saw it. None of them where the household's own account claimed.
    """

    __tablename__ = "priority_claim"
    __table_args__ = SCHEMA

    claim_id: Mapped[UUID] = mapped_column(primary_key=True)
    priority_id: Mapped[UUID]
    taker_id: Mapped[UUID]
    household_id: Mapped[UUID]
    mark: Mapped[UUID] = mapped_column(server_default=FetchedValue())
    agent_act_id: Mapped[UUID | None]
    came: Mapped[str | None]
    witness: Mapped[str | None]
    member_id: Mapped[UUID | None]
    mandatary_id: Mapped[UUID | None]
    sha256: Mapped[str | None]
    paper: Mapped[str | None]

    @property
    def way(self) -> str:
        """How it was claimed: own, agent or counter."""
        return "counter" if self.came else "agent" if self.agent_act_id else "own"


class PassedOver(CountyKey, By, Base):
    """Whose turn it was, and who may not take the land; why: the codes of the rules that stood against it."""

    __tablename__ = "passed_over"
    __table_args__ = SCHEMA

    passed_id: Mapped[UUID] = mapped_column(primary_key=True)
    listing_id: Mapped[UUID]
    taker_id: Mapped[UUID]
    why: Mapped[str]
    said: Mapped[str]


class SecondChance(CountyKey, By, Base):
    """A bidder who comes next after a winner fell, and is asked at their bid. until_day: the last on which they may answer."""

    __tablename__ = "second_chance"
    __table_args__ = SCHEMA

    chance_id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID]
    entrant_id: Mapped[UUID]
    price: Mapped[Decimal] = mapped_column(Price)
    until_day: Mapped[date]


class ChanceAnswer(CountyKey, By, Base):
    """What that bidder said: yes, or no. agent_act_id: where an agent said it for the household."""

    __tablename__ = "chance_answer"
    __table_args__ = SCHEMA

    chance_id: Mapped[UUID] = mapped_column(primary_key=True)
    answer: Mapped[str]
    agent_act_id: Mapped[UUID | None]
