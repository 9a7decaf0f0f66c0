"""Exits held against settlements: what lies near, what chance gives, and who is named."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from landreg.audit.watching import Asked, WatchedExit, sides, watch

MONTH = [date(2026, 3, 2) + timedelta(days) for days in range(30) if (date(2026, 3, 2) + timedelta(days)).weekday() < 5]
OPEN = {(2026, 3): [day for day in MONTH if day.month == 3]}
CLERK = "clerk 1"


def exit_on(
    day: int, *settled: int, village: str = "610902001001", officer: str = "officer 1", number: str = ""
) -> WatchedExit:
    days = tuple((date(2026, 3, one), CLERK) for one in settled)
    return WatchedExit(
        village, number or f"{village} {day}", "610902", None, officer, "payer", "wish", date(2026, 3, day), days
    )


def of(tests: list[Asked], kind: str, side: str) -> Asked:
    (found,) = (one for one in tests if (one.kind, one.side) == (kind, side))
    return found


def test_an_exit_on_the_day_of_a_settlement_or_before_it_is_on_one_side_and_one_after_it_on_the_other() -> None:
    before, after = sides(5)
    assert [before.holds(lag) for lag in (-6, -5, 0, 1)] == [False, True, True, False]
    assert [after.holds(lag) for lag in (0, 1, 5, 6)] == [False, True, True, False]


def test_what_chance_gives_is_the_share_of_open_days_that_lie_near() -> None:
    found = of(watch([exit_on(10, 12)], OPEN, 5, 0.1), "officer", "before")
    near = [day for day in OPEN[2026, 3] if -5 <= (day - date(2026, 3, 12)).days <= 0]
    assert (found.near, found.lags) == (1, (-2,))
    assert found.expected == found.p == pytest.approx(len(near) / len(OPEN[2026, 3]))


def test_an_exit_without_a_settlement_that_fits_is_no_evidence_either_way() -> None:
    assert watch([exit_on(10), exit_on(11)], OPEN, 5, 0.1) == []


def test_the_exact_chance_is_what_shuffling_the_days_gives() -> None:
    """A permutation test by the book, ten thousand times, against the distribution that is summed."""
    exits = [exit_on(day, *settled, village=f"61090200100{place}") for place, (day, settled) in enumerate(
        [(5, (6,)), (9, (12, 25)), (17, (18,)), (20, (3,)), (26, (30,))])]  # fmt: skip
    found = of(watch(exits, OPEN, 5, 0.1), "officer", "before")
    draw, side, more = random.Random(3), sides(5)[0], 0
    for _ in range(10_000):
        shuffled = [replace(one, applied_on=draw.choice(OPEN[2026, 3])) for one in exits]
        more += sum(one.lag(side) is not None for one in shuffled) >= found.near
    assert found.p == pytest.approx(more / 10_000, abs=0.015)


def test_exits_of_one_day_in_one_village_move_together() -> None:
    """An assembly on one day gives one piece of evidence, not thirty."""
    together = [exit_on(10, 11, number=f"{n}") for n in range(30)]
    apart = [exit_on(10, 11, number=f"{n}", village=f"6109020010{n:02}") for n in range(30)]
    assert of(watch(together, OPEN, 2, 0.1), "officer", "before").p > 0.05
    assert of(watch(apart, OPEN, 2, 0.1), "officer", "before").p < 1e-10


def test_an_officer_whose_exits_come_just_before_settlements_is_named_with_the_exits_and_no_other_is() -> None:
    tied = [exit_on(3 + n, 4 + n, village=f"61090200100{n}", officer="ties", number=f"T{n}") for n in range(8)]
    free = [
        exit_on(2 + n, 4 + (n * 11) % 27, village=f"61090200200{n}", officer="free", number=f"F{n}") for n in range(9)
    ]
    free = [
        replace(one, buyer="other payer", reason="other", settled=tuple((d, "clerk 2") for d, _ in one.settled))
        for one in free
    ]
    named = [one for one in watch([*tied, *free], OPEN, 3, 0.1) if one.q <= 0.1]
    assert {one.key for one in named} == {"ties", CLERK, "payer", "wish"}
    assert named[0].numbers == tuple(f"T{n}" for n in range(8))


def test_a_clerk_is_judged_by_the_settlements_that_they_decided_alone() -> None:
    one = replace(exit_on(10), settled=((date(2026, 3, 10), "a"), (date(2026, 3, 30), "b")))
    tests = {(test.key, test.side): test for test in watch([one], OPEN, 3, 0.1) if test.kind == "clerk"}
    assert tests["a", "before"].near == 1
    assert tests["b", "before"].near == 0
