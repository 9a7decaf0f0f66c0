"""HH: that a household dies out, and what is not registered of its land then. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.household_requests import LandOperationChange
from landreg.registry.rules.requests import HouseholdChange

DISPOSES = (
    "assignment",
    "exchange",
    "household_merge",
    "land_operation",
    "mortgage",
    "mortgage_change",
    "advance_notice",
    "renewal",
    "renewal_single",
)
"""Acts by which a household disposes of its contracted land."""
ASKED = (*DISPOSES, "reissue", "cancellation")
"""Acts on a contract right that ask whether somebody of its household is left."""
ASKED_OF_HOMES = ("reissue",)
"""Those on a homestead that ask it."""


def hh_15_somebody_lives(facts: ActFacts, law: Law) -> Finding | None:
    """HH-15: of a household that has no member its contracted land is not disposed of, nor its certificate issued again:
    nobody can apply, and nobody inherits it. RLCL-16, RLCL-32.
    """
    if not facts.died_out or facts.right_kind == "homestead":
        return None
    return nobody_lives(facts.died_out, "subject", facts.code)


def hh_15_somebody_lets(facts: ActFacts, law: Law) -> Finding | None:
    """HH-15: nor does land of such a household go to another operator, or to the same for longer; for shorter, or less land, a
    land-operation right is changed. RLCL-16, RLCL-32.
    """
    asked = facts.asked
    if not isinstance(asked, LandOperationChange) or not facts.died_out:
        return None
    longer = asked.last_day is not None and facts.term is not None and asked.last_day >= facts.term[1]
    if asked.operator is None and not longer:
        return None
    return nobody_lives(facts.died_out, "last_day" if longer else "operator", facts.code)


def hh_24_who_inherits_comes_first(facts: ActFacts, law: Law) -> Finding | None:
    """HH-24: nor is the certificate of such a household's homestead issued again, in whose name nobody applies: who inherits the
    house is registered, and has a certificate by that. RERR-14, CC-365.
    """
    if not facts.died_out or facts.right_kind != "homestead":
        return None
    return Finding("HH-24", "subject", {"rights": list(facts.died_out)}, subject=facts.code)


def nobody_lives(rights: Sequence[str], field: str, subject: str | None) -> Finding:
    """HH-15 of contract rights whose household has no member, by the field that names them, also where the market asks."""
    return Finding("HH-15", field, {"rights": list(rights)}, subject=subject)


def hh_17_who_joins_was_of_it(facts: ActFacts, law: Law) -> Finding | None:
    """HH-17: a household ends with its last member: nobody joins it but who was of it and was put out of it in error. RLCL-16,
    RLCL-32.
    """
    return Finding("HH-17", "joins", {}, subject=facts.code) if facts.died_out else None


def dies_out(facts: ActFacts) -> bool:
    """Whether all who are left of a household died, and nobody joins it."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or asked.joins or not facts.members:
        return False
    return facts.members.keys() == asked.leaving and all(one.reason == "death" for one in asked.leaves)


def chg_13_household_dies_out(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-13: a household dies out with its last member, and nobody disposes of its contracted land or inherits it: a note for the
    reviewer. RLCL-16, RLCL-32.
    """
    return Finding("CHG-13", "leaves", {}, subject=facts.code) if dies_out(facts) else None
