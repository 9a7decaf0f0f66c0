"""Finding codes among codes, a million at a time: a 64-bit mix of each code is sorted, a hit is compared byte by byte."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.bytes_]
Ints = NDArray[np.int64]
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class CodeIndex:
    """Where each code of a column stands. Blank codes are nowhere."""

    def __init__(self, codes: Bytes) -> None:
        self.codes = codes
        self.rows = np.flatnonzero(codes != b"")
        mixed = mix(codes[self.rows])
        order = np.argsort(mixed, kind="stable")
        self.rows = self.rows[order]
        self.mixed = mixed[order]

    def find(self, wanted: Bytes) -> Ints:
        """The first row that has each wanted code, -1 where none has it or it is blank."""
        if len(self.mixed) == 0:
            return np.full(len(wanted), -1, dtype=np.int64)
        mixed = mix(wanted)
        at = np.minimum(np.searchsorted(self.mixed, mixed), len(self.mixed) - 1)
        rows = self.rows[at]
        hit = (self.mixed[at] == mixed) & (wanted != b"")
        hit &= self.codes[rows] == wanted
        return np.where(hit, rows, -1)

    def again(self) -> tuple[Ints, Ints]:
        """Rows whose code an earlier row has already, and that earlier row."""
        same = np.flatnonzero(self.mixed[1:] == self.mixed[:-1]) + 1
        begins = np.ones(len(self.mixed), dtype=bool)
        begins[same] = False
        first = np.maximum.accumulate(np.where(begins, np.arange(len(self.mixed)), 0))
        later, earlier = self.rows[same], self.rows[first[same]]
        alike = self.codes[later] == self.codes[earlier]
        order = np.argsort(later[alike], kind="stable")
        return later[alike][order], earlier[alike][order]


def mix(codes: Bytes) -> NDArray[np.uint64]:
    """A 64-bit number of each code, the same for equal codes whatever the width of their column."""
    width = codes.dtype.itemsize
    words = -(-max(width, 1) // 8)
    cells = np.zeros((len(codes), words * 8), dtype=np.uint8)
    cells[:, :width] = np.ascontiguousarray(codes).view(np.uint8).reshape(len(codes), width)
    made = np.zeros(len(codes), dtype=np.uint64)
    for word in cells.view(np.uint64).reshape(len(codes), words).T:
        filled = word != 0
        stirred = (made ^ word) * MULTIPLIER
        made = np.where(filled, stirred ^ (stirred >> np.uint64(29)), made)
    return made


def distinct(codes: Bytes) -> tuple[Bytes, Ints]:
    """The different codes, and for each row which of them it has. Blank is a code here."""
    mixed = mix(codes)
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    return codes[first], inverse.astype(np.int64)
