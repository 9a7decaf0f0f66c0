"""HH: what is not registered of contracted land whose household has died out. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts

DISPOSES = (
    "assignment",
    "exchange",
    "household_merge",
    "land_operation",
    "mortgage",
    "mortgage_change",
    "advance_notice",
)
"""Acts by which a household disposes of its contracted land."""


def hh_15_somebody_lives(facts: ActFacts, law: Law) -> Finding | None:
    """HH-15: of a household that has no member its contracted land is not disposed of: nobody can, and nobody inherits it.
    RLCL-16, RLCL-32.
    """
    return Finding("HH-15", "subject", {"rights": list(facts.died_out)}, subject=facts.code) if facts.died_out else None
