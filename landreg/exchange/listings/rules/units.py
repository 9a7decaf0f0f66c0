"""What a price counts: a mu and year, the whole of the land or house a year or a month, or one sum for all of it. Pure.

Which of these a kind of transfer may have is dated data: `units` in transfers.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from landreg.core.units import CENT, half_up

A_MU = ("yuan_mu_year", "kg_mu_year", "share")
A_YEAR: Mapping[str, int] = {"yuan_year": 1, "yuan_month": 12}
"""Of the whole: by unit, how many of it a year has."""
BALANCES = ("balance_in", "balance_out")
"""What makes an exchange equal (找补): paid by who takes the land, or by who gives it; it may be nought."""
ONCE = ("yuan_once", *BALANCES)
UNITS = (*A_MU, *A_YEAR, *ONCE)
MOST_PRICE: Mapping[str, Decimal] = {
    **dict.fromkeys((*A_MU, "yuan_month"), Decimal("9999999.99")),
    **dict.fromkeys(("yuan_year", *ONCE), Decimal("9999999999.99")),
}
"""By unit, the most that a price may be, asked, offered, bid or signed: of a whole as large as the register can say."""
LARGEST_PRICE = max(MOST_PRICE.values())
RHYTHMS = ("year", "half", "quarter", "month", "once")


def is_a_price(price: Decimal, most: Decimal = LARGEST_PRICE, *, free: bool = False) -> bool:
    """Whether it is a sum: more than nothing (free: or nothing), at most `most`, with two decimals."""
    if not price.is_finite() or price < 0 or (price == 0 and not free):
        return False
    return price <= most and price == price.quantize(CENT)


def of_whole(unit: str) -> bool:
    """Whether the price is of everything that is transferred, and not of a mu."""
    return unit in A_YEAR or unit in ONCE


def of_a_year(unit: str, price: Decimal, mu: Decimal) -> Decimal:
    """What is paid for a year, in what the unit counts; of one sum, all of it."""
    if unit in ONCE:
        return price
    return price * A_YEAR[unit] if unit in A_YEAR else price * mu


def year_of(unit: str, price: Decimal, mu: Decimal) -> Decimal:
    """What a contract over so many mu, the sum of its parcels' printed figures, comes to in a year, to the cent."""
    return half_up(of_a_year(unit, price, mu))


def rhythms_of(unit: str) -> tuple[str, ...]:
    """How often a price of a unit may fall due."""
    if unit in ONCE:
        return ("once",)
    return ("year", "half", "quarter", "month") if unit in A_YEAR else ("year", "half", "quarter")
