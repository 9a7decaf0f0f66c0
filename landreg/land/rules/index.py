"""Finding codes among codes, a million at a time: a 64-bit mix of each code is sorted, a hit is compared byte by byte.

Mixes are spread evenly, so that the first bits of one tell nearly where it stands: a table of these is several times as fast
as halving again and again, each time at another place of memory.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.bytes_]
Ints = NDArray[np.int64]
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
LARGEST = np.iinfo(np.uint64).max
FEW = 16
"""Different codes up to which none are sorted."""
STEPS = 8
"""Mixes with the same first bits that are passed one by one; behind more, which only chance or malice makes, one is halved for."""


class CodeIndex:
    """Where each code of a column stands. Blank codes are nowhere."""

    def __init__(self, codes: Bytes) -> None:
        self.codes = codes
        self.rows = np.flatnonzero(codes != b"")
        mixed = mix(codes[self.rows])
        order = np.argsort(mixed, kind="stable")
        self.rows = self.rows[order]
        self._bounded = np.append(mixed[order], LARGEST)
        self.mixed = self._bounded[:-1]
        bits = len(self.rows).bit_length()
        self._shift = np.uint64(64 - bits)
        counts = np.bincount((self.mixed >> self._shift).astype(np.int64), minlength=1 << bits) if bits else ()
        self._begins = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))

    def find(self, wanted: Bytes) -> Ints:
        """The first row that has each wanted code, -1 where none has it or it is blank."""
        if len(self.mixed) == 0:
            return np.full(len(wanted), -1, dtype=np.int64)
        mixed = mix(wanted)
        at = np.minimum(self._places(mixed), len(self.mixed) - 1)
        rows = self.rows[at]
        hit = (self.mixed[at] == mixed) & (wanted != b"")
        hit &= self.codes[rows] == wanted
        return np.where(hit, rows, -1)

    def _places(self, mixed: NDArray[np.uint64]) -> Ints:
        """Where in the order each mix stands first, or would."""
        at = self._begins.take((mixed >> self._shift).astype(np.int64))
        behind = np.flatnonzero(self._bounded.take(at) < mixed)
        for _ in range(STEPS):
            at[behind] += 1
            behind = behind[self._bounded.take(at[behind]) < mixed[behind]]
        at[behind] = np.searchsorted(self.mixed, mixed[behind])
        return at

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
    few = _few(mixed)
    if few is not None:
        return codes[[int(np.argmax(mixed == value)) for value in few]], np.searchsorted(few, mixed)
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    return codes[first], inverse.astype(np.int64)


def _few(mixed: NDArray[np.uint64]) -> NDArray[np.uint64] | None:
    """The different numbers in order where there are FEW at most, taken away one after another: nothing is sorted."""
    found: list[np.uint64] = []
    rest = mixed
    while rest.size:
        if len(found) == FEW:
            return None
        found.append(rest[0])
        rest = rest[rest != rest[0]]
    return np.sort(np.array(found, dtype=np.uint64))
