"""HH, TR: what a division, a merge, a change of representative, an inheritance and an exchange must rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law, terms
from landreg.registry.rules.acts import (
    ct_12_term_not_over,
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
    reg_30_over_all_that_it_joins,
)
from landreg.registry.rules.bound_land import tr_33_contracts_run_on
from landreg.registry.rules.died_out import hh_15_somebody_lives
from landreg.registry.rules.fulfilled import tr_36_notice_goes_on
from landreg.registry.rules.generations import hh_19_relation_goes_with_the_generation
from landreg.registry.rules.household_facts import HouseholdActFacts, MemberFacts
from landreg.registry.rules.household_land import (
    hh_4_parcels_taken_once,
    hh_5_each_takes_land,
    hh_11_not_shared,
    hh_13_mortgage_follows,
    hh_14_one_homestead_after_a_merge,
    hs_4_heir_of_no_member,
    hs_8_nobody_lives_there,
    hs_9_heirs_agreed,
    tr_4_exchange_within_the_collective,
    tr_13_same_term_to_merge,
    tr_14_exchange_of_one_term,
    tr_15_exchange_of_their_own,
    tr_16_exchange_filed,
    tr_17_operation_right_stays,
    tr_31_each_side_gives,
)
from landreg.registry.rules.household_requests import (
    Division,
    HouseholdMerge,
    Placed,
    RepresentativeChange,
)
from landreg.registry.rules.joined import lo_16_operator_becomes_contractor
from landreg.registry.rules.paid_below import tr_29_price_is_open
from landreg.registry.rules.parted import hh_16_a_divorce_parts_a_couple
from landreg.registry.rules.relations import HEADS, RELATION_SEX
from landreg.registry.rules.restrictions import RESTRICTED, tr_21_restriction_is_told
from landreg.registry.rules.signed_day import SIGNED
from landreg.registry.rules.spouses import hh_20_one_spouse, hh_21_relation_goes_with_the_head

DIVISION_REASONS = ("division", "divorce")
CHANGE_REASONS = ("death", "agreement")


def hh_1_a_holder_in_each(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-1: after a division each household, the old one too, has a member who holds its right. RLCL-16."""
    asked = facts.asked
    if not isinstance(asked, Division):
        return None
    groups: dict[int | str, frozenset[UUID]] = {
        number: branch.member_ids for number, branch in enumerate(asked.branches, 1)
    }
    groups[facts.code] = frozenset(facts.people) - frozenset().union(*groups.values())
    empty = [household for household, members in groups.items() if not _hold(facts.people, members)]
    return Finding("HH-1", "members", {"households": empty}, subject=facts.code) if empty else None


def hh_2_members_placed_once(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-2: who is placed is a member of the household, and goes to one household only. RCEO-17, RLCL-16."""
    placed = [one.member_id for one in _placed(facts.asked)]
    people = facts.other.members if isinstance(facts.asked, HouseholdMerge) and facts.other else facts.people
    twice = [people[one].name for one, times in Counter(placed).items() if times > 1 and one in people]
    strangers = sum(1 for one in placed if one not in people)
    missing = people.keys() - {*placed} if isinstance(facts.asked, HouseholdMerge) else ()
    if not twice and not strangers and not missing:
        return None
    named = [*twice, *(people[one].name for one in missing)]
    return Finding("HH-2", "members", {"members": named}, subject=facts.code)


def hh_3_representative_of_the_members(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-3: a household is represented by a member of it who holds its right; of a division the one that stays too, which names
    another where its own goes, or where no member stood for it. RLCL-16, RLCL-22.
    """
    asked, wrong, field = facts.asked, list[int | str](), "head"
    if isinstance(asked, Division):
        leaving = frozenset().union(*(branch.member_ids for branch in asked.branches))
        new = enumerate(asked.branches, 1)
        wrong += [number for number, b in new if not _hold(facts.people, b.member_ids & {b.representative})]
        field = f"head_{wrong[0]}" if wrong else "stays_head"
        stays = facts.head if asked.representative is None else asked.representative
        if not _hold(facts.people, {stays} - leaving):
            wrong.append(facts.code)
    if isinstance(asked, RepresentativeChange):
        chosen = {asked.representative} - {*asked.deceased}
        wrong = [] if _hold(facts.people, chosen) else [facts.code]
    return Finding("HH-3", field, {"households": wrong}, subject=facts.code) if wrong else None


def hh_6_name_as_in_the_register(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-6: the name of a representative or heir is that of the person whom the register has. RERR-18."""
    if not facts.misnamed:
        return None
    fields = [f"name_{number}" if number else "stays_name" for number in facts.misnamed_of]
    return Finding("HH-6", fields[0] if fields else "name", {"names": list(facts.misnamed)}, subject=facts.code)


def hh_7_relations_said(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-7: every member has a relation of the table to the representative, who alone is the head; beside another head than before
    each is said anew. RLCL-24.
    """
    asked = facts.asked
    known = terms("relation")
    wrong = [one.member_id for one in _placed(asked) if one.relation not in known]
    groups: list[tuple[UUID | None, Mapping[UUID, str]]] = []
    if isinstance(asked, Division):
        groups = [(branch.representative, _related({}, branch.members)) for branch in asked.branches]
        leaving = frozenset().union(*(branch.member_ids for branch in asked.branches))
        if asked.representative is not None:
            left = _but(facts.people, leaving)
            groups.append((asked.representative, _related(left, asked.staying)))
            wrong += _unsaid(left, asked.representative, facts.head, asked.staying)
    if isinstance(asked, RepresentativeChange):
        left = _but(facts.people, frozenset(asked.deceased))
        groups = [(asked.representative, _related(left, asked.members))]
        wrong += _unsaid(left, asked.representative, facts.head, asked.members)
    if isinstance(asked, HouseholdMerge):
        groups = [(None, _related({}, asked.members))]
    for head, relations in groups:
        wrong += [member for member, relation in relations.items() if (relation in HEADS) != (member == head)]
    if not wrong:
        return None
    people = {**(facts.other.members if facts.other else {}), **facts.people}
    named = [people[one].name for one in dict.fromkeys(wrong) if one in people]
    values = {"relations": len({*wrong}), **({"members": named} if named else {})}
    return Finding("HH-7", "members", values, subject=facts.code)


def hh_8_a_member_is_left(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-8: of a household without a member the right does not go on, and nobody inherits it: that is for a ruling. RLCL-32."""
    asked = facts.asked
    if not isinstance(asked, RepresentativeChange) or _hold(facts.people, facts.people.keys() - {*asked.deceased}):
        return None
    return Finding("HH-8", "deceased", {}, subject=facts.code)


def hh_9_other_of_the_collective(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-9: who joins is another household of the same collective. RCEO-12, RLCL-16."""
    if not isinstance(facts.asked, HouseholdMerge):
        return None
    other = facts.other
    if other is not None and other.collective == facts.collective and other.code != facts.code and other.members:
        return None
    return Finding("HH-9", "other", {"other": other.code if other else None}, subject=facts.code)


def hh_10_reason_of_the_list(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-10: a division, and a change of representative, says why; one by death also who died. RERR-16."""
    asked = facts.asked
    if isinstance(asked, Division) and asked.reason not in DIVISION_REASONS:
        return Finding("HH-10", "reason", {}, subject=facts.code)
    if not isinstance(asked, RepresentativeChange):
        return None
    dead = facts.people.keys() >= {*asked.deceased} and bool(asked.deceased) == (asked.reason == "death")
    return None if asked.reason in CHANGE_REASONS and dead else Finding("HH-10", "reason", {}, subject=facts.code)


def _related(people: Mapping[UUID, MemberFacts], placed: Iterable[Placed]) -> dict[UUID, str]:
    """By member: the relation that is said, else that of the register."""
    return {member: facts.relation for member, facts in people.items()} | {
        one.member_id: one.relation for one in placed
    }


def _unsaid(people: Mapping[UUID, Any], head: UUID, before: UUID | None, placed: Iterable[Placed]) -> frozenset[UUID]:
    """Beside another head than before: of whom no relation to that one is said."""
    return frozenset() if head == before else frozenset(people) - {one.member_id for one in placed}


def _but(people: Mapping[UUID, MemberFacts], gone: frozenset[UUID]) -> dict[UUID, MemberFacts]:
    return {member: facts for member, facts in people.items() if member not in gone}


def hh_18_relation_goes_with_the_sex(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-18: a relation that is said anew goes with the sex in the member's identity number: a note for the reviewer. RLCL-24."""
    people = facts.other.members if isinstance(facts.asked, HouseholdMerge) and facts.other else facts.people
    wrong = [
        people[one.member_id].name
        for one in _placed(facts.asked)
        if one.member_id in people
        and people[one.member_id].sex
        and RELATION_SEX.get(one.relation, people[one.member_id].sex) != people[one.member_id].sex
    ]
    return Finding("HH-18", "members", {"members": wrong}, subject=facts.code) if wrong else None


def _placed(asked: Any) -> tuple[Placed, ...]:
    if isinstance(asked, Division):
        return (*(one for branch in asked.branches for one in branch.members), *asked.staying)
    return asked.members if isinstance(asked, (HouseholdMerge, RepresentativeChange)) else ()


def _hold(people: Mapping[UUID, MemberFacts], members: Iterable[Any]) -> bool:
    return any(people[one].holds_right for one in members if one in people)


_ALL: tuple[Callable[..., Finding | None], ...] = (
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
    *RESTRICTED,
)
HOUSEHOLD_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "division": (
        # Of a mortgage HH-13 tells more.
        *(rule for rule in _ALL if rule is not tr_21_restriction_is_told),
        *SIGNED,
        hh_1_a_holder_in_each,
        hh_2_members_placed_once,
        hh_3_representative_of_the_members,
        hh_4_parcels_taken_once,
        hh_5_each_takes_land,
        hh_6_name_as_in_the_register,
        hh_7_relations_said,
        hh_20_one_spouse,
        hh_21_relation_goes_with_the_head,
        hh_18_relation_goes_with_the_sex,
        hh_19_relation_goes_with_the_generation,
        hh_10_reason_of_the_list,
        hh_11_not_shared,
        hh_13_mortgage_follows,
        hh_16_a_divorce_parts_a_couple,
        tr_17_operation_right_stays,
        tr_33_contracts_run_on,
    ),
    "household_merge": (
        *_ALL,
        hh_15_somebody_lives,
        reg_30_over_all_that_it_joins,
        *SIGNED,
        hh_2_members_placed_once,
        hh_7_relations_said,
        hh_20_one_spouse,
        hh_21_relation_goes_with_the_head,
        hh_18_relation_goes_with_the_sex,
        hh_19_relation_goes_with_the_generation,
        hh_9_other_of_the_collective,
        hh_11_not_shared,
        hh_14_one_homestead_after_a_merge,
        tr_36_notice_goes_on,
        tr_13_same_term_to_merge,
        tr_17_operation_right_stays,
        tr_33_contracts_run_on,
        lo_16_operator_becomes_contractor,
    ),
    "representative_change": (
        *_ALL,
        hh_2_members_placed_once,
        hh_3_representative_of_the_members,
        hh_6_name_as_in_the_register,
        hh_7_relations_said,
        hh_20_one_spouse,
        hh_21_relation_goes_with_the_head,
        hh_18_relation_goes_with_the_sex,
        hh_19_relation_goes_with_the_generation,
        hh_8_a_member_is_left,
        hh_10_reason_of_the_list,
    ),
    "homestead_inheritance": (
        *_ALL,
        hh_6_name_as_in_the_register,
        hh_11_not_shared,
        hs_4_heir_of_no_member,
        hs_8_nobody_lives_there,
        hs_9_heirs_agreed,
        tr_33_contracts_run_on,
    ),
    "exchange": (
        *_ALL,
        hh_15_somebody_lives,
        *SIGNED,
        tr_4_exchange_within_the_collective,
        tr_14_exchange_of_one_term,
        tr_29_price_is_open,
        ct_12_term_not_over,
        tr_15_exchange_of_their_own,
        tr_31_each_side_gives,
        tr_16_exchange_filed,
        tr_17_operation_right_stays,
        tr_33_contracts_run_on,
        lo_16_operator_becomes_contractor,
        hh_11_not_shared,
    ),
}
"""By kind of act: the rules that judge it."""
