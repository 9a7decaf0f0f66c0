"""Attribute tables as counties deliver them: Access (.mdb, through mdbtools), SQLite, CSV. Text is kept as text:
codes keep their leading zeros, areas their decimals.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from gis.columns import Columns
from gis.faults import PackageFault

ACCESS = {".mdb", ".accdb"}
SQLITE = {".sqlite", ".sqlite3", ".db", ".db3"}
CSV = {".csv", ".txt"}
TABLE_SUFFIXES = ACCESS | SQLITE | CSV
csv.field_size_limit(1 << 20)
PATIENCE_S = 600.0
"""How long mdbtools may work on a table, and how long they may say nothing of its names."""


def is_sqlite(path: Path) -> bool:
    """Whether a file begins as SQLite's do; the ending .db is that of other programs' files too."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def table_names(path: Path) -> tuple[str, ...]:
    """Names of the tables in a file; a CSV is one table named as the file. Raises PackageFault."""
    suffix = path.suffix.lower()
    if suffix in ACCESS:
        return tuple(name for name in _mdb("mdb-tables", "-1", path).splitlines() if name.strip())
    if suffix in SQLITE:
        with sqlite(path) as database:
            found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
            return tuple(name for (name,) in found if not name.startswith(("sqlite_", "gpkg_", "rtree_")))
    return (path.stem,)


def table_head(path: Path, name: str) -> tuple[str, ...]:
    """The column names of one table, as they are in the file. Raises PackageFault."""
    suffix = path.suffix.lower()
    if suffix in SQLITE:
        with sqlite(path) as database:
            head = tuple(row[1] for row in database.execute(f"PRAGMA table_info({quoted(name)})"))
    else:
        head = tuple(next(_rows(path, name), ()))
    if not head:
        raise PackageFault("missing_table", path, {"table": name})
    return tuple(head)


def read_table(path: Path, name: str, *, batch: int = 50_000) -> Iterator[Columns]:
    """The rows of one table in batches, all columns as trimmed text. Raises PackageFault."""
    head: Sequence[str] = table_head(path, name)
    rows = _sqlite_rows(path, name) if path.suffix.lower() in SQLITE else islice(_rows(path, name), 1, None)
    number = 1
    while block := list(islice(rows, batch)):
        for row in block:
            number += 1
            if len(row) != len(head):
                raise PackageFault("ragged_row", path, {"table": name, "line": number, "values": len(row)})
        yield Columns.of_text(dict(zip(head, zip(*block, strict=True), strict=True)))


@contextmanager
def sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection; what SQLite refuses becomes a PackageFault."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("SELECT count(*) FROM sqlite_master")
            yield database
    except sqlite3.OperationalError as error:
        kind = "wrong_encoding" if "decode" in str(error) else "not_a_database"
        raise PackageFault(kind, path, {"why": str(error)}) from error
    except sqlite3.DatabaseError as error:
        raise PackageFault("not_a_database", path, {"why": str(error)}) from error


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _sqlite_rows(path: Path, name: str) -> Iterator[Sequence[str]]:
    """All values as text made by SQLite itself, which saves a call a value; what is not text or number is left out."""
    with sqlite(path) as database:
        head = [quoted(row[1]) for row in database.execute(f"PRAGMA table_info({quoted(name)})")]
        cells = ", ".join(
            f"CASE typeof({c}) WHEN 'text' THEN {c} WHEN 'blob' THEN '' ELSE ifnull({c}, '') || '' END" for c in head
        )
        yield from database.execute(f"SELECT {cells} FROM {quoted(name)}")


def as_text(value: object) -> str:
    """A database value as the text of a delivery; what is not text or number (pictures) is left out."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, bytes) else repr(value)


def _rows(path: Path, name: str) -> Iterator[Sequence[str]]:
    """The rows of an Access table or a CSV, its head first."""
    if path.suffix.lower() in ACCESS:
        yield from _mdb_rows(path, name)
    else:
        yield from _csv_rows(path)


def _mdb_rows(path: Path, name: str) -> Iterator[Sequence[str]]:
    command = [_program("mdb-export", path), "-b", "strip", "-D", "%Y-%m-%d", "-T", "%Y-%m-%d", str(path), name]
    # What it complains of goes to a file: a damaged table can fill a pipe that nobody reads until the end.
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as process,  # noqa: S603
        _ended_in(process, PATIENCE_S),
    ):
        assert process.stdout is not None  # noqa: S101 - asked for above
        yield from _parsed(process.stdout, "utf-8", path)
        if process.wait():
            complaints.seek(0)
            why = complaints.read(200).decode("utf-8", "replace").strip()
            raise PackageFault("not_a_database", path, {"table": name, "why": why})


@contextmanager
def _ended_in(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """Kill a program that is not through in its time, or whose reader has gone."""
    watch = Timer(seconds, process.kill)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        process.kill()


def _mdb(program: str, option: str, path: Path) -> str:
    command = [_program(program, path), option, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise PackageFault("not_a_database", path, {"why": f"{program}: {PATIENCE_S:.0f} s"}) from error
    if done.returncode:
        raise PackageFault("not_a_database", path, {"why": done.stderr.decode("utf-8", "replace").strip()[:200]})
    return done.stdout.decode("utf-8", "replace")


def _program(name: str, path: Path) -> str:
    found = shutil.which(name)
    if found is None:
        raise PackageFault("no_reader", path, {"program": name, "debian_package": "mdbtools"})
    return found


def _csv_rows(path: Path) -> Iterator[Sequence[str]]:
    with path.open("rb") as file:
        yield from _parsed(file, _csv_encoding(path), path)


def _csv_encoding(path: Path) -> str:
    """UTF-8 where the whole file is UTF-8, with or without a mark at its head; else GBK, as Excel writes it here."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise PackageFault("wrong_encoding", path, {"declared": "none: UTF-8 or GBK"})


def _parsed(stream: IO[bytes], encoding: str, path: Path) -> Iterator[Sequence[str]]:
    lines = (line.decode(encoding) for line in stream)
    if encoding == "utf-8-sig":
        lines = (line.removeprefix("\ufeff") for line in lines)
    try:
        yield from (row for row in csv.reader(lines) if row)
    except UnicodeDecodeError as error:
        raise PackageFault("wrong_encoding", path, {"declared": encoding, "byte": error.start}) from error
    except csv.Error as error:
        raise PackageFault("not_a_database", path, {"why": str(error)}) from error
