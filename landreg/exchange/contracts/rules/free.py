"""CON: whether the land of a contract is free of the market for its days. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from landreg.core.errors import Finding
from landreg.exchange.contracts.rules.terms import Contracted, Listed
from landreg.law.book import Law


def con_31_land_is_not_on_sale(facts: Contracted, law: Law) -> Finding | None:
    """CON-31: land that is being bid for, or is dealt to another, goes to nobody beside the market. RLCL-38."""
    return _on_market("CON-31", [one for one in facts.listed if one.under_way], facts.number)


def con_32_listing_is_withdrawn_first(facts: Contracted, law: Law) -> Finding | None:
    """CON-32: who lists land withdraws the listing before it goes to another beside the market. RLCL-38."""
    return _on_market("CON-32", [one for one in facts.listed if not one.under_way], facts.number)


def _on_market(code: str, listed: Sequence[Listed], number: str) -> Finding | None:
    if not listed:
        return None
    numbers = {one.number: one.listing_id for one in sorted(listed, key=lambda one: one.number)}
    values = {"parcels": sorted({one.code for one in listed}), "numbers": list(numbers), "listings": numbers}
    return Finding(code, "parcel", values, subject=number or None)


FREE_RULES: tuple[Callable[[Contracted, Law], Finding | None], ...] = (
    con_31_land_is_not_on_sale,
    con_32_listing_is_withdrawn_first,
)
"""What stops a contract over land that another way has; the database asks it under the locks of the parcels."""
