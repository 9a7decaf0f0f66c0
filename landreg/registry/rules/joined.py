"""TR: what becomes of a mortgage where land joins a right that its taker holds already. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.requests import Assignment


def tr_34_mortgage_on_the_taker_s_own(facts: ActFacts, law: Law) -> Finding | None:
    """TR-34: where mortgaged land joins a right that the taker holds, the mortgage lies on the taker's own parcels too: a note that
    the taker has to agree in writing. CC-406.
    """
    taker = facts.taker
    if not isinstance(facts.asked, Assignment) or taker is None or taker.right_id is None:
        return None
    over = sorted(
        {one.named for one in facts.restrictions if one.kind == "mortgage" and one.right_id != taker.right_id}
    )
    return Finding("TR-34", "taker", {"taker": taker.code, "parties": over}, subject=facts.code) if over else None
