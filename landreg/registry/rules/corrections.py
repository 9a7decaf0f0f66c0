"""COR: what a correction must rest on that sets right a member of a household, the term of a contract, or what the office found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.law.book import Law
from landreg.party.rules import pt_1_members_in_one_household
from landreg.registry.rules import contract
from landreg.registry.rules.acts import (
    hh_6_name_of_the_representative,
    reg_20_documents_complete,
    reg_21_still_in_force,
)
from landreg.registry.rules.bound_land import (
    lo_13_let_to_nobody_else,
    lo_15_within_its_contract,
    tr_33_contracts_run_on,
)
from landreg.registry.rules.desk import BEFORE_ACCEPTANCE
from landreg.registry.rules.holder_corrected import HOLDER_CORRECTED
from landreg.registry.rules.homes_corrected import cor_19_note_of_the_law_stays, cor_20_floors_fit_the_house
from landreg.registry.rules.identified import cor_18_interested_party_is_known, res_13_code_as_on_the_licence
from landreg.registry.rules.land_corrected import LAND_CORRECTED
from landreg.registry.rules.limit_corrected import LIMIT_CORRECTED
from landreg.registry.rules.member_corrected import MEMBER_CORRECTED
from landreg.registry.rules.parcel_requests import CORRECTIONS, Correction
from landreg.registry.rules.parcels import (
    ParcelActFacts,
    cor_10_operator_consents,
    par_8_something_changes,
    par_11_code_is_new,
    par_13_measured_as_drawn,
    par_14_correctable,
    par_15_says_who_found_it,
    par_16_area_is_some,
    par_17_area_of_this_parcel,
    par_18_code_of_its_group,
)
from landreg.registry.rules.restrictions import RESTRICTED
from landreg.registry.rules.signed_day import SIGNED
from landreg.registry.rules.spouses import hh_20_one_spouse, hh_21_relation_goes_with_the_head

BY_OFFICE = "office_correction"
DELIVERED = "delivery_proof"
_OF_FARM_LAND = ("contract_management", "land_operation")
_NOT_FARMED, _BY_HOUSEHOLD = "5", "110"
"""NY/T 2539 C.9: use other than for farming; C.6: household contracting."""


def cor_2_same_person(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-2: a corrected number is that of the same person: of the member's own name, and of nobody who stands elsewhere.

    Another person comes into a household, or leaves it, by the act for that. CC-220, RERR-16.
    """
    return None if facts.same_person or _of_holder(facts) else Finding("COR-2", "id_number", {}, subject=facts.code)


def cor_6_operation_within_the_term(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-6: no registered land-operation right runs past a corrected term: it is changed by its own act first. RLCL-38."""
    if not facts.beyond:
        return None
    values = {"rights": sorted(facts.beyond), "last": max(facts.beyond.values())}
    return Finding("COR-6", "term", values, subject=facts.code)


def cor_7_party_was_told(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-7: what the office found itself it puts right only after the party was told. CC-220, RERD-81."""
    return (
        Finding("COR-7", "documents", {}, subject=facts.code) if _of_office(facts) and facts.told_on is None else None
    )


def cor_9_party_had_its_days(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-9: who was told has let the days pass in which they may apply themselves. CC-220, RERD-81."""
    if not _of_office(facts) or facts.told_on is None:
        return None
    days = law.days("COR-7.working_days_to_apply")
    last = law.working_days_after(facts.told_on, days)
    return None if last < law.on else Finding("COR-9", "documents", {"days": days, "last": last}, subject=facts.code)


def cor_11_not_by_the_office_after_a_transfer(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-11: who holds, area, boundary and term are not corrected by the office itself once the right was transferred.

    CC-220, RERD-80, RERD-81.
    """
    return _after_transfer("COR-11", facts, law) if _of_office(facts) else None


def cor_12_taker_is_heard(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-12: of a right that was transferred since, its holder now knows of the correction and agrees: a note for the reviewer.

    CC-220, RERD-80.
    """
    return None if _of_office(facts) else _after_transfer("COR-12", facts, law)


def _after_transfer(code: str, facts: ParcelActFacts, law: Law) -> Finding | None:
    """What was transferred before the exception came into force binds nobody: it is as old as its article."""
    asked, since = facts.asked, law.day("COR-11.disposals_count_from")
    disposed = {right: day for right, day in facts.disposed.items() if day >= since}
    if not isinstance(asked, Correction) or not asked.touches or not disposed:
        return None
    values = {"rights": sorted(disposed), "last": max(disposed.values())}
    return Finding(code, "right", values, subject=facts.code)


def _of_office(facts: ParcelActFacts) -> bool:
    return isinstance(facts.asked, Correction) and facts.asked.by == "office"


@dataclass(frozen=True)
class Telling:
    """A case over which the party would be told of an error. told: they were already."""

    number: str
    act_kind: str
    state: str
    told: bool


def cor_8_told_once_before_acceptance(facts: Telling, law: Law | None = None) -> Finding | None:
    """COR-8: the party is told of what the office found itself, once, before the case is accepted. CC-220, RERD-81."""
    if facts.act_kind == BY_OFFICE and facts.state in BEFORE_ACCEPTANCE and not facts.told:
        return None
    return Finding("COR-8", "step", {}, subject=facts.number)


@dataclass(frozen=True)
class Proof:
    """A paper for the folder of a case: its kind, the letters that the case has written, and the one that the paper proves."""

    number: str
    act_kind: str
    kind: str
    letters: frozenset[UUID]
    letter: UUID | None


def cor_13_proof_names_its_letter(facts: Proof, law: Law | None = None) -> Finding | None:
    """COR-13: of what the office found itself a proof of delivery names the letter of this case that it proves. landreg."""
    if facts.act_kind != BY_OFFICE or facts.kind != DELIVERED or facts.letter in facts.letters:
        return None
    return Finding("COR-13", "letter", {}, subject=facts.number)


def cor_14_contracted_land_stays_farm_land(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-14: contracted land is used for farming: no correction says otherwise of it. RLCL-18, CC-334."""
    if facts.right_kind not in _OF_FARM_LAND or facts.meant.get("land_use") != _NOT_FARMED:
        return None
    return Finding("COR-14", "land_use", {}, subject=facts.code)


def cor_30_basic_farmland_stays_so(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-30: land registered as permanent basic farmland is corrected to none on the paper that draws it (acts.toml), which
    the reviewer is told to check. LAL-35.
    """
    if facts.now.get("basic_farmland") != "1" or facts.meant.get("basic_farmland", "1") == "1":
        return None
    return Finding("COR-30", "basic_farmland", {}, subject=facts.code)


def cor_15_household_contract_stays_one(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-15: a household's contract-management right comes from household contracting; by tender, auction or consultation another
    right arises, which is registered as such. CC-330, CC-342, RLCL-48.
    """
    if facts.right_kind != "contract_management" or facts.meant.get("nature", _BY_HOUSEHOLD) == _BY_HOUSEHOLD:
        return None
    return Finding("COR-15", "nature", {}, subject=facts.code)


def cor_16_holder_stays_the_same_person(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-16: of a person who holds a right the name or the number is corrected, not both at once, and the number is nobody else's:
    another person comes by a transfer. CC-220, RERR-16.
    """
    return None if facts.same_person or not _of_holder(facts) else Finding("COR-16", "name", {}, subject=facts.code)


def cor_17_a_member_is_corrected_as_one(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-17: whose name or number is wrong and who is a member of a household too is corrected there: that mends both. RERR-16."""
    if not facts.member_of:
        return None
    return Finding("COR-17", "name", {"households": list(facts.member_of)}, subject=facts.code)


def ct_1_term_within_law(facts: ParcelActFacts, law: Law) -> Finding | None:
    """CT-1: a corrected term too is what the law gives the kind of land. RLCL-21."""
    return None if facts.contract is None else contract.ct_1_term_within_law(facts.contract, law)


def ct_6_term_not_short(facts: ParcelActFacts, law: Law) -> Finding | None:
    """CT-6: a corrected term that is shorter than the law gives is a note for the reviewer. SPC-RLC-7."""
    return None if facts.contract is None else contract.ct_6_term_not_short(facts.contract, law)


def tr_1_term_within_contract(facts: ParcelActFacts, law: Law) -> Finding | None:
    """TR-1: a land-operation right, as corrected too, ends no later than the contract that it comes from. RLCL-38."""
    if facts.let is None or facts.let_until is None or facts.let[1] <= facts.let_until:
        return None
    values = {"asked": facts.let[1] - DAY, "latest": facts.let_until - DAY}
    return Finding("TR-1", "term", values, subject=facts.code)


def tr_8_five_years_or_more(facts: ParcelActFacts, law: Law) -> Finding | None:
    """TR-8: what comes of a contract right and is shorter than five years is not registered. CC-341, RLCL-41."""
    years = law.days("TR-8.least_years")
    if facts.let is None or facts.let_until is None or facts.let[1] >= years_after(facts.let[0], years):
        return None
    values = {"first": facts.let[0], "last": facts.let[1] - DAY, "years": years}
    return Finding("TR-8", "term", values, subject=facts.code)


def _of_holder(facts: ParcelActFacts) -> bool:
    return isinstance(facts.asked, Correction) and facts.asked.of == "holder"


_RULES: tuple[Callable[..., Any], ...] = (
    reg_20_documents_complete,
    reg_21_still_in_force,
    *RESTRICTED,
    *SIGNED,
    par_8_something_changes,
    par_11_code_is_new,
    par_13_measured_as_drawn,
    par_14_correctable,
    par_15_says_who_found_it,
    cor_18_interested_party_is_known,
    res_13_code_as_on_the_licence,
    par_16_area_is_some,
    par_17_area_of_this_parcel,
    par_18_code_of_its_group,
    hh_6_name_of_the_representative,
    *MEMBER_CORRECTED,
    hh_20_one_spouse,
    hh_21_relation_goes_with_the_head,
    cor_2_same_person,
    pt_1_members_in_one_household,
    cor_6_operation_within_the_term,
    cor_7_party_was_told,
    cor_9_party_had_its_days,
    cor_10_operator_consents,
    cor_11_not_by_the_office_after_a_transfer,
    cor_12_taker_is_heard,
    tr_33_contracts_run_on,
    lo_13_let_to_nobody_else,
    lo_15_within_its_contract,
    cor_14_contracted_land_stays_farm_land,
    cor_30_basic_farmland_stays_so,
    cor_15_household_contract_stays_one,
    cor_16_holder_stays_the_same_person,
    cor_17_a_member_is_corrected_as_one,
    cor_19_note_of_the_law_stays,
    cor_20_floors_fit_the_house,
    *LAND_CORRECTED,
    *HOLDER_CORRECTED,
    *LIMIT_CORRECTED,
    ct_1_term_within_law,
    ct_6_term_not_short,
    tr_1_term_within_contract,
    tr_8_five_years_or_more,
)
CORRECTION_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = dict.fromkeys(CORRECTIONS, _RULES)
"""By kind of act: the rules that judge it."""
