"""CON: what is said to be wrong is that the price was not paid: then the notice of arrears alone counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from landreg.core.errors import Finding
from landreg.exchange.contracts.rules.course import Asked
from landreg.law.book import Law

ARREARS = "arrears"
"""What a notice to remedy asks that demands what is overdue."""
_OF_PRICE = re.compile("租金|地租|房租|欠租|交租|付租|租钱|租款|价款|流转费|流转款|承包费|承包款|分红|服务费")


def con_99_arrears_are_demanded_as_such(
    facts: tuple[str, str, str, Sequence[Asked] | None], law: Law
) -> Finding | None:
    """CON-99: that the price is not paid is demanded by a notice of arrears, after it was due; a contract ends for it only where
    that notice was in vain. RLCL-42.

    facts: the contract's number; what a notice asks, or the ground of an end; the words beside it; of an end what the other side
    was asked, None of a notice.
    """
    number, what, said, notices = facts
    if not _OF_PRICE.search(said):
        return None
    if notices is None:
        return Finding("CON-99", "what", {}, subject=number) if what == "other" else None
    in_vain = any(one.what == ARREARS and one.over for one in notices)
    return None if in_vain else Finding("CON-99", "ground", {}, subject=number)
