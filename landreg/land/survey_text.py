"""Delivered text that is no text: signs that nobody sees, signs of nobody's, more signs than the standard's field holds."""

from __future__ import annotations

import unicodedata

import numpy as np

from gis.nyt2539 import Field
from landreg.core.errors import Finding
from landreg.core.signs import holds_unseen
from landreg.land.rules.facts import Bytes, Mask, Notes, lengths, plain

LENIENT = 2
"""Lengths count bytes for some and characters for others: a text is over-long only beyond this many times the length."""
SHOWN = 20
_LINES = (9, 10, 13)
_SPECIALS = (0xBB, 0xBF)
"""After 0xEF: the byte order mark and the annotation signs."""


def odd_text(values: Bytes, field: Field, kind: str, start: int, keys: Bytes | None, notes: Notes) -> None:
    """Note signs that nobody sees (COD-23), over-long text (COD-24) and signs without a meaning of their own (COD-29) in one
    batch of a column. start: rows before it."""
    if not len(values) or field.length is None or field.type != "Char":
        return
    long = lengths(values) > LENIENT * field.length
    for code, rows in (
        ("COD-23", np.flatnonzero(_with_controls(values) | _with_unseen(values))),
        ("COD-24", [row for row in np.flatnonzero(long) if len(plain(values[row])) > LENIENT * field.length]),
    ):
        for row in rows:
            text = plain(values[row])
            given = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
            facts = {"row": start + int(row) + 1, "column": field.name, "name": field.name_zh, "given": given,
                     "length": len(text), "allowed": field.length}  # fmt: skip
            subject = None if keys is None else plain(keys[row]) or None
            notes.add(Finding(code, field.name, facts, kind, subject))
    for row in np.flatnonzero(_may_be_private(values)):
        text = plain(values[row])
        signs = [sign for sign in text if unicodedata.category(sign) in ("Co", "Cn")]
        if signs:
            facts = {"row": start + int(row) + 1, "column": field.name, "name": field.name_zh, "given": text[:SHOWN],
                     "sign": f"U+{ord(signs[0]):04X}"}  # fmt: skip
            notes.add(Finding("COD-29", field.name, facts, kind, None if keys is None else plain(keys[row]) or None))


def _may_be_private(values: Bytes) -> Mask:
    """Which values hold a byte with which private signs (U+E000 to U+F8FF) or those beyond the first plane begin."""
    cells = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    found = ((cells == 0xEE) | (cells >= 0xF0)).any(axis=1)
    return np.asarray(found | ((cells[:, :-1] == 0xEF) & (cells[:, 1:] < 0xA4)).any(axis=1))


def _with_unseen(values: Bytes) -> Mask:
    """Which values hold a format character. What is neither ASCII nor Chinese is read sign by sign."""
    cells = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    found = (((cells >= 0xC2) & (cells <= 0xE2)) | (cells >= 0xF0)).any(axis=1)
    found |= ((cells[:, :-1] == 0xEF) & np.isin(cells[:, 1:], _SPECIALS)).any(axis=1)
    for row in np.flatnonzero(found):
        found[row] = holds_unseen(plain(values[row]))
    return np.asarray(found)


def _with_controls(values: Bytes) -> Mask:
    """Which values hold a control character. Tabs and line breaks are text: people type them."""
    cells = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    found = (((cells - np.uint8(1)) < 31) | (cells == 127)) & ~np.isin(cells, _LINES)
    # The bytes after a value's end are NUL, so that a NUL in its midst shows as one byte too few.
    return np.asarray(found.any(axis=1) | (np.count_nonzero(cells, axis=1) != lengths(values)))
