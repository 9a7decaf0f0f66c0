"""REG: what an objection from the public page must say, so that the office can judge it and answer it."""

from __future__ import annotations

import re
from uuid import UUID

from landreg.core.errors import Finding

LEAST_REASON, LEAST_ADDRESS = 4, 6
"""Letters: of a reason, and of an address by which a letter arrives."""
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


def _letters(words: str) -> int:
    return sum(sign.isalpha() for sign in words)
