"""What land of a contract may be used for, by the kind of its transfer and what the register marks it as. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.exchange.listings.rules.offer import HOUSES
from landreg.law.book import Law

FARMED = ("grain", "oil", "vegetables", "tea", "herbs", "fodder", "orchard", "breeding", "agritourism")
"""Uses that are farming."""
KEEPS_GRAIN = ("grain", "oil", "vegetables", "fodder", "herbs")
"""Uses that permanent basic farmland may have: neither tea nor trees nor ponds are put on it. 流转管理办法 第十一条."""
BESIDE_GRAIN = ("tea", "orchard", "breeding", "agritourism")
"""Uses that take cropland away from grain, and may need a paper of their own before they begin."""
NO_CROPLAND = ("four_wastes", "entrusted")
"""Kinds of transfer whose land is none, or whose farming stays with its household."""
OUTSIDE_FARMING = (*HOUSES, "construction")
"""Kinds of transfer whose land is no farmland."""
BUILT_USES = ("living", "business", "agritourism")
SITE_USES = ("industry", "commerce", "storage")
"""Of collective construction land: nobody lives there. LAL-63."""


def uses_of(kind: str, *, basic: bool = False) -> tuple[str, ...]:
    """The uses that a contract of this kind may name. basic: some of its land is permanent basic farmland. RLCL-38, CC-334,
    LAL-63.
    """
    if kind in OUTSIDE_FARMING:
        return BUILT_USES if kind in HOUSES else SITE_USES
    return KEEPS_GRAIN if basic else FARMED


def con_98_cropland_is_for_grain_first(facts: tuple[str, str, str], law: Law) -> Finding | None:
    """CON-98: cropland is for grain first; that tea, trees, ponds or visitors come onto it is told while it stands. LOT-3.

    facts: the contract's number, its kind, the use that it names.
    """
    number, kind, use = facts
    aside = kind in (*OUTSIDE_FARMING, *NO_CROPLAND) or use not in BESIDE_GRAIN
    return None if aside else Finding("CON-98", "use", {}, subject=number)
