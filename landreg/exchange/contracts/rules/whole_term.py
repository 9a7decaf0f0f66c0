"""CON: what moves the contract right itself has no term of its own. Pure."""

from __future__ import annotations

from datetime import date

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.law.book import Law
from landreg.law.transfers import transfers


def con_89_moved_for_the_rest_of_the_term(facts: tuple[str, str, date, date | None], law: Law) -> Finding | None:
    """CON-89: an assignment and an exchange move the right for all that is left of its term: their last day is its last day. TR-1
    says it of a day beyond. RLCL-33, RLCL-34.

    facts: the contract's number or '', its kind, the end of its term and of the right's, both exclusive; None of a right without.
    """
    number, kind, until_on, right_until = facts
    found = transfers(law.on).get(kind)
    if found is None or not found.whole_term or right_until is None or until_on >= right_until:
        return None
    return Finding("CON-89", "last_day", {"latest": right_until - DAY}, subject=number or None)
