"""Delivered text that is no text: signs that nobody sees, signs of nobody's or of another encoding, more signs than the
standard's field holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from unicodedata import category

import numpy as np

from gis.nyt2539 import Field
from landreg.core.errors import Finding
from landreg.core.signs import holds_unseen
from landreg.land.rules.facts import Bytes, Mask, Notes, filled, lengths, plain
from landreg.land.rules.garbled import NAMES, garbled_rows
from landreg.land.rules.index import distinct
from landreg.law.guard import guard, guard_deal

LENIENT = 2
"""Lengths count bytes for some and characters for others: a text is over-long only beyond this many times the length."""
SHOWN = 20
UNPRINTED = ("JZD", "JZX")
"""Layers of whose texts no paper has one."""
OF_TRANSFER = "LZJGSM"
_OF_TOWN = frozenset("户籍落迁城镇市街居保学岗房非身")
"""Signs of which a remark has one that could speak of settling: the guard is asked of no other, since remarks can be a million.
What land is turned over, let or left speaks of (转) is in most remarks, and of itself in no word of settling."""
REMARKS = {"DKBZXX", "CYBZSM", "DJBFJ", "FBFDCJS", "CBFDCJS", "GSJS", OF_TRANSFER}
"""Columns of free text that the register keeps."""
UNKNOWN = ("Co", "Cn")
_COMMON = frozenset(map(chr, range(0x4E00, 0x9FA6)))
_LINES = (9, 10, 13)
_SPECIALS = (0xBB, 0xBF)
"""After 0xEF: the byte order mark and the annotation signs."""


def odd_text(values: Bytes, field: Field, kind: str, start: int, keys: Bytes | None, notes: Notes) -> None:
    """Note signs that nobody sees (COD-23), over-long text (COD-24), text that was converted wrongly (COD-50), signs without a
    meaning of their own (COD-29; of a name COD-50), those of a name that no certificate can show (COD-51) and remarks that tie
    land to settling (GUARD-1) in one batch of a column. start: rows before it."""
    if not len(values) or field.length is None or field.type != "Char":
        return

    def note(code: str, row: int, **more: object) -> None:
        text = plain(values[row])
        facts = {"row": start + row + 1, "column": field.name, "name": field.name_zh,
                 "given": text if len(text) <= SHOWN else f"{text[:SHOWN]}…", **more}  # fmt: skip
        notes.add(Finding(code, field.name, facts, kind, None if keys is None else plain(keys[row]) or None))

    unseen = np.flatnonzero(_with_controls(values) | _with_unseen(values)).tolist()
    for row in unseen:
        note("COD-23", row)
    for row in np.flatnonzero(lengths(values) > LENIENT * field.length).tolist():
        if (length := len(plain(values[row]))) > LENIENT * field.length:
            note("COD-24", row, length=length, allowed=field.length)
    if kind not in UNPRINTED:
        for row, said in garbled_rows(values, field.name).items():
            if row not in unseen:
                note("COD-50", row, sign=said)
    named = field.name in NAMES
    for row, sign in _private(values):
        note("COD-50" if named and category(sign) == "Co" else "COD-29", row, sign=f"U+{ord(sign):04X}")
    if named:
        for row, signs in _without_a_form(values):
            note("COD-51", row, signs="、".join(f"{sign} (U+{ord(sign):04X})" for sign in signs))
    if field.name in REMARKS:
        for row, tie in _tied(values, field.name, notes.law.on):
            note(tie.code if field.name == OF_TRANSFER else "GUARD-3", row, **tie.values)


def _private(values: Bytes) -> Iterator[tuple[int, str]]:
    """Rows with a private or an unknown sign, each with the first."""
    for row in np.flatnonzero(_may_be_private(values)).tolist():
        if sign := next((sign for sign in plain(values[row]) if category(sign) in UNKNOWN), ""):
            yield row, sign


def _without_a_form(values: Bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows with signs that the certificate's font has not, and those; nothing where this machine has no such font."""
    rare = {sign for sign in set(plain(values.tobytes())) - {"\0"} if category(sign) in ("Lo", "Nl")} - _COMMON
    if not rare:
        return
    from landreg.core.typesetting import FontsMissing, signs_missing  # the typesetter is large, and seldom asked

    try:
        missing = signs_missing("".join(rare))
    except FontsMissing:
        return
    for row, value in enumerate(values.tolist() if missing else ()):
        if signs := sorted(missing & {*plain(value)}):
            yield row, signs


def _tied(values: Bytes, name: str, on: date) -> Iterator[tuple[int, Finding]]:
    """Rows whose text ties land to settling; each different text is read once. A remark tells of what was, and is noted (GUARD-3);
    what a transfer is paid for is a term (GUARD-1).
    """
    if not filled(values).any():
        return
    read = guard_deal if name == OF_TRANSFER else guard
    different, which = distinct(values)
    for number, value in enumerate(different.tolist()):
        said = plain(value)
        if not _OF_TOWN.isdisjoint(said) and (tie := read(said, on)):
            for row in np.flatnonzero(which == number).tolist():
                yield row, tie


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
