"""Attribute tables as counties deliver them: Access (.mdb, through mdbtools), SQLite, CSV. Text is kept as text:
codes keep their leading zeros, areas their decimals.
"""

from __future__ import annotations

import codecs
import csv
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from gis.columns import Columns
from gis.faults import PackageFault
from gis.sqlitefile import in_its_file, quoted, sqlite, stored_tables

ACCESS = {".mdb", ".accdb"}
SQLITE = {".sqlite", ".sqlite3", ".db", ".db3"}
CSV = {".csv", ".txt"}
TABLE_SUFFIXES = ACCESS | SQLITE | CSV
MOST_TABLES = 1_000
MOST_COLUMNS = 512
MOST_CELL = 2_540
"""Signs in a value: ten times what the standard's longest field takes."""
MOST_RECORD = 1 << 20
"""Bytes of one row of a CSV."""
csv.field_size_limit(MOST_RECORD)
HELD = 64_000_000
"""Signs of a batch that are held at a time: its rows, each as wide as the widest."""
SOME = 200
IN_CHINESE = {"MDB_JET3_CHARSET": "GBK", "MDBICONV": "UTF-8"}
"""Text of files of Access 97 is in the encoding of the Windows that wrote it; of later ones it says itself what it is."""
PATIENCE_S = 600.0
"""How long mdbtools may work on a table, and how long they may say nothing of its names."""


def table_names(path: Path) -> tuple[str, ...]:
    """Names of the tables in a file; a CSV is one table named as the file. Raises PackageFault."""
    suffix = path.suffix.lower()
    if suffix not in ACCESS | SQLITE:
        return (path.stem,)
    if suffix in ACCESS:
        names = [name for name in _mdb(path, "mdb-tables", "-1", str(path)).splitlines() if name.strip()]
    else:
        with sqlite(path) as database:
            names = [n for n in stored_tables(database) if not n.startswith(("sqlite_", "gpkg_", "rtree_"))]
    if len(names) > MOST_TABLES:
        raise PackageFault("too_many_tables", path, {"count": len(names), "most": MOST_TABLES})
    return tuple(names)


def table_head(path: Path, name: str) -> tuple[str, ...]:
    """The column names of one table, as they are in the file. Raises PackageFault."""
    suffix = path.suffix.lower()
    if suffix in SQLITE:
        with sqlite(path, name) as database:
            head = tuple(row[1] for row in database.execute(f"PRAGMA table_info({quoted(name)})"))
    else:
        head = tuple(next(_rows(path, name), ()))
    if not head:
        raise PackageFault("missing_table", path, {"table": name})
    if len(head) > MOST_COLUMNS:
        raise PackageFault("too_many_columns", path, {"table": name, "count": len(head), "most": MOST_COLUMNS})
    return tuple(head)


def read_table(
    path: Path, name: str, *, batch: int = 50_000, widths: Mapping[str, int] | None = None
) -> Iterator[Columns]:
    """The rows of one table in batches, columns as trimmed text. widths: the columns that are wanted, and how many signs a
    value of each may have; all of them, and MOST_CELL, by default. A batch with long values has fewer rows than `batch`.
    Raises PackageFault."""
    head: Sequence[str] = table_head(path, name)
    most = {
        at: (widths or {}).get(column, MOST_CELL)
        for at, column in enumerate(head)
        if widths is None or column in widths
    }
    if path.suffix.lower() in SQLITE:
        columns = [head[at] for at in most]
        rows, most = _sqlite_rows(path, name, columns), dict(enumerate(most.values()))
        head = columns
    else:
        rows = islice(_rows(path, name), 1, None)
    for block in _blocks(rows, _Bounds(path, name, head, most), batch):
        yield Columns.of_text({head[at]: block[at] for at in most})


@dataclass
class _Bounds:
    """What the rows of a table must keep to. most: signs a value may have, by the column's place."""

    path: Path
    table: str
    head: Sequence[str]
    most: Mapping[int, int]
    rows: int = 0

    def of(self, some: Sequence[Sequence[str]]) -> tuple[list[tuple[str, ...]], list[int]]:
        """Some rows by column, and how wide each column that is wanted is. Raises PackageFault."""
        for number, row in enumerate(some, self.rows + 2):
            if len(row) != len(self.head):
                raise PackageFault("ragged_row", self.path, {"table": self.table, "line": number, "values": len(row)})
        columns = list(zip(*some, strict=True))
        wide = [max(map(len, columns[at])) for at in self.most]
        for (at, most), found in zip(self.most.items(), wide, strict=True):
            if found > most:
                line = self.rows + 2 + next(n for n, value in enumerate(columns[at]) if len(value) > most)
                raise PackageFault("cell_too_long", self.path, {
                    "table": self.table, "column": self.head[at], "line": line, "signs": found, "most": most})  # fmt: skip
        self.rows += len(some)
        return columns, wide


def _blocks(rows: Iterator[Sequence[str]], bounds: _Bounds, batch: int) -> Iterator[list[list[str]]]:
    """Rows by column, as many at a time as `batch` and HELD allow."""
    block: list[list[str]] = [[] for _ in bounds.head]
    held, widest = 0, [0] * len(bounds.most)
    while some := list(islice(rows, min(SOME, batch - held))):
        columns, wide = bounds.of(some)
        wider = list(map(max, widest, wide))
        if held and (held + len(some)) * sum(wider) > HELD:
            yield block
            block, held, wider = [[] for _ in bounds.head], 0, wide
        for kept, column in zip(block, columns, strict=True):
            kept.extend(column)
        held, widest = held + len(some), wider
        if held == batch:
            yield block
            block, held, widest = [[] for _ in bounds.head], 0, [0] * len(bounds.most)
    if held:
        yield block


def _sqlite_rows(path: Path, name: str, columns: Sequence[str]) -> Iterator[Sequence[str]]:
    """Values as text made by SQLite itself, which saves a call a value; what is not text or number is left out: all bytes
    come after any of these in its order, and nothing comes before or after NULL."""
    with sqlite(path, name) as database:
        cells = ", ".join(
            f"CASE WHEN {c} < x'' COLLATE BINARY THEN CAST({c} AS TEXT) ELSE '' END" for c in map(quoted, columns)
        )
        yield from in_its_file(database.execute(f"SELECT {cells or 'NULL'} FROM {quoted(name)}"), path, name)


def as_text(value: object) -> str:
    """A database value as the text of a delivery; what is not text or number (pictures) is left out."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, bytes) else repr(value)


def _rows(path: Path, name: str) -> Iterator[Sequence[str]]:
    """The rows of an Access table or a CSV, its head first; one that is blank, in each of its cells, is none."""
    rows = _mdb_rows(path, name) if path.suffix.lower() in ACCESS else _csv_rows(path, name)
    yield from (row for row in rows if any(cell.strip() for cell in row))


def _mdb_rows(path: Path, name: str) -> Iterator[Sequence[str]]:
    command = [_program("mdb-export", path), "-b", "strip", "-D", "%Y-%m-%d", "-T", "%Y-%m-%d", str(path), name]
    # What it complains of goes to a file: a damaged table can fill a pipe that nobody reads until the end.
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.PIPE, stderr=complaints, env={**os.environ, **IN_CHINESE}
        ) as process,
        _ended_in(process, PATIENCE_S),
    ):
        assert process.stdout is not None  # noqa: S101 - asked for above
        found = -1  # less the head
        for row in _parsed(process.stdout, "utf-8", path, name):
            found += 1
            yield row
        if process.wait():
            complaints.seek(0)
            why = complaints.read(200).decode("utf-8", "replace").strip()
            raise PackageFault("not_a_database", path, {"table": name, "why": why})
    # A file that was cut lacks pages: mdbtools pass over them, but the table still says how many rows it had.
    count = _mdb(path, "mdb-count", str(path), name).strip()
    if count.isdecimal() and int(count) > found:
        raise PackageFault("rows_lost", path, {"table": name, "count": int(count), "found": max(found, 0)})


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


def _mdb(path: Path, program: str, *options: str) -> str:
    command = [_program(program, path), *options]
    try:
        environment = {**os.environ, **IN_CHINESE}
        done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S, env=environment)  # noqa: S603
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


def _csv_rows(path: Path, name: str) -> Iterator[Sequence[str]]:
    with path.open("rb") as file:
        yield from _parsed(file, _csv_encoding(path), path, name)


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
    with path.open("rb") as raw:
        wide = raw.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    raise PackageFault(
        "wrong_encoding", path, {"declared": "none: UTF-8 or GBK", **({"looks_like": "UTF-16"} if wide else {})}
    )


def _parsed(stream: IO[bytes], encoding: str, path: Path, name: str) -> Iterator[Sequence[str]]:
    """The rows of a CSV, its head first."""
    taken = number = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        while line := stream.readline(MOST_RECORD + 1 - taken):
            taken += len(line)
            if taken > MOST_RECORD:
                raise PackageFault("record_too_long", path, {"table": name, "line": number + 1, "most": MOST_RECORD})
            yield line.decode(encoding).removeprefix("\ufeff") if encoding == "utf-8-sig" else line.decode(encoding)

    try:
        for row in csv.reader(lines()):
            taken, number = 0, number + 1
            yield row
    except UnicodeDecodeError as error:
        raise PackageFault("wrong_encoding", path, {"declared": encoding, "byte": error.start}) from error
    except csv.Error as error:
        raise PackageFault("not_a_database", path, {"table": name, "why": str(error)}) from error
