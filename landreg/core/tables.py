"""What tables share: the declarative base, the county key, the two clocks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CHAR, JSON, Text
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Tables are made by migrations; classes only map them."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text(), dict[str, Any]: JSON()}


class CountyKey:
    """County leads every key, so that the register can be spread by county. `village` is today's division code."""

    county: Mapped[str] = mapped_column(CHAR(6), primary_key=True)
    village: Mapped[str]


class TwoClocks:
    """valid: days on which the law says it holds. recorded: instants at which the register said so. Half-open."""

    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    recorded: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    act_id: Mapped[UUID]
    ended_by_act: Mapped[UUID | None]
