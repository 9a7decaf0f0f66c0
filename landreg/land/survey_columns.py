"""Columns of a delivered table as rules want them: codes as byte strings, amounts in hundredths, days."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import numpy as np

from landreg.core.codes import tidy
from landreg.land.rules.facts import Bytes, Days
from landreg.land.rules.index import distinct

_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?")
NO_DAY = np.datetime64("NaT", "D")


def codes(values: Bytes) -> Bytes:
    """UTF-8 text as codes are compared: upper case, full-width signs made plain."""
    letters = np.ascontiguousarray(values).view(np.uint8)
    if (letters > 126).any():
        return np.array([tidy(value.decode()).encode() for value in values.tolist()], dtype="S")
    return np.asarray(np.strings.upper(values)) if (letters > 96).any() else values


def days(values: Bytes) -> Days:
    """Days of a column, NaT where blank or no day."""
    different, which = distinct(values)
    found = np.array([_day(value.decode("utf-8", "replace")) for value in different.tolist()], dtype="datetime64[D]")
    return found[which] if len(found) else np.full(len(values), NO_DAY)


@cache
def _day(value: str) -> np.datetime64:
    match = _DAY.fullmatch(value)
    if match is None:
        return NO_DAY
    try:
        return np.datetime64(date(int(match[1]), int(match[2]), int(match[3])), "D")
    except ValueError:
        return NO_DAY


def concatenated(parts: list[Bytes]) -> Bytes:
    """Byte strings of several batches in one array."""
    return np.concatenate(parts) if parts else np.zeros(0, dtype="S1")
