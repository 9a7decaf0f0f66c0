"""What tables share: the declarative base, the county key, the two clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CHAR,
    JSON,
    ColumnElement,
    Date,
    DateTime,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from landreg.core.asof import AsOf


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


def standing(table: Any, asked: AsOf) -> ColumnElement[bool]:
    """The rows in force on a day as they were said at an instant. A filter on rows found by key, not a way to find them."""
    return and_(table.recorded.contains(asked.said), table.valid.contains(asked.valid))


def standing_then(table: Any) -> ColumnElement[bool]:
    """`standing`, of the parameters `said` and `valid` (`AsOf.values`): for a statement that is built once and asked often."""
    said, valid = bindparam("said", type_=DateTime(timezone=True)), bindparam("valid", type_=Date())
    return and_(table.recorded.contains(said), table.valid.contains(valid))


def stands(row: Any, asked: AsOf) -> bool:
    """`standing`, of a row that has been read."""
    return bool(row.recorded.contains(asked.said) and row.valid.contains(asked.valid))


@cache
def rows_by(table: Any, *columns: str, order: str = "") -> Select[Any]:
    """The rows of a table by some of its columns, each a parameter of its own name: built once, since a page that asks for a
    dozen things spends longer on building its questions than on their answers.
    """
    found = select(table).where(*(getattr(table, column) == bindparam(column) for column in columns))
    return found.order_by(getattr(table, order)) if order else found


def among(column: Any, words: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column is one of some words of the program's own. They stand in the statement, so that a plan that is kept knows
    how rare they are; with parameters the database would plan anew each time.
    """
    found: ColumnElement[bool] = column.in_([literal_column(f"'{word}'") for word in words])
    return found


@lru_cache(maxsize=64)
def in_force(table: Any) -> ColumnElement[bool]:
    """The rows by which the register stands today: said still, and holding on; what held until some day is history.

    Kept by table: an act asks for it a dozen times.
    """
    return and_(func.upper_inf(table.recorded), func.upper_inf(table.valid))
