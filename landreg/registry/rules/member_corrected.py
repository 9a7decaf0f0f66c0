"""COR: what the correction of a household's member must rest on: relation, share, and that they never were one. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.relations import HEADS


def cor_1_of_this_household(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-1: who is corrected as a member is one of the household. RERR-18."""
    asked = _of_member(facts)
    if asked is None or not facts.in_force or asked.member_id in facts.members:
        return None
    return Finding("COR-1", "member", {}, subject=facts.code)


def cor_3_one_stands_for_the_household(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-3: the representative is a member, related to themselves, and nobody else is: another stands by its own act. RLCL-16."""
    asked = _of_member(facts)
    if asked is None:
        return None
    stands, relation = asked.member_id in facts.heads, asked.said("relation")
    if stands and asked.said("belongs") == "0":
        return Finding("COR-3", "belongs", {}, subject=facts.code)
    if relation is None or (relation in HEADS) == stands:
        return None
    return Finding("COR-3", "relation", {}, subject=facts.code)


def cor_4_a_holder_stays(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-4: after the correction at least one member holds the household's right. RLCL-16."""
    asked, taken = _of_member(facts), _taken(facts)
    if asked is None or not taken or not facts.members:
        return None
    if any(holds for member, holds in facts.members.items() if member != asked.member_id):
        return None
    return Finding("COR-4", taken, {}, subject=facts.code)


def cor_5_member_is_heard(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-5: who would be said never to have held the right, or been a member, has signed the consent themselves, or a ruling says
    it: a note for the reviewer. CC-220, RLCL-16.
    """
    taken = _taken(facts)
    return Finding("COR-5", taken, {}, subject=facts.code) if taken else None


def _taken(facts: ParcelActFacts) -> str:
    """What a correction says a member never had: "belongs", a place in the household, or "holds_right"; "" for neither."""
    asked = _of_member(facts)
    return next((fact for fact in ("belongs", "holds_right") if asked is not None and asked.said(fact) == "0"), "")


def _of_member(facts: ParcelActFacts) -> Correction | None:
    asked = facts.asked
    return asked if isinstance(asked, Correction) and asked.of == "member" else None


MEMBER_CORRECTED = (
    cor_1_of_this_household,
    cor_3_one_stands_for_the_household,
    cor_4_a_holder_stays,
    cor_5_member_is_heard,
)
