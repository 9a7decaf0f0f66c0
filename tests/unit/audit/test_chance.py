"""Exact distributions against counting every case, and the correction against its own definition."""

from __future__ import annotations

import random
from itertools import product

import pytest

from landreg.audit.chance import adjusted, countable, mean, summed, tail


def test_the_distribution_of_a_sum_is_that_of_every_case_counted() -> None:
    parts = [[0.7, 0.3], [0.2, 0.5, 0.3], [0.9, 0.1]]
    counted = [0.0] * 5
    for cases in product(*(range(len(part)) for part in parts)):
        chance = 1.0
        for part, count in zip(parts, cases, strict=True):
            chance *= part[count]
        counted[sum(cases)] += chance
    assert summed(parts) == pytest.approx(counted)
    assert mean(summed(parts)) == pytest.approx(0.3 + 1.1 + 0.1)


def test_a_binomial_s_tail_is_its_known_one() -> None:
    assert tail(summed([[0.5, 0.5]] * 10), 8) == pytest.approx(56 / 1024)
    assert tail(summed([[0.5, 0.5]] * 10), 0) == 1
    assert tail(summed([]), 1) == 0


def test_the_correction_is_benjamini_s_and_hochberg_s() -> None:
    """Their own example of fifteen comparisons (1995, section 4.1): at 0.05 the four smallest pass."""
    p_values = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    found = adjusted(p_values, [0.0] * 15, 0.05)
    assert [q <= 0.05 for q in found] == [True] * 4 + [False] * 11
    assert found[3] == pytest.approx(0.0095 * 15 / 4)


def test_who_could_never_be_flagged_is_not_corrected_for_and_never_flagged() -> None:
    found = adjusted([0.02, 0.5, 0.5, 0.5], [0.001, 0.5, 0.5, 0.5], 0.05)
    assert found == [pytest.approx(0.02), 1.0, 1.0, 1.0]
    assert countable([0.001, 0.5, 0.5, 0.5], 0.05) == 1


def test_no_test_gives_no_flag() -> None:
    assert adjusted([], [], 0.1) == []


def test_under_chance_the_rate_is_held() -> None:
    draw = random.Random(7)
    false = sum(min(adjusted([draw.random() for _ in range(50)], [0.0] * 50, 0.1)) <= 0.1 for _ in range(2000))
    assert false / 2000 < 0.12
