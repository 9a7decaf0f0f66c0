"""TR: an advance notice that the act fulfils: the land goes to whom it was entered for. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts, Restricted
from landreg.registry.rules.household_facts import HouseholdActFacts
from landreg.registry.rules.household_requests import HouseholdMerge


def fulfilled(one: Restricted, facts: ActFacts) -> bool:
    """Whether an act is what an advance notice was entered for: the land goes to the household whose notice it is, or into which
    that household went. CC-221.
    """
    taker = facts.taker
    return (
        one.kind == "advance_notice"
        and taker is not None
        and bool(one.code)
        and one.code in {taker.code, *taker.joined}
    )


def tr_36_notice_goes_on(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-36: an advance notice for the household that a merge ends stands for the one that it goes into (TR-35): a note. CC-221."""
    noticed = facts.other.noticed if isinstance(facts.asked, HouseholdMerge) and facts.other else ()
    return Finding("TR-36", "other", {"rights": list(noticed)}, subject=facts.code) if noticed else None


def tr_35_notice_is_fulfilled(facts: ActFacts, law: Law) -> Finding | None:
    """TR-35: an advance notice ends on the land that goes to whom it is for, by the same act: a note for the reviewer. CC-221."""
    parties = [one.named for one in facts.restrictions if fulfilled(one, facts)]
    return Finding("TR-35", "restrictions", {"parties": parties}, subject=facts.code) if parties else None
