"""The rows of a worker's clone between tests: emptied for each, and what many tests arrange alike kept and put back.

`kept(superuser, asked, make)` makes a thing once a worker. Asked again on the same rows, it puts back the rows, the
sequences and the files that `make` left, and gives what it gave. On any other rows it is made as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

import psycopg

from landreg.access.sealing import key_file
from landreg.config import Settings
from landreg.core.periods import beijing_day

Connection = psycopg.Connection[tuple[Any, ...]]
Look = dict[str, tuple[int, int | None, int]]
"""By table: how many rows, the last transaction that wrote one, bytes. By sequence: 1 if it was ever asked, and its value."""
Made = TypeVar("Made")
LARGE = 400_000  # bytes
PATIENCE = 10.0  # seconds

_TABLES = """SELECT format('%I.%I', n.nspname, c.relname), c.oid::int FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\\_%'
        AND n.nspname NOT IN ('information_schema', 'public') ORDER BY 1"""
_SEQUENCES = """SELECT format('%I.%I', schemaname, sequencename), start_value FROM pg_sequences
    WHERE schemaname <> 'public' ORDER BY 1"""
_GOING = """SELECT pid, usename, state, left(query, 200) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        AND xact_start IS NOT NULL"""
_FORGET = """UPDATE pg_class AS c SET relpages = s.relpages, reltuples = s.reltuples, relallvisible = s.relallvisible
    FROM pg_temp.sizes AS s WHERE c.oid = s.oid AND c.oid >= 16384 AND c.reltuples <> s.reltuples;
    DELETE FROM pg_statistic WHERE starelid >= 16384
        AND (starelid, staattnum, stainherit) NOT IN (SELECT * FROM pg_temp.judged)"""
# Each statement keeps a plan of its own: what was written to one table lets no other be planned anew. An empty file is neither
# read nor told of: most are, and every test looks several times.
_LOOK = """CREATE FUNCTION pg_temp.look() RETURNS TABLE (name text, rows bigint, last bigint, bytes bigint) STABLE LANGUAGE plpgsql
    AS $$ BEGIN {} END $$"""
_TABLE = """bytes := pg_relation_size({1});
    IF bytes > 0 THEN name := '{0}'; SELECT count(*), max(xmin::text::bigint) INTO rows, last FROM {0}; RETURN NEXT; END IF;"""
_SEQUENCE = "name := '{0}'; bytes := 0; SELECT is_called::int, last_value INTO rows, last FROM {0}; RETURN NEXT;"
_STATISTICS = """name := 'statistics'; bytes := 0; SELECT count(*), max(xmin::text::bigint) INTO rows, last FROM pg_statistic;
    RETURN NEXT;"""
# A generated column cannot be written.
_COLUMNS = """SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"""


@dataclass(frozen=True)
class _Kept:
    """What `make` gave, and what it left behind. copies: by table its content, and how many rows. files: by path."""

    given: Any
    copies: Mapping[str, tuple[bytes, int]]
    sequences: Mapping[str, int]
    files: Mapping[Path, bytes]


class Clone:
    """A worker's clone as the superuser sees it, past its triggers."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self.connection = connection
        self.folders = (settings.checkpoints, settings.store)
        connection.execute("SET lock_timeout = '10s'; SET session_replication_role = replica")
        self.tables: dict[str, int] = dict(connection.execute(_TABLES).fetchall())
        self.sequences: dict[str, int] = dict(connection.execute(_SEQUENCES).fetchall())
        self.columns = {table: connection.execute(_COLUMNS, [table]).fetchone()[0] for table in self.tables}  # type: ignore[index]
        self.things: dict[Hashable, _Kept] = {}
        self.nothing: Look = dict.fromkeys(self.tables, (0, None, 0))
        looks = [_TABLE.format(*table) for table in self.tables.items()]
        looks += [_SEQUENCE.format(name) for name in self.sequences]
        connection.execute(_LOOK.format(" ".join([*looks, _STATISTICS])))
        self.empty = self.look()
        connection.execute(
            "CREATE TEMPORARY TABLE sizes AS SELECT oid, relpages, reltuples, relallvisible FROM pg_class"
        )
        connection.execute("CREATE TEMPORARY TABLE judged AS SELECT starelid, staattnum, stainherit FROM pg_statistic")
        self.first = {table: self._content(table) for table in self.tables if self.empty[table][0]}
        self.now: Look = dict(self.empty)
        """The rows as they were last known, and what they are called; any other rows have no name."""
        self.name: Hashable = ()

    def look(self) -> Look:
        """What every table and sequence holds now, in one statement."""
        found = self.connection.execute("SELECT name, rows, last, bytes FROM pg_temp.look()", prepare=True)
        return self.nothing | {name: (rows, last, size) for name, rows, last, size in found}

    def __call__(self) -> None:
        """Empty the clone: what migrations put there stays. Only tables that hold or lost rows are touched."""
        self._alone()
        found, todo = self.look(), []
        back = [table for table in self.first if _differ(found, self.empty, table)]
        todo += [f"DELETE FROM {table}" for table in back]
        full = [table for table in self.tables if table not in self.first and found[table][0]]
        # A truncation makes new files for a table and all its indexes; deleting a few rows is ten times faster.
        large = [table for table in full if found[table][2] > LARGE]
        if large:
            todo.append(f"TRUNCATE {', '.join(large)} CASCADE")
        todo += [f"DELETE FROM {table}" for table in full if table not in large]
        todo += [f"SELECT setval('{name}', {first}, false)" for name, first in self.sequences.items() if found[name][0]]
        # Statistics of what a test wrote, left on an emptied table, make plans for the next one that run for minutes.
        judged = _differ(found, self.empty, "statistics")
        todo += [_FORGET] if judged else []
        if todo:
            self.connection.execute("; ".join(todo))
        for table in back:
            self._put(table, self.first[table])
        if back or judged:
            self.empty = self.look()
        self.now, self.name = dict(self.empty), ()

    def _alone(self) -> None:
        """Wait for what a thread or a killed process of the test before has still open: its rows would come after the emptying.

        Raises TimeoutError with the statements of those who do not end.
        """
        until = monotonic() + PATIENCE
        while going := self.connection.execute(_GOING, prepare=True).fetchall():
            if monotonic() > until:
                raise TimeoutError(f"still open in the clone of the test before: {going}")
            sleep(0.01)

    def keep(self, asked: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives: made now, or, where it was made before on the same rows and on this day, put back."""
        before = self.look()
        if any(_differ(before, self.now, name) for name in before):
            return make()
        # A making on another day is another, since terms and notices run by days; so is one that seals with another key.
        key = (self.name, asked, beijing_day(datetime.now(UTC)), key_file().read_bytes())
        if key in self.things:
            self.now = {**before, **self._restore(self.things[key], before)}
        else:
            files = _files(self.folders)
            given = make()
            self.now = self.look()
            self.things[key] = self._take(before, files, given)
        self.name = key
        return deepcopy(self.things[key].given)  # type: ignore[no-any-return]

    def _take(self, before: Look, files: Mapping[Path, tuple[int, int]], given: object) -> _Kept:
        after = self.now
        changed = [name for name in after if _differ(before, after, name)]
        copies = {table: (self._content(table), after[table][0]) for table in changed if table in self.tables}
        sequences = {name: after[name][1] or 0 for name in changed if name in self.sequences}
        found = _files(self.folders)
        written = {path: path.read_bytes() for path, mark in found.items() if files.get(path) != mark}
        return _Kept(deepcopy(given), copies, sequences, written)

    def _restore(self, thing: _Kept, before: Look) -> Look:
        """Put back what was kept, in one transaction; what its tables and sequences hold then."""
        todo = [f"DELETE FROM {table}" for table in thing.copies if before[table][0]]
        todo += [f"SELECT setval('{name}', {value})" for name, value in thing.sequences.items()]
        with self.connection.transaction():
            self.connection.execute("; ".join([*todo, "SELECT"]))
            for table, (content, rows) in thing.copies.items():
                if rows:
                    self._put(table, content)
            asked = self.connection.execute("SELECT pg_current_xact_id()::xid::text::bigint", prepare=True)
            (written,) = asked.fetchone() or (None,)
        for path, content in thing.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        tables = {table: (rows, written if rows else None, 0) for table, (_, rows) in thing.copies.items()}
        return tables | {name: (1, value, 0) for name, value in thing.sequences.items()}

    def _content(self, table: str) -> bytes:
        with self.connection.cursor().copy(f"COPY {table} ({self.columns[table]}) TO STDOUT (FORMAT binary)") as copy:
            return b"".join(copy)

    def _put(self, table: str, content: bytes) -> None:
        with self.connection.cursor().copy(f"COPY {table} ({self.columns[table]}) FROM STDIN (FORMAT binary)") as copy:
            copy.write(content)


def _differ(one: Look, other: Look, name: str) -> bool:
    return one[name][:2] != other[name][:2]


def _files(folders: tuple[Path, ...]) -> dict[Path, tuple[int, int]]:
    """By path: when it was written, and its bytes."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in found}


_clones: dict[str, Clone] = {}
"""By the name of the database: this worker's one."""


def know(clone: Clone) -> None:
    """Keep things in this clone from now on."""
    _clones[_address(clone.connection)] = clone


def kept(superuser: Connection, asked: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` gives and leaves, made or put back; in another database than the worker's clone it is made."""
    clone = _clones.get(_address(superuser))
    return make() if clone is None else clone.keep(asked, make)


def _address(connection: Connection) -> str:
    info = connection.info
    return f"{info.host}:{info.port}/{info.dbname}"
