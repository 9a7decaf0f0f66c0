"""The date control of a page: about which day it is asked, and as the register stood at the end of which day.

`?day=` and `?said=` are days in Beijing; without them a page tells of today as it is known now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from landreg.core.asof import AsOf, end_of
from landreg.core.errors import BadInput, Finding
from landreg.core.periods import beijing_day
from landreg.web import pages
from landreg.web.forms import read_query

FIELDS = ("day", "said")


@dataclass(frozen=True)
class Days:
    """What `?day=` and `?said=` ask for."""

    day: date | None = None
    said: date | None = None


@dataclass(frozen=True)
class Clocks:
    """What a page shows: the days asked for, what they mean to the register, and today. otherwise: other days were asked for, which
    are none, and the page tells of today instead.
    """

    days: Days
    as_of: AsOf
    today: date
    otherwise: bool = False

    @property
    def elsewhen(self) -> bool:
        """Whether the page shows anything but today as it is known now."""
        return self.days.day not in (None, self.today) or self.days.said not in (None, self.today)

    @property
    def said_on(self) -> date:
        """The day at whose end the register said it."""
        return self.days.said or self.today

    @property
    def query(self) -> Mapping[str, Any]:
        """The same days for the address of another page; empty for today."""
        given = ((name, getattr(self.days, name)) for name in FIELDS)
        return {name: day.isoformat() for name, day in given if day is not None} if self.elsewhen else {}


def asked(now: datetime) -> Clocks:
    """The days of this request's address. now: by the register's clock.

    Raises BadInput with FORM-2 for what is no day, CLK-1 for a day on which nothing has been said yet. A page that is
    shown again for such a finding tells of today.
    """
    again = any(finding.field in FIELDS for finding in pages.page_findings())
    return replace(clocks(Days(), now), otherwise=True) if again else clocks(read_query(Days), now)


def clocks(days: Days, now: datetime) -> Clocks:
    """These days by the register's clock. Raises BadInput with CLK-1 when `said` is yet to come."""
    today = beijing_day(now)
    if days.said is not None and days.said > today:
        raise BadInput(Finding("CLK-1", "said", {"asked": days.said, "today": today}))
    said = now if days.said in (None, today) else end_of(days.said or today)
    return Clocks(days, AsOf(days.day or today, said), today)
