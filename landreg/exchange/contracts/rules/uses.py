"""What land of a contract may be used for, by the kind of its transfer and what the register marks it as. Pure."""

from __future__ import annotations

FARMED = ("grain", "oil", "vegetables", "tea", "herbs", "fodder", "orchard", "breeding", "agritourism")
"""Uses that are farming."""
KEEPS_GRAIN = ("grain", "oil", "vegetables", "fodder", "tea", "herbs")
"""Uses that permanent basic farmland may have: neither trees nor ponds are put on it. 流转管理办法 第十一条."""
HOUSES = ("homestead_lease", "house_lease")
"""Kinds by which a house or a homestead is let."""
OUTSIDE_FARMING = (*HOUSES, "construction")
"""Kinds of transfer whose land is no farmland."""
BUILT_USES = ("living", "business", "agritourism")


def uses_of(kind: str, *, basic: bool = False) -> tuple[str, ...]:
    """The uses that a contract of this kind may name. basic: some of its land is permanent basic farmland. RLCL-38, CC-334."""
    if kind in OUTSIDE_FARMING:
        return BUILT_USES
    return KEEPS_GRAIN if basic else FARMED
