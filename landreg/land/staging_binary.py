"""Rows as the binary form of COPY, whole batches at a time: columns side by side in one array, what is blank squeezed out.

Each value is its length in bytes and its content, numbers with the high byte first. Source: PostgreSQL manual, COPY, "Binary
Format"; text[] and double precision[] as their `recv` functions take them. Half as large as text, and nothing to parse.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import chain, pairwise, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.columns import NO_NUMBER, encoded
from gis.shapes import Floats, Ints, Shapes, offsets, ranges

Bytes = NDArray[np.bytes_]
Mask = NDArray[np.bool_]
Cells = NDArray[np.uint8]
Heads = tuple[Cells, Ints]
"""(n, width) bytes, and the (n,) places that each of them stands before."""
HEAD, TAIL = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
"""What stands before the first block and behind the last one."""
SPACE, MINUS, POINT, ZERO = b" -.0"
_POLYGON, _LINE, _MULTI_LINE = 3, 2, 5
_WITH_SRID = 0x20000000
_TEXT, _DOUBLE = 25, 701
"""Numbers of the types in `pg_type`."""


def block(fields: int, *pieces: Sequence[bytes]) -> bytes:
    """Rows of so many fields, put together of pieces: each has one or several fields, or the next part of one, of each row."""
    return b"".join(chain.from_iterable(zip(repeat(struct.pack(">h", fields)), *pieces, strict=False)))


def texts(columns: Sequence[NDArray[Any]]) -> list[bytes]:
    """Fields of text of each row. columns: text, or byte strings of UTF-8, equally long; signs below a blank that stand in
    a value become blanks."""
    if not len(columns[0]):
        return []
    parts = [_sized(column) for column in columns]
    made, kept = (np.concatenate([part[place] for part in parts], axis=1) for place in (0, 1))
    return _cut(made[kept], np.sum([part[2] for part in parts], axis=0))


def _sized(column: NDArray[Any]) -> tuple[Cells, Mask, Ints]:
    """(n, 4 + width) length and bytes of each value, which of them count, and (n,) how many these are."""
    values = column if column.dtype.kind == "S" else encoded(column)
    cells = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    filled = cells != 0
    lengths = np.strings.str_len(values).astype(np.int64)
    if int(lengths.sum()) != np.count_nonzero(filled):
        lengths = np.count_nonzero(filled, axis=1).astype(np.int64)  # a NUL in the midst of a value is left out
    made = np.empty((len(values), 4 + cells.shape[1]), dtype=np.uint8)
    made[:, :4] = _words(lengths)
    made[:, 4:] = np.where((cells < SPACE) & filled, np.uint8(SPACE), cells)
    kept = np.ones(made.shape, dtype=bool)
    kept[:, 4:] = filled
    return made, kept, lengths + 4


def _words(*numbers: NDArray[Any] | int, order: str = ">") -> Cells:
    """(n, 4 each) 32-bit numbers side by side, high byte first unless `order` is "<"; one for all, or n of them."""
    made = np.empty((max(np.size(number) for number in numbers), len(numbers)), dtype=f"{order}u4")
    for place, number in enumerate(numbers):
        made[:, place] = number
    return made.view(np.uint8)


def _cut(flat: Cells, sizes: Ints) -> list[bytes]:
    """Bytes cut into pieces of these sizes."""
    whole, ends = flat.tobytes(), offsets(sizes).tolist()
    return [whole[first:last] for first, last in pairwise(ends)]


def hundredths(values: NDArray[np.int64]) -> Bytes:
    """Whole hundredths as decimals with two places; blank where there is no number."""
    return _decimals(values, values != NO_NUMBER, 2)


def whole(values: NDArray[np.int64]) -> Bytes:
    """Whole hundredths as whole numbers; blank where there is no number."""
    return _decimals(values // 100, values != NO_NUMBER, 0)


def _decimals(values: NDArray[np.int64], known: Mask, places: int) -> Bytes:
    """Numbers with so many digits behind a point, written digit by digit from the last one on, all rows at once."""
    rest = np.abs(np.where(known, values, 0))
    digits = max(len(str(int(rest.max(initial=0)))), places + 1)
    cells = np.zeros((len(values), digits + 3), dtype=np.uint8)  # room for a sign, the point, and the end
    place = digits + 1
    for number in range(digits):
        if number == places > 0:
            cells[:, place] = POINT
            place -= 1
        cells[:, place] = np.where((rest > 0) | (number <= places), rest % 10 + ZERO, 0)
        rest //= 10
        place -= 1
    begin = np.argmax(cells != 0, axis=1)
    below = np.flatnonzero(known & (values < 0))
    begin[below] -= 1
    cells[below, begin[below]] = MINUS
    cells[~known] = 0
    at = np.minimum(begin[:, None] + np.arange(digits + 2), digits + 2)
    return np.take_along_axis(cells, at, axis=1).view(f"S{digits + 2}").ravel()


def days(values: NDArray[np.datetime64]) -> Bytes:
    """Days as YYYY-MM-DD; blank where there is none."""
    return np.asarray(np.where(np.isnat(values), b"", values.astype("S10")), dtype="S10")


def text_arrays(values: Bytes, starts: Ints) -> list[bytes]:
    """Fields of text[], one a group of consecutive values. starts: (groups + 1,). No group is empty."""
    made, kept, sizes = _sized(values)
    content = np.add.reduceat(sizes, starts[:-1])
    return _beside(made, kept, [_array_heads(content, _TEXT, starts)], content + 24)


def double_arrays(values: Floats, starts: Ints) -> list[bytes]:
    """The same of double precision[]."""
    made = np.empty(len(values), dtype=[("size", ">i4"), ("value", ">f8")])
    made["size"], made["value"] = 8, values
    content = 12 * np.diff(starts)
    return _beside(made.view(np.uint8).reshape(-1, 12), None, [_array_heads(content, _DOUBLE, starts)], content + 24)


def _array_heads(content: Ints, kind: int, starts: Ints) -> Heads:
    """Length of the field; one dimension, no NULL, the elements' type, how many, numbered from 1."""
    return _words(content + 20, 1, 0, kind, np.diff(starts), 1), starts[:-1]


def tenths_of_mm(values: Floats) -> Floats:
    """Metres rounded to four decimals."""
    return np.asarray(np.rint(values * 10_000) / 10_000)


def polygons(shapes: Shapes, srid: int) -> list[bytes]:
    """EWKB of polygons of one ring each; rings are closed as they stand in the shapes."""
    points = shapes.part_sizes
    head = _headed(17 + 16 * points, (_POLYGON | _WITH_SRID, srid, 1, points))
    return _beside(_coordinates(shapes.xy), None, [(head, shapes.part_starts[:-1])], head.shape[1] + 16 * points)


def line_groups(lines: Shapes, order: Ints, starts: Ints, srid: int) -> list[bytes]:
    """EWKB of multi-lines, one a group: the lines `order[starts[g]:starts[g + 1]]`, of one part each."""
    parts = lines.feature_starts[:-1][order]
    points = lines.part_sizes[parts]
    xy = lines.xy.take(ranges(lines.part_starts[:-1][parts], points), axis=0)
    begins = offsets(points)
    line = _ewkb((_LINE, points))
    count = np.diff(starts)
    size = 13 + line.shape[1] * count + 16 * np.add.reduceat(points, starts[:-1])
    group = _headed(size, (_MULTI_LINE | _WITH_SRID, srid, count))
    return _beside(_coordinates(xy), None, [(group, begins[starts[:-1]]), (line, begins[:-1])], size + 4)


def _headed(size: Ints, words: tuple[NDArray[Any] | int, ...]) -> Cells:
    """(n, ...) the length of each field, and how its EWKB begins."""
    return np.concatenate((_words(size), _ewkb(words)), axis=1)


def _ewkb(words: tuple[NDArray[Any] | int, ...]) -> Cells:
    """(n, ...) the mark of the low byte first, and 32-bit numbers in that order."""
    numbers = _words(*words, order="<")
    return np.concatenate((np.ones((len(numbers), 1), dtype=np.uint8), numbers), axis=1)


def _beside(content: Cells, kept: Mask | None, heads: Sequence[Heads], sizes: Ints) -> list[bytes]:
    """Bytes with heads before some of them, cut into pieces of these sizes. content, kept: (n, width) and which of it counts,
    all where None."""
    wide = sum(head.shape[1] for head, _ in heads)
    made = np.empty((len(content), wide + content.shape[1]), dtype=np.uint8)
    counted = np.zeros(made.shape, dtype=bool)
    place = 0
    for head, before in heads:
        made[before, place : place + head.shape[1]] = head
        counted[before, place : place + head.shape[1]] = True
        place += head.shape[1]
    made[:, wide:] = content
    counted[:, wide:] = True if kept is None else kept
    return _cut(made[counted], sizes)


def _coordinates(xy: Floats) -> Cells:
    return np.ascontiguousarray(xy, dtype="<f8").view(np.uint8).reshape(len(xy), 16)
