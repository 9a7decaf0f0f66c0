"""REG: what an objection from the public page must say, so that the office can judge it and answer it."""

from __future__ import annotations

import re
from uuid import UUID

from landreg.core.errors import Finding

LEAST_REASON, LEAST_ADDRESS = 4, 6
"""Letters: of a reason, and of an address by which a letter arrives."""
_OUTCOME = re.compile("经(?:查|核实|审查|研究)|异议|不?成立|不予支持|驳回|属实|情况|理由")
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
    if outcome == "withdrawn" or _letters(_OUTCOME.sub("", settlement)) >= LEAST_REASON:
        return None
    return Finding("REG-46", "settlement", {"said": settlement.strip()})


def _letters(words: str) -> int:
    return sum(sign.isalpha() for sign in words)
