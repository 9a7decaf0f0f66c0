"""The two clocks of a question to the register: about which day, and as it stood at which instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from landreg.core.periods import BEIJING, beijing_day


@dataclass(frozen=True)
class AsOf:
    """valid: the day of the law that is asked about. said: the instant at which the register said it."""

    valid: date
    said: datetime

    @property
    def values(self) -> dict[str, date | datetime]:
        """As parameters of a statement."""
        return {"valid": self.valid, "said": self.said}

    @classmethod
    def now(cls, instant: datetime) -> AsOf:
        """What the register says at an instant about that very day."""
        return cls(beijing_day(instant), instant)


def end_of(day: date) -> datetime:
    """The last instant of a day in Beijing: what was said by then was said on that day."""
    return datetime.combine(day, time.max, BEIJING)
