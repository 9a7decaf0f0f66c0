"""What chance gives: exact distributions of sums of small counts, and many tests held to one rate. Pure; the method with its
literature stands in docs/watch.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import comb


def summed(parts: Iterable[Sequence[float]]) -> list[float]:
    """The distribution of the sum of independent counts: index k is the probability of k. Exact, by convolution."""
    total = [1.0]
    for part in parts:
        made = [0.0] * (len(total) + len(part) - 1)
        for at, chance in enumerate(total):
            for more, weight in enumerate(part):
                made[at + more] += chance * weight
        total = made
    return total


def tail(distribution: Sequence[float], seen: int) -> float:
    """The probability of so many or more; at most 1."""
    return min(1.0, sum(distribution[seen:])) if seen > 0 else 1.0


def mean(distribution: Sequence[float]) -> float:
    """What is expected."""
    return sum(count * chance for count, chance in enumerate(distribution))


def drawn(total: int, marked: int, count: int) -> list[float]:
    """How many of `count` rows that are drawn from `total` are among the `marked`: index k is the chance of k. Exact."""
    every = comb(total, count)
    return [comb(marked, k) * comb(total - marked, count - k) / every for k in range(min(marked, count) + 1)]


def adjusted(p_values: Sequence[float], least: Sequence[float], rate: float) -> list[float]:
    """Each p-value after Benjamini and Hochberg (1995): flagged where it is at most the rate, the share of false flags among
    all flags is held to the rate.

    least: the smallest p-value that each test could have given. Those that could never be flagged at this rate are not among
    the tests that are corrected for, and are never flagged.
    """
    count = countable(least, rate)
    family = [at for at in range(len(p_values)) if least[at] <= rate / count] if p_values else []
    order = sorted(family, key=lambda at: p_values[at])
    found = [1.0] * len(p_values)
    smallest = 1.0
    for rank in range(len(order), 0, -1):
        smallest = min(smallest, p_values[order[rank - 1]] * count / rank)
        found[order[rank - 1]] = smallest
    return found


def countable(least_p: Sequence[float], rate: float) -> int:
    """For how many tests a correction has to be made (Tarone 1990; for the false discovery rate Gilbert 2005).

    least_p: the smallest p-value that each test could give, which is known before anything is counted. A test that could not
    pass even the correction for those that can is none of them.
    """
    for count in range(1, len(least_p) + 1):
        if sum(one <= rate / count for one in least_p) <= count:
            return count
    return max(1, len(least_p))
