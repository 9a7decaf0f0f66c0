"""REG: what an objection from the public page must say, so that the office can judge it and answer it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from landreg.core.errors import Finding

IN_WRITING, AT_THE_COUNTER = "writing", "counter"
"""How an objector takes an objection back."""
LEAST_REASON, LEAST_ADDRESS, LEAST_FOUND = 4, 6, 3
"""Letters: of a reason, of an address by which a letter arrives, and of what was found."""
_OUTCOME = re.compile(
    "经(?:查|核实|审查|研究)|异议人?|不?能?成立|不?予以?|支持|驳回|采纳|属实|情况|理由|不同意|维持|更正|决定|意见|原|的"
)
"""Words that say how an objection was settled, and not why."""
_NUMBER = re.compile(r"\d{7,}")
_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def receipt_of(objection_id: UUID) -> str:
    """The number of the receipt that an objector is given."""
    return str(objection_id)[:8].upper()


def reg_35_can_be_answered(contact: str, reason: str) -> list[Finding]:
    """REG-35: an objection leaves a telephone number, mail or an address, and says in words what is wrong. CC-220."""
    faults = []
    told = re.sub(r"[\s()（）+-]", "", contact)
    if not (_NUMBER.search(told) or _MAIL.search(contact) or _letters(contact) >= LEAST_ADDRESS):
        faults.append(Finding("REG-35", "contact"))
    if _letters(reason) < LEAST_REASON:
        faults.append(Finding("REG-35", "reason"))
    return faults


def reg_46_settlement_says_why(outcome: str, settlement: str) -> Finding | None:
    """REG-46: what an objection comes to is told with what was looked into and found, not with the outcome said again. RERR-22."""
    if outcome == "withdrawn" or _letters(_OUTCOME.sub("", settlement)) >= LEAST_FOUND:
        return None
    return Finding("REG-46", "settlement", {"said": settlement.strip()})


@dataclass(frozen=True)
class TakenBack:
    """How an objector took the objection back: in writing or by word at the counter, on which day; whether the writing is there."""

    way: str = ""
    on: date | None = None
    in_writing: bool = False

    @property
    def said(self) -> str:
        """The same in the words that stand before the officer's own."""
        how = "提交书面撤回申请" if self.way == IN_WRITING else "到窗口当面撤回"
        return f"异议人于{self.on:%Y年%m月%d日}{how}。"


def reg_48_taken_back_by_the_objector(taken: TakenBack, *, online: bool, raised_on: date, today: date) -> list[Finding]:
    """REG-48: that an objection was taken back rests on its objector: on a writing of theirs, or on their word at the counter on a
    day since they raised it; of one that came over the network on the writing alone. 不动产登记暂行条例 第二十二条 (RERR-22).
    """
    faults = []
    if taken.way not in ((IN_WRITING,) if online else (IN_WRITING, AT_THE_COUNTER)):
        faults.append("withdrawn_by")
    if taken.on is None or not raised_on <= taken.on <= today:
        faults.append("withdrawn_on")
    if taken.way == IN_WRITING and not taken.in_writing:
        faults.append("paper")
    return [Finding("REG-48", fault) for fault in faults]


def _letters(words: str) -> int:
    return sum(sign.isalpha() for sign in words)
