"""RES: the same restriction is not laid twice on a right, nor released on one of several unseen. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts, Laid
from landreg.registry.rules.requests import RestrictionAsked


def res_18_not_laid_already(facts: ActFacts, law: Law) -> Finding | None:
    """RES-18: a restriction of the same kind, party and paper that stands on the right is not laid once more: what it secures or
    keeps would count twice, and go on when one of the two is released. RERR-22.
    """
    return _told("RES-18", facts, [one for one in facts.laid if one.stands and one.same_basis])


def res_19_laid_on_another_paper(facts: ActFacts, law: Law) -> Finding | None:
    """RES-19: where the party has one of the same kind on the right by another paper, the officers see whether it is another debt
    or order, or the same one whose number is written otherwise: a note.
    """
    if res_18_not_laid_already(facts, law):
        return None
    return _told("RES-19", facts, [one for one in facts.laid if one.stands])


def res_20_lies_elsewhere_too(facts: ActFacts, law: Law) -> Finding | None:
    """RES-20: what is released on one right and stands on others by the same paper is told with their codes: a note."""
    others = facts.laid_elsewhere
    return Finding("RES-20", "restriction", {"rights": list(others)}, subject=facts.code) if others else None


def res_15_one_objection_each(facts: ActFacts, law: Law) -> Finding | None:
    """RES-15: who has an objection that stands on the right enters no second one beside it. CC-220."""
    return _told("RES-15", facts, [one for one in facts.laid if one.stands])


def res_16_not_again_after_it_lapsed(facts: ActFacts, law: Law) -> Finding | None:
    """RES-16: an objection that lapsed is not accepted again from the same person on the same paper, which says its matter and its
    grounds. 不动产登记暂行条例实施细则 第八十三条, which was not read.
    """
    return _told("RES-16", facts, [one for one in facts.laid if not one.stands and one.same_basis])


def res_17_objected_before(facts: ActFacts, law: Law) -> Finding | None:
    """RES-17: that the person's earlier objection lapsed is told of one on another paper: a note for the reviewer, who sees whether
    its matter and grounds are others. 不动产登记暂行条例实施细则 第八十三条, which was not read.
    """
    if res_16_not_again_after_it_lapsed(facts, law):
        return None
    return _told("RES-17", facts, [one for one in facts.laid if not one.stands])


def _told(code: str, facts: ActFacts, found: list[Laid]) -> Finding | None:
    asked = facts.asked
    if not found or not isinstance(asked, RestrictionAsked):
        return None
    last = found[-1]
    values = {"party": asked.party, "basis": last.basis, "number": last.number}
    return Finding(code, "basis", values, subject=facts.code)


LAID_ONCE = (res_18_not_laid_already, res_19_laid_on_another_paper)
"""What any other restriction is asked of those before it."""
OBJECTED = (res_15_one_objection_each, res_16_not_again_after_it_lapsed, res_17_objected_before)
"""What an objection is asked of those before it."""
