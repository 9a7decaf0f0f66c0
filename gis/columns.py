"""Columns of a batch of rows: text kept as text, decoded and counted in bulk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.dbftext import crop, decode, written_in
from gis.decimaltext import codes_of, scaled

Text = NDArray[np.str_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

_DECIMAL = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*", re.ASCII)
"""A number as databases write one; Python alone would take `1_000` and full-width digits, which nobody else reads so."""
_OTHER_BLANK = re.compile("[\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
"""Blanks to `str.strip`, besides those of ASCII."""
NO_NUMBER = np.iinfo(np.int64).min
"""What `hundredths` gives where the text is blank or no number."""


class Columns(Mapping[str, Text]):
    """Rows by column: `columns["DKBM"]` is the text of that column, shape (n,), trimmed, "" where blank.

    Made of text (`of_text`), of its bytes (`of_utf8`), or of the fixed-width records of a DBF (`of_records`), which are
    decoded when asked for.
    """

    def __init__(self, length: int, text: dict[str, Text], slices: Mapping[str, tuple[Bytes, int, int]], encoding: str):
        self._length = length
        self._text = text
        self._given: dict[str, Sequence[str]] = {}
        self._utf8: dict[str, NDArray[np.bytes_]] = {}
        self._slices: Mapping[str, tuple[Bytes, int, int]] = slices
        self._encoding = encoding
        self._names = tuple(slices) if slices else tuple(text)
        self._undecodable: dict[str, tuple[int, ...]] = {}

    @classmethod
    def of_text(cls, columns: Mapping[str, Sequence[str] | Text]) -> Columns:
        """Columns of text, all equally long."""
        made = cls(len(next(iter(columns.values()), ())), {}, {}, "utf-8")
        made._given = {
            name: values if isinstance(values, list | tuple) else list(values) for name, values in columns.items()
        }
        made._names = tuple(columns)
        return made

    @classmethod
    def of_utf8(cls, columns: Mapping[str, NDArray[np.bytes_]]) -> Columns:
        """Columns of what `utf8` gave, all equally long."""
        made = cls(len(next(iter(columns.values()), ())), {}, {}, "utf-8")
        made._utf8, made._names = dict(columns), tuple(columns)
        return made

    @classmethod
    def of_records(cls, records: Bytes, fields: Mapping[str, tuple[int, int]], encoding: str) -> Columns:
        """records: (n, record length) bytes; fields: name -> (offset, width); encoding: of the text in them."""
        return cls(len(records), {}, {name: (records, *place) for name, place in fields.items()}, encoding)

    def __getitem__(self, name: str) -> Text:
        if name not in self._text and name in self._given:
            self._text[name] = _strip(np.array(self._given[name], dtype=np.str_))
        if name not in self._text and name in self._utf8:
            self._text[name] = np.strings.decode(self._utf8[name], "utf-8")
        if name not in self._text:
            text, bad = decode(self._cropped(name), self._encoding)
            self._text[name] = text
            self._undecodable[name] = bad
        return self._text[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        """Without decoding the column, as a Mapping would to find out."""
        return name in self._names

    @property
    def rows(self) -> int:
        return self._length

    def undecodable(self, name: str) -> tuple[int, ...]:
        """Rows of which this column's bytes are no text in the layer's encoding; their text is given as ""."""
        if name not in self._undecodable:
            self[name]
        return self._undecodable.get(name, ())

    def utf8(self, name: str) -> NDArray[np.bytes_]:
        """The column's text as UTF-8 bytes, trimmed, b"" where blank; text is not made for it where bytes are enough."""
        if name in self._given and name not in self._utf8:
            self._utf8[name] = _trimmed(self._given[name])
        if name in self._utf8:
            return self._utf8[name]
        if name not in self._text and name in self._slices:
            raw = np.strings.strip(self._cropped(name))
            if len(raw) == 0 or not (raw.view(np.uint8) & 0x80).any():
                self._undecodable[name] = ()
                return np.asarray(raw)
        return encoded(self[name])

    def floats(self, name: str) -> Floats:
        """The column as numbers to nine decimal places, NaN where blank or no number."""
        whole, sound, blank = scaled(codes_of(self._as_written(name)), 9)
        made = np.where(sound, whole / 1e9, np.nan)
        for row in np.flatnonzero(~sound & ~blank):
            made[row] = _number(str(self[name][row]))
        return made

    def hundredths(self, name: str) -> Ints:
        """The column as whole hundredths, half up in decimal arithmetic; NO_NUMBER where blank or no number."""
        whole, sound, blank = scaled(codes_of(self._as_written(name)), 2)
        made = np.where(sound, whole, NO_NUMBER)
        for row in np.flatnonzero(~sound & ~blank):
            made[row] = half_up_hundredths(str(self[name][row]))
        return made

    def renamed(self, fields: Mapping[str, str]) -> Columns:
        """Some of the columns under other names. fields: name to give -> name here; text is shared, not made again."""
        made = Columns(self._length, {}, {}, self._encoding)
        made._names = tuple(fields)
        made._text = {name: self._text[field] for name, field in fields.items() if field in self._text}
        made._given = {name: self._given[field] for name, field in fields.items() if field in self._given}
        made._slices = {name: self._slices[field] for name, field in fields.items() if field in self._slices}
        return made

    def take(self, rows: NDArray[Any]) -> Columns:
        """The same columns of some rows only (a boolean mask or row numbers)."""
        if self._given:
            return Columns.of_text({name: self[name][rows] for name in self._names})
        text = {name: values[rows] for name, values in self._text.items()} if not self._slices else {}
        slices = {}
        if self._slices:
            records = next(iter(self._slices.values()))[0][rows]
            slices = {name: (records, offset, width) for name, (_, offset, width) in self._slices.items()}
        length = int(np.count_nonzero(rows)) if rows.dtype == bool else len(rows)
        return Columns(length, text, slices, self._encoding)

    def _as_written(self, name: str) -> NDArray[Any]:
        """The column's text, as bytes where that saves decoding it; blanks may stand around it."""
        if name in self._given or name in self._utf8:
            return self.utf8(name)
        if name in self._text or name not in self._slices:
            return self[name]
        return self._cropped(name)

    def _cropped(self, name: str) -> NDArray[np.bytes_]:
        records, offset, width = self._slices[name]
        place = slice(offset, offset + width)
        return crop(records[:, place], self._written[place])

    @cached_property
    def _written(self) -> NDArray[np.bool_]:
        """Which bytes of the records are not blank in every one of them."""
        return written_in(next(iter(self._slices.values()))[0])


def encoded(text: Text) -> NDArray[np.bytes_]:
    """Text as UTF-8 bytes, many values in one call."""
    if len(text) == 0:
        return np.zeros(0, dtype="S1")
    if not (np.ascontiguousarray(text).view(np.uint32) > 127).any():
        return text.astype(f"S{max(text.dtype.itemsize // 4, 1)}")
    values = text.tolist()
    made = "\n".join(values).encode("utf-8", "replace").split(b"\n")
    if len(made) != len(values):
        made = [value.encode("utf-8", "replace") for value in values]
    return np.array(made, dtype="S")


def _trimmed(values: Sequence[str]) -> NDArray[np.bytes_]:
    """Text as UTF-8 bytes, trimmed. By way of an array of text, four bytes a sign, only where a blank is meant that bytes
    do not know as one, or a line feed stands in a value."""
    joined = "\n".join(values)
    parts = joined.encode("utf-8", "replace").split(b"\n")
    if len(parts) != len(values) or _OTHER_BLANK.search(joined):
        return encoded(_strip(np.array(values, dtype=np.str_)))
    return np.asarray(np.strings.strip(np.array(parts, dtype="S")))


def half_up_hundredths(text: str) -> int:
    """Whole hundredths of a decimal text, half up away from zero; NO_NUMBER where it is no number, or larger than any
    area or price."""
    if not _DECIMAL.fullmatch(text):
        return NO_NUMBER
    try:
        value = Decimal(text)
    except InvalidOperation:
        return NO_NUMBER
    if not value.is_finite() or value.adjusted() > 15:
        return NO_NUMBER
    return int(value.scaleb(2).quantize(Decimal(1), ROUND_HALF_UP))


def _number(text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        return float("nan")
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _strip(text: Text) -> Text:
    return np.strings.strip(text)
