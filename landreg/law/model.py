"""A county's own dated figures."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey


class CountyParameter(CountyKey, Base):
    """One figure that a county set itself, from a day on. The newest one set for a day is in force."""

    __tablename__ = "county_parameter"
    __table_args__ = {"schema": "law"}  # noqa: RUF012

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str]
    value: Mapped[str]
    since: Mapped[date]
    decided_in: Mapped[str]
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]
