"""Days, half-open periods and working days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from landreg.core.periods import DAY, Period, beijing_day, working_day_after, years_after


def test_a_period_holds_its_first_day_and_not_the_day_on_which_it_ends() -> None:
    period = Period(date(1998, 1, 1), date(2028, 1, 1))
    assert date(1998, 1, 1) in period
    assert date(2027, 12, 31) in period
    assert date(2028, 1, 1) not in period
    assert date(1997, 12, 31) not in period


def test_a_period_as_people_write_it_holds_both_days() -> None:
    assert Period.through(date(1998, 1, 1), date(2027, 12, 31)) == Period(date(1998, 1, 1), date(2028, 1, 1))
    assert Period.through(date(1998, 1, 1), date(2027, 12, 31)).last == date(2027, 12, 31)


def test_an_open_period_has_no_last_day_and_never_ends() -> None:
    assert Period.through(date(1998, 1, 1), None).last is None
    assert date(9999, 12, 31) in Period(date(1998, 1, 1))


@pytest.mark.parametrize("end", [date(1998, 1, 1), date(1997, 12, 31)])
def test_an_empty_or_reversed_period_is_none(end: date) -> None:
    with pytest.raises(ValueError, match="1998"):
        Period(date(1998, 1, 1), end)


def test_a_period_of_one_day_is_one() -> None:
    assert Period.through(date(2026, 1, 1), date(2026, 1, 1)).end == date(2026, 1, 1) + DAY


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 16, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_beijing(instant: datetime, day: date) -> None:
    assert beijing_day(instant) == day


def test_a_term_from_a_leap_day_loses_no_day() -> None:
    assert years_after(date(2000, 2, 29), 30) == date(2030, 3, 1)
    assert years_after(date(2000, 2, 29), 4) == date(2004, 2, 29)
    assert years_after(date(1998, 1, 1), 30) == date(2028, 1, 1)


def _after(day: date, count: int, closed: tuple[date, ...] = (), open_: tuple[date, ...] = ()) -> date:
    return working_day_after(day, count, closed=closed, open_=open_)


def test_the_day_itself_does_not_count_and_a_weekend_is_left_out() -> None:
    friday = date(2026, 6, 5)
    assert _after(friday, 1) == date(2026, 6, 8)
    assert _after(friday, 5) == date(2026, 6, 12)
    assert _after(friday, 6) == date(2026, 6, 15)


def test_a_holiday_does_not_count_and_a_worked_saturday_does() -> None:
    friday = date(2026, 6, 5)
    assert _after(friday, 1, closed=(date(2026, 6, 8),)) == date(2026, 6, 9)
    assert _after(friday, 1, open_=(date(2026, 6, 6),)) == date(2026, 6, 6)


@pytest.mark.parametrize("count", [0, -1])
def test_no_working_day_on_is_the_day_itself(count: int) -> None:
    assert _after(date(2026, 6, 5), count) == date(2026, 6, 5)
