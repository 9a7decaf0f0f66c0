"""Text in fixed-width bytes: trimmed, decoded, and told apart as GBK or UTF-8, whole columns at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
SPACE = 32


def crop(cells: Bytes, written: Mask | None = None) -> NDArray[np.bytes_]:
    """(n, width) bytes to (n,) byte strings, without the columns that are blank in every row. NULs around a
    text count as blank; one in its midst stays, for whoever looks at the text to find. written: of these bytes, where known."""
    filled = np.flatnonzero(written_in(cells) if written is None else written)
    if filled.size == 0:
        return np.zeros(len(cells), dtype="S1")
    kept = np.ascontiguousarray(cells[:, filled[0] : filled[-1] + 1])
    if (kept == 0).any():
        text = (kept & np.uint8(0xDF)) != 0
        within = np.logical_or.accumulate(text, axis=1)
        within &= np.logical_or.accumulate(text[:, ::-1], axis=1)[:, ::-1]
        kept[(kept == 0) & ~within] = SPACE
    return kept.view(f"S{kept.shape[1]}").ravel()


def written_in(cells: Bytes) -> Mask:
    """(width,) which byte columns hold anything but blanks and NULs. Of whole records at once this is several times as fast
    as of their fields one by one."""
    return np.asarray(np.bitwise_or.reduce(cells, axis=0) & np.uint8(0xDF) != 0)  # a blank (0x20) and NUL both become 0


def decode(raw: NDArray[np.bytes_], encoding: str) -> tuple[NDArray[np.str_], tuple[int, ...]]:
    """(n,) byte strings to (n,) trimmed text, and the rows whose bytes are no text in this encoding ("" there)."""
    raw = np.strings.strip(raw)
    if not (raw.view(np.uint8) & 0x80).any():
        return raw.astype(f"U{raw.dtype.itemsize}"), ()
    values = raw.tolist()
    try:
        return np.array(_decode_all(values, encoding), dtype=np.str_), ()
    except UnicodeDecodeError:
        return _decode_each(values, encoding)


def _decode_all(values: list[bytes], encoding: str) -> list[str]:
    """Decode many values in one call: a line feed is no second byte of GBK nor of UTF-8."""
    joined = b"\n".join(values).decode(encoding)
    made = joined.split("\n")
    return made if len(made) == len(values) else [value.decode(encoding) for value in values]


def _decode_each(values: list[bytes], encoding: str) -> tuple[NDArray[np.str_], tuple[int, ...]]:
    made, bad = [], []
    for row, value in enumerate(values):
        try:
            made.append(value.decode(encoding))
        except UnicodeDecodeError:
            made.append("")
            bad.append(row)
    return np.array(made, dtype=np.str_), tuple(bad)


def suits(values: list[bytes], encoding: str) -> tuple[int, int]:
    """Of the values that are not plain ASCII: how many decode in this encoding, and how many there are."""
    telling = [value for value in values if not value.isascii()]
    return sum(1 for value in telling if _decodes(value, encoding)), len(telling)


def is_utf8(values: list[bytes]) -> bool:
    """Whether these bytes can hardly be anything but UTF-8: all of them decode, to at least one Chinese character
    a value. UTF-8 often passes for GBK too, as characters nobody writes; GBK hardly ever passes for UTF-8."""
    telling = [value for value in values if not value.isascii()]
    return bool(telling) and all(_decodes(v, "utf-8") and _has_han(v.decode("utf-8")) for v in telling)


def _decodes(value: bytes, encoding: str) -> bool:
    try:
        value.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _has_han(text: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" for letter in text)


def sample_values(columns: list[Any]) -> list[bytes]:
    """Byte strings of several columns in one list, blanks left out."""
    return [value for column in columns for value in np.strings.strip(crop(column)).tolist() if value]
