"""Working days of offices, as the State Council's notices have them."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from typing import Any

import pytest

from landreg.config import CHECKOUT
from landreg.law.book import calendar_published, national_law

YEARS: dict[str, dict[str, Any]] = tomllib.loads((CHECKOUT / "landreg/law/calendar.toml").read_text("utf-8"))
LAW = national_law("610902", date(2026, 1, 1))


@pytest.mark.parametrize("year", sorted(YEARS))
def test_closed_days_are_weekdays_worked_ones_are_weekends_and_all_are_of_their_year(year: str) -> None:
    closed, worked = YEARS[year]["closed"], YEARS[year]["open"]
    assert {day.isoweekday() <= 5 for day in closed} <= {True}
    assert {day.isoweekday() >= 6 for day in worked} <= {True}
    assert {day.year for day in (*closed, *worked)} == {int(year)}
    assert len(set(closed)) == len(closed)
    assert len(set(worked)) == len(worked)


@pytest.mark.parametrize("year", [year for year in sorted(YEARS) if YEARS[year]["published"]])
def test_a_published_year_has_the_working_days_that_thirteen_days_of_holiday_leave(year: str) -> None:
    days = [date(int(year), 1, 1) + timedelta(n) for n in range(365)]
    weekdays = sum(day.isoweekday() <= 5 for day in days)
    # A holiday that falls on a weekend is moved, so that thirteen weekdays are given and the rest is worked back.
    assert weekdays - len(YEARS[year]["closed"]) + len(YEARS[year]["open"]) == weekdays - 13


@pytest.mark.parametrize("year", sorted(YEARS))
def test_new_year_and_the_first_of_may_and_the_national_days_are_no_working_days(year: str) -> None:
    for day in (date(int(year), 1, 1), date(int(year), 5, 1), *(date(int(year), 10, n) for n in (1, 2, 3))):
        assert LAW.working_days_after(day - timedelta(1), 1) > day


def test_a_notice_before_spring_festival_runs_past_it_and_counts_the_worked_saturdays() -> None:
    # 2026: closed 16 to 23 February; 14 and 28 February worked.
    assert LAW.working_days_after(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert LAW.working_days_after(date(2026, 2, 14), 1) == date(2026, 2, 24)
    assert LAW.working_days_after(date(2026, 2, 10), 15) == date(2026, 3, 9)


def test_the_book_says_which_years_are_published() -> None:
    assert [year for year in (2024, 2025, 2026, 2027) if calendar_published(year)] == [2025, 2026]


def test_a_year_without_a_calendar_has_its_weekdays() -> None:
    assert LAW.working_days_after(date(2031, 1, 3), 1) == date(2031, 1, 6)
