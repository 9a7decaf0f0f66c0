"""COD: days as offices write them, and how much of a day a month or a year tells. What is not written is never made up."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

import numpy as np

from landreg.land.rules.facts import Notes, Survey, SurveyRule, filled, plain

DONE = {"HTQDRQ", "DJSJ", "FBFDCRQ", "CBFDCRQ", "GSSHRQ", "FZRQ", "BFRQ", "HFRQ", "ZXRQ"}
HOUSES_SINCE = np.datetime64("1900-01-01", "D")
"""A year of completion before it is a slip of the pen."""
_DAY = re.compile(r"(?:(\d{4})(\d{2})(\d{2})|(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?)(?:[ T].*)?")
_MONTH = re.compile(r"(\d{4})(?:(\d{2})|[-/.年](\d{1,2})月?)")
_YEAR = re.compile(r"(\d{4})年?")


def day_of(text: str) -> date | None:
    """The day that a text says, None where it says none: eight digits, or year, month and day told apart by a sign."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()[:3] if match[1] else match.groups()[3:]
    return _date(int(year), int(month), int(day))


def span_of(text: str) -> tuple[date, date] | None:
    """The first and the last day that a text can mean, which may name a month or a year only; None where it says none."""
    whole = day_of(text)
    if whole is not None:
        return whole, whole
    year, month = _YEAR.fullmatch(text), _MONTH.fullmatch(text)
    if year is not None:
        first, last = _date(int(year[1]), 1, 1), _date(int(year[1]), 12, 31)
    elif month is not None:
        first = _date(int(month[1]), int(month[2] or month[3]), 1)
        last = first and first.replace(day=monthrange(first.year, first.month)[1])
    else:
        return None
    return (first, last) if first and last else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def cod_15_day_is_a_day(survey: Survey, notes: Notes) -> None:
    """COD-15: a date is a day of the calendar. NY/T 2539: YYYYMMDD; other ways of writing a day are read."""
    for table in survey.tables.values():
        for name, days in table.days.items():
            given = table.text[name]
            bad = filled(given) & np.isnat(days)
            rows = np.flatnonzero(bad)
            if name == "JGRQ":  # of a house, the year of completion is often all that is known
                rows = rows[[span_of(plain(value)) is None for value in given[rows].tolist()]]
            notes.rows("COD-15", table, rows, name)


def cod_26_completion_is_before_or_after_the_regulation(survey: Survey, notes: Notes) -> None:
    """COD-26: a house of which the month or the year is known was built before the regulation of 1982 or after it; where
    that is not told, a person decides. 国土资发〔2016〕191号; HS-2."""
    table, regulation = survey.table("ZJD"), notes.law.day("HS-2.period_since", "regulation")
    given = table.column("JGRQ")
    partly = np.flatnonzero(filled(given) & np.isnat(table.day("JGRQ")))
    spans = ((row, span_of(plain(given[row]))) for row in partly.tolist())
    open_ = [row for row, span in spans if span and span[0] < regulation <= span[1]]
    notes.rows("COD-26", table, np.array(open_, dtype=np.intp), "JGRQ", regulation=str(regulation))


def cod_53_house_is_complete(survey: Survey, notes: Notes) -> None:
    """COD-53: a day of completion has not still to come. COD-54: nor is it of a time from which no farmhouse stands. HS-2."""
    table, today = survey.table("ZJD"), survey.today_is(notes.law.on)
    given, first = table.column("JGRQ"), table.day("JGRQ").copy()
    for row in np.flatnonzero(filled(given) & np.isnat(first)).tolist():
        if span := span_of(plain(given[row])):
            first[row] = span[0]
    notes.rows("COD-53", table, np.flatnonzero(first > today), "JGRQ", today=str(today))
    notes.rows("COD-54", table, np.flatnonzero(first < HOUSES_SINCE), "JGRQ", since=str(HOUSES_SINCE))


def cod_16_what_was_done_is_past(survey: Survey, notes: Notes) -> None:
    """COD-16: a day on which something was done has not still to come, neither on the law's day nor on that of reading, which
    in a demonstration is the later. Of a contract's signing TER-9 tells, of a house's completion COD-53."""
    today = survey.today_is(notes.law.on)
    for table in survey.tables.values():
        for name in DONE & table.days.keys():
            coming = np.flatnonzero(~np.isnat(table.days[name]) & (table.days[name] > today))
            notes.rows("COD-16", table, coming, name, today=str(today))


RULES: tuple[SurveyRule, ...] = (
    cod_15_day_is_a_day, cod_16_what_was_done_is_past, cod_26_completion_is_before_or_after_the_regulation,
    cod_53_house_is_complete,
)  # fmt: skip
