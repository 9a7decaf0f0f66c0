"""CON-87: whether the price of a contract is one that is usual. It is asked about, and stops nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.units import half_up
from landreg.exchange.contracts.rules.service import SERVICE
from landreg.exchange.listings.rules.units import BALANCES
from landreg.exchange.listings.rules.usual import BUILT
from landreg.law.book import Law


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
