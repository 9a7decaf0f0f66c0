"""Areas in m² and mu (亩), money in yuan: Decimal from the edge to the row.

One mu is a fifteenth of a hectare; by the register form mu = m² x 0.0015, rounded half up to two decimals, once.
Source: standards.md 4.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MU_PER_M2 = Decimal("0.0015")
_FIGURE = re.compile(r"[+-]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)", re.ASCII)


def half_up(value: Decimal, step: Decimal = CENT) -> Decimal:
    """The multiple of `step` nearest to `value`; halves go away from zero."""
    return value.quantize(step, rounding=ROUND_HALF_UP)


def decimal_of(text: str) -> Decimal:
    """A decimal read from text as people write it: grouped by thousands or not, full width or not.

    Raises ValueError for anything else. No exponent: 1E999999 is finite, and nothing that an office writes. No comma that parts
    other than thousands: 530,5 is not 5305.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _FIGURE.fullmatch(plain) is None:
        raise ValueError(text)
    return Decimal(plain.replace(",", ""))


def figure(text: str) -> Decimal | None:
    """The same, None for what is none."""
    try:
        return decimal_of(text)
    except ValueError:
        return None


def mu_of(area_m2: Decimal) -> Decimal:
    """The area in mu, two decimals."""
    return half_up(area_m2 * MU_PER_M2)


def total_mu(areas_m2: Iterable[Decimal]) -> Decimal:
    """The sum of the printed parcel figures, so that a reader who adds them up finds the total. standards.md 4."""
    return sum((mu_of(area) for area in areas_m2), Decimal("0.00"))
