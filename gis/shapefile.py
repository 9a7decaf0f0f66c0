"""A survey package on disk: which layers and tables it has, and their rows, streamed in batches.

Layers are found by what they are: the letters of a file's name in any case and with any year, checked against the
fields in it, or the fields alone. Source: standards.md 2.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from gis import tables
from gis.archive import unpack
from gis.columns import NO_NUMBER, Columns, half_up_hundredths
from gis.dbf import DbfFile
from gis.faults import KINDS, PackageFault
from gis.geopackage import geopackage_layers, read_geopackage
from gis.nyt2539 import TABLES, canonical, county_in, named, table_of
from gis.shapes import Geoms, Shapes
from gis.shp import ShapeFile, sibling
from gis.sqlitefile import is_sqlite

__all__ = [
    "BATCH", "KINDS", "NO_NUMBER", "Batch", "Columns", "Package", "PackageFault", "Source", "find_layers", "half_up_hundredths",
    "place", "read_layer", "read_table", "unpack",
]  # fmt: skip

BATCH = 20_000
"""Rows that are worked with at a time: arrays of them are used again for the next, larger ones are taken from the system anew."""
DELETED = ord("*")
LONGEST = 254
"""Signs that a value of the shortest column may have: as many as a DBF holds."""
ARCHIVES = {".zip", ".rar", ".7z"}
"""A package packed within a package is not unpacked, but named."""
OF_WINDOWS = {"thumbs.db", "ehthumbs.db"}
"""Files that Windows puts into folders by itself."""


@dataclass(frozen=True)
class Source:
    """One layer or table in a package. kind: the standard's name (DK, CBF_JTCY) or ZJD. path, name: the file, and the
    table or layer in it. fields: canonical name -> name in the file. rows: None where unknown before reading.
    prj: text of its CRS, None where none comes with it. county: six digits in its name, or None."""

    kind: str
    path: Path
    name: str
    form: str
    fields: Mapping[str, str]
    rows: int | None
    prj: str | None
    county: str | None
    geometry_column: str = ""


@dataclass(frozen=True)
class Package:
    """What a folder holds. layers, tables: kind -> its sources, in the order of their paths (a county may deliver one
    file a village). unknown: vector files and tables that are none of the standard's. faults: files that could not
    be opened."""

    folder: Path
    layers: Mapping[str, tuple[Source, ...]]
    tables: Mapping[str, tuple[Source, ...]]
    unknown: tuple[str, ...]
    faults: tuple[PackageFault, ...]

    @property
    def counties(self) -> frozenset[str]:
        """The county codes that names of layers, or of the folders they lie in, speak of."""
        inside = (source for of_kind in (*self.layers.values(), *self.tables.values()) for source in of_kind)
        return frozenset(source.county for source in inside if source.county)


@dataclass(frozen=True, eq=False)
class Batch:
    """Consecutive features of a layer. start: number of the first, from 0. columns: their fields, canonical names.
    shapes: as in the file; `geoms` are made from them when asked for, None where no geometry can be made."""

    start: int
    columns: Columns
    shapes: Shapes

    def __len__(self) -> int:
        return len(self.shapes)

    @cached_property
    def geoms(self) -> Geoms:
        return self.shapes.geoms


def find_layers(folder: Path) -> Package:
    """Look through a folder, at any depth, for the layers and tables of a survey package.

    Never raises for what single files are: a file that cannot be opened is a fault in the result, so that one check
    names all of them; a pipe, a device or a link to nowhere is unknown, and not opened. Raises OSError for a folder that
    may not be looked into.
    """
    found: list[tuple[bool, Source]] = []
    unknown: list[str] = []
    faults: list[PackageFault] = []
    for path in sorted(_inside(folder)):
        if not path.is_file():
            unknown.append(str(path.relative_to(folder)))
            continue
        try:
            sources = list(_sources(path, folder))
        except PackageFault as fault:
            if all((fault.kind, fault.path) != (known.kind, known.path) for known in faults):
                faults.append(fault)
            continue
        found += [(spatial, s) for spatial, s in sources if s.kind]
        unknown += [place(s, folder) for _, s in sources if not s.kind]
    return Package(folder, _by_kind(found, True), _by_kind(found, False), tuple(unknown), tuple(faults))


def read_layer(source: Source, *, batch: int = BATCH, fields: tuple[str, ...] | None = None) -> Iterator[Batch]:
    """The features of a layer in batches; rows that a DBF marks as deleted are left out.

    fields: canonical names to read, all by default. Raises PackageFault, also in the midst: what was yielded before
    is then part of a layer only.
    """
    wanted = {name: source.fields[name] for name in (source.fields if fields is None else fields)}
    if source.form == "gpkg":
        start = 0
        raw = tuple(wanted.values())
        for columns, shapes in read_geopackage(source.path, source.name, source.geometry_column, raw, batch):
            named = columns.renamed(wanted)
            yield Batch(start, named, shapes)
            start += len(shapes)
        return
    shp, dbf = _pair(source.path)
    encoding = dbf.encoding()
    names = {field: name for name, field in wanted.items()}
    start = 0
    for first in range(0, dbf.rows, batch):
        records = dbf.records(first, first + batch)
        shapes = shp.read(first, first + len(records))
        kept = np.flatnonzero(records[:, 0] != DELETED)
        if len(kept) < len(records):
            records, shapes = records[kept], shapes.take(kept)
        yield Batch(start, dbf.columns(records, encoding, names), shapes)
        start += len(records)


def read_table(source: Source, *, batch: int = BATCH) -> Iterator[Columns]:
    """The rows of an attribute table in batches, the standard's columns by canonical names, trimmed text. A value may be
    much longer than the standard has it, which is for the check to say; one without end may not. Raises PackageFault."""
    known = TABLES[source.kind].fields
    wanted = {name: field for name, field in source.fields.items() if name in known}
    widths = {field: max(LONGEST, 10 * (known[name].length or 0)) for name, field in wanted.items()}
    for columns in tables.read_table(source.path, source.name, batch=batch, widths=widths):
        yield columns.renamed(wanted)


def _inside(folder: Path) -> Iterator[Path]:
    """What lies in a folder at any depth but folders; links to folders are not followed."""

    def stop(error: OSError) -> None:
        raise error

    for place, _, names in os.walk(folder, onerror=stop):
        found = (Path(place, name) for name in names)
        yield from (path for path in found if not _passed_over(path, folder))


def _passed_over(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return path.name.lower() in OF_WINDOWS or any(part.startswith((".", "~$", "__MACOSX")) for part in parts)


def _sources(path: Path, folder: Path) -> Iterator[tuple[bool, Source]]:
    """What one file holds: (spatial, source) each; kind "" where it is none of the standard's."""
    suffix = path.suffix.lower()
    county = county_in(path.stem) or county_in("/".join(path.relative_to(folder).parts[:-1]))
    if suffix == ".shp":
        yield True, _shapefile(path, county)
    elif suffix in (".dbf", ".shx") and sibling(path, ".shp") is None:
        if named(path.stem, spatial=True):
            raise PackageFault("missing_part", path.with_suffix(".shp"), {"part": ".shp"})
        yield True, _stray(path)
    elif suffix == ".gpkg":
        for name, column, fields, wkt, rows in geopackage_layers(path):
            kind = table_of(name, fields, spatial=True) or table_of(path.stem, fields, spatial=True) or ""
            yield True, Source(kind, path, name, "gpkg", _canonical(kind, fields), rows, wkt, county, column)
    elif suffix in ARCHIVES or (suffix == ".db" and not is_sqlite(path)):
        yield False, _stray(path)
    elif suffix in tables.TABLE_SUFFIXES:
        try:
            yield from _tables(path, suffix, county)
        except PackageFault:
            if suffix not in tables.CSV or named(path.stem, spatial=False):
                raise
            if suffix != ".txt":
                yield False, _stray(path)


def _tables(path: Path, suffix: str, county: str | None) -> Iterator[tuple[bool, Source]]:
    for name in tables.table_names(path):
        head = tables.table_head(path, name)
        kind = table_of(name, head, spatial=False) or ""
        if kind or suffix != ".txt":
            yield False, Source(kind, path, name, suffix[1:], _canonical(kind, head), None, None, county)


def place(source: Source, folder: Path) -> str:
    """Where a layer or table stands: its file within the package, and of a file that may have several its own name."""
    file = str(source.path.relative_to(folder))
    return file if source.name in (source.path.name, source.path.stem) else f"{file}:{source.name}"


def _stray(path: Path) -> Source:
    """A file of no layer and no table, which is named as such and not opened."""
    return Source("", path, path.name, path.suffix[1:], {}, None, None, None)


def _shapefile(path: Path, county: str | None) -> Source:
    _, dbf = _pair(path)
    fields = tuple(field.name for field in dbf.fields)
    kind = table_of(path.stem, fields, spatial=True) or ""
    prj = sibling(path, ".prj")
    wkt = _text(prj.read_bytes()[:20_000]) if prj else None
    return Source(kind, path, path.stem, "shapefile", _canonical(kind, fields), dbf.rows, wkt, county)


def _pair(path: Path) -> tuple[ShapeFile, DbfFile]:
    dbf_path = sibling(path, ".dbf")
    if dbf_path is None:
        raise PackageFault("missing_part", path.with_suffix(".dbf"), {"part": ".dbf"})
    shp, dbf = ShapeFile(path), DbfFile(dbf_path)
    if len(shp) != dbf.rows:
        raise PackageFault("counts_differ", path, {"shapes": len(shp), "rows": dbf.rows})
    return shp, dbf


def _canonical(kind: str, fields: tuple[str, ...]) -> dict[str, str]:
    """Canonical name -> name in the file; where a slip and the right name are both there, the right one counts."""
    named = sorted(fields, key=lambda field: canonical(kind, field) == canonical("", field))
    return {canonical(kind, field): field for field in named}


def _by_kind(found: list[tuple[bool, Source]], spatial: bool) -> dict[str, tuple[Source, ...]]:
    kinds = dict.fromkeys(source.kind for is_spatial, source in found if is_spatial == spatial)
    return {kind: tuple(s for is_spatial, s in found if is_spatial == spatial and s.kind == kind) for kind in kinds}


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
