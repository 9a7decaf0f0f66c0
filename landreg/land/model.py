"""Divisions, survey packages with their findings, registered parcels. Staged rows are written and read in bulk."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, DateTime, LargeBinary, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey, TwoClocks


class Division(Base):
    """An administrative division. level: prefecture, county, township or village; code of 4, 6, 9 or 12 digits."""

    __tablename__ = "division"
    __table_args__ = {"schema": "land"}  # noqa: RUF012

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    parent: Mapped[str]
    urban_rural: Mapped[str]
    urban_rural_year: Mapped[int | None]


class DivisionAlias(Base):
    """A county's code before it was changed. Registered codes keep the old digits and are never rewritten."""

    __tablename__ = "division_alias"
    __table_args__ = {"schema": "land"}  # noqa: RUF012

    old: Mapped[str] = mapped_column(primary_key=True)
    new: Mapped[str]
    since: Mapped[date]


class Package(CountyKey, Base):
    """A survey package as received. changes: table to lists of added, removed and changed codes against `supersedes`, with
    their counts; "findings" to what became of those of the check before (`rechecked`)."""

    __tablename__ = "package"
    __table_args__ = {"schema": "land"}  # noqa: RUF012

    package_id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    name: Mapped[str]
    state: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_by: Mapped[UUID]
    epsg: Mapped[int | None]
    refusals: Mapped[int]
    warnings: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    supersedes: Mapped[UUID | None]


class PackageFinding(CountyKey, Base):
    """A finding on a package. facts: the values its sentence names."""

    __tablename__ = "package_finding"
    __table_args__ = {"schema": "land"}  # noqa: RUF012

    package_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    level: Mapped[str]
    layer: Mapped[str | None]
    subject: Mapped[str | None]
    field: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    place: Mapped[Any | None] = mapped_column(Geometry("POINT", 4326))


class Upload(CountyKey, Base):
    """A file sent to be checked as a package. state: waiting, checking, done (package_id is set), failed (findings) or
    cancelled. cancelled_by: who called it back; the worker then stops, and makes that its state."""

    __tablename__ = "upload"
    __table_args__ = {"schema": "land"}  # noqa: RUF012

    upload_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    file_sha256: Mapped[str]
    size: Mapped[int]
    state: Mapped[str]
    step: Mapped[str]
    percent: Mapped[int | None]
    sent_by: Mapped[UUID]
    sent_by_name: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancelled_by: Mapped[UUID | None]
    cancelled_by_name: Mapped[str | None]
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    package_county: Mapped[str | None]
    package_id: Mapped[UUID | None]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    @property
    def shown_state(self) -> str:
        """The state as a reader is told it: what failed for what the file is, not for a fault of ours, was not taken in
        (a package that was refused has a report; this has none); what was
        called back while it waited is cancelled, while it was checked is stopping."""
        if self.cancelled_by is not None:
            return "stopping" if self.state == "checking" else "cancelled"
        ours = any(finding["code"].startswith("SYS-") for finding in self.findings)
        return "not_taken" if self.state == "failed" and self.findings and not ours else self.state

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """The findings for which it was not taken in, without what was merely noted."""
        return [finding for finding in self.findings if finding.get("level") != "warn"]

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What was noted beside the reasons, and hinders nothing."""
        return [finding for finding in self.findings if finding.get("level") == "warn"]


class Parcel(CountyKey, TwoClocks, Base):
    """A registered parcel. code: as registered, with the county digits it had then; `county` is today's.

    surveyed_area_m2, registered_area_m2 and ellipsoidal_area_m2 are three figures; none overwrites another.
    """

    __tablename__ = "parcel"
    __table_args__ = {"schema": "land"}  # noqa: RUF012

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    parcel_id: Mapped[UUID]
    code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    geom: Mapped[Any] = mapped_column(Geometry("POLYGON", spatial_index=False))
    geom_3857: Mapped[Any] = mapped_column(Geometry("POLYGON", 3857, spatial_index=False))
    surveyed_area_m2: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    registered_area_m2: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    ellipsoidal_area_m2: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    mu: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    land_class: Mapped[str]
    soil_grade: Mapped[str]
    land_use: Mapped[str]
    basic_farmland: Mapped[bool | None]
    neighbour_east: Mapped[str]
    neighbour_south: Mapped[str]
    neighbour_west: Mapped[str]
    neighbour_north: Mapped[str]
    package_id: Mapped[UUID | None]


class ParcelOrigin(CountyKey, TwoClocks, Base):
    """That a parcel came out of another one (parcel_id out of origin_id), by the act that split, merged or cut it."""

    __tablename__ = "parcel_origin"
    __table_args__ = {"schema": "land"}  # noqa: RUF012

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    parcel_id: Mapped[UUID]
    origin_id: Mapped[UUID]


class ParcelSerial(CountyKey, Base):
    """The last running number that was given to a parcel of a group (the first 14 digits of its code)."""

    __tablename__ = "parcel_serial"
    __table_args__ = {"schema": "land"}  # noqa: RUF012

    prefix: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
