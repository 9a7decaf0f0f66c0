"""TR, RES: what a restriction does to an act, and what one must rest on that is laid on a right or taken off it.

The table of acts says by kind of act and of restriction which of three it is: it stops the act; it stops it without the written
consent of whom it protects; or it is only told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.law.book import Law, protections
from landreg.registry.rules.act_facts import ActFacts, OnRight, Restricted
from landreg.registry.rules.fulfilled import fulfilled
from landreg.registry.rules.household_requests import LandOperationChange, of_other_means
from landreg.registry.rules.parcel_requests import AreaChange, BoundaryCorrection, Correction
from landreg.registry.rules.ranks import PAPER as LATER_CREDITORS
from landreg.registry.rules.ranks import harmed_behind
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import MOST_YUAN, RELEASES, Release, RestrictionAsked

NO_DOCUMENT = "无"
LONGEST_PERSONAL_NAME = 4
"""Signs of the longest Chinese personal names; an organisation's name in full has more."""
_IN_BRACKETS = re.compile(r"（[^（）]*）|\([^()]*\)")
SHORTEST_AUTHORITY = 5
"""Signs of the shortest name in full: a place of two and 公安局 or 监察委."""
_STANDS_FOR = re.compile(r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９*×某]")
"""What stands in a name for a part that is left out."""
SEIZES = ("seizure", "seizure_renewal")
"""Acts that rest on an order to seize."""
OPERATOR_CONSENT = "operator_consent"
MEASURES = (Correction, AreaChange, BoundaryCorrection)
"""What asks for another area, which the land-operation right on a parcel says too (COR-10)."""
TRANSFERS = ("assignment", "exchange", "household_merge", "land_operation_change")
"""Acts that a creditor and the holder may agree to forbid. CC-406."""


def tr_12_not_restricted(facts: ActFacts, law: Law) -> Finding | None:
    """TR-12: what a restriction stops is not registered while it stands; the refusal names it. RERR-22."""
    return _told("TR-12", _doing(facts, law, "stop"), facts)


def tr_18_objection_known(facts: ActFacts, law: Law) -> Finding | None:
    """TR-18: under an objection who applies says in writing that they know of it and bear what comes of it. CC-220."""
    return _told("TR-18", _without_consent(facts, law, "objection"), facts)


def tr_19_noticed_party_consents(facts: ActFacts, law: Law) -> Finding | None:
    """TR-19: under an advance notice the right is disposed of with the written consent of whom it is for. CC-221."""
    return _told("TR-19", _without_consent(facts, law, "advance_notice"), facts)


def tr_20_creditor_consents(facts: ActFacts, law: Law) -> Finding | None:
    """TR-20: where an act takes from a mortgage, or it was agreed not to transfer, the creditor consents in writing. CC-406."""
    return _told("TR-20", _without_consent(facts, law, "mortgage"), facts)


def tr_21_restriction_is_told(facts: ActFacts, law: Law) -> Finding | None:
    """TR-21: a restriction that does not stop an act goes on, and whom it protects is told: a note for the reviewer. CC-406."""
    return _told("TR-21", _doing(facts, law, "warn"), facts)


def consent_papers(facts: ActFacts, law: Law) -> tuple[str, ...]:
    """The papers that an act asks for because of what restricts the right, whether its folder has them or not."""
    kinds = {one.kind for one in _doing(facts, law, "consent")}
    of_operator = (OPERATOR_CONSENT,) if isinstance(facts.asked, MEASURES) and facts.operated else ()
    of_later = (LATER_CREDITORS,) if harmed_behind(facts) else ()
    return (*(one.paper for kind, one in protections().items() if kind in kinds), *of_operator, *of_later)


def _doing(facts: ActFacts, law: Law, does: str) -> list[Restricted]:
    return [one for one in facts.restrictions if _does(one, facts, law) == does]


def _without_consent(facts: ActFacts, law: Law, kind: str) -> list[Restricted]:
    given = protections()[kind].paper in facts.papers
    return [] if given else [one for one in _doing(facts, law, "consent") if one.kind == kind]


def _does(one: Restricted, facts: ActFacts, law: Law) -> str:
    """What a restriction does to the act: as the table says, but for an advance notice that it fulfils, a mortgage of which more is
    known, and a seizure of the right that takes land in by an assignment: nothing seized is disposed of, and it stays where it lay.
    """
    if one.kind == "seizure" and facts.taker and one.right_id and one.right_id == facts.taker.right_id:
        return "warn"
    does = "" if fulfilled(one, facts) else law.act(facts.act_kind).under(one.kind, _trait(facts))
    by_agreement = facts.act_kind in TRANSFERS and not getattr(facts.asked, "reason", "")
    if does != "warn" or one.kind != "mortgage" or not by_agreement:
        return does
    return "consent" if one.no_transfer else does


def _trait(facts: ActFacts) -> str:
    """By what an application of one kind differs from another: its reason, what it touches, or that it is a transfer alone."""
    asked = facts.asked
    if isinstance(asked, LandOperationChange):
        alone = asked.operator is not None and not asked.parcels and asked.last_day is None
        return "operator" if alone else asked.reason
    if isinstance(asked, Correction):
        return asked.touches
    return str(getattr(asked, "reason", ""))


def _told(code: str, found: Sequence[Restricted], facts: ActFacts) -> Finding | None:
    if not found:
        return None
    values: dict[str, Any] = {
        "restrictions": sorted({one.kind for one in found}),
        "parties": [one.named for one in found],
    }
    limits = [_limit(one, one.on) for one in found if one.on is not None]
    told = {**values, "limits": limits} if len(limits) == len(found) else values
    return Finding(code, "restrictions", told, subject=facts.code)


def _limit(one: Restricted, on: OnRight) -> dict[str, str]:
    """Which restriction, on which right, and whose that is."""
    said = {"restriction": one.kind, "party": one.named}
    return {**said, "right": on.code, "right_kind": on.kind, "holder": on.holder}


RESTRICTED = (
    tr_12_not_restricted,
    tr_18_objection_known,
    tr_19_noticed_party_consents,
    tr_20_creditor_consents,
    tr_21_restriction_is_told,
)
"""What every act is asked about restrictions."""
CONSENTS = frozenset(("TR-18", "TR-19", "TR-20", "TR-32"))
"""Rules on what restricts a right that ask for a paper."""


def res_1_said_in_full(facts: ActFacts, law: Law) -> Finding | None:
    """RES-1: a restriction says for whom it stands and on which paper; a mortgage also what it secures. RERR-8."""
    asked = facts.asked
    if not isinstance(asked, RestrictionAsked):
        return None
    lacking = [name for name in ("party", "basis") if not getattr(asked, name)]
    lacking += ["amount"] if asked.kind == "mortgage" and asked.amount is None else []
    return Finding("RES-1", lacking[0], {"lacking": lacking}, subject=facts.code) if lacking else None


def res_5_a_sum_of_money(facts: ActFacts, law: Law) -> Finding | None:
    """RES-5: a sum is more than nothing, of whole fen, and no larger than the register can say. RERR-8."""
    amount = facts.asked.amount if isinstance(facts.asked, (RestrictionAsked, RestrictionChange)) else None
    if amount is None:
        return None
    if amount.is_finite() and 0 < amount <= MOST_YUAN and amount == amount.quantize(Decimal("0.01")):
        return None
    return Finding("RES-5", "amount", {"given": str(amount), "most": str(MOST_YUAN)}, subject=facts.code)


def res_6_not_over_before_it_begins(facts: ActFacts, law: Law) -> Finding | None:
    """RES-6: a restriction's last day is not over when it is entered, or changed: it would stand for ever. RERR-3, CC-221.

    That of a seizure comes after it.
    """
    asked, today = facts.asked, facts.today or law.on
    if not isinstance(asked, (RestrictionAsked, RestrictionChange)):
        return None
    last = asked.last_day(today) if isinstance(asked, RestrictionAsked) else asked.until
    if last is None or last > today or (last == today and facts.act_kind not in SEIZES):
        return None
    said = {"registrable": asked.registrable_on} if asked.registrable_on else {}
    field = "registrable_on" if said else "until"
    return Finding("RES-6", field, {"last": last, "today": today, **said}, subject=facts.code)


def res_8_seized_for_some_years(facts: ActFacts, law: Law) -> Finding | None:
    """RES-8: an order seizes, or goes on seizing, real property for no more than some years: a note, the article was not read."""
    asked, today = facts.asked, facts.today or law.on
    if facts.act_kind not in SEIZES or not isinstance(asked, (RestrictionAsked, RestrictionChange)):
        return None
    was = dict(getattr(facts, "last_days", ())).get(getattr(asked, "restriction_id", None)) or today
    years = law.days("RES-8.most_years")
    latest = years_after(max(today, was), years)
    if asked.until is None or asked.until <= latest:
        return None
    return Finding("RES-8", "until", {"until": asked.until, "years": years, "latest": latest}, subject=facts.code)


def res_9_seizure_has_a_last_day(facts: ActFacts, law: Law) -> Finding | None:
    """RES-9: an order to seize says until when; what has no last day never ends by itself: a note, the article was not read."""
    asked = facts.asked
    if facts.act_kind != "seizure" or not isinstance(asked, RestrictionAsked) or asked.until is not None:
        return None
    return Finding("RES-9", "until", {"years": law.days("RES-8.most_years")}, subject=facts.code)


def res_10_authority_named_in_full(facts: ActFacts, law: Law) -> Finding | None:
    """RES-10: who seizes is named as in its order: a name with a letter or a digit, or too short, is told as none. RERR-8."""
    asked = facts.asked
    if facts.act_kind != "seizure" or not isinstance(asked, RestrictionAsked) or not asked.party:
        return None
    name = _IN_BRACKETS.sub("", asked.party)
    if len(name) >= SHORTEST_AUTHORITY and not _STANDS_FOR.search(name):
        return None
    return Finding("RES-10", "party", {"party": asked.party}, subject=facts.code)


def res_11_not_the_holders_own(facts: ActFacts, law: Law) -> Finding | None:
    """RES-11: who has an interest objects to what the register says; the holder applies for a correction. CC-220."""
    asked = facts.asked
    if not isinstance(asked, RestrictionAsked) or not facts.by_holder:
        return None
    return Finding("RES-11", "party", {"party": asked.party}, subject=facts.code)


def res_2_restriction_stands(facts: ActFacts, law: Law) -> Finding | None:
    """RES-2: what is released stands on this right, and is of the kind that the act releases. RERR-18."""
    asked = facts.asked
    if not isinstance(asked, Release):
        return None
    kinds = {r.kind for r in facts.restrictions if r.restriction_id == asked.restriction_id}
    return None if kinds == {RELEASES[facts.act_kind]} else Finding("RES-2", "restriction", {}, subject=facts.code)


def tr_22_mortgage_filed(facts: ActFacts, law: Law) -> Finding | None:
    """TR-22: a contractor files the mortgage with the issuing party; not filed, that is noted and stops nothing. RLCL-47."""
    if facts.right_kind != "contract_management" or "filing" in facts.papers:
        return None
    return Finding("TR-22", "documents", {}, subject=facts.code)


def tr_11_right_may_be_mortgaged(facts: ActFacts, law: Law) -> Finding | None:
    """TR-11: the operation right of contracted land may be mortgaged; a homestead only by a document. RLCL-47, CC-399."""
    if facts.act_kind != "mortgage" or facts.right_kind in ("contract_management", "land_operation"):
        return None
    allowed = facts.right_kind == "homestead" and law.text("TR-11.house_mortgage_basis") != NO_DOCUMENT
    return None if allowed else Finding("TR-11", "right", {}, subject=facts.code)


def tr_25_creditor_is_financial(facts: ActFacts, law: Law) -> Finding | None:
    """TR-25: the operation right of contracted land secures a financial institution, known by its name. RLCL-47.

    Of land that a collective gave out by tender, auction or consultation the law names no creditor (CC-342), nor of a house.
    """
    asked, contracted = facts.asked, facts.right_kind in ("contract_management", "land_operation")
    if not isinstance(asked, RestrictionAsked) or not contracted or of_other_means(facts.right_kind, facts.code):
        return None
    words, endings = law.text("TR-25.lender_words"), law.text("TR-25.lender_endings")
    if not asked.party or _names_a_lender(asked.party, words.split("、"), endings.split("、")):
        return None
    return Finding("TR-25", "party", {"party": asked.party, "words": words}, subject=facts.code)


def _names_a_lender(party: str, words: Sequence[str], endings: Sequence[str]) -> bool:
    """Whether a name, without what it says in brackets, is an organisation's in full that has one of the words."""
    name = _IN_BRACKETS.sub("", party)
    if not name.isalnum() or len(name) <= LONGEST_PERSONAL_NAME or not name.endswith((*words, *endings)):
        return False
    return any(word in name for word in words)


def tr_26_debt_within_the_right(facts: ActFacts, law: Law) -> Finding | None:
    """TR-26: a debt due after the term of the mortgaged right is then secured by nothing, unless that goes on: a note. RLCL-47."""
    asked, of_land = facts.asked, facts.right_kind in ("contract_management", "land_operation")
    if not isinstance(asked, (RestrictionAsked, RestrictionChange)) or not of_land:
        return None
    if asked.until is None or facts.term is None or asked.until < facts.term[1]:
        return None
    return Finding("TR-26", "until", {"until": asked.until, "last": facts.term[1] - DAY}, subject=facts.code)


def tr_27_debt_within_the_contract(facts: ActFacts, law: Law) -> Finding | None:
    """TR-27: a land-operation right whose contract has ended secures nothing, and one whose contract ends before its term secures a
    debt until that day at most: another one would never be secured. CC-340, RLCL-47.
    """
    asked, below, today = facts.asked, facts.ends_below, facts.today or law.on
    if below is None or not isinstance(asked, (RestrictionAsked, RestrictionChange)):
        return None
    number, ends_on = below
    # What changes a mortgage may leave its day as it is; a mortgage that is laid says its day.
    open_ended = asked.until is None and isinstance(asked, RestrictionAsked)
    if ends_on > today and not open_ended and (asked.until is None or asked.until < ends_on):
        return None
    said = {"number": number, "ends": ends_on, "last": ends_on - DAY}
    return Finding("TR-27", "right" if ends_on <= today else "until", said, subject=facts.code)


def tr_28_contract_below_ends(facts: ActFacts, law: Law) -> Finding | None:
    """TR-28: that the contract under a mortgaged land-operation right ends before its term is told: a note. CC-340, RLCL-47."""
    below = facts.ends_below
    if below is None or tr_27_debt_within_the_contract(facts, law):
        return None
    return Finding("TR-28", "until", {"number": below[0], "ends": below[1]}, subject=facts.code)


def tr_24_house_mortgaged_by_a_document(facts: ActFacts, law: Law) -> Finding | None:
    """TR-24: a house is mortgaged with its homestead on a document of the county: a note, the authority was not read. CC-399."""
    basis = law.text("TR-11.house_mortgage_basis")
    if facts.right_kind != "homestead" or basis == NO_DOCUMENT:
        return None
    return Finding("TR-24", "right", {"basis": basis}, subject=facts.code)
