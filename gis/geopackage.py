"""Vector layers of a GeoPackage, streamed through SQLite; geometries as WKB holds them.

Source: OGC 12-128r18, GeoPackage encoding standard, 2.1.3 (geometry blobs).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.columns import Columns
from gis.faults import PackageFault
from gis.shapes import Floats, Geoms, Shapes, offsets, shapes_of
from gis.tables import as_text, quoted, sqlite

ENVELOPES = (0, 32, 48, 48, 64)


def geopackage_layers(path: Path) -> tuple[tuple[str, str, tuple[str, ...], str | None, int], ...]:
    """(layer, geometry column, fields, WKT of its CRS or None, rows) of each vector layer. Raises PackageFault."""
    made = []
    with sqlite(path) as database:
        known = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
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
            rows = database.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0]
            made.append((name, column, fields, _wkt(found[0]) if found else None, rows))
    return tuple(made)


def _wkt(definition: object) -> str | None:
    """The text of a definition; SQLite keeps any type in any column, and bytes are read as text."""
    text = definition.decode("utf-8", "replace") if isinstance(definition, bytes) else as_text(definition)
    return None if text in ("", "undefined") else text


def read_geopackage(
    path: Path, layer: str, column: str, fields: tuple[str, ...], batch: int
) -> Iterator[tuple[Columns, Shapes]]:
    """The rows of a layer in batches: the fields asked for as text, and the shapes. Raises PackageFault."""
    chosen = ", ".join(quoted(name) for name in (column, *fields))
    with sqlite(path) as database:
        rows = database.execute(f"SELECT {chosen} FROM {quoted(layer)}")
        first = 0
        while block := list(islice(rows, batch)):
            blobs, *values = zip(*block, strict=True)
            text = {name: [as_text(v) for v in column_] for name, column_ in zip(fields, values, strict=True)}
            yield Columns.of_text(text), _shapes(path, blobs, first)
            first += len(block)


def _shapes(path: Path, blobs: tuple[object, ...], first: int) -> Shapes:
    wkbs = np.array([_wkb(path, blob, first + i) for i, blob in enumerate(blobs)], dtype=object)
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are looked for later
        geoms = shapely.from_wkb(wkbs, on_invalid="ignore")
    odd = np.flatnonzero(shapely.is_missing(geoms) & np.array([w is not None for w in wkbs]))
    if odd.size == 0:
        return shapes_of(geoms)
    return _with_raw_rings(path, geoms, wkbs, odd, first)


def _wkb(path: Path, blob: object, row: int) -> bytes | None:
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP" or (blob[3] >> 1 & 7) > 4:
        raise PackageFault("bad_geometry", path, {"row": row + 1})
    return blob[8 + ENVELOPES[blob[3] >> 1 & 7] :]


def _with_raw_rings(path: Path, geoms: Geoms, wkbs: NDArray[np.object_], odd: NDArray[np.int64], first: int) -> Shapes:
    """GEOS makes no geometry of a ring that is not closed; the check has to see that ring all the same."""
    rings: list[list[Floats]] = [
        shapes_of(geoms[i : i + 1]).parts(0) if geoms[i] is not None else [] for i in range(len(geoms))
    ]
    for index in odd:
        try:
            rings[index] = wkb_rings(wkbs[index])
        except (struct.error, ValueError, IndexError) as error:
            raise PackageFault("bad_geometry", path, {"row": first + int(index) + 1}) from error
    parts = [ring for of_one in rings for ring in of_one]
    xy = np.concatenate(parts) if parts else np.empty((0, 2))
    sizes = np.array([len(p) for p in parts], dtype=np.int64)
    return Shapes("polygon", xy, offsets(sizes), offsets(np.array([len(of_one) for of_one in rings])))


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
