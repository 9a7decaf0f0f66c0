"""Days and spans of days, half-open; working days against a calendar. Days are Beijing days."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Days from `start` up to, not including, `end`; an open end is None. Raises ValueError when empty or reversed."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"{self.start} .. {self.end}")

    @classmethod
    def through(cls, first: date, last: date | None) -> Period:
        """The period as people write it, with both days inside."""
        return cls(first, None if last is None else last + DAY)

    @property
    def last(self) -> date | None:
        """The last day inside."""
        return None if self.end is None else self.end - DAY

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


def beijing_day(instant: datetime) -> date:
    """The day in Beijing at an instant that knows its zone."""
    return instant.astimezone(BEIJING).date()


def years_after(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes 1 March, so that no period loses a day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def months_after(day: date, months: int) -> date:
    """The same day so many months on; where that month has no such day, the first of the next, so that none is lost."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month == 11), (month + 1) % 12 + 1, 1)


def working_day_after(day: date, count: int, *, closed: Container[date], open_: Container[date]) -> date:
    """The `count`-th working day after `day`, which itself does not count; `day` for a count of none.

    closed: weekdays that are holidays. open_: Saturdays and Sundays that are worked. Source: calendar.toml.
    """
    while count > 0:
        day += DAY
        if day in open_ or (day.weekday() < 5 and day not in closed):
            count -= 1
    return day
