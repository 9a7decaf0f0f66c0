"""TR: an advance notice that the act fulfils: the land goes to whom it was entered for. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts, Restricted


def fulfilled(one: Restricted, facts: ActFacts) -> bool:
    """Whether an act is what an advance notice was entered for: the land goes to the household whose notice it is. CC-221."""
    return one.kind == "advance_notice" and facts.taker is not None and bool(one.code) and one.code == facts.taker.code


def tr_35_notice_is_fulfilled(facts: ActFacts, law: Law) -> Finding | None:
    """TR-35: an advance notice ends on the land that goes to whom it is for, by the same act: a note for the reviewer. CC-221."""
    parties = [one.named for one in facts.restrictions if fulfilled(one, facts)]
    return Finding("TR-35", "restrictions", {"parties": parties}, subject=facts.code) if parties else None
