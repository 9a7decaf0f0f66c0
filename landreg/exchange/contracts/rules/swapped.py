"""CON-107: whether what two households exchange is about as much, and as good, where neither pays the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.law.book import Law


@dataclass(frozen=True)
class Side:
    """What a side gives: mu of all, its grades of soil as the contract names them, and their mean by area, 1 the best; None where
    the register has none.
    """

    mu: Decimal
    grades: tuple[str, ...]
    mean: Decimal | None


def side_of(parcels: Iterable[tuple[Decimal, str, int | None]]) -> Side:
    """Of parcels with their mu, their grade in words and its number."""
    rows = list(parcels)
    mu = sum((one for one, _, _ in rows), Decimal(0))
    graded = [(one, number) for one, _, number in rows if number is not None]
    of = sum((one for one, _ in graded), Decimal(0))
    mean = sum((one * number for one, number in graded), Decimal(0)) / of if of else None
    return Side(mu, tuple(dict.fromkeys(grade for _, grade, _ in rows)), mean)


def con_107_exchange_is_about_even(facts: tuple[str, Decimal, Side, Side], law: Law) -> Finding | None:
    """CON-107: parcels of which one side's are more than so many times the other's, or better by as much, change hands for nothing:
    both households are told, and sign all the same where they mean it. RLCL-33.

    facts: the contract's number, what is paid to make it even, what either side gives.
    """
    number, balance, one, other = facts
    times = law.number("CON-107.most_times")
    grades = None if one.mean is None or other.mean is None else (one.mean, other.mean)
    if balance or not any(max(pair) > times * min(pair) for pair in ((one.mu, other.mu), grades) if pair):
        return None
    values = {"mine": one.mu, "theirs": other.mu, "grades": "、".join(one.grades), "others": "、".join(other.grades)}
    return Finding("CON-107", "other_parcels", values, subject=number)
