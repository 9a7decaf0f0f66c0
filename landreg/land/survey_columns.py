"""Columns of a delivered table as rules want them: codes as byte strings, amounts in hundredths, days."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from gis.nyt2539 import TABLES, code_table
from landreg.core.codes import tidy
from landreg.land.rules.codes import LAND_USE
from landreg.land.rules.days import day_of, span_of
from landreg.land.rules.facts import Bytes, Days, filled, lengths
from landreg.land.rules.index import distinct

NO_DAY = np.datetime64("NaT", "D")
LISTS = {
    name: frozenset(code.encode() for code in (code_table(field.code_table) if field.code_table else LAND_USE))
    for table in TABLES.values() for name, field in table.fields.items() if field.code_table or name == "TDLYLX"
}  # fmt: skip
"""Coded columns to the values of their list; a column has the same list in every table."""
TOO_SHORT = {"TDLYLX": {b"10", b"11", b"12"}}
"""Values that are something else by themselves (first classes of GB/T 21010), and no others with a nought lost."""


def codes(values: Bytes) -> Bytes:
    """UTF-8 text as codes are compared: upper case, full-width signs made plain."""
    letters = np.ascontiguousarray(values).view(np.uint8)
    if (letters > 126).any():
        return np.array([tidy(value.decode()).encode() for value in values.tolist()], dtype="S")
    return np.asarray(np.strings.upper(values)) if (letters > 96).any() else values


def coded(values: Bytes, name: str) -> Bytes:
    """UTF-8 text of a column as codes are compared, values of a code list in the form of their list."""
    return in_list_form(codes(values), name)


def in_list_form(values: Bytes, name: str) -> Bytes:
    """The codes of a column as its list has them: offices write 1 for 01 and 01 for 1. What is neither stays as it is."""
    allowed = LISTS.get(name)
    if allowed is None:
        return values
    sizes = {len(code) for code in allowed}
    odd = filled(values) if len(sizes) > 1 else ~np.isin(lengths(values), (0, *sizes))
    rows = np.flatnonzero(odd)
    if not rows.size:
        return values
    different, which = distinct(values[rows])
    own = [_own_form(value, allowed) if value not in TOO_SHORT.get(name, ()) else value for value in different.tolist()]
    if own == different.tolist():
        return values
    made = values.astype(f"S{max(values.dtype.itemsize, *sizes)}")
    made[rows] = np.array(own, dtype="S")[which]
    return made


def _own_form(value: bytes, allowed: frozenset[bytes]) -> bytes:
    if value in allowed:
        return value
    if b"0" + value in allowed:
        return b"0" + value
    return value[1:] if value[:1] == b"0" and value[1:] in allowed else value


def days(values: Bytes) -> Days:
    """Days of a column, NaT where blank or no day."""
    return _days(values, _day)


def latest_days(values: Bytes) -> Days:
    """Of what names a month or a year only the last day that it can mean; NaT where a day is named, or nothing."""
    return _days(values, _latest_day)


def _days(values: Bytes, read: Callable[[str], np.datetime64]) -> Days:
    different, which = distinct(values)
    found = np.array([read(value.decode("utf-8", "replace")) for value in different.tolist()], dtype="datetime64[D]")
    return found[which] if len(found) else np.full(len(values), NO_DAY)


@cache
def _day(value: str) -> np.datetime64:
    found = day_of(value)
    return NO_DAY if found is None else np.datetime64(found, "D")


@cache
def _latest_day(value: str) -> np.datetime64:
    found = span_of(value)
    return NO_DAY if found is None or found[0] == found[1] else np.datetime64(found[1], "D")


def concatenated(parts: list[Bytes]) -> Bytes:
    """Byte strings of several batches in one array."""
    return np.concatenate(parts) if parts else np.zeros(0, dtype="S1")
