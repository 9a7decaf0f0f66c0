"""Drawing a sample so that anyone can draw it again: from a seed and a list that the log held before the drawing.

Each item has a lot, the SHA-256 of seed, a line feed and the item's key; the smallest lots are drawn. So the order of the
list does not matter, no program's random numbers are needed, and a redraw takes `sha256sum` and `sort`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

METHODS = ("random", "by_village", "by_act_kind", "by_risk")


@dataclass(frozen=True)
class Item:
    """One thing that may be drawn. stratum: village or kind of act, '' where there are none. weight: its red flags."""

    key: str
    stratum: str = ""
    weight: int = 0

    def line(self) -> str:
        """The item as the list writes it: weight, stratum and key, with tabs between."""
        return f"{self.weight}\t{self.stratum}\t{self.key}"


def read_line(line: str) -> Item:
    """The item of a line. Raises ValueError for a line of another form."""
    weight, stratum, key = line.split("\t")
    return Item(key, stratum, int(weight))


def lines_of(items: Iterable[Item]) -> list[str]:
    """The list as it is logged: a line an item, in the order of their keys."""
    return [item.line() for item in sorted(items, key=lambda item: item.key)]


def digest_of(lines: Sequence[str]) -> str:
    """SHA-256 of the list as a file: each line and a line feed, UTF-8; in hexadecimal."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def lot(seed: str, key: str) -> str:
    """The lot of a key: SHA-256 of seed, line feed, key; in hexadecimal."""
    return hashlib.sha256(f"{seed}\n{key}".encode()).hexdigest()


def draw(seed: str, items: Sequence[Item], size: int, method: str) -> list[str]:
    """The keys that are drawn, `size` of them or all there are.

    random: the smallest lots. by_village, by_act_kind: so many of each stratum as its share of the list, at least one
    while the size allows it. by_risk: items with the most red flags first, and among equals the smallest lots.
    """
    if method == "by_risk":
        ranked = sorted(items, key=lambda item: (-item.weight, lot(seed, item.key)))
        return [item.key for item in ranked[:size]]
    if method == "random":
        return _smallest(seed, items, size)
    strata = {
        name: list(of_it) for name, of_it in groupby(sorted(items, key=lambda i: i.stratum), key=lambda i: i.stratum)
    }
    shares = allocate({name: len(of_it) for name, of_it in strata.items()}, size)
    return [key for name, of_it in strata.items() for key in _smallest(seed, of_it, shares[name])]


def allocate(sizes: dict[str, int], size: int) -> dict[str, int]:
    """How many are drawn of each stratum: by share with the largest remainders, one each first where the size allows it."""
    size = min(size, sum(sizes.values()))
    floor = 1 if size >= len(sizes) else 0
    left, rest = size - floor * len(sizes), {name: count - floor for name, count in sizes.items()}
    whole = sum(rest.values())
    exact = {name: Fraction(left * count, whole) if whole else Fraction(0) for name, count in rest.items()}
    shares = {name: floor + int(part) for name, part in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (-(exact[name] - int(exact[name])), name))
    for name in by_remainder[: size - sum(shares.values())]:
        shares[name] += 1
    return shares


def _smallest(seed: str, items: Sequence[Item], size: int) -> list[str]:
    return sorted((item.key for item in items), key=lambda key: lot(seed, key))[:size]
