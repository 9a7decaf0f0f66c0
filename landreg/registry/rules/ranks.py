"""TR-32: what a mortgage of an earlier rank may not take from those that stand behind it."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts, Restricted
from landreg.registry.rules.renewal_requests import RestrictionChange

PAPER = "later_creditors_consent"


def harmed_behind(facts: ActFacts) -> list[Restricted]:
    """The mortgages of later ranks on the same right, where the one that is changed would secure more, or for longer."""
    asked = facts.asked
    if facts.act_kind != "mortgage_change" or not isinstance(asked, RestrictionChange):
        return []
    changed = next((one for one in facts.restrictions if one.restriction_id == asked.restriction_id), None)
    if changed is None:
        return []
    more = asked.amount is not None and changed.amount is not None and asked.amount > changed.amount
    longer = asked.until is not None and changed.until is not None and asked.until > changed.until
    if not more and not longer:
        return []
    same = (one for one in facts.restrictions if one.kind == "mortgage" and one.right_id == changed.right_id)
    return [one for one in same if one.rank > changed.rank and one.meets(changed)]


def tr_32_later_creditors_consent(facts: ActFacts, law: Law) -> Finding | None:
    """TR-32: a mortgage secures more, or for longer, before those of later ranks with the written consent of each of them; else the
    more is a mortgage of its own, behind them. landreg, after the Civil Code's book of securities.
    """
    behind = [one for one in harmed_behind(facts) if one.restriction_id not in facts.consenting]
    if not behind:
        return None
    return Finding("TR-32", "amount", {"parties": [one.named for one in behind]}, subject=facts.code)
