"""HH, TR: what a division, a merge, a change of representative, an inheritance and an exchange must rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law, terms
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.acts import (
    HEADS,
    ct_12_term_not_over,
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
    reg_30_over_all_that_it_joins,
)
from landreg.registry.rules.household_requests import (
    Division,
    Exchange,
    HomesteadInheritance,
    HouseholdMerge,
    Placed,
    RepresentativeChange,
)
from landreg.registry.rules.restrictions import RESTRICTED, tr_21_restriction_is_told

DIVISION_REASONS = ("division", "divorce")
CHANGE_REASONS = ("death", "agreement")


@dataclass(frozen=True)
class MemberFacts:
    """A member as the register has them: the masked name, whether they hold the household's right, and their relation."""

    name: str
    holds_right: bool = True
    relation: str = ""


@dataclass(frozen=True)
class OtherHousehold:
    """The household on the other side: members, homesteads and land of its own. term: of its contract right, None without."""

    code: str
    collective: str
    members: Mapping[UUID, MemberFacts]
    parcels: tuple[str, ...] = ()
    homesteads: tuple[str, ...] = ()
    term: tuple[Any, Any] | None = None


@dataclass(frozen=True)
class HouseholdActFacts(ActFacts):
    """What an act on households is about. people: the members of this household; head: who stands for it now.

    homesteads: codes of its homesteads. shared: codes of its rights that it shares with another household. filed: the issuing
    party was told. heir_member: the heir is a member of the collective.
    """

    people: Mapping[UUID, MemberFacts] = field(default_factory=dict)
    head: UUID | None = None
    homesteads: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    filed: bool = True
    heir_member: bool = True
    other: OtherHousehold | None = None


def hh_1_a_holder_in_each(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-1: after a division each household, the old one too, has a member who holds its right. RLCL-16."""
    asked = facts.asked
    if not isinstance(asked, Division):
        return None
    groups = {branch.code: branch.member_ids for branch in asked.branches}
    groups[facts.code] = frozenset(facts.people) - frozenset().union(*groups.values())
    empty = [code for code, members in groups.items() if not _hold(facts.people, members)]
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
    """HH-3: a household is represented by a member of it who holds its right. RLCL-16, RLCL-22."""
    asked, wrong = facts.asked, []
    if isinstance(asked, Division):
        leaving = frozenset().union(*(branch.member_ids for branch in asked.branches))
        wrong = [b.code for b in asked.branches if not _hold(facts.people, b.member_ids & {b.representative})]
        stays = facts.head if asked.representative is None else asked.representative
        # Of a household whose representative the register does not name among its members, nothing is lost by a division.
        if (stays is not None or asked.representative) and not _hold(facts.people, {stays} - leaving):
            wrong.append(facts.code)
    if isinstance(asked, RepresentativeChange):
        chosen = {asked.representative} - {*asked.deceased}
        wrong = [] if _hold(facts.people, chosen) else [facts.code]
    return Finding("HH-3", "representative", {"households": wrong}, subject=facts.code) if wrong else None


def hh_4_parcels_taken_once(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-4: what a new household takes is land of the old one, and only one takes it. RLCL-16, CC-209."""
    asked = facts.asked
    if not isinstance(asked, Division):
        return None
    taken = Counter(code for branch in asked.branches for code in branch.parcels)
    wrong = sorted(code for code, times in taken.items() if times > 1 or code not in facts.parcels)
    wrong += facts.homesteads if sum(branch.homestead for branch in asked.branches) > 1 else ()
    return Finding("HH-4", "parcels", {"parcels": wrong}, subject=facts.code) if wrong else None


def hh_5_each_takes_land(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-5: a new household takes a parcel or the homestead; without a right there is nothing to register. RERR-16."""
    asked = facts.asked
    if not isinstance(asked, Division):
        return None
    bare = [b.code for b in asked.branches if not b.parcels and not (b.homestead and facts.homesteads)]
    bare = bare if asked.branches else [facts.code]
    return Finding("HH-5", "parcels", {"households": bare}, subject=facts.code) if bare else None


def hh_6_name_as_in_the_register(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-6: the name of a representative or heir is that of the person whom the register has. RERR-18."""
    return Finding("HH-6", "name", {"names": list(facts.misnamed)}, subject=facts.code) if facts.misnamed else None


def hh_7_relations_said(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-7: every member has a relation of the table to the representative, who alone is the head. RLCL-24."""
    asked = facts.asked
    known = terms("relation")
    wrong = [one.relation for one in _placed(asked) if one.relation not in known]
    groups: list[tuple[UUID | None, Mapping[UUID, str]]] = []
    if isinstance(asked, Division):
        groups = [(branch.representative, _related({}, branch.members)) for branch in asked.branches]
        leaving = frozenset().union(*(branch.member_ids for branch in asked.branches))
        if asked.representative is not None:
            groups.append((asked.representative, _related(_but(facts.people, leaving), asked.staying)))
    if isinstance(asked, RepresentativeChange):
        left = _but(facts.people, frozenset(asked.deceased))
        groups = [(asked.representative, _related(left, asked.members))]
    if isinstance(asked, HouseholdMerge):
        groups = [(None, _related({}, asked.members))]
    for head, relations in groups:
        wrong += [relation for member, relation in relations.items() if (relation in HEADS) != (member == head)]
    return Finding("HH-7", "members", {"relations": len(wrong)}, subject=facts.code) if wrong else None


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


def hh_11_not_shared(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-11: a right that the household shares with another is parted from it before households divide or merge. RERR-14."""
    return Finding("HH-11", "rights", {"rights": list(facts.shared)}, subject=facts.code) if facts.shared else None


def hh_13_mortgage_follows(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-13: a mortgage goes whole onto each right that takes some of its land: a note for the reviewer. RLCL-47."""
    creditors = sorted({r.party for r in facts.restrictions if r.kind == "mortgage"})
    return Finding("HH-13", "restrictions", {"parties": creditors}, subject=facts.code) if creditors else None


def hs_1_one_homestead_after_a_merge(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HS-1: households that hold a homestead each do not merge while both stand. LAL-62."""
    if not isinstance(facts.asked, HouseholdMerge) or facts.other is None:
        return None
    both = (*facts.homesteads, *facts.other.homesteads)
    return Finding("HS-1", "other", {"others": list(both)}, subject=facts.code) if len(both) > 1 else None


def tr_13_same_term_to_merge(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-13: land of two households goes under one right only where both contracts run for the same term. RLCL-16, RLCL-34."""
    other = facts.other
    if not isinstance(facts.asked, HouseholdMerge) or other is None or None in (other.term, facts.term):
        return None
    return None if other.term == facts.term else Finding("TR-13", "other", {"taker": other.code}, subject=facts.code)


def hs_4_heir_of_no_member(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HS-4: a homestead whose heir is no member of the collective bears that note. LAL-62; wording as dated data."""
    if not isinstance(facts.asked, HomesteadInheritance) or facts.heir_member:
        return None
    return Finding("HS-4", "heir", {"note": law.text("HS-4.note")}, subject=facts.code)


def hs_8_nobody_lives_there(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HS-8: the homestead is its household's while a member of it lives; only one that died out leaves it to heirs. LAL-62."""
    if not isinstance(facts.asked, HomesteadInheritance):
        return None
    left = [person.name for member, person in facts.people.items() if member not in facts.asked.deceased]
    return Finding("HS-8", "deceased", {"members": left}, subject=facts.code) if left else None


def tr_4_exchange_within_the_collective(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-4: households of one collective exchange parcels with each other. RLCL-33."""
    if not isinstance(facts.asked, Exchange):
        return None
    other = facts.other
    if other is not None and other.collective == facts.collective and other.code != facts.code:
        return None
    return Finding("TR-4", "other", {"other": other.code if other else None}, subject=facts.code)


def tr_14_exchange_of_one_term(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-14: the contracts run for the same term; else the parcels would be under a term that is not theirs. RLCL-33, RLCL-21."""
    if not isinstance(facts.asked, Exchange) or facts.other is None or facts.other.term == facts.term:
        return None
    return Finding("TR-14", "other", {"other": facts.other.code}, subject=facts.code)


def tr_15_exchange_of_their_own(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-15: each side gives at least one parcel, of its own right. RLCL-33."""
    asked = facts.asked
    if not isinstance(asked, Exchange):
        return None
    theirs = facts.other.parcels if facts.other else ()
    foreign = sorted({*asked.give} - {*facts.parcels} | {*asked.take} - {*theirs})
    if asked.give and asked.take and not foreign:
        return None
    return Finding("TR-15", "give", {"parcels": foreign}, subject=facts.code)


def tr_16_exchange_filed(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-16: an exchange is filed with the issuing party; where it is not, that is noted and stops nothing. RLCL-33."""
    if not isinstance(facts.asked, Exchange) or facts.filed:
        return None
    return Finding("TR-16", "documents", {}, subject=facts.code)


def tr_17_operation_right_stays(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-17: a registered land-operation right stays on its parcels, whoever holds them then: a note for the reviewer. RLCL-44."""
    codes = sorted({code for parcel, code in facts.operated.items() if parcel in _moving(facts)})
    return Finding("TR-17", "parcels", {"rights": codes}, subject=facts.code) if codes else None


def _moving(facts: HouseholdActFacts) -> frozenset[str]:
    """The parcels that come to another household."""
    match facts.asked:
        case Division(branches=branches):
            return frozenset(code for branch in branches for code in branch.parcels)
        case Exchange(give=give, take=take):
            return frozenset((*give, *take))
        case HouseholdMerge() if facts.other is not None:
            return frozenset(facts.other.parcels)
    return frozenset()


def _related(people: Mapping[UUID, MemberFacts], placed: Iterable[Placed]) -> dict[UUID, str]:
    """By member: the relation that is said, else that of the register."""
    return {member: facts.relation for member, facts in people.items()} | {
        one.member_id: one.relation for one in placed
    }


def _but(people: Mapping[UUID, MemberFacts], gone: frozenset[UUID]) -> dict[UUID, MemberFacts]:
    return {member: facts for member, facts in people.items() if member not in gone}


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
        hh_1_a_holder_in_each,
        hh_2_members_placed_once,
        hh_3_representative_of_the_members,
        hh_4_parcels_taken_once,
        hh_5_each_takes_land,
        hh_6_name_as_in_the_register,
        hh_7_relations_said,
        hh_10_reason_of_the_list,
        hh_11_not_shared,
        hh_13_mortgage_follows,
        tr_17_operation_right_stays,
    ),
    "household_merge": (
        *_ALL,
        reg_30_over_all_that_it_joins,
        hh_2_members_placed_once,
        hh_7_relations_said,
        hh_9_other_of_the_collective,
        hh_11_not_shared,
        hs_1_one_homestead_after_a_merge,
        tr_13_same_term_to_merge,
        tr_17_operation_right_stays,
    ),
    "representative_change": (
        *_ALL,
        hh_2_members_placed_once,
        hh_3_representative_of_the_members,
        hh_6_name_as_in_the_register,
        hh_7_relations_said,
        hh_8_a_member_is_left,
        hh_10_reason_of_the_list,
    ),
    "homestead_inheritance": (
        *_ALL,
        hh_6_name_as_in_the_register,
        hh_11_not_shared,
        hs_4_heir_of_no_member,
        hs_8_nobody_lives_there,
    ),
    "exchange": (
        *_ALL,
        tr_4_exchange_within_the_collective,
        tr_14_exchange_of_one_term,
        ct_12_term_not_over,
        tr_15_exchange_of_their_own,
        tr_16_exchange_filed,
        tr_17_operation_right_stays,
        hh_11_not_shared,
    ),
}
"""By kind of act: the rules that judge it."""
