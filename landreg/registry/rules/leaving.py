"""CHG: what a member's leaving a household must rest on: where they go, and what is no leaving at all. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.requests import HouseholdChange

LEAVE_REASONS = ("death", "marriage", "other_household", "other_collective")
ELSEWHERE = ("marriage", "other_household", "other_collective")
"""Those of them by which a member goes on somewhere else, whose proof the act asks for."""
IN_ERROR = "error"
"""What acts of before have as the reason of who was never a member: a correction says so now."""


def chg_5_land_at_the_new_place(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-5: who marries out keeps the land until there is land at the new place: a note for the reviewer. RLCL-31, RCEO-18."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or all(leaving.reason != "marriage" for leaving in asked.leaves):
        return None
    return Finding("CHG-5", "leaves", {}, subject=facts.code)


def chg_15_an_error_is_corrected(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-15: who was never a member is struck by a correction, on their own written consent or a ruling: they do not leave.
    CC-220, RLCL-16.
    """
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or all(leaving.reason != IN_ERROR for leaving in asked.leaves):
        return None
    return Finding("CHG-15", "leave_reason", {}, subject=facts.code)


def chg_16_taken_in_elsewhere(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-16: who goes on elsewhere is told to the reviewer with where the register has them: nobody ends in no household.
    RCEO-17, RLCL-16.
    """
    if not facts.taken_in:
        return None
    nowhere = [name for name, households in facts.taken_in.items() if not households]
    found = [
        f"{name}（{'、'.join(one or '—' for one in households)}）"
        for name, households in facts.taken_in.items()
        if households
    ]
    values = {**({"members": nowhere} if nowhere else {}), **({"found": found} if found else {})}
    return Finding("CHG-16", "leaves", values, subject=facts.code)


GOING = (chg_5_land_at_the_new_place, chg_15_an_error_is_corrected, chg_16_taken_in_elsewhere)
