"""REG, CHG, TR, RES: what an act of change must rest on; the tuple of rules of each kind of act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law, terms
from landreg.party.rules import pt_1_members_in_one_household, pt_5_members_in_one_county
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.bound_land import tr_33_contracts_run_on, tr_34_contracts_on_ground_that_is_gone
from landreg.registry.rules.died_out import (
    chg_13_household_dies_out,
    dies_out,
    hh_15_somebody_lives,
    hh_17_who_joins_was_of_it,
)
from landreg.registry.rules.ends import ENDED, end_2_parcels_of_the_right, end_6_died_out_as_in_the_register
from landreg.registry.rules.fixed_land import reg_43_land_as_applied_for
from landreg.registry.rules.fulfilled import tr_35_notice_is_fulfilled
from landreg.registry.rules.identified import IDENTIFIED
from landreg.registry.rules.joined import lo_16_operator_becomes_contractor
from landreg.registry.rules.laid import LAID_ONCE, OBJECTED, res_20_lies_elsewhere_too
from landreg.registry.rules.leaving import GOING, IN_ERROR, LEAVE_REASONS
from landreg.registry.rules.over import lo_18_term_is_not_over
from landreg.registry.rules.paid_below import tr_29_price_is_open
from landreg.registry.rules.related import RELATED
from landreg.registry.rules.relations import HEADS, RESTORED, chg_12_goes_with_the_number, chg_14_the_dead_do_not_join
from landreg.registry.rules.requests import (
    RELEASES,
    RESTRICTIONS,
    Assignment,
    HouseholdChange,
    RestrictionAsked,
)
from landreg.registry.rules.restrictions import (
    RESTRICTED,
    res_1_said_in_full,
    res_2_restriction_stands,
    res_5_a_sum_of_money,
    res_6_not_over_before_it_begins,
    res_8_seized_for_some_years,
    res_9_seizure_has_a_last_day,
    res_10_authority_named_in_full,
    res_11_not_the_holders_own,
    tr_11_right_may_be_mortgaged,
    tr_22_mortgage_filed,
    tr_24_house_mortgaged_by_a_document,
    tr_25_creditor_is_financial,
    tr_26_debt_within_the_right,
    tr_27_debt_within_the_contract,
    tr_28_contract_below_ends,
)
from landreg.registry.rules.signed_day import SIGNED
from landreg.registry.rules.spouses import (
    chg_17_old_enough_to_be_married,
    hh_20_one_spouse,
    hh_21_relation_goes_with_the_head,
    hh_22_divorced_before_another_joins,
    hh_23_a_divorced_spouse_stays,
)

JOIN_REASONS = ("birth", "marriage", "adoption", "confirmed", "other", RESTORED)


def reg_20_documents_complete(facts: ActFacts, law: Law) -> Finding | None:
    """REG-20: every paper that the act asks for is in the folder; all that lack are named at once. RERR-16, RERR-17."""
    if not facts.missing:
        return None
    return Finding("REG-20", "documents", {"papers": list(facts.missing)}, subject=facts.code)


def reg_21_still_in_force(facts: ActFacts, law: Law) -> Finding | None:
    """REG-21: the right or household that the act is about stands in the register. RERR-18."""
    return None if facts.in_force else Finding("REG-21", "subject", {"code": facts.code}, subject=facts.code)


def reg_29_held_as_applied_for(facts: ActFacts, law: Law) -> Finding | None:
    """REG-29: an act is for, or against, who held the right when it was applied for; it goes on no other's right. RERR-18.

    What ends or changes a restriction that stands already is no holder's own act: it goes on, whoever holds the right.
    """
    if not facts.passed_on:
        return None
    values = {"rights": sorted(facts.passed_on), "holders": sorted({*facts.passed_on.values()})}
    return Finding("REG-29", "holder", values, subject=facts.code)


def reg_30_over_all_that_it_joins(facts: ActFacts, law: Law) -> Finding | None:
    """REG-30: what joins the rights of two households is over all that they hold: none that came since is passed over. RERR-18."""
    return Finding("REG-30", "rights", {"rights": list(facts.gained)}, subject=facts.code) if facts.gained else None


def chg_1_something_changes(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-1: an application for a change says what changes. RERR-16."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or asked != HouseholdChange():
        return None
    return Finding("CHG-1", "joins", {}, subject=facts.code)


def chg_2_leaves_from_here(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-2: who leaves is a member of the household. RERR-18."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or asked.leaving <= facts.members.keys():
        return None
    return Finding("CHG-2", "leaves", {}, subject=facts.code)


def chg_3_a_holder_stays(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-3: after the change at least one member holds the household's right; else it is another act, unless its last ones died:
    with them it dies out (HH-15). RLCL-16.
    """
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or not asked.leaves or not facts.members or dies_out(facts):
        return None
    staying = any(holds for member, holds in facts.members.items() if member not in asked.leaving)
    if staying or any(joining.holds_right for joining in asked.joins):
        return None
    return Finding("CHG-3", "leaves", {}, subject=facts.code)


def chg_4_reason_of_the_list(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-4: who joins or leaves does so for a reason of the closed list. RCEO-12, RCEO-17."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange):
        return None
    wrong = [j.reason for j in asked.joins if j.reason not in JOIN_REASONS]
    wrong += [leaving.reason for leaving in asked.leaves if leaving.reason not in (*LEAVE_REASONS, IN_ERROR)]
    return Finding("CHG-4", "reason", {"reasons": wrong}, subject=facts.code) if wrong else None


def chg_7_head_goes_by_its_own_act(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-7: where who stands for the household dies or leaves, another does by an act of its own, if one is left. RLCL-16,
    RLCL-22.
    """
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or not facts.heads & asked.leaving or dies_out(facts):
        return None
    return Finding("CHG-7", "leaves", {}, subject=facts.code)


def hh_6_name_of_the_representative(facts: ActFacts, law: Law) -> Finding | None:
    """HH-6: a household's name is that of the person who stands for it, as the register has them. RERR-18."""
    return Finding("HH-6", "name", {"names": list(facts.misnamed)}, subject=facts.code) if facts.misnamed else None


def hh_7_relations_of_who_joins(facts: ActFacts, law: Law) -> Finding | None:
    """HH-7: who joins has a relation of the table to the representative, and is not the head themselves, except where
    nobody is left to be it. RLCL-24.
    """
    asked = facts.asked
    if not isinstance(asked, HouseholdChange):
        return None
    heads = HEADS if facts.members else ()
    wrong = sum(one.relation in heads or one.relation not in terms("relation") for one in asked.joins)
    return Finding("HH-7", "joins", {"relations": wrong}, subject=facts.code) if wrong else None


def tr_3_taker_of_the_collective(facts: ActFacts, law: Law) -> Finding | None:
    """TR-3: an assignment goes to another household of the same collective, and its members hold the right, and for no other is
    an advance notice of one. RLCL-34.
    """
    asked, taker = facts.asked, facts.taker
    household: UUID | None
    if isinstance(asked, Assignment):
        household, field = asked.household_id, "taker"
    elif isinstance(asked, RestrictionAsked) and facts.right_kind == "contract_management":
        household, field = asked.taker, "household" if asked.taker else "party"
    else:
        return None
    if taker and taker.collective == facts.collective and taker.members and household != facts.holder:
        return None
    named = asked.party if isinstance(asked, RestrictionAsked) else None
    return Finding("TR-3", field, {"taker": taker.code if taker else named}, subject=facts.code)


def tr_13_same_term(facts: ActFacts, law: Law) -> Finding | None:
    """TR-13: land joins a right that the taker holds already only where both run for the same term. RLCL-34."""
    taker = facts.taker
    if taker is None or taker.term is None or taker.term == facts.term:
        return None
    return Finding("TR-13", "taker", {"taker": taker.code}, subject=facts.code)


def ct_12_term_not_over(facts: ActFacts, law: Law) -> Finding | None:
    """CT-12: after its last day a contract is renewed first, and then assigned; the right itself goes on. RLCL-21, RLCL-34."""
    if facts.term is None or law.on < facts.term[1]:
        return None
    return Finding("CT-12", "term", {"last": facts.term[1]}, subject=facts.code)


def tr_23_parcels_of_the_right(facts: ActFacts, law: Law) -> Finding | None:
    """TR-23: the parcels that are assigned lie under the right. RLCL-34, RERR-18."""
    asked = facts.asked
    if not isinstance(asked, Assignment):
        return None
    foreign = sorted({*asked.parcels} - {*facts.parcels})
    return Finding("TR-23", "parcels", {"parcels": foreign}, subject=facts.code) if foreign else None


def tr_17_operation_right_goes_along(facts: ActFacts, law: Law) -> Finding | None:
    """TR-17: a registered land-operation right stays on its parcels, whoever holds them then: a note for the reviewer. RLCL-44."""
    moving = getattr(facts.asked, "parcels", ()) or facts.operated
    rights = sorted({facts.operated[code] for code in moving if code in facts.operated})
    return Finding("TR-17", "parcels", {"rights": rights}, subject=facts.code) if rights else None


ActRule = Callable[[ActFacts, Law], "Finding | None"]
_ALL: tuple[ActRule, ...] = (reg_20_documents_complete, reg_21_still_in_force, *RESTRICTED)
_OF_HOLDER: tuple[ActRule, ...] = (*_ALL, reg_29_held_as_applied_for)
_RESTRICTS: tuple[ActRule, ...] = (
    *_OF_HOLDER,
    res_1_said_in_full,
    res_5_a_sum_of_money,
    res_6_not_over_before_it_begins,
    res_8_seized_for_some_years,
    res_9_seizure_has_a_last_day,
    res_10_authority_named_in_full,
    *IDENTIFIED,
    tr_11_right_may_be_mortgaged,
)
ACT_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "household_change": (
        *_OF_HOLDER,
        chg_1_something_changes,
        chg_2_leaves_from_here,
        chg_3_a_holder_stays,
        chg_4_reason_of_the_list,
        *GOING,
        chg_7_head_goes_by_its_own_act,
        chg_12_goes_with_the_number,
        chg_14_the_dead_do_not_join,
        chg_13_household_dies_out,
        hh_6_name_of_the_representative,
        hh_7_relations_of_who_joins,
        hh_17_who_joins_was_of_it,
        chg_17_old_enough_to_be_married,
        hh_20_one_spouse,
        hh_21_relation_goes_with_the_head,
        hh_22_divorced_before_another_joins,
        hh_23_a_divorced_spouse_stays,
        *RELATED,
        pt_1_members_in_one_household,
        pt_5_members_in_one_county,
    ),
    "assignment": (
        *_OF_HOLDER,
        reg_30_over_all_that_it_joins,
        reg_43_land_as_applied_for,
        *SIGNED,
        tr_3_taker_of_the_collective,
        tr_13_same_term,
        tr_23_parcels_of_the_right,
        ct_12_term_not_over,
        tr_17_operation_right_goes_along,
        tr_33_contracts_run_on,
        tr_35_notice_is_fulfilled,
        hh_15_somebody_lives,
        lo_16_operator_becomes_contractor,
        tr_29_price_is_open,
    ),
    "cancellation": (
        *_OF_HOLDER,
        reg_43_land_as_applied_for,
        *ENDED,
        end_2_parcels_of_the_right,
        end_6_died_out_as_in_the_register,
        tr_33_contracts_run_on,
        tr_34_contracts_on_ground_that_is_gone,
    ),
    **dict.fromkeys(RESTRICTIONS, (*_RESTRICTS, *LAID_ONCE)),
    "objection_entry": (*_RESTRICTS, res_11_not_the_holders_own, *OBJECTED),
    "advance_notice": (
        *_RESTRICTS,
        *LAID_ONCE,
        reg_43_land_as_applied_for,
        hh_15_somebody_lives,
        tr_3_taker_of_the_collective,
        lo_18_term_is_not_over,
    ),
    "mortgage": (
        *_RESTRICTS,
        *LAID_ONCE,
        reg_43_land_as_applied_for,
        hh_15_somebody_lives,
        tr_22_mortgage_filed,
        tr_24_house_mortgaged_by_a_document,
        tr_25_creditor_is_financial,
        tr_26_debt_within_the_right,
        tr_27_debt_within_the_contract,
        tr_28_contract_below_ends,
        lo_18_term_is_not_over,
    ),
    **dict.fromkeys(RELEASES, (*_ALL, res_2_restriction_stands, res_20_lies_elsewhere_too)),
}
"""By kind of act: the rules that judge it."""
