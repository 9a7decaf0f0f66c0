"""TR, LO: what becomes of a mortgage, and of a land-operation right, where land joins what its taker holds already. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts, Restricted
from landreg.registry.rules.requests import Assignment

PAPER = "taker_mortgage"
"""The mortgage contract of the taker, over the land that is theirs already."""


def joins_another(one: Restricted, facts: ActFacts) -> bool:
    """Whether the restricted right goes up in a right that the taker holds already."""
    taker = facts.taker
    own = taker.right_id if taker is not None else None
    return isinstance(facts.asked, Assignment) and own is not None and one.right_id != own


def spreading(facts: ActFacts) -> list[Restricted]:
    """The mortgages that would lie on the taker's own parcels too, since a mortgage is one of a whole right."""
    return [one for one in facts.restrictions if one.kind == "mortgage" and joins_another(one, facts)]


def lo_16_operator_becomes_contractor(facts: ActFacts, law: Law) -> Finding | None:
    """LO-16: who operates land and comes to hold it by contract needs no right in it from themselves: a note that it is to be ended
    after the act. LO-3 refuses such a right.
    """
    return Finding("LO-16", "parcels", {"rights": list(facts.merging)}, subject=facts.code) if facts.merging else None


def tr_34_taker_mortgages_their_own(facts: ActFacts, law: Law) -> Finding | None:
    """TR-34: where mortgaged land joins a right of its taker, the taker mortgages that right by a contract of their own, or the
    mortgage is released first: nobody's land secures the debt of another without them. RLCL-47, CC-406.
    """
    over = sorted({one.named for one in spreading(facts)})
    if not over or PAPER in facts.papers or facts.taker is None:
        return None
    return Finding("TR-34", "taker", {"taker": facts.taker.code, "parties": over}, subject=facts.code)


def tr_35_mortgage_falls_behind(facts: ActFacts, law: Law) -> Finding | None:
    """TR-35: a mortgage that comes into a right with mortgages of its own stands behind them, on the land that it came with too: a
    note that its creditor's consent is to say so. CC-406.
    """
    moved, taker = spreading(facts), facts.taker
    ahead = [one for one in facts.restrictions if one.kind == "mortgage" and taker and one.right_id == taker.right_id]
    if not moved or not ahead or taker is None:
        return None
    values = {"taker": taker.code, "parties": sorted({one.named for one in moved})}
    return Finding("TR-35", "documents", values | {"ahead": sorted({one.named for one in ahead})}, subject=facts.code)
