"""Boundary points and lines, millions of them, as arrays: which parcels each names, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.shapefile import BATCH, Batch, Package, read_layer
from gis.shapes import Shapes
from landreg.land import survey_columns as cells
from landreg.land.rules.facts import Boundary, Bytes, Notes, filled
from landreg.land.rules.geometry import join_shapes
from landreg.land.rules.index import CodeIndex
from landreg.land.survey_reading import Progress, Reading, of_other_shape, whole

KEPT = {
    "JZD": ("JZDH", ("JBLX", "JZDLX")),
    "JZX": ("JZXH", ("JXXZ", "JZXLB", "JZXWZ", "JZXSM", "PLDWQLR", "PLDWZJR")),
}
"""Layer to the column of the number, and what else is staged."""
BETWEEN = re.compile(rb"[^0-9A-Z]+")
CODE = 19
SAME_M = 1.0


def read_boundaries(
    package: Package, kind: str, parcels: CodeIndex, notes: Notes, progress: Progress, batch: int = BATCH
) -> Boundary | None:
    """The boundary points (JZD) or lines (JZX) of a package, None where it has none, or other shapes. parcels: codes of DK."""
    sources = package.layers.get(kind, ())
    if not sources:
        return None
    number, kept = KEPT[kind]
    reading = Reading(kind)
    parts: dict[str, list[Any]] = {name: [] for name in ("number", "item", "parcel", "strangers", "off", *kept)}
    shapes: list[Shapes] = []
    total = sum(source.rows or 0 for source in sources)
    for source in sources:
        for piece in whole(read_layer(source, batch=batch), source, notes):
            if of_other_shape(piece, reading.rows, source, notes):
                return None
            start = reading.rows
            _take(piece, reading, parts, shapes, parcels, (number, kept), notes)
            progress("boundaries", start + len(piece), total)
    # Each column's batches are let go as soon as they are one array, so that no two columns are held twice at a time.
    joined = {name: _joined(parts.pop(name)) for name in tuple(parts)}
    off = joined.pop("off")
    for name in kept:
        reading.text.pop(name, None)
    table = reading.table()
    made = join_shapes(shapes, "point" if kind == "JZD" else "line")
    shapes.clear()
    return Boundary(
        made, joined["number"], joined["item"].astype(np.int32, copy=False), joined["parcel"].astype(np.int32, copy=False),
        joined["strangers"], {name: joined[name] for name in kept}, table, off if len(off) else None,
    )  # fmt: skip


def _joined(parts: list[Any]) -> Any:
    made = np.concatenate(parts) if parts else np.zeros(0, dtype="S1")
    parts.clear()
    return made


def _take(
    piece: Batch, reading: Reading, parts: dict[str, list[Any]], shapes: list[Shapes], parcels: CodeIndex,
    names: tuple[str, tuple[str, ...]], notes: Notes,
) -> None:  # fmt: skip
    start = reading.rows
    columns = piece.columns
    reading.take(columns, notes, keep={"BSM", "YSDM"} | set(names[1]))
    shapes.append(piece.shapes)
    codes = cells.codes(columns.utf8("DKBM")) if "DKBM" in columns else np.zeros(len(piece), dtype="S1")
    item, named = named_parcels(codes)
    parcel = parcels.find(named)
    parts["item"].append((item + start).astype(np.int32))
    parts["parcel"].append(parcel.astype(np.int32))
    parts["strangers"].append(named[parcel < 0])
    for name, key in ((names[0], "number"), *((name, name) for name in names[1])):
        read = reading.text.get(name)
        if read:
            parts[key].append(read.pop())
        else:
            parts[key].append(columns.utf8(name) if name in columns else np.zeros(len(piece), dtype="S1"))
    if reading.kind == "JZD":
        parts["off"].append(_recorded_off(piece))


def _recorded_off(piece: Batch) -> NDArray[np.float32]:
    """Metres between each point and the coordinates in its row, 0 where it has none, below nought where they stand
    in each other's place; a zone prefix that one of them lacks is no fault."""
    if not {"XZBZ", "YZBZ"} <= set(piece.columns):
        return np.zeros(len(piece), dtype=np.float32)
    north, east = piece.columns.floats("XZBZ"), piece.columns.floats("YZBZ")
    there = np.diff(piece.shapes.feature_starts) > 0
    xy = piece.shapes.xy[piece.shapes.part_starts[piece.shapes.feature_starts[:-1][there]]]
    made = np.zeros(len(piece), dtype=np.float32)
    with np.errstate(invalid="ignore"):
        apart = np.hypot((xy[:, 0] - east[there]) % 1_000_000.0, xy[:, 1] - north[there])
        other = np.hypot((east[there] - xy[:, 0]) % 1_000_000.0, xy[:, 1] - north[there])
        turned = np.hypot((xy[:, 0] - north[there]) % 1_000_000.0, xy[:, 1] - east[there])
    off = np.nan_to_num(np.minimum(apart, other))
    made[there] = np.where(turned < SAME_M, -off, off)
    return made


def named_parcels(codes: Bytes) -> tuple[NDArray[np.int64], Bytes]:
    """A list of codes in each value ("a/b"), as (number of the value, code); a blank value names a blank code.

    Values are cut at every 20th sign where only separators stand there, else one by one.
    """
    width = codes.dtype.itemsize
    slots = -(-(width + 1) // (CODE + 1))
    padded = np.zeros((len(codes), slots * (CODE + 1)), dtype=np.uint8)
    padded[:, :width] = np.ascontiguousarray(codes).view(np.uint8).reshape(len(codes), width)
    regular = _regular(padded, slots)
    taken = np.ascontiguousarray(padded.reshape(len(codes), slots, CODE + 1)[:, :, :CODE]).view(f"S{CODE}")[:, :, 0]
    taken[~regular] = b""
    some = filled(taken)
    some[regular & ~some.any(axis=1), 0] = True
    item, slot = np.nonzero(some)
    if regular.all():
        return item, taken[item, slot]
    odd = [(row, code) for row in np.flatnonzero(~regular).tolist() for code in _cut(codes[row])]
    rows = np.array([row for row, _ in odd], dtype=np.int64)
    named = np.array([code for _, code in odd], dtype="S")
    return np.concatenate((item, rows)), np.concatenate((taken[item, slot], named))


def _regular(padded: NDArray[np.uint8], slots: int) -> NDArray[np.bool_]:
    """Which values have codes of 19 signs with one separator between them, and nothing else. Signs are sorted into kinds, of
    which a slot has 20: compared as five words, which is several times as fast as sign by sign."""
    kinds = _KINDS[padded]
    kinds[:, CODE :: CODE + 1] &= 1  # a code may end with a separator or with nothing
    words = kinds.view(np.uint32).reshape(len(padded), slots, (CODE + 1) // 4)
    made = np.ones(len(padded), dtype=bool)
    for slot in range(slots):
        full, empty = (np.ones(len(padded), dtype=bool) for _ in range(2))
        for place in range(words.shape[2]):
            word = words[:, slot, place]
            full &= word == _FULL[place]
            empty &= word == _EMPTY[place]
        made &= full | empty
    return made


def _words(kind: int) -> NDArray[np.uint32]:
    """A slot of one kind of sign, and a separator."""
    return np.array([kind] * CODE + [0], dtype=np.uint8).view(np.uint32)


_SEPARATOR, _LETTER, _NONE = range(3)
_KINDS = np.full(256, _SEPARATOR, dtype=np.uint8)
_KINDS[[*range(48, 58), *range(65, 91)]] = _LETTER
_KINDS[0] = _NONE
_FULL, _EMPTY = _words(_LETTER), _words(_NONE)


def _cut(value: bytes) -> Iterator[bytes]:
    found = [code for code in BETWEEN.split(value) if code]
    yield from found or [b""]
