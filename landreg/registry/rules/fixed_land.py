"""REG: what is asked for over a whole right is the land that the right had when it was applied for. Pure."""

from __future__ import annotations

from typing import Any

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.exit_requests import ExitAsked
from landreg.registry.rules.requests import Assignment, Cancellation, RestrictionAsked


def over_all(asked: Any) -> bool:
    """Whether an act that a holder asks for is over all the land of a right, and names none of it."""
    match asked:
        case Assignment() | Cancellation():
            return not asked.parcels
        case ExitAsked():
            return not asked.parcels and not asked.cut
        case RestrictionAsked():
            return asked.kind in ("mortgage", "advance_notice")
    return False


def reg_43_land_as_applied_for(facts: ActFacts, law: Law) -> Finding | None:
    """REG-43: contract, consent and decision are over the land of that day: what the right came by since is given away by nobody,
    and of what it lost since neither taker nor creditor can be promised anything. What ends for good ends on what is left. RERR-18.
    """
    if not facts.in_force or not over_all(facts.asked):
        return None
    lost = () if isinstance(facts.asked, (Cancellation, ExitAsked)) else facts.land_lost
    if not facts.land_gained and not lost:
        return None
    values = {"gained": list(facts.land_gained), "lost": list(lost)}
    return Finding("REG-43", "parcels", values, subject=facts.code)
