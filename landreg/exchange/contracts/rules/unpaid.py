"""CON: what is said to be wrong is that the price was not paid: then the notice of arrears alone counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from landreg.core.errors import Finding
from landreg.exchange.contracts.rules.course import Asked
from landreg.law.book import Law

ARREARS = "arrears"
"""What a notice to remedy asks that demands what is overdue."""
OTHER = "other"
"""What one asks that is of no class."""
_OF_PRICE = re.compile(
    "租金|地租|房租|欠租|租钱|[租价货]款|款项|欠款|付款|流转费|承包费|分红|服务费|钱|[赖欠]账"
    "|欠着|拖欠|付清|给清|交清|结清|[不没未]付|逾期[不未没]?[付交缴给]"
)


@dataclass(frozen=True)
class Blamed:
    """What a notice asks or an end rests on, and the words beside it. asked: of an end what the other side was asked, None of a
    notice. owes: whether that side owes something whose day is over.
    """

    number: str
    what: str
    said: str
    asked: Sequence[Asked] | None = None
    owes: bool = False


def con_99_arrears_are_demanded_as_such(facts: Blamed, law: Law) -> Finding | None:
    """CON-99: that the price is not paid is demanded by a notice of arrears, after it was due; a contract ends for it only where
    that notice was in vain. Who owes and was asked for something else alone, that no class of notice names, is not put out for
    that: the words may say anything. RLCL-42.
    """
    spoken = _OF_PRICE.search(facts.said) is not None
    if facts.asked is None:
        return Finding("CON-99", "what", {}, subject=facts.number) if spoken and facts.what == OTHER else None
    in_vain = {one.what for one in facts.asked if one.over}
    rests = (spoken or (facts.owes and in_vain == {OTHER})) and ARREARS not in in_vain
    return Finding("CON-99", "ground", {}, subject=facts.number) if rests else None
