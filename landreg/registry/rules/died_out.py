"""HH: what is not registered of contracted land whose household has died out. Pure."""

from __future__ import annotations

from collections.abc import Sequence

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
    "renewal",
    "renewal_single",
)
"""Acts by which a household disposes of its contracted land."""


def hh_15_somebody_lives(facts: ActFacts, law: Law) -> Finding | None:
    """HH-15: of a household that has no member its contracted land is not disposed of: nobody can, and nobody inherits it.
    RLCL-16, RLCL-32.
    """
    return nobody_lives(facts.died_out, "subject", facts.code) if facts.died_out else None


def nobody_lives(rights: Sequence[str], field: str, subject: str | None) -> Finding:
    """HH-15 of contract rights whose household has no member, by the field that names them, also where the market asks."""
    return Finding("HH-15", field, {"rights": list(rights)}, subject=subject)


def hh_17_who_joins_was_of_it(facts: ActFacts, law: Law) -> Finding | None:
    """HH-17: a household ends with its last member: nobody joins it but who was of it and was put out of it in error. RLCL-16,
    RLCL-32.
    """
    return Finding("HH-17", "joins", {}, subject=facts.code) if facts.died_out else None
