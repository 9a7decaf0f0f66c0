"""Listings with their parcels, photos, papers and course, takers, deals and deals that fell.

A row is said once; how a listing stands follows from its events.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, DateTime, LargeBinary, Numeric, Text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from landreg.core.periods import beijing_day
from landreg.core.tables import Base, CountyKey
from landreg.core.units import MU_PER_M2

Instant = DateTime(timezone=True)
Price = Numeric(12, 2)
Area = Numeric(14, 2)
SCHEMA = {"schema": "exchange"}


class Listing(CountyKey, Base):
    """Land offered on the exchange. from_on, until_on: half-open days. unit: what price and floor count. floor: the least
    that is taken; kept back, the household alone reads it, and no desk this column (floor_queries.py);
    floor_mark: drawn beside it, so that it cannot be tried out on the leaf. closes_on: the last day
    of publication. instead_of: the listing that came back and is listed anew. slope: class of the land survey, where it is said.
    resolution: of a collective, what its members decided; None where `said` holds it, as it did before.
    handed_closes_on, handed_from_on: as it was handed in, where it was published later and both days moved with that.
    state: what its last event made it, kept by the database as these are. area_mu: the sum of its parcels' printed figures.
    """

    __tablename__ = "listing"
    __table_args__ = SCHEMA

    listing_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    kind: Mapped[str]
    source: Mapped[str]
    right_id: Mapped[UUID | None]
    household_id: Mapped[UUID | None]
    household_code: Mapped[str]
    way: Mapped[str]
    to_whom: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    unit: Mapped[str]
    grain: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Price)
    floor: Mapped[Decimal | None] = mapped_column(Price, deferred=True, deferred_raiseload=True)
    floor_mark: Mapped[UUID | None] = mapped_column(deferred=True, deferred_raiseload=True)
    floor_shown: Mapped[bool]
    escalator_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    paid_every: Mapped[str]
    paid_before: Mapped[bool]
    crop: Mapped[str]
    water: Mapped[str]
    road: Mapped[str]
    soil: Mapped[str]
    said: Mapped[str]
    area_m2: Mapped[Decimal] = mapped_column(Area)
    closes_on: Mapped[date]
    listed_by: Mapped[UUID]
    listed_by_name: Mapped[str]
    agent_id: Mapped[UUID | None]
    agent_act_id: Mapped[UUID | None]
    instead_of: Mapped[UUID | None]
    listed_at: Mapped[datetime] = mapped_column(Instant)
    slope: Mapped[str | None]
    resolution: Mapped[str | None]
    handed_closes_on: Mapped[date | None]
    handed_from_on: Mapped[date | None]
    state: Mapped[str]
    if TYPE_CHECKING:
        area_mu: Mapped[Decimal]

    @property
    def published_for(self) -> int:
        """The days of its publication, as it was handed in."""
        days: int = ((self.handed_closes_on or self.closes_on) - beijing_day(self.listed_at)).days
        return days


class ListingParcel(CountyKey, Base):
    """A parcel of a listing. part: what is listed of it, in the parcel's own zone; None: the whole."""

    __tablename__ = "listing_parcel"
    __table_args__ = SCHEMA

    listing_id: Mapped[UUID] = mapped_column(primary_key=True)
    parcel_code: Mapped[str] = mapped_column(primary_key=True)
    area_m2: Mapped[Decimal] = mapped_column(Area)
    part: Mapped[Any | None] = mapped_column(Geometry("POLYGON", spatial_index=False))


class ListingPhoto(CountyKey, Base):
    """A photo of what is listed; the file lies in the store by its digest."""

    __tablename__ = "listing_photo"
    __table_args__ = SCHEMA

    listing_id: Mapped[UUID]
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    sha256: Mapped[str]
    size: Mapped[int]


class ListingPaper(CountyKey, Base):
    """A paper that a listing was handed in with, one of a kind; the file lies in the store by its digest."""

    __tablename__ = "listing_paper"
    __table_args__ = SCHEMA

    listing_id: Mapped[UUID]
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]


class ListingEvent(CountyKey, Base):
    """A step of a listing: who did it, when, and what was said."""

    __tablename__ = "listing_event"
    __table_args__ = SCHEMA

    listing_id: Mapped[UUID]
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    said: Mapped[str]
    by_id: Mapped[UUID]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


class Taker(CountyKey, Base):
    """Who may take land. code: of a household or an organisation, '' of a person, whose number is sealed."""

    __tablename__ = "taker"
    __table_args__ = SCHEMA

    taker_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    code: Mapped[str]
    household_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    id_digest: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    contact: Mapped[str]
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime] = mapped_column(Instant)


def mu_printed(parcel: type[Any], *own: sa.ColumnElement[bool]) -> sa.ScalarSelect[Decimal]:
    """An area in mu over several parcels: the sum of the figures that each is printed with. As `core.units.total_mu`."""
    figures = sa.func.sum(sa.func.round(parcel.area_m2 * MU_PER_M2, 2), type_=Area)
    return sa.select(figures).where(*own).correlate_except(parcel).scalar_subquery()


Listing.area_mu = column_property(
    mu_printed(ListingParcel, ListingParcel.county == Listing.county, ListingParcel.listing_id == Listing.listing_id)
)


class Deal(CountyKey, Base):
    """That a listing goes to a taker at a price. by: how it was decided. parcels: that the taker gives in an exchange."""

    __tablename__ = "deal"
    __table_args__ = SCHEMA

    deal_id: Mapped[UUID] = mapped_column(primary_key=True)
    listing_id: Mapped[UUID]
    taker_id: Mapped[UUID]
    way: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Price)
    unit: Mapped[str]
    by: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[UUID]
    decided_by_name: Mapped[str]
    parcels: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))


class DealFall(CountyKey, Base):
    """That a deal does not stand, and why. given_up_by: the taker, the contractor, or nobody; None of what was said before that was
    asked, the taker. ground: own, of the side's account; paper, of its writing at the desk; demand, of one that was served on
    served_on and gave until until_on; over, as its days are; None of what was said before it was asked. sha256, paper: the writing,
    or what shows it was served.
    """

    __tablename__ = "deal_fall"
    __table_args__ = SCHEMA

    deal_id: Mapped[UUID] = mapped_column(primary_key=True)
    given_up_by: Mapped[str | None]
    ground: Mapped[str | None]
    sha256: Mapped[str | None]
    paper: Mapped[str | None]
    served_on: Mapped[date | None]
    until_on: Mapped[date | None]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[UUID]
    by_name: Mapped[str]
