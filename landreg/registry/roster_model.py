"""Rosters of renewals (延包名册): what was drawn up, who is on it, and what the members decided."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey

Instant = DateTime(timezone=True)


class Roster(CountyKey, Base):
    """A collective's contracts whose last days lie in a window, and the members' decision on renewing them.

    adjusts, ground: whether the plan moves land, and why. members, present, in_favour: counted at the assembly. explained: why the
    members are fewer than the persons whom the register has.
    """

    __tablename__ = "renewal"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    renewal_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    collective_id: Mapped[UUID]
    collective_code: Mapped[str]
    collective: Mapped[str]
    ends_from: Mapped[date]
    ends_until: Mapped[date]
    adjusts: Mapped[bool]
    ground: Mapped[str]
    state: Mapped[str]
    drawn_by: Mapped[UUID]
    drawn_at: Mapped[datetime] = mapped_column(Instant)
    plan_id: Mapped[UUID]
    approval_id: Mapped[UUID | None]
    batch_id: Mapped[UUID | None]
    members: Mapped[int | None]
    present: Mapped[int | None]
    in_favour: Mapped[int | None]
    held_on: Mapped[date | None]
    minutes_id: Mapped[UUID | None]
    explained: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class RosterEntry(CountyKey, Base):
    """A contract on a roster. aside: treated by itself for `reasons`; said: in words. put_at: when it was put aside or back by
    hand. requests: the documents in which its household asked for it, the last one last. case_id: where it goes with the rest.
    """

    __tablename__ = "renewal_entry"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    renewal_id: Mapped[UUID] = mapped_column(primary_key=True)
    right_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    household_code: Mapped[str]
    holder: Mapped[str]
    ends_on: Mapped[date]
    area_m2: Mapped[Decimal]
    mu: Mapped[Decimal]
    parcels: Mapped[int]
    aside: Mapped[bool]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    said: Mapped[str]
    put_by: Mapped[UUID | None]
    put_at: Mapped[datetime | None] = mapped_column(Instant)
    requests: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list)
    case_id: Mapped[UUID | None]
