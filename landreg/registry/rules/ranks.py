"""TR-32: what a mortgage of an earlier rank may not take from those that stand behind it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts, Restricted
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.renewal_requests import RestrictionChange

PAPER = "later_creditors_consent"


def harmed_behind(facts: ActFacts) -> list[Restricted]:
    """The mortgages of later ranks on the same right, where the one that is changed would secure more, or for longer."""
    named, amount, until = _asked(facts)
    changed = next((one for one in facts.restrictions if one.restriction_id == named and one.kind == "mortgage"), None)
    if changed is None:
        return []
    more = amount is not None and changed.amount is not None and amount > changed.amount
    longer = until is not None and changed.until is not None and until > changed.until
    if not more and not longer:
        return []
    same = (one for one in facts.restrictions if one.kind == "mortgage" and one.right_id == changed.right_id)
    return [one for one in same if one.rank > changed.rank and one.meets(changed)]


def _asked(facts: ActFacts) -> tuple[UUID | None, Decimal | None, date | None]:
    """Which mortgage would secure how much and until when, by a change or a correction; None for what stays as it is."""
    asked, limit = facts.asked, getattr(facts, "limit", None)
    if facts.act_kind == "mortgage_change" and isinstance(asked, RestrictionChange):
        return asked.restriction_id, asked.amount, asked.until
    if isinstance(asked, Correction) and limit is not None and limit.laid is not None:
        return asked.limit_id, limit.laid.amount, limit.laid.until
    return None, None, None


def tr_32_later_creditors_consent(facts: ActFacts, law: Law) -> Finding | None:
    """TR-32: a mortgage secures more, or for longer, before those of later ranks with the written consent of each of them; else the
    more is a mortgage of its own, behind them. landreg, after the Civil Code's book of securities.
    """
    behind = [one for one in harmed_behind(facts) if one.restriction_id not in facts.consenting]
    if not behind:
        return None
    return Finding("TR-32", "amount", {"parties": [one.named for one in behind]}, subject=facts.code)
