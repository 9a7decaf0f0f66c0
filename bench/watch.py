"""What the watch finds, and what it calls out for nothing, in simulated counties. `python -m bench.watch` prints the tables.

A county of 300,000 households in 400 villages. Each year two in a hundred give land back and two in a hundred settle in
town, on days of their own; one exit in ten is of a household that settles within the same half year anyway, and that is
nobody's doing. An officer stands for 25 villages, a clerk for a tenth of the settlements. Where there is coercion, one officer
gets a share of their exits before the household is settled: its application comes some days before the decision.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rich.console import Console
from rich.progress import Progress

from landreg.audit.rules import LOOKS_A_YEAR
from landreg.audit.watching import Asked, WatchedExit, watch

VILLAGES, HOUSEHOLDS = 400, 750
TIER = "officer 7"
SIGNS = 110
"""Ends that a masked number can have: ten digits before the eleven check signs."""
BEGINS = date(2026, 1, 1)


@dataclass(frozen=True)
class County:
    """What a simulated county is like. tied: the share of one officer's exits that are tied, at most `lag` days before."""

    exits: float = 0.02
    settlements: float = 0.02
    natural: float = 0.1
    villages_an_officer: int = 25
    tied: float = 0.0
    lag: int = 3
    window: int = 5
    months: int = 3
    rate: float = 0.1


@dataclass(frozen=True)
class Settled:
    """A settlement: whose village, when, by whom, and the ends of the masked numbers of those who settle."""

    village: str
    day: date
    clerk: str
    signs: frozenset[int]


def open_days(first: date, last: date) -> dict[tuple[int, int], list[date]]:
    """Monday to Friday, by month."""
    found: dict[tuple[int, int], list[date]] = defaultdict(list)
    day = first
    while day <= last:
        if day.weekday() < 5:
            found[day.year, day.month].append(day)
        day += timedelta(1)
    return found


def lived(county: County, months: int, chance: random.Random) -> tuple[list[WatchedExit], Mapping[str, list[Settled]]]:
    """Exits and settlements of so many months, before the one is held against the other."""
    last = BEGINS + timedelta(round(months * 30.44) - 1)
    days = [day for of_month in open_days(BEGINS, last).values() for day in of_month]
    share = months / 12
    settled: dict[str, list[Settled]] = defaultdict(list)
    exits: list[WatchedExit] = []
    for _ in range(_around(county.settlements * VILLAGES * HOUSEHOLDS * share, chance)):
        village = chance.randrange(VILLAGES)
        _settle(settled, village, chance.choice(days), _household(chance)[: chance.randint(1, 3)], chance)
    for number in range(_around(county.exits * VILLAGES * HOUSEHOLDS * share, chance)):
        village, day, members = chance.randrange(VILLAGES), chance.choice(days), _household(chance)
        officer = f"officer {village // county.villages_an_officer}"
        draw = chance.random()
        tied = county.tied if officer == TIER else 0.0
        if draw < tied + county.natural:
            with_them = day + timedelta(chance.randint(0, county.lag) if draw < tied else chance.randint(-90, 90))
            while with_them.weekday() >= 5:
                with_them += timedelta(1)
            _settle(settled, village, with_them, members[: chance.randint(1, 3)], chance)
        exits.append(
            WatchedExit(
                f"{610902001000 + village}",
                f"{number}|{' '.join(map(str, members))}",
                "610902",
                None,
                officer,
                f"buyer {chance.randrange(30)}",
                f"reason {chance.randrange(6)}",
                day,
            )
        )
    return exits, settled


def matched(exits: Sequence[WatchedExit], settled: Mapping[str, list[Settled]]) -> list[WatchedExit]:
    """What `audit.exits_near_settlements` answers: settlements of the village whose masked numbers fit a member's."""
    found = []
    for one in exits:
        number, _, members = one.number.partition("|")
        signs = {int(sign) for sign in members.split()}
        fitting = tuple((other.day, other.clerk) for other in settled.get(one.village, ()) if other.signs & signs)
        found.append(replace(one, number=number, settled=fitting))
    return found


def looks(county: County, months: int, chance: random.Random) -> Iterator[tuple[int, list[Asked]]]:
    """Each month's look at the months until then: its number, and every test."""
    exits, settled = lived(county, months, chance)
    found = matched(exits, settled)
    days = open_days(BEGINS, BEGINS + timedelta(round(months * 30.44)))
    for month in range(1, months + 1):
        reach = [one for one in found if month - county.months < _month(one.applied_on) <= month]
        yield month, watch(reach, days, county.window, county.rate / LOOKS_A_YEAR)


@dataclass(frozen=True)
class Power:
    """Of many counties: in how many the one who ties is found within one, two and three months; how many flags name another
    officer, of all flags.
    """

    within: tuple[float, float, float]
    wrong: float


def power(county: County, trials: int, seed: int, told: Callable[[], None] = lambda: None) -> Power:
    """What three months of looks find in counties where one officer ties exits to settlement."""
    within, wrong, flags = [0, 0, 0], 0, 0
    for trial in range(trials):
        first = 4
        for month, tests in looks(county, 3, random.Random(f"{seed} {trial}")):
            flagged = [one for one in tests if one.q <= county.rate / LOOKS_A_YEAR]
            if any((one.kind, one.key) == ("officer", TIER) for one in flagged):
                first = min(first, month)
            flags += len(flagged)
            wrong += sum(one.kind == "officer" and one.key != TIER for one in flagged)
        within = [count + (first <= limit) for limit, count in enumerate(within, 1)]
        told()
    one, two, three = (count / trials for count in within)
    return Power((one, two, three), wrong / flags if flags else 0.0)


def alarms(county: County, years: int, seed: int, told: Callable[[], None] = lambda: None) -> tuple[float, float]:
    """Without coercion: the share of monthly looks, and the share of years, that flag anything at all."""
    months = in_years = 0
    for year in range(years):
        found = looks(county, 12, random.Random(f"{seed} none {year}"))
        false = [any(one.q <= county.rate / LOOKS_A_YEAR for one in tests) for _, tests in found]
        months += sum(false)
        in_years += any(false)
        told()
    return months / (12 * years), in_years / years


def _month(day: date) -> int:
    return (day.year - BEGINS.year) * 12 + day.month


def _around(expected: float, chance: random.Random) -> int:
    """A count with a Poisson's spread."""
    return max(0, round(chance.gauss(expected, expected**0.5)))


def _household(chance: random.Random) -> list[int]:
    return [chance.randrange(SIGNS) for _ in range(chance.choice((1, 2, 3, 3, 4, 4, 5, 6)))]


def _settle(
    settled: dict[str, list[Settled]], village: int, day: date, signs: Sequence[int], chance: random.Random
) -> None:
    # One in twenty says only roughly where they come from, and is compared with nobody.
    if chance.random() < 0.95:
        name = f"{610902001000 + village}"
        settled[name].append(Settled(name, day, f"clerk {chance.randrange(10)}", frozenset(signs)))


ROWS = (
    ("one exit in five, at most 3 days before the decision", County(tied=0.2)),
    ("one in ten", County(tied=0.1)),
    ("one in three", County(tied=1 / 3)),
    ("one in five, at most 7 days before", County(tied=0.2, lag=7)),
    ("one in five, an officer of 12 villages", County(tied=0.2, villages_an_officer=12)),
    ("one in five, half as many exits", County(tied=0.2, exits=0.01)),
    ("one in five, twice as many settle", County(tied=0.2, settlements=0.04)),
    ("one in five, three in ten settle anyway", County(tied=0.2, natural=0.3)),
)


def main() -> None:
    """Print both tables, with a bar meanwhile."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--years", type=int, default=200)
    parser.add_argument("--seed", type=int, default=6109)
    given = parser.parse_args()
    lines = []
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("watch", total=len(ROWS) * given.trials + 2 * given.years)
        for name, county in ROWS:
            found = power(county, given.trials, given.seed, lambda: progress.advance(task))
            lines.append(f"| {name} | {' | '.join(f'{one:.0%}' for one in found.within)} | {found.wrong:.1%} |")
        quiet = []
        for name, county in (("one in ten settles anyway", County()), ("nobody does", County(natural=0.0))):
            months, years = alarms(county, given.years, given.seed, lambda: progress.advance(task))
            quiet.append(f"| {name} | {months:.1%} | {years:.1%} |")
    print(f"{given.trials} counties a row, seed {given.seed}\n")
    print("| coercion | found in 1 month | 2 months | 3 months | flags on another officer |\n|---|---|---|---|---|")
    print("\n".join(lines))
    print(f"\n{given.years} years without coercion\n\n| | monthly looks with a flag | years with one |\n|---|---|---|")
    print("\n".join(quiet))


if __name__ == "__main__":
    main()
