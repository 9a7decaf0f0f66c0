"""Vector layers of a GeoPackage, streamed through SQLite; geometries as WKB holds them.

Source: OGC 12-128r18, GeoPackage encoding standard, 2.1.3 (geometry blobs).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from sqlite3 import Connection

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.columns import Columns
from gis.faults import PackageFault
from gis.shapes import Floats, Geoms, Shapes, offsets, shapes_of
from gis.sqlitefile import LEAST_ROW, in_its_file, quoted, sqlite, stored_tables
from gis.tables import MOST_CELL, MOST_COLUMNS, MOST_TABLES, as_text

ENVELOPES = (0, 32, 48, 48, 64)
HELD_BYTES = 64 << 20
"""Shapes of a batch that are held at a time."""
KEY_SIGNS = 40
"""Signs of a key that a fault tells."""
POINT, LINE, POLYGON = SIMPLE = (1, 2, 3)
PARTS = {4: POINT, 5: LINE, 6: POLYGON}
"""Kinds of geometry in WKB: the multiple ones, and what they consist of."""


def geopackage_layers(path: Path) -> tuple[tuple[str, str, tuple[str, ...], str | None, int], ...]:
    """(layer, geometry column, fields, WKT of its CRS or None, rows) of each vector layer. Raises PackageFault."""
    made: list[tuple[str, str, tuple[str, ...], str | None, int]] = []
    with sqlite(path) as database:
        known = set(stored_tables(database))
        if not {"gpkg_contents", "gpkg_geometry_columns"} <= known:
            raise PackageFault("not_a_database", path, {"why": "no gpkg_contents"})
        for name, column, srs in database.execute("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"):
            if not (isinstance(name, str) and isinstance(column, str)):
                raise PackageFault("not_a_database", path, {"why": "gpkg_geometry_columns"})
            if name not in known:  # a view may have rows without end
                raise PackageFault("not_a_database", path, {"why": f"{name}: no table"})
            found = database.execute("SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs,)).fetchone()
            info = database.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
            fields = tuple(row[1] for row in info if row[1] != column and not row[5])
            if len(made) == MOST_TABLES:
                raise PackageFault("too_many_tables", path, {"count": len(made) + 1, "most": MOST_TABLES})
            if len(fields) > MOST_COLUMNS:
                raise PackageFault(
                    "too_many_columns", path, {"table": name, "count": len(fields), "most": MOST_COLUMNS}
                )
            rows = _count(path, name)
            made.append((name, column, fields, _wkt(found[0]) if found else None, rows))
    return tuple(made)


def _count(path: Path, layer: str) -> int:
    """How many rows a layer has. Counted step by step: a database counts in one, without asking whether it may go on."""
    with sqlite(path, layer) as database:
        return sum(1 for _ in in_its_file(database.execute(f"SELECT 1 FROM {quoted(layer)}"), path, layer))


def _wkt(definition: object) -> str | None:
    """The text of a definition; SQLite keeps any type in any column, and bytes are read as text."""
    text = definition.decode("utf-8", "replace") if isinstance(definition, bytes) else as_text(definition)
    return None if text in ("", "undefined") else text


def read_geopackage(
    path: Path, layer: str, column: str, fields: tuple[str, ...], batch: int
) -> Iterator[tuple[Columns, Shapes]]:
    """The rows of a layer in batches: the fields asked for as text, and the shapes. Raises PackageFault."""
    with sqlite(path, layer) as database:
        key = _key(database, layer)
        chosen = ", ".join(quoted(name) for name in (column, *fields, *key))
        rows = _stored(database.execute(f"SELECT {chosen} FROM {quoted(layer)}"), path, layer)
        while block := list(_some(rows, path, layer, (*fields, *key), batch)):
            blobs, *values = zip(*block, strict=True)
            text = {name: [as_text(v) for v in column_] for name, column_ in zip(fields, values, strict=False)}
            keys = list(zip(*values[len(fields) :], strict=True))
            yield Columns.of_text(text), _shapes(_Rows(path, key, keys), blobs)


def _key(database: Connection, layer: str) -> tuple[str, ...]:
    """The columns by which a person finds a row of a layer: its primary key, or the number that SQLite gives each row."""
    info = database.execute(f"PRAGMA table_info({quoted(layer)})").fetchall()
    return tuple(row[1] for row in sorted(info, key=lambda row: int(row[5])) if row[5]) or ("rowid",)


@dataclass(frozen=True)
class _Rows:
    """Rows of a layer, by which a fault is named. key: columns. values: of each row, as the database has them."""

    path: Path
    key: tuple[str, ...]
    values: Sequence[tuple[object, ...]]

    def bad_geometry(self, at: int) -> PackageFault:
        """That the geometry of one of them cannot be read."""
        said = ", ".join(as_text(value)[:KEY_SIGNS] or "—" for value in self.values[at])
        return PackageFault("bad_geometry", self.path, {"key": ", ".join(self.key), "row": said})


def _stored(rows: Iterator[tuple[object, ...]], path: Path, layer: str) -> Iterator[tuple[object, ...]]:
    """Rows whose shapes are all in the file: pages that name each other have as many as one likes."""
    room = path.stat().st_size
    for row in in_its_file(rows, path, layer):
        room -= len(row[0]) if isinstance(row[0], bytes) else 0
        if room < 0:
            raise PackageFault("too_many_rows", path, {"table": layer, "most": path.stat().st_size // LEAST_ROW})
        yield row


def _some(
    rows: Iterator[tuple[object, ...]], path: Path, layer: str, fields: tuple[str, ...], batch: int
) -> Iterator[tuple[object, ...]]:
    """As many rows as `batch` and HELD_BYTES allow; at least one, where there is one. Raises PackageFault."""
    held = 0
    for row in islice(rows, batch):
        for field, value in zip(fields, row[1:], strict=True):
            if isinstance(value, str) and len(value) > MOST_CELL:
                where = {"table": layer, "column": field, "line": "—", "signs": len(value), "most": MOST_CELL}
                raise PackageFault("cell_too_long", path, where)
        held += len(row[0]) if isinstance(row[0], bytes | str) else 0
        yield row
        if held > HELD_BYTES:
            return


def _shapes(rows: _Rows, blobs: tuple[object, ...]) -> Shapes:
    wkbs = np.array([_wkb(rows, blob, at) for at, blob in enumerate(blobs)], dtype=object)
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are looked for later
        geoms = shapely.from_wkb(wkbs, on_invalid="ignore")
    odd = np.flatnonzero(shapely.is_missing(geoms) & np.array([w is not None for w in wkbs]))
    if odd.size == 0:
        return shapes_of(geoms)
    return _with_raw_rings(rows, geoms, wkbs, odd)


def _wkb(rows: _Rows, blob: object, at: int) -> bytes | None:
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP" or (blob[3] >> 1 & 7) > 4:
        raise rows.bad_geometry(at)
    wkb = blob[8 + ENVELOPES[blob[3] >> 1 & 7] :]
    if not _flat(wkb):
        raise rows.bad_geometry(at)
    return wkb


def _flat(wkb: bytes) -> bool:
    """Whether a geometry is a simple one, or a multiple one of these. GEOS follows collections in collections however deep
    they go, and the process ends with its stack."""
    try:
        kind, _ = _kind(wkb, 0)
        if kind not in PARTS:
            return kind in SIMPLE
        (count,) = struct.unpack_from("<I" if wkb[0] == 1 else ">I", wkb, 5)
        place = 9
        for _ in range(count):
            if _kind(wkb, place)[0] != PARTS[kind]:
                return False
            if count > 1:  # the one that follows is looked at, too
                place = _past(wkb, place)
    except (struct.error, IndexError):
        return True  # cut off: GEOS says so
    return True


def _kind(wkb: bytes, place: int) -> tuple[int, int]:
    """The kind of the geometry that begins there, and how many figures a corner of it has; kind 0 for one of a form that
    GeoPackages do not have."""
    (code,) = struct.unpack_from("<I" if wkb[place] == 1 else ">I", wkb, place + 1)
    if code & 0x3FFF0000:
        return 0, 0
    high, plain = code >> 30, code & 0xFFFF
    return plain % 1000, 2 + ((0, 1, 1, 2)[plain // 1000] if plain < 4000 else 0) + high.bit_count()


def _past(wkb: bytes, place: int) -> int:
    """Where the simple geometry that begins there ends."""
    kind, figures = _kind(wkb, place)
    order = "<I" if wkb[place] == 1 else ">I"
    place += 5
    if kind == POINT:
        return place + 8 * figures
    (count,) = struct.unpack_from(order, wkb, place)
    place += 4
    if kind == LINE:
        return int(place + 8 * figures * count)
    for _ in range(count):
        (corners,) = struct.unpack_from(order, wkb, place)
        place += 4 + 8 * figures * corners
    return int(place)


def _with_raw_rings(rows: _Rows, geoms: Geoms, wkbs: NDArray[np.object_], odd: NDArray[np.int64]) -> Shapes:
    """GEOS makes no geometry of a ring that is not closed; the check has to see that ring all the same."""
    read = shapes_of(geoms, len(odd))
    if read.kind != "polygon":
        return read
    rings = [read.parts(index) for index in range(len(read))]
    for index in odd:
        try:
            rings[index] = wkb_rings(wkbs[index])
        except (struct.error, ValueError, IndexError) as error:
            raise rows.bad_geometry(int(index)) from error
    parts = [ring for of_one in rings for ring in of_one]
    xy = np.concatenate(parts) if parts else np.empty((0, 2))
    sizes = np.array([len(p) for p in parts], dtype=np.int64)
    return Shapes("polygon", xy, offsets(sizes), offsets(np.array([len(of_one) for of_one in rings])), read.strays)


def wkb_rings(wkb: bytes) -> list[Floats]:
    """The rings of a polygon or multipolygon in WKB, as they are. Raises ValueError or struct.error where it is none."""
    rings, _ = _rings_at(wkb, 0, parts=True)
    return rings


def _rings_at(wkb: bytes, place: int, *, parts: bool) -> tuple[list[Floats], int]:
    order = "<" if wkb[place] == 1 else ">"
    code, count = struct.unpack_from(order + "II", wkb, place + 1)
    plain = code & 0x0FFFFFFF
    kind, extra = plain % 1000, (0, 1, 1, 2)[plain // 1000 & 3]
    dimensions = 2 + extra + bool(code & 0x80000000) + bool(code & 0x40000000)
    place += 9
    rings: list[Floats] = []
    if kind == 6 and parts:
        for _ in range(count):
            more, place = _rings_at(wkb, place, parts=False)
            rings += more
        return rings, place
    if kind != 3:
        raise ValueError(kind)
    for _ in range(count):
        (points,) = struct.unpack_from(order + "I", wkb, place)
        xy = np.frombuffer(wkb, order + "f8", points * dimensions, place + 4).reshape(points, dimensions)
        rings.append(xy[:, :2].astype(np.float64))
        place += 4 + 8 * points * dimensions
    return rings, place
