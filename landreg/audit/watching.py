"""Exits held against settlements: who has more of them close together than chance would give. Pure; see docs/watch.md.

Within a village and a month the day of an exit is exchangeable: if nobody ties exits to settling, it might as well have fallen
on any other open day of that month. Those of one officer on one day move together. How many would then lie near a settlement
that fits the household is known exactly.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from landreg.audit.chance import adjusted, mean, summed, tail

KINDS = ("officer", "clerk", "village", "buyer", "reason")
"""What is asked of: who took the exit, who decided the settlement, where, who pays, and why."""


@dataclass(frozen=True)
class WatchedExit:
    """An exit applied for. settled: the days of settlements that may be its household's, and who decided each."""

    village: str
    number: str
    county: str
    case_id: UUID | None
    officer: str
    buyer: str
    reason: str
    applied_on: date
    settled: tuple[tuple[date, str], ...] = ()

    def lag(self, side: Side, clerk: str | None = None) -> int | None:
        """Days between the exit and the closest settlement of a side, negative where the exit came first; of one clerk's."""
        found = ((self.applied_on - day).days for day, by in self.settled if clerk in (None, by))
        return min((lag for lag in found if side.holds(lag)), key=abs, default=None)


@dataclass(frozen=True)
class Side:
    """On which side of a settlement an exit lies near it: `first` to `last` days after, negative before."""

    name: str
    first: int
    last: int

    def holds(self, lag: int) -> bool:
        """Whether an exit so many days after a settlement lies near it."""
        return self.first <= lag <= self.last


def sides(window: int) -> tuple[Side, Side]:
    """An exit up to the day of the settlement, as who makes it a condition gets it; and one after it, as who was promised."""
    return Side("before", -window, 0), Side("after", 1, window)


@dataclass(frozen=True)
class Asked:
    """One test: of whom and on which side; how many exits, how many of them have a settlement that fits in reach of their month,
    how many lie near one, and at how many days; what chance gives, how seldom it gives so many, and that after correction.
    """

    kind: str
    key: str
    side: str
    exits: int
    fitting: int
    near: int
    lags: tuple[int, ...]
    expected: float
    p: float
    q: float
    numbers: tuple[str, ...]


OpenDays = Mapping[tuple[int, int], Sequence[date]]
"""The days on which the office is open, by year and month."""


def watch(exits: Sequence[WatchedExit], open_days: OpenDays, window: int, rate: float) -> list[Asked]:
    """Every test of a set of exits, the most striking first; those that are flagged have a `q` of at most the rate."""
    counts = Counter(unit for one in exits for unit in _units_of(one))
    units: dict[tuple[str, str], list[WatchedExit]] = defaultdict(list)
    for one in exits:
        # An exit without a settlement that fits is no evidence either way.
        if one.settled:
            for unit in _units_of(one):
                units[unit].append(one)
    found = [
        _Test(unit, side, of_it, counts[unit], open_days) for unit, of_it in units.items() for side in sides(window)
    ]
    able = [test for test in found if test.least_p < 1]
    corrected = adjusted([test.p for test in able], [test.least_p for test in able], rate)
    told = [test.told(q) for test, q in zip(able, corrected, strict=True)]
    return sorted(told, key=lambda one: (one.q, one.p, -one.near, one.kind, one.key, one.side))


def _units_of(one: WatchedExit) -> list[tuple[str, str]]:
    """Whom an exit is counted for."""
    named = (("officer", one.officer), ("village", one.village), ("buyer", one.buyer), ("reason", one.reason))
    return [
        *((kind, key) for kind, key in named if key),
        *(("clerk", by) for by in {by for _, by in one.settled if by}),
    ]


class _Test:
    """One test, before correction. A block is what one officer took in one village on one day: it moves as one."""

    def __init__(
        self, unit: tuple[str, str], side: Side, exits: Sequence[WatchedExit], count: int, open_days: OpenDays
    ) -> None:
        self.kind, self.key = unit
        self.side, self.exits, self.count = side, exits, count
        self.clerk = self.key if self.kind == "clerk" else None
        fitting = sorted((one for one in exits if self._days(one)), key=_block)
        self.fitting = len(fitting)
        parts = (self._part(list(block), open_days) for _, block in groupby(fitting, key=_block))
        distribution = summed(part for part in parts if len(part) > 1)
        self.lags = tuple(sorted(lag for one in fitting if (lag := one.lag(side, self.clerk)) is not None))
        self.expected = mean(distribution)
        self.p = tail(distribution, len(self.lags))
        self.least_p = distribution[-1] if len(distribution) > 1 else 1.0

    def told(self, q: float) -> Asked:
        near = tuple(one.number for one in self.exits if one.lag(self.side, self.clerk) is not None)
        return Asked(
            self.kind, self.key, self.side.name, self.count, self.fitting, len(self.lags), self.lags, self.expected,
            self.p, q, near,
        )  # fmt: skip

    def _days(self, one: WatchedExit) -> list[date]:
        """The settlements that some day of the exit's month could lie near."""
        first = one.applied_on.replace(day=1)
        past = (first + timedelta(31)).replace(day=1)
        return [
            day
            for day, by in one.settled
            if self.clerk in (None, by) and (first - day).days <= self.side.last and (past - day).days > self.side.first
        ]

    def _part(self, block: Sequence[WatchedExit], open_days: OpenDays) -> list[float]:
        """How many of a block would lie near, had it fallen on another open day of its month."""
        day = block[0].applied_on
        choice = sorted({*open_days.get((day.year, day.month), ()), day})
        settled = [self._days(one) for one in block]
        counts = [
            sum(any(self.side.holds((other - one).days) for one in of_exit) for of_exit in settled) for other in choice
        ]
        return [counts.count(count) / len(choice) for count in range(max(counts) + 1)]


def _block(one: WatchedExit) -> tuple[str, date, str]:
    return one.village, one.applied_on, one.officer
