"""LST: whether a price is one that is usual. It is told, and stops nothing: the parties agree on the price. RLCL-39."""

from __future__ import annotations

from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.units import half_up, total_mu
from landreg.exchange.listings.rules.facts import Offered
from landreg.exchange.listings.rules.offer import GRAINS, grain_price
from landreg.exchange.listings.rules.units import A_MU, BALANCES, is_a_price
from landreg.law.book import Law

DAYS_OF_YEAR = 365
BUILT = ("yuan_mu_year", "yuan_once")
"""Units whose usual prices of construction land are others than of farmland."""


def lst_31_price_near_the_index(facts: Offered, law: Law) -> Finding | None:
    """LST-31: a rent many times above or below the middle of the county's deals is told to be far from it; and so is one sum for
    good that comes, by year, to less than that middle.
    """
    yuan, times = _yuan(facts, law), law.number("LST-31.far_times")
    if facts.index is None or yuan is None or not is_a_price(facts.price):
        return None
    least = facts.index[0] if facts.unit == "yuan_once" else facts.index[0] / times
    if least <= yuan <= facts.index[0] * times:
        return None
    values = {"price": half_up(yuan), "index": facts.index[0], "deals": facts.index[1]}
    return Finding("LST-31", "price", values, subject=facts.number or None)


def lst_32_price_is_usual(facts: Offered, law: Law) -> Finding | None:
    """LST-32: where there are no deals to hold it against, a price outside the county's band is told to be unusual; of one sum for
    good the year's part is held against the band of rents, too.
    """
    yuan = _yuan(facts, law)
    if facts.index is not None and yuan is not None:
        return None
    mu = total_mu(one.area_m2 for one in facts.chosen)
    if facts.transfer is None or facts.unit in BALANCES or not mu or not is_a_price(facts.price):
        return None
    built = not facts.transfer.farmed and facts.unit in BUILT
    key = f"built_{facts.unit}" if built else facts.unit
    price = facts.price / mu if facts.unit == "yuan_once" else facts.price
    least, most = law.number("LST-32.least_price", key), law.number("LST-32.most_price", key)
    if least <= price <= most and facts.unit == "yuan_once" and yuan is not None:
        key, price = "yuan_mu_year", yuan
        least, most = law.number("LST-32.least_price", key), law.number("LST-32.most_price", key)
    if least <= price <= most:
        return None
    values = {"price": half_up(price), "counted": key, "least": least, "most": most}
    return Finding("LST-32", "price", values, subject=facts.number or None)


def _yuan(facts: Offered, law: Law) -> Decimal | None:
    """The price as yuan of a mu and year, of one sum for farmland by the days of its term; None of another whole, and of grain
    whose price nobody set.
    """
    mu, days = total_mu(one.area_m2 for one in facts.chosen), (facts.until_on - facts.from_on).days
    if facts.unit == "yuan_once" and facts.transfer is not None and facts.transfer.farmed and mu and days > 0:
        return facts.price / mu * DAYS_OF_YEAR / days
    if facts.unit not in A_MU or (facts.unit == "kg_mu_year" and facts.grain not in GRAINS):
        return None
    each = grain_price(facts.grain, law) if facts.unit == "kg_mu_year" else Decimal(1)
    return None if each is None else facts.price * each


USUAL_RULES = (lst_31_price_near_the_index, lst_32_price_is_usual)
FAR = frozenset(("LST-31", "LST-32"))
"""What a lister is asked to look at once more before the listing is handed in."""
