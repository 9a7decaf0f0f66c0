"""Areas in m² and mu (亩), money in yuan: Decimal from the edge to the row.

One mu is a fifteenth of a hectare; by the register form mu = m² x 0.0015, rounded half up to two decimals, once.
Source: standards.md 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
MU_PER_M2 = Decimal("0.0015")


def half_up(value: Decimal, step: Decimal = CENT) -> Decimal:
    """The multiple of `step` nearest to `value`; halves go away from zero."""
    return value.quantize(step, rounding=ROUND_HALF_UP)


def decimal_of(text: str) -> Decimal:
    """A finite decimal read from text as people write it. Raises ValueError for anything else."""
    try:
        value = Decimal(text.strip().replace(",", "").replace("，", ""))
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not value.is_finite():
        raise ValueError(text)
    return value


def mu_of(area_m2: Decimal) -> Decimal:
    """The area in mu, two decimals."""
    return half_up(area_m2 * MU_PER_M2)


def total_mu(areas_m2: Iterable[Decimal]) -> Decimal:
    """The sum of the printed parcel figures, so that a reader who adds them up finds the total. standards.md 4."""
    return sum((mu_of(area) for area in areas_m2), Decimal("0.00"))
