"""SQLite files that strangers made, read within bounds: what a file holds, and nothing that it would make up or do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from gis.faults import PackageFault

Row = TypeVar("Row")
LEAST_ROW = 4
"""Bytes that no row of a database can do without."""
STEPS, STEPS_A_BYTE, BEAT = 1_000_000_000, 50, 1_000_000
"""Steps that SQLite may take to read a table, in all and for each byte of its file; every so many it is asked."""
MOST_BYTES = 256 << 20
"""The largest single value that SQLite is let make, pictures and shapes included."""


def is_sqlite(path: Path) -> bool:
    """Whether a file begins as SQLite's do; the ending .db is that of other programs' files too."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def stored_tables(database: sqlite3.Connection) -> list[str]:
    """Tables whose rows are in the file itself: a view, or a table that a module makes up, may have rows without end."""
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY rowid")
    return [name for (name,) in found if isinstance(name, str)]


@contextmanager
def sqlite(path: Path, table: str | None = None) -> Iterator[sqlite3.Connection]:
    """A read-only connection; what SQLite refuses becomes a PackageFault, which names the table that is read.

    A hostile file is kept within bounds: what its views, triggers and modules would do is refused, and its reading ends
    after so many steps as a file of its size can ask for.
    """
    named = {} if table is None else {"table": table}
    beats = iter(range((STEPS + STEPS_A_BYTE * path.stat().st_size) // BEAT))
    spent = False

    def beat() -> bool:
        nonlocal spent
        spent = next(beats, None) is None
        return spent

    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
            database.set_progress_handler(beat, BEAT)
            database.set_authorizer(_allowed)
            database.execute("SELECT name FROM sqlite_master LIMIT 1")
            yield database
    except sqlite3.DatabaseError as error:
        kind = "wrong_encoding" if "decode" in str(error) else "not_a_database"
        if spent:
            kind, named = "too_many_steps", {"table": "—", **named}
        raise PackageFault(kind, path, {"why": str(error), **named}) from error


_HARMLESS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA}


def _allowed(action: int, _first: str | None, _second: str | None, _database: str | None, inside: str | None) -> int:
    """SQLite's question whether a statement may do something. inside: the view or trigger that would."""
    return sqlite3.SQLITE_OK if action in _HARMLESS and inside is None else sqlite3.SQLITE_DENY


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def in_its_file(rows: Iterable[Row], path: Path, table: str) -> Iterator[Row]:
    """The rows of a table, as long as its file has room for them: pages that name each other have rows without end."""
    most = path.stat().st_size // LEAST_ROW
    for number, row in enumerate(rows, 1):
        if number > most:
            raise PackageFault("too_many_rows", path, {"table": table, "most": most})
        yield row
