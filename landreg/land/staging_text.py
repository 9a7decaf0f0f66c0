"""Rows as the text that COPY takes, whole batches at a time: columns side by side in one array, blanks squeezed out."""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.columns import NO_NUMBER, encoded
from gis.shapes import Shapes, ranges

Bytes = NDArray[np.bytes_]
TAB, LINE, SPACE = 9, 10, 32
_POLYGON, _LINE, _MULTI_LINE = 3, 2, 5
_WITH_SRID = 0x20000000


def lines_of(columns: Sequence[NDArray[Any]]) -> list[bytes]:
    """One line of tab-separated UTF-8 a row. columns: text, or byte strings of UTF-8, equally long; signs below a blank that
    stand in a value become blanks."""
    rows = len(columns[0])
    if rows == 0:
        return []
    cells = [_cells(column) for column in columns]
    made = np.zeros((rows, sum(part.shape[1] + 1 for part in cells)), dtype=np.uint8)
    place = 0
    for part in cells:
        made[:, place : place + part.shape[1]] = np.where((part < SPACE) & (part > 0), np.uint8(SPACE), part)
        place += part.shape[1] + 1
        made[:, place - 1] = TAB
    made[:, -1] = LINE
    return _squeezed(made)


def _squeezed(made: NDArray[np.uint8]) -> list[bytes]:
    """Lines of bytes, the zeros between them left out."""
    flat = made.ravel()
    text: bytes = flat[flat != 0].tobytes()
    return text.split(b"\n")[:-1]


def _cells(column: NDArray[Any]) -> NDArray[np.uint8]:
    """(n, width) bytes of each value, 0 behind its end."""
    values = column if column.dtype.kind == "S" else encoded(column)
    return np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)


def block(lines: Sequence[bytes], *more: Sequence[bytes]) -> bytes:
    """Lines with further columns behind them, as one block for COPY; a backslash in a value is doubled."""
    joined = lines if not more else list(map(b"\t".join, zip(lines, *more, strict=True)))
    return (b"\n".join(joined) + b"\n").replace(b"\\", b"\\\\") if joined else b""


def hundredths(values: NDArray[np.int64]) -> Bytes:
    """Whole hundredths as decimals with two places; blank where there is no number."""
    known = values != NO_NUMBER
    whole = np.abs(np.where(known, values, 0))
    text = np.strings.add(
        np.strings.add((whole // 100).astype("S16"), b"."), np.strings.zfill((whole % 100).astype("S2"), 2)
    )
    text = np.where(values < 0, np.strings.add(b"-", text), text)
    return np.asarray(np.where(known, text, b""), dtype=text.dtype)


def whole(values: NDArray[np.int64]) -> Bytes:
    """Whole hundredths as whole numbers; blank where there is no number."""
    return np.asarray(np.where(values == NO_NUMBER, b"", (values // 100).astype("S20")), dtype="S20")


def days(values: NDArray[np.datetime64]) -> Bytes:
    """Days as YYYY-MM-DD; blank where there is none."""
    return np.asarray(np.where(np.isnat(values), b"", values.astype("S10")), dtype="S10")


def grouped(values: Bytes, starts: NDArray[np.int64], *, quoted: bool) -> list[bytes]:
    """Array literals, one a group of consecutive values: {a,b}. starts: (groups + 1,). Empty groups are not asked for."""
    if quoted:
        for sign in (b"\\", b'"'):
            if (np.strings.find(values, sign) >= 0).any():
                values = np.strings.replace(values, sign, b"\\" + sign)
    width = values.dtype.itemsize
    made = np.zeros((len(values), width + 5), dtype=np.uint8)
    body = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), width)
    made[:, 2 : width + 2] = np.where((body < SPACE) & (body > 0), SPACE, body)
    made[:, 0] = ord(",")
    made[starts[:-1], 0] = ord("{")
    if quoted:
        made[:, 1] = made[:, width + 2] = ord('"')
    made[starts[1:] - 1, width + 3] = ord("}")
    made[starts[1:] - 1, width + 4] = LINE
    return _squeezed(made)


def tenths_of_mm(values: NDArray[np.float64]) -> Bytes:
    """Metres with four decimals."""
    whole_ = np.rint(values * 10_000).astype(np.int64)
    digits = np.zeros((len(values), 14), dtype=np.uint8)
    for place in (13, 12, 11, 10, 8, 7, 6, 5, 4, 3, 2, 1, 0):
        digits[:, place] = whole_ % 10 + 48
        whole_ //= 10
    digits[:, 9] = ord(".")
    return digits.view("S14").ravel()


def polygons_hex(shapes: Shapes, srid: int) -> list[bytes]:
    """Hexadecimal EWKB of polygons of one ring each; rings are closed as they stand in the shapes."""
    sizes = shapes.part_sizes
    head = _numbers(len(shapes), (_POLYGON | _WITH_SRID, srid, 1), sizes)
    return _hex_lines(shapes.xy, head, shapes.part_starts)


def line_groups_hex(lines: Shapes, order: NDArray[np.int64], starts: NDArray[np.int64], srid: int) -> list[bytes]:
    """Hexadecimal EWKB of multi-lines, one a group: the lines `order[starts[g]:starts[g + 1]]`, of one part each."""
    parts = lines.feature_starts[:-1][order]
    sizes = lines.part_sizes[parts]
    xy = lines.xy[ranges(lines.part_starts[:-1][parts], sizes)]
    line_starts = np.concatenate(([0], np.cumsum(sizes)))
    group = _numbers(len(starts) - 1, (_MULTI_LINE | _WITH_SRID, srid), np.diff(starts))
    line = _numbers(len(order), (_LINE,), sizes)
    made = np.zeros((len(xy), group.shape[1] + line.shape[1] + 33), dtype=np.uint8)
    made[line_starts[starts[:-1]], : group.shape[1]] = group
    made[line_starts[:-1], group.shape[1] : group.shape[1] + line.shape[1]] = line
    made[:, -33:-1] = _hex(np.ascontiguousarray(xy, dtype="<f8").view(np.uint8).reshape(len(xy), 16))
    made[line_starts[starts[1:]] - 1, -1] = LINE
    return _squeezed(made)


def _numbers(count: int, fixed: tuple[int, ...], last: NDArray[np.int64]) -> NDArray[np.uint8]:
    """(count, ...) hexadecimal heads: byte order, some 32-bit numbers, and one number of its own."""
    words = np.empty((count, len(fixed) + 1), dtype="<u4")
    words[:, :-1] = fixed
    words[:, -1] = last
    raw = np.empty((count, 1 + 4 * words.shape[1]), dtype=np.uint8)
    raw[:, 0] = 1
    raw[:, 1:] = words.view(np.uint8).reshape(count, -1)
    return _hex(raw)


def _hex(raw: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.frombuffer(hexlify(np.ascontiguousarray(raw).data), dtype=np.uint8).reshape(len(raw), -1)


def _hex_lines(xy: NDArray[np.float64], head: NDArray[np.uint8], starts: NDArray[np.int64]) -> list[bytes]:
    made = np.zeros((len(xy), head.shape[1] + 33), dtype=np.uint8)
    made[starts[:-1], : head.shape[1]] = head
    made[:, -33:-1] = _hex(np.ascontiguousarray(xy, dtype="<f8").view(np.uint8).reshape(len(xy), 16))
    made[starts[1:] - 1, -1] = LINE
    return _squeezed(made)
