"""Rights and what they rest on, with two clocks. Written by `registry.booking` only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey, TwoClocks


class Contract(CountyKey, TwoClocks, Base):
    """A land contract (承包合同). code: 19 signs. term: half-open days. mode: NY/T 2539 code C.6."""

    __tablename__ = "contract"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID]
    code: Mapped[str]
    collective_id: Mapped[UUID]
    household_id: Mapped[UUID]
    mode: Mapped[str]
    term: Mapped[Range[date]] = mapped_column(DATERANGE)
    signed_on: Mapped[date | None] = mapped_column(Date)
    area_m2: Mapped[Decimal]
    mu: Mapped[Decimal]


class Right(CountyKey, TwoClocks, Base):
    """A right (RRR). right_id is the same through all its rows. excess_m2: what a homestead has over what is confirmed;
    confirmed_by: its approval, its use since before 1982, or the county's limit."""

    __tablename__ = "right"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    right_id: Mapped[UUID]
    kind: Mapped[str]
    code: Mapped[str]
    household_id: Mapped[UUID]
    contract_id: Mapped[UUID | None]
    term: Mapped[Range[date] | None] = mapped_column(DATERANGE)
    area_m2: Mapped[Decimal]
    mu: Mapped[Decimal]
    excess_m2: Mapped[Decimal]
    confirmed_by: Mapped[str]
    footprint_m2: Mapped[Decimal | None]
    floor_area_m2: Mapped[Decimal | None]
    floors: Mapped[int | None]
    built_on: Mapped[date | None] = mapped_column(Date)
    nature: Mapped[str]
    note: Mapped[str]


class RightHolder(CountyKey, TwoClocks, Base):
    """A household's share of a right; the shares of one row add up to one (CT-2)."""

    __tablename__ = "right_holder"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    right_row: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    numerator: Mapped[int]
    denominator: Mapped[int]


class RightParcel(CountyKey, TwoClocks, Base):
    """A parcel under a right, with the area that the right rests on. signed_on: the day of the contract by which it came under a
    right that another contract made, by an assignment or an exchange; None where the right's own contract gave it.
    """

    __tablename__ = "right_parcel"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    right_row: Mapped[UUID] = mapped_column(primary_key=True)
    parcel_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    position: Mapped[int]
    area_m2: Mapped[Decimal]
    mu: Mapped[Decimal]
    note: Mapped[str]
    signed_on: Mapped[date | None] = mapped_column(Date)


class Restriction(CountyKey, TwoClocks, Base):
    """A restriction on a right. rank: on its land, 1 is in force, later ones wait. amount: yuan secured. until: its last day.

    bars_transfer: of a mortgage, whether it was agreed that the right is not transferred; None where that was not asked.
    party_kind: whom it stands for is an organization (party_code: social credit code), a household (its code, party_id) or a
    person (party_id, of `identity`); None of an office, and of who was registered by name alone. parcels: on which of the
    right's it lies; None where it lies on all.
    """

    __tablename__ = "restriction"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    restriction_id: Mapped[UUID]
    kind: Mapped[str]
    right_id: Mapped[UUID]
    rank: Mapped[int]
    party: Mapped[str]
    basis: Mapped[str]
    amount: Mapped[Decimal | None]
    until: Mapped[date | None] = mapped_column(Date)
    bars_transfer: Mapped[bool | None]
    party_kind: Mapped[str | None]
    party_code: Mapped[str | None]
    party_id: Mapped[UUID | None]
    parcels: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
