"""LO: what becomes of a land-operation right where land joins what its operator holds already. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts


def lo_16_operator_becomes_contractor(facts: ActFacts, law: Law) -> Finding | None:
    """LO-16: who operates land and comes to hold it by contract needs no right in it from themselves: a note that it is to be ended
    after the act. LO-3 refuses such a right.
    """
    return Finding("LO-16", "parcels", {"rights": list(facts.merging)}, subject=facts.code) if facts.merging else None
