"""Read a package into tables and arrays: once, in batches, keeping only what rules ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gis.columns import NO_NUMBER
from gis.nyt2539 import TABLES
from gis.shapefile import Batch, Columns, Package, PackageFault, Source, read_layer, read_table
from gis.shapes import Shapes
from landreg.core.errors import Finding
from landreg.land import survey_columns as cells
from landreg.land.rules.facts import KEY, Bytes, Notes, Table, filled, plain, prefix
from landreg.land.rules.geometry import join_shapes
from landreg.land.survey_text import odd_text

Progress = Callable[[str, int, int], None]
PutAside = Callable[[str, Columns], None]
"""What is done with some rows of an attribute table besides."""

AREAS = ("DK", "ZJD", "ZJQY", "CJQY", "XJQY", "XJXZQ", "JBNTBHQ")
"""Layers of areas that rules look at as such."""
TABLE_KINDS = (
    "FBF", "CBF", "CBF_JTCY", "CBHT", "CBDKXX", "CBJYQZDJB", "LZHT", "QSLYZLFJ", "CBJYQZ", "CBJYQZ_QZBF", "CBJYQZ_QZHF",
    "CBJYQZ_QZZX",
)  # fmt: skip
CODES = {
    "DKBM", "FBFBM", "CBFBM", "CBHTBM", "YCBHTBM", "LZHTBM", "CBJYQZBM", "SRFBM", "ZDDM", "BDCDYH", "ZJQYDM", "CJQYDM",
    "XJQYDM", "XZQDM", "YSDM", "CBFZJHM", "CYZJHM", "FZRZJHM", "YHZGX", "TDLYLX", "QZLQRZJHM", "BFLQRZJHM", "HFLQRZJHM",
}  # fmt: skip
TEXTS = {"QLXZ", "FBFMC", "CBFMC", "CYXM", "QLRMC", "FBFFZRXM", "CBQX", "LZQX", "YZBM", "LXDH", "CBJYQZLSH"}
TOLD = {"DKDZ", "DKXZ", "DKNZ", "DKBZ"}
"""Columns of which rules ask only whether anything stands there: of a million parcels their first byte alone is kept."""
DATES = {"JGRQ"}


@dataclass(eq=False)
class Blank:
    """How often a column is blank, and the first row where it is."""

    column: str
    rows: int = 0
    subject: str = ""
    first: int = 0


@dataclass(eq=False)
class Reading:
    """A table while it is read, batch after batch."""

    kind: str
    fields: set[str] = field(default_factory=set)
    rows: int = 0
    text: dict[str, list[Bytes]] = field(default_factory=dict)
    amounts: dict[str, list[Any]] = field(default_factory=dict)
    blanks: dict[str, Blank] = field(default_factory=dict)
    unreadable: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    delivered: dict[str, list[tuple[int, Bytes]]] = field(default_factory=dict)

    def take(self, columns: Columns, notes: Notes, keep: set[str] | None = None) -> None:
        """Keep what rules ask for of one batch (or `keep` only), and look at the rest once."""
        kind = TABLES[self.kind]
        start = self.rows
        self.rows += columns.rows
        self.fields |= set(columns)
        keys = cells.codes(columns.utf8(KEY[self.kind])) if keep is None and KEY.get(self.kind) in columns else None
        for name in columns:
            known = kind.fields.get(name)
            if known is None or (keep is not None and name not in keep):
                continue
            if known.type in ("Int", "Float"):
                self._amounts(columns, name, start)
                continue
            values = columns.utf8(name)
            self._undecodable(columns, name, start, keys, notes)
            if name not in CODES and not known.code_table:
                odd_text(values, known, self.kind, start, keys, notes)
            blank = values == b""
            blank[list(columns.undecodable(name))] = False
            self._blank(name, blank, keys, start)
            if name in CODES or known.code_table or known.type == "Date" or name in DATES:
                folded = cells.coded(values, name)
                if folded is not values and not np.array_equal(folded, values):
                    self.delivered.setdefault(name, []).append((start, values))
                self._text_of(name, start).append(folded)
            elif name in TEXTS:
                self._text_of(name, start).append(values)
            elif name in TOLD:
                self._text_of(name, start).append(prefix(values, 1))
        for name, parts in self.text.items():
            if name not in columns:
                parts.append(np.zeros(columns.rows, dtype="S1"))
        for name, parts in self.amounts.items():
            if name not in columns:
                parts.append(np.full(columns.rows, NO_NUMBER, dtype=np.int64))

    def _text_of(self, name: str, start: int) -> list[Bytes]:
        """The batches of a column; one that no file before had is blank in the rows before."""
        if name not in self.text:
            self.text[name] = [np.zeros(start, dtype="S1")] if start else []
        return self.text[name]

    def _amounts(self, columns: Columns, name: str, start: int) -> None:
        made = columns.hundredths(name)
        if name not in self.amounts:
            self.amounts[name] = [np.full(start, NO_NUMBER, dtype=np.int64)] if start else []
        self.amounts[name].append(made)
        doubtful = np.flatnonzero(made == NO_NUMBER)
        given = columns[name][doubtful] if doubtful.size else ()
        odd = [(start + int(row), str(value)) for row, value in zip(doubtful, given, strict=True) if value]
        self.unreadable.setdefault(name, []).extend(odd)

    def _undecodable(self, columns: Columns, name: str, start: int, keys: Bytes | None, notes: Notes) -> None:
        for row in columns.undecodable(name):
            subject = plain(keys[row]) if keys is not None else None
            notes.add(Finding("PKG-15", name, {"row": start + row + 1, "column": name}, self.kind, subject or None))

    def _blank(self, name: str, blank_: Any, keys: Bytes | None, start: int) -> None:
        empty = np.flatnonzero(blank_)
        if empty.size:
            blank = self.blanks.setdefault(name, Blank(name))
            if not blank.rows:
                blank.first = start + int(empty[0]) + 1
            if not blank.subject and keys is not None:
                named = empty[filled(keys[empty])]
                blank.subject = plain(keys[named[0]]) if named.size else ""
            blank.rows += int(empty.size)

    def table(self) -> Table:
        """The whole table, which this reading then no longer holds."""
        made = Table(self.kind, self.rows, frozenset(self.fields), unreadable=self.unreadable, delivered=self.delivered)
        for name in list(self.text):
            made.text[name] = cells.concatenated(self.text.pop(name))
        for name in list(self.amounts):
            made.amounts[name] = np.concatenate(self.amounts.pop(name))
        assert {len(column) for column in (*made.text.values(), *made.amounts.values())} <= {self.rows}  # noqa: S101
        for name, known in TABLES[self.kind].fields.items():
            if (known.type == "Date" or name in DATES) and name in made.text:
                made.days[name] = cells.days(made.text[name])
        return made


def not_put_aside(_kind: str, _columns: Columns) -> None:
    """Rows that nobody stages."""


def read_tables(
    package: Package, notes: Notes, progress: Progress, put_aside: PutAside
) -> tuple[dict[str, Table], dict[str, Reading]]:
    """Every attribute table, each batch of which is also `put_aside`. A file that breaks off in the midst is noted (PKG-4), and
    its rows are left out."""
    tables, readings = {}, {}
    for kind in TABLE_KINDS:
        sources = package.tables.get(kind, ())
        if not sources:
            continue
        reading = Reading(kind)
        for source in sources:
            for columns in whole(read_table(source), source, notes):
                reading.take(columns, notes)
                put_aside(kind, columns)
                progress("read", reading.rows, sum(s.rows or 0 for s in sources))
        readings[kind] = reading
        tables[kind] = reading.table()
    return tables, readings


def read_areas(
    package: Package, notes: Notes, progress: Progress
) -> tuple[dict[str, Table], dict[str, Shapes], dict[str, Reading]]:
    """The layers of areas: their attributes and their shapes."""
    tables, shapes, readings = {}, {}, {}
    for kind in AREAS:
        sources = package.layers.get(kind, ())
        if not sources:
            continue
        reading, parts = Reading(kind), []
        for source in sources:
            for batch in whole(read_layer(source), source, notes):
                if of_other_shape(batch, reading.rows, source, notes):
                    break
                reading.take(batch.columns, notes)
                parts.append(batch.shapes)
                progress("read", reading.rows, sum(s.rows or 0 for s in sources))
        readings[kind] = reading
        tables[kind] = reading.table()
        shapes[kind] = join_shapes(parts, "polygon")
    return tables, shapes, readings


def of_other_shape(batch: Batch, start: int, source: Source, notes: Notes) -> bool:
    """PKG-38: whether a layer holds points, lines or areas where the standard has another of them; noted once a file. Where only
    some rows do, each is noted (GEO-27), and the rest are read. start: rows of the layer before.
    """
    table, shapes = TABLES[source.kind], batch.shapes
    wanted = (table.geometry or "").lower()
    if shapes.kind == wanted or not len(shapes.xy):
        key = KEY[source.kind]
        keys = batch.columns.utf8(key) if shapes.strays and key in batch.columns else None
        for row, kind in shapes.strays.items():
            told = {"row": start + row + 1, "shape_type": kind, "shape_wanted": wanted}
            notes.add(Finding("GEO-27", key, told, source.kind, None if keys is None else plain(keys[row]) or None))
        return False
    values = {"kind": source.kind, "name": table.name_zh, "file": source.path.name, "shape_type": shapes.kind,
              "shape_wanted": wanted}  # fmt: skip
    notes.add(Finding("PKG-38", None, values, source.kind))
    return True


def whole(batches: Iterator[Any], source: Source, notes: Notes) -> Iterator[Any]:
    """The batches of a source; a fault in its midst is noted and ends them."""
    try:
        yield from batches
    except PackageFault as fault:
        notes.add(fault_finding(fault, source.kind))


FAULT_CODES = {
    "not_a_zip": "PKG-1", "zip_encrypted": "PKG-1", "zip_damaged": "PKG-1", "zip_too_big": "PKG-2",
    "zip_too_many": "PKG-2", "zip_bad_name": "PKG-2", "zip_link": "PKG-2", "zip_twice": "PKG-2",
    "zip_unsafe_name": "PKG-3", "wrong_encoding": "PKG-5", "no_reader": "PKG-19",
}  # fmt: skip


_TO_EXPORT = {".dbf": {"cpg": ".cpg"}, ".csv": {"csv": "CSV"}, ".txt": {"csv": "CSV"}}
"""By the kind of file that cannot be read, what the finding says of how to export it again."""


def fault_finding(fault: PackageFault, layer: str | None = None, *, name: str | None = None) -> Finding:
    """What a file's fault is called in a report: PKG-4 for every kind of damage inside a file. name: of the file as it
    was sent, where it lies under another."""
    values = {"file": name or fault.path.name, "fault": fault.kind, **fault.detail}
    if fault.kind == "wrong_encoding":
        values["declared"] = _encodings(str(values.get("declared", "UTF-8")))
        values |= _TO_EXPORT.get(fault.path.suffix.lower(), {})
    return Finding(FAULT_CODES.get(fault.kind, "PKG-4"), None, values, layer)


def _encodings(declared: str) -> str:
    """The encodings that a file was read in, as either language writes them."""
    said = declared.removeprefix("none: ").removeprefix(".cpg ").replace(" or ", "/").replace("gb18030", "GBK")
    return "GBK" if said.startswith("language byte") else said.upper().removesuffix("-SIG")
