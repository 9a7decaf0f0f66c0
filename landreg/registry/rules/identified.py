"""RES: whom a restriction stands for is told from whoever bears the same name."""

from __future__ import annotations

from landreg.core.codes import uscc_fault
from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.requests import Identified, RestrictionAsked

KINDS = ("organization", "household", "person")
OFFICIAL = ("seizure", "dispute")
"""Restrictions that an office lays on a right, or has on its files: they are known by its paper."""


def res_12_party_is_known(facts: ActFacts, law: Law) -> Finding | None:
    """RES-12: creditor, objector and who has an advance notice are said with a code or an identity number. RERR-16."""
    asked = facts.asked
    if not isinstance(asked, RestrictionAsked) or asked.kind in OFFICIAL or whole(asked.whose):
        return None
    return Finding("RES-12", "party_kind", {"party": asked.party}, subject=facts.code)


def whole(whose: Identified | None) -> bool:
    """Whether of its kind everything is said."""
    if whose is None or whose.kind not in KINDS:
        return False
    return bool(whose.code) == (whose.kind != "person") and (whose.party_id is None) == (whose.kind == "organization")


def cor_18_interested_party_is_known(facts: ActFacts, law: Law) -> Finding | None:
    """COR-18: who applies for a correction of another's right is named, with a code or an identity number, and says what it is to
    them. CC-220, RERR-16.
    """
    asked = facts.asked
    if not isinstance(asked, Correction) or asked.by != "interested_party":
        return None
    if asked.party.strip() and whole(asked.whose) and asked.interest.strip():
        return None
    known = asked.party.strip() and whole(asked.whose)
    return Finding("COR-18", "interest" if known else "party_kind", {}, subject=facts.code)


def res_13_code_as_on_the_licence(facts: ActFacts, law: Law) -> Finding | None:
    """RES-13: an organisation's code is of eighteen signs whose last checks the others (GB 32100). RERR-16."""
    asked = facts.asked
    whose = asked.whose if isinstance(asked, (RestrictionAsked, Correction)) else None
    if whose is None or whose.kind != "organization" or not whose.code or uscc_fault(whose.code) is None:
        return None
    return Finding("RES-13", "uscc", {"given": whose.code}, subject=facts.code)


IDENTIFIED = (res_12_party_is_known, res_13_code_as_on_the_licence)
"""What every restriction is asked of whom it stands for."""
