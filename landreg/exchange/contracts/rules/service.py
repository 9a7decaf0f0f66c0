"""CON: entrusted management (托管) is a service, custody (代耕) a favour, a house is let: which steps of a transfer they have not.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landreg.core.errors import Finding
from landreg.exchange.listings.rules.offer import HOUSES
from landreg.law.book import Law

SERVICE = "entrusted"
"""The kind by which nobody takes land: the household keeps it and pays whoever works on it."""
OF_TRANSFERS = ("registration", "certificate", "retransfer")
"""What nobody has who took no land-operation right."""
NOT_OF: Mapping[str, tuple[str, ...]] = {
    "custody": OF_TRANSFERS,
    SERVICE: (*OF_TRANSFERS, "filing", "renewal", "change", "renewal_asked", "return"),
    **dict.fromkeys(HOUSES, ("registration", "retransfer", "filing")),
    "construction": ("filing",),
}
"""By kind: the steps that it has not, whatever its stage."""
OF_SERVICE = ("arrears", "damage", "other")
"""What a notice to remedy asks under a service."""
OF_TAKER = ("use", "idle", "damage")
"""What it asks of nobody but whoever has the land, or works it."""


def asked_of(kind: str, facts: Mapping[str, Any]) -> str:
    """The side that a notice to remedy asks to mend. facts: of the notice; where they name no side, of a service's fee the
    household, else whoever takes the land or works it.
    """
    said = str(facts.get("side") or "")
    return said or ("contractor" if kind == SERVICE and facts.get("what") == "arrears" else "taker")


def con_40_step_of_a_transfer(facts: tuple[str, str, str], law: Law) -> Finding | None:
    """CON-40: of custody and entrusted management no right passes: what follows from one is none of theirs. RLCL-9, RLCL-40.

    facts: the contract's number, its kind, the step.
    """
    number, kind, step = facts
    never = kind not in HOUSES and step in NOT_OF.get(kind, ())
    return Finding("CON-40", "step", {"act": step}, subject=number) if never else None


def con_81_step_of_contracted_land(facts: tuple[str, str, str], law: Law) -> Finding | None:
    """CON-81: a lease of a house is no transfer of contracted land: it is neither filed with the issuing party nor registered as a
    land-operation right, and goes no further as one. RLCL-9, CC-362.

    facts: the contract's number, its kind, the step.
    """
    number, kind, step = facts
    never = kind in HOUSES and step in NOT_OF[kind]
    return Finding("CON-81", "step", {"act": step}, subject=number) if never else None
