"""The review of businesses that take land in, their reserve, and the watch on the land. A row is said once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey
from landreg.exchange.bidding.model import By
from landreg.exchange.model import SCHEMA

Mu = Numeric(12, 2)


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
    """What the review came to: passed, refused, or withdrawn by who asked for it. took_part: who reviewed, of which side; sha256,
    paper: of what they found; None of what was withdrawn, or decided before that was asked.
    """

    __tablename__ = "qualification_decision"
    __table_args__ = SCHEMA

    qualification_id: Mapped[UUID] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    said: Mapped[str]
    took_part: Mapped[str | None]
    sha256: Mapped[str | None]
    paper: Mapped[str | None]


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
    """How land that was taken in is used, as seen on the spot on a day: of a deal, or of a contract that came of none."""

    __tablename__ = "land_watch"
    __table_args__ = SCHEMA

    watch_id: Mapped[UUID] = mapped_column(primary_key=True)
    deal_id: Mapped[UUID | None]
    contract_id: Mapped[UUID | None]
    kind: Mapped[str]
    said: Mapped[str]
    on_day: Mapped[date]
