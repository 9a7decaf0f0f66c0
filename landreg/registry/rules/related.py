"""CHG, HH: that a member who stays is related otherwise to who stands for the household. Pure."""

from __future__ import annotations

from collections import Counter

from landreg.core.errors import Finding
from landreg.law.book import Law, terms
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.relations import HEADS, MARRIED, RELATION_SEX
from landreg.registry.rules.requests import HouseholdChange, Relating

DIVORCE = "divorce"
RELATE_REASONS = (DIVORCE, "adoption_ended", "kin_other")
"""Why a member's relation to the representative is another from a day on."""


def chg_18_related_anew_is_a_member_who_stays(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-18: whose relation is said anew is a member who stays and does not stand for the household, and is said once, with a
    relation of the table that the register does not have. RERR-18, RLCL-24.
    """
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or not asked.relates:
        return None
    times = Counter(one.member_id for one in asked.relates)
    stay = facts.members.keys() - asked.leaving - facts.heads
    for one in asked.relates:
        if one.member_id not in stay or times[one.member_id] > 1:
            return Finding("CHG-18", "relate", {}, subject=facts.code)
        known = one.relation in terms("relation") and one.relation not in HEADS
        if not known or facts.relations.get(one.member_id) == one.relation:
            return Finding("CHG-18", "relate_to", {}, subject=facts.code)
    return None


def chg_19_reason_goes_with_the_relation(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-19: it is said anew for a reason of the list; a member who was married is so no more by a divorce alone, and by one only
    who was. RERR-16, RLCL-31.
    """
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or all(_for_its_reason(facts, one) for one in asked.relates):
        return None
    return Finding("CHG-19", "relate_reason", {}, subject=facts.code)


def _for_its_reason(facts: ActFacts, one: Relating) -> bool:
    parted = facts.relations.get(one.member_id) in MARRIED and one.relation not in MARRIED
    return one.reason in RELATE_REASONS and parted == (one.reason == DIVORCE)


def chg_20_from_a_day_of_the_relation_before(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-20: it is another from a day on, no later than the application, on which the register has the relation that it follows:
    what was wrong from the start is corrected. RERR-18, CC-220.
    """
    asked = facts.asked
    if not isinstance(asked, HouseholdChange):
        return None
    for one in asked.relates:
        since = facts.since.get(one.member_id)
        if one.on > law.on or (since is not None and one.on <= since):
            values = {"since": since} if since is not None else {}
            return Finding("CHG-20", "relate_on", values, subject=facts.code)
    return None


def hh_18_relation_said_anew_goes_with_the_sex(facts: ActFacts, law: Law) -> Finding | None:
    """HH-18: a relation that is said anew goes with the sex in the member's identity number: a note for the reviewer. RLCL-24."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange):
        return None
    sexes = [(facts.sexes.get(one.member_id), RELATION_SEX.get(one.relation)) for one in asked.relates]
    if not any(sex and said and sex != said for sex, said in sexes):
        return None
    return Finding("HH-18", "relate_to", {}, subject=facts.code)


RELATED = (
    chg_18_related_anew_is_a_member_who_stays,
    chg_19_reason_goes_with_the_relation,
    chg_20_from_a_day_of_the_relation_before,
    hh_18_relation_said_anew_goes_with_the_sex,
)
