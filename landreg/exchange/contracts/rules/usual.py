"""CON-87, CON-113, CON-118: whether the price of a contract, what its land is valued at, or its deposit is one that is usual. It is
asked about, and stops nothing. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.units import half_up
from landreg.exchange.contracts.rules.service import SERVICE
from landreg.exchange.listings.rules.units import A_YEAR, BALANCES
from landreg.exchange.listings.rules.usual import BUILT
from landreg.law.book import Law

YEAR = 365


@dataclass(frozen=True)
class Priced:
    """What a contract is paid. price: in its unit. mu: of all of its land."""

    number: str
    kind: str
    unit: str
    price: Decimal
    mu: Decimal


def con_87_price_is_usual(facts: Priced, law: Law) -> Finding | None:
    """CON-87: a price outside the county's band, that of listings (LST-32), is looked at once more before both sign: a note."""
    price, unit = facts.price, facts.unit
    if facts.kind == SERVICE or unit in BALANCES or not facts.mu or not price.is_finite() or price <= 0:
        return None
    key = f"built_{unit}" if facts.kind == "construction" and unit in BUILT else unit
    price = price / facts.mu if unit == "yuan_once" else price
    least, most = law.number("LST-32.least_price", key), law.number("LST-32.most_price", key)
    if least <= price <= most:
        return None
    values = {"price": half_up(price), "counted": key, "least": least, "most": most}
    return Finding("CON-87", "price", values, subject=facts.number or None)


def con_113_valuation_is_usual(facts: tuple[str, Decimal, Decimal, int], law: Law) -> Finding | None:
    """CON-113: land is contributed as shares at a value far from what its use is paid (the band of LST-32): both sides are told,
    since the shares and all that falls to them later are counted by it. RLCL-36.

    facts: the contract's number, the value in yuan, mu of all of its land, days of its term.
    """
    number, yuan, mu, days = facts
    if not mu or days <= 0:
        return None
    a_year = yuan * YEAR / days / mu
    least, most = (law.number(f"LST-32.{end}_price", "yuan_mu_year") for end in ("least", "most"))
    if least <= a_year <= most:
        return None
    values = {"yuan": yuan, "mu": mu, "price": half_up(a_year), "least": least, "most": most}
    return Finding("CON-113", "valued_yuan", values, subject=number)


def con_118_deposit_is_usual(facts: tuple[str, Decimal, str, Decimal], law: Law) -> Finding | None:
    """CON-118: a deposit of more months' rent than are usual lies with the landlord for all of the term: both sides are told by how
    much, since a sale of the house may hide in it. landreg.

    facts: the contract's number, the deposit in yuan, the unit of its price, the price.
    """
    number, yuan, unit, price = facts
    if unit not in A_YEAR or price <= 0:
        return None
    months, most = yuan * 12 / (price * A_YEAR[unit]), law.number("CON-118.most_months")
    values = {"yuan": yuan, "months": months.quantize(Decimal(1)), "most": most}
    return Finding("CON-118", "deposit_yuan", values, subject=number) if months > most else None
