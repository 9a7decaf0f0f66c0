"""Rows that a leaf tells of whole: as text when they are written, and read again from their tables by `landreg log recheck`.

The text enters as a personal fact, which the log salts: rows name people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session, undefer

from landreg.core.tables import Base
from landreg.log.recheck_register import Keyed, Source
from landreg.log.recheck_rows import Restated

Told = tuple[dict[str, Any], dict[str, str]]
"""What anyone may read in a leaf, and what enters it salted."""


def row_text(row: Base, *, but: frozenset[str], later: frozenset[str] = frozenset()) -> str:
    """A row as text: its columns by their names. but: those of which no leaf tells. later: those that came after leaves had told
    of the table; a row that says nothing there has the text that it always had.
    """
    columns = sorted(column.key for column in type(row).__table__.columns if column.key not in but)
    said = (name for name in columns if name not in later or getattr(row, name) is not None)
    return "; ".join(f"{name}={_plain(getattr(row, name))}" for name in said)


def row_key(row: Any, names: Sequence[str]) -> str:
    """What names a row in the log: its values of these columns."""
    return ":".join(str(getattr(row, name)) for name in names)


@dataclass(frozen=True)
class TableSource:
    """The rows of a table as their leaves tell of them. beside: tables whose rows are told along, and the column that both have;
    `told` is given the row and a sequence of each. whole: columns that other reads leave out.
    """

    table: Any
    key: Sequence[str]
    told: Callable[..., Told]
    beside: Sequence[tuple[Any, str]] = ()
    where: Any = None
    whole: Sequence[Any] = ()

    def __call__(self, session: Session) -> Iterator[Restated]:
        along = [(_gathered(session, other, shared), shared) for other, shared in self.beside]
        asked = sa.select(self.table).options(*(undefer(column) for column in self.whole))
        if self.where is not None:
            asked = asked.where(self.where)
        for row in session.scalars(asked):
            told = self.told(row, *(rows.get(getattr(row, shared), ()) for rows, shared in along))
            yield row_key(row, self.key), *told


def told_along(sources: Iterable[Source | Keyed]) -> Mapping[Any, Sequence[tuple[TableSource, str]]]:
    """By table whose rows are told along with others: the sources that tell of them, and the column that both have."""
    found: dict[Any, list[tuple[TableSource, str]]] = {}
    for source in sources:
        if isinstance(source, TableSource):
            for other, shared in source.beside:
                found.setdefault(other, []).append((source, shared))
    return found


def left_alone(session: Session, sources: Iterable[Source | Keyed]) -> Iterator[tuple[str, str]]:
    """Rows that would be told along with another that is not there: table and key."""
    for other, by in told_along(sources).items():
        there = [sa.exists().where(getattr(one.table, shared) == getattr(other, shared)) for one, shared in by]
        names = [column.key for column in sa.inspect(other).primary_key if column.key != "county"]
        for row in session.scalars(sa.select(other).where(~sa.or_(*there))):
            yield str(other.__table__), row_key(row, names)


def _gathered(session: Session, table: Any, shared: str) -> Mapping[Any, Sequence[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in session.scalars(sa.select(table)):
        found.setdefault(getattr(row, shared), []).append(row)
    return found


def _plain(value: Any) -> str:
    if isinstance(value, WKBElement):
        return f"{value.srid}:{to_shape(value).wkb_hex}"
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return value.isoformat() if hasattr(value, "astimezone") and hasattr(value, "isoformat") else str(value)
