"""Exits held against settlements: who has more of them close together than chance would give. Pure; see docs/watch.md.

Within a village and a month the day of an exit is exchangeable: if nobody ties exits to settling, it might as well have fallen
on any other open day of that month. Those of one officer on one day move together. How many would then lie near a settlement
that fits the household is known exactly.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
    reached = _Reached(open_days)
    found = [_Test(unit, side, of_it, counts[unit], reached) for unit, of_it in units.items() for side in sides(window)]
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


class _Reached:
    """Where in its month an exit would lie near a settlement that fits: the open days that do, of how many. Said once an exit."""

    def __init__(self, open_days: OpenDays) -> None:
        self.open = {month: frozenset(day.toordinal() for day in days) for month, days in open_days.items()}
        self.said: dict[tuple[int, str, str | None], tuple[frozenset[int], int]] = {}

    def of(self, one: WatchedExit, side: Side, clerk: str | None) -> tuple[frozenset[int], int]:
        """The days that lie near, as ordinals, and how many there are to choose from: its own day is always one."""
        key = (id(one), side.name, clerk)
        if key not in self.said:
            day = one.applied_on
            choice = self.open.get((day.year, day.month), frozenset()) | {day.toordinal()}
            near: set[int] = set()
            for settled, by in one.settled:
                if clerk in (None, by):
                    at = settled.toordinal()
                    near.update(range(at + side.first, at + side.last + 1))
            self.said[key] = (frozenset(near & choice), len(choice))
        return self.said[key]


class _Test:
    """One test, before correction. A block is what one officer took in one village on one day: it moves as one."""

    def __init__(
        self, unit: tuple[str, str], side: Side, exits: Sequence[WatchedExit], count: int, reached: _Reached
    ) -> None:
        self.kind, self.key = unit
        self.side, self.count = side, count
        self.clerk = self.key if self.kind == "clerk" else None
        blocks: dict[tuple[str, date, str], list[tuple[frozenset[int], int]]] = defaultdict(list)
        near: list[tuple[int, str]] = []
        for one in exits:
            days, choice = reached.of(one, side, self.clerk)
            if days:
                blocks[one.village, one.applied_on, one.officer].append((days, choice))
                if one.applied_on.toordinal() in days:
                    near.append((one.lag(side, self.clerk) or 0, one.number))
        self.fitting = sum(map(len, blocks.values()))
        self.lags = tuple(sorted(lag for lag, _ in near))
        self.numbers = tuple(number for _, number in near)
        distribution = summed(map(_moved, blocks.values()))
        self.expected = mean(distribution)
        self.p = tail(distribution, len(near))
        self.least_p = distribution[-1] if len(distribution) > 1 else 1.0

    def told(self, q: float) -> Asked:
        return Asked(
            self.kind, self.key, self.side.name, self.count, self.fitting, len(self.lags), self.lags, self.expected, self.p, q,
            self.numbers,
        )  # fmt: skip


def _moved(block: Sequence[tuple[frozenset[int], int]]) -> list[float]:
    """How many of a block lie near, whichever open day of its month it falls on: as chances of none, one, two..."""
    choice = block[0][1]
    counts = Counter(day for days, _ in block for day in days)
    by_count = Counter(counts.values())
    return [1 - len(counts) / choice, *(by_count[count] / choice for count in range(1, max(by_count) + 1))]
