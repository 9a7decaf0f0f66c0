"""Rows of bidding by their county and ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

T = TypeVar("T")


def row_of(session: Session, table: type[T], county: str, **values: UUID | str) -> T | None:
    """The only row of a table with these ids that the actor sees."""
    return session.scalars(sa.select(table).filter_by(county=county, **values)).one_or_none()


def rows_of(session: Session, table: type[T], county: str, order: Any, **values: UUID) -> Sequence[T]:
    """All of them, in an order."""
    return session.scalars(sa.select(table).filter_by(county=county, **values).order_by(order)).all()
