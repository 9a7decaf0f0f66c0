"""Columns of a batch of rows: text kept as text, decoded and counted in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.dbftext import crop, decode

Text = NDArray[np.str_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

NO_NUMBER = np.iinfo(np.int64).min
"""What `hundredths` gives where the text is blank or no number."""


class Columns(Mapping[str, Text]):
    """Rows by column: `columns["DKBM"]` is the text of that column, shape (n,), trimmed, "" where blank.

    Made of text (`of_text`), or of the fixed-width records of a DBF (`of_records`), which are decoded when asked for.
    """

    def __init__(self, length: int, text: dict[str, Text], slices: Mapping[str, tuple[Bytes, int, int]], encoding: str):
        self._length = length
        self._text = text
        self._slices = slices
        self._encoding = encoding
        self._names = tuple(slices) if slices else tuple(text)
        self._undecodable: dict[str, tuple[int, ...]] = {}

    @classmethod
    def of_text(cls, columns: Mapping[str, Sequence[str] | Text]) -> Columns:
        """Columns of text, all equally long."""
        text = {name: _strip(np.array(values, dtype=np.str_)) for name, values in columns.items()}
        return cls(len(next(iter(text.values()), ())), text, {}, "utf-8")

    @classmethod
    def of_records(cls, records: Bytes, fields: Mapping[str, tuple[int, int]], encoding: str) -> Columns:
        """records: (n, record length) bytes; fields: name -> (offset, width); encoding: of the text in them."""
        return cls(len(records), {}, {name: (records, *place) for name, place in fields.items()}, encoding)

    def __getitem__(self, name: str) -> Text:
        if name not in self._text:
            records, offset, width = self._slices[name]
            text, bad = decode(records[:, offset : offset + width], self._encoding)
            self._text[name] = text
            self._undecodable[name] = bad
        return self._text[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def rows(self) -> int:
        return self._length

    def undecodable(self, name: str) -> tuple[int, ...]:
        """Rows of which this column's bytes are no text in the layer's encoding; their text is given as ""."""
        self[name]
        return self._undecodable.get(name, ())

    def floats(self, name: str) -> Floats:
        """The column as numbers, NaN where blank or no number."""
        text = self._ascii(name)
        blank = text == (b"" if text.dtype.kind == "S" else "")
        try:
            return np.where(blank, "nan", text).astype(np.float64)
        except ValueError:
            return np.array([_number(value) for value in self[name]], dtype=np.float64)

    def hundredths(self, name: str) -> Ints:
        """The column as whole hundredths, rounded half up in decimal arithmetic; NO_NUMBER where there is none.

        Exact for every text of a size that areas have: where the binary number comes near a half, its text decides.
        """
        numbers = self.floats(name) * 100
        usable = np.abs(numbers) < 1e15
        numbers = np.where(usable, numbers, 0.0)
        whole = np.floor(numbers + 0.5)
        near_half = usable & (np.abs(np.abs(numbers - np.trunc(numbers)) - 0.5) < 1e-3)
        made = np.where(usable, whole.astype(np.int64), NO_NUMBER)
        for row in np.flatnonzero(near_half):
            made[row] = half_up_hundredths(str(self[name][row]))
        return made

    def take(self, rows: NDArray[Any]) -> Columns:
        """The same columns of some rows only (a boolean mask or row numbers)."""
        text = {name: values[rows] for name, values in self._text.items()} if not self._slices else {}
        slices = {}
        if self._slices:
            records = next(iter(self._slices.values()))[0][rows]
            slices = {name: (records, offset, width) for name, (_, offset, width) in self._slices.items()}
        length = int(np.count_nonzero(rows)) if rows.dtype == bool else len(rows)
        return Columns(length, text, slices, self._encoding)

    def _ascii(self, name: str) -> NDArray[Any]:
        """The column's text, as bytes where that saves decoding it."""
        if name in self._text or name not in self._slices:
            return self[name]
        records, offset, width = self._slices[name]
        return np.strings.strip(crop(records[:, offset : offset + width]))


def half_up_hundredths(text: str) -> int:
    """Whole hundredths of a decimal text, half up away from zero; NO_NUMBER where it is no finite number."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return NO_NUMBER
    return int((value * 100).quantize(Decimal(1), ROUND_HALF_UP)) if value.is_finite() else NO_NUMBER


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _strip(text: Text) -> Text:
    return np.strings.strip(text)
