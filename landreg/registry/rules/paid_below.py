"""TR: what was paid of the contract whose transfer or end is to be registered. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts


def tr_29_price_is_open(facts: ActFacts, law: Law) -> Finding | None:
    """TR-29: that what is owed of the contract is not paid in full is told before what it moves, or its end, is registered: a note.
    RLCL-39.
    """
    below = facts.paid_below
    if below is None or (below.paid >= below.owed and below.handed >= below.kg):
        return None
    yuan = {"owed": below.owed, "paid": below.paid} if below.owed else {}
    grain = {"kg": below.kg, "handed": below.handed} if below.kg else {}
    return Finding("TR-29", "price", {"number": below.number} | yuan | grain, subject=facts.code)
