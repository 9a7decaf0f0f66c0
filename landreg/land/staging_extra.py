"""What a package has besides parcels, parties and contracts: areas of administration, certificates, control points, ...

Each row is staged as it came, its fields as JSON: nothing here is registered, but nothing that was delivered is lost.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import shapely

from gis.shapefile import Columns, Package, read_layer, read_table
from gis.shapes import Geoms
from landreg.land import staging_binary as binary
from landreg.land import survey_columns as cells
from landreg.land.rules.facts import KEY, Survey, has_digits, prefix
from landreg.land.sayable import plainly
from landreg.land.staging_rows import STAGED, Blocks

COLUMNS = ("village", "layer", "position", "code", "facts", "geom")
ELSEWHERE = {*STAGED, "JZD", "JZX"}


def extra_blocks(package: Package, survey: Survey, village: str) -> Blocks:
    """Rows of every other layer and table, as (block, rows) blocks. village: of the package, for rows that name none."""
    for kind, sources in package.layers.items():
        if kind not in ELSEWHERE:
            start = 0
            for source in sources:
                for batch in read_layer(source, batch=10_000):
                    yield _block(batch.columns, batch.geoms, survey, kind, start, village), len(batch)
                    start += len(batch)
    for kind, sources in package.tables.items():
        if kind not in ELSEWHERE:
            start = 0
            for source in sources:
                for columns in read_table(source):
                    yield _block(columns, None, survey, kind, start, village), columns.rows
                    start += columns.rows


def _block(columns: Columns, geoms: Geoms | None, survey: Survey, kind: str, start: int, village: str) -> bytes:
    rows = columns.rows
    key = KEY.get(kind, "")
    codes = cells.codes(columns.utf8(key)) if key in columns else np.zeros(rows, dtype="S1")
    named = np.where(has_digits(codes, 12), prefix(survey.today(codes), 12), village.encode())
    position = np.arange(start + 1, start + 1 + rows).astype("S12")
    fields = binary.texts((named, np.full(rows, kind.encode()), position, codes))
    return binary.block(len(COLUMNS), fields, _facts(columns), _shapes(geoms, rows, survey.zone.epsg))


def _facts(columns: Columns) -> list[bytes]:
    """Each row as jsonb: its version, and its text."""
    values: dict[str, list[Any]] = {name: columns[name].tolist() for name in columns}
    names = tuple(values)
    return [
        _field(b"\x01" + _said(dict(zip(names, row, strict=True))).encode("utf-8", "replace"))
        for row in zip(*values.values(), strict=True)
    ]


def _said(row: dict[str, Any]) -> str:
    """A row as JSON. NUL, which the database's jsonb does not take, is shown as a sign of its own."""
    text = json.dumps(row, ensure_ascii=False)
    return json.dumps(plainly(row), ensure_ascii=False) if "\\u0000" in text else text


def _shapes(geoms: Geoms | None, rows: int, srid: int) -> list[bytes]:
    if geoms is None:
        return [_field(b"")] * rows
    made = shapely.to_wkb(shapely.set_srid(geoms, srid), hex=True, include_srid=True)
    return [_field(b"" if value is None else value.encode()) for value in made]


def _field(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value
