"""CHG, HH: one spouse of who stands for a household, and none who is too young to be married. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law, term
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.household_facts import HouseholdActFacts
from landreg.registry.rules.household_requests import Division, HouseholdMerge, Placed, RepresentativeChange
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.relations import HEAD_SEX, SPOUSES
from landreg.registry.rules.requests import HouseholdChange

DIVORCED = "divorce_proof"
"""The paper that shows whom the register has as the representative's spouse to be that no more."""


def chg_17_old_enough_to_be_married(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-17: who joins as somebody's spouse is of the age at which one marries in the county, by their identity number.
    CC-1047.
    """
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or all("age" not in joining.unlike for joining in asked.joins):
        return None
    return too_young(facts.code, "join_relation", law)


def too_young(subject: str, field: str, law: Law) -> Finding:
    """CHG-17 of somebody whom the number shows too young, by the field that says the relation."""
    values = {sex: law.number("CHG-17.marries_years", sex) for sex in ("male", "female")}
    return Finding("CHG-17", field, values, subject=subject)


def hh_20_one_spouse(facts: ActFacts, law: Law) -> Finding | None:
    """HH-20: after an act by which somebody comes to be the representative's spouse they have one. CC-1042, RLCL-24.

    Of one who joins beside a spouse that the register has, HH-22 and HH-23 ask.
    """
    most = max(_counts(facts), default=0)
    return Finding("HH-20", _field(facts), {"spouses": most}, subject=facts.code) if most > 1 else None


def hh_22_divorced_before_another_joins(facts: ActFacts, law: Law) -> Finding | None:
    """HH-22: who joins as the spouse beside one who stays a member comes with the proof that these two are divorced. CC-1042."""
    if not _joins_beside(facts) or DIVORCED in facts.papers:
        return None
    return Finding("HH-22", "join_relation", {}, subject=facts.code)


def hh_23_a_divorced_spouse_stays(facts: ActFacts, law: Law) -> Finding | None:
    """HH-23: with that proof two are called spouse until the relation is said anew: a note for the reviewer. RLCL-31."""
    beside = _joins_beside(facts)
    if not beside or DIVORCED not in facts.papers:
        return None
    return Finding("HH-23", "join_relation", {"spouses": beside + 1}, subject=facts.code)


def _joins_beside(facts: ActFacts) -> int:
    """Beside how many spouses that the register has, and who do not leave, one joins as another."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or sum(one.relation in SPOUSES for one in asked.joins) != 1:
        return 0
    return _staying_spouses(facts, asked)


def _staying_spouses(facts: ActFacts, asked: HouseholdChange) -> int:
    """How many members are called spouse once some leave and some are related otherwise."""
    anew = {one.member_id: one.relation for one in asked.relates}
    became = sum(relation in SPOUSES for relation in anew.values())
    return len(facts.spouses - asked.leaving - anew.keys()) + became


def hh_21_relation_goes_with_the_head(facts: ActFacts, law: Law) -> Finding | None:
    """HH-21: a relation that is said anew goes with the sex of who stands for the household: a wife's parents-in-law are called
    otherwise than a husband's. A note for the reviewer. RLCL-24.
    """
    wrong = sorted({relation for sex, relation in _said(facts) if sex and HEAD_SEX.get(relation, sex) != sex})
    if not wrong:
        return None
    return Finding("HH-21", _field(facts), {"relations": [term("relation", one) for one in wrong]}, subject=facts.code)


def _said(facts: ActFacts) -> list[tuple[str, str]]:
    """The relations that an act says anew, each with the sex of who stands for that household then; "" where none is told."""
    asked = facts.asked
    if isinstance(asked, HouseholdChange):
        said = (*(one.relation for one in asked.joins), *(one.relation for one in asked.relates))
        return [(facts.head_sex, relation) for relation in said]
    if isinstance(asked, Correction) and asked.of == "member":
        return [(facts.head_sex, asked.said("relation") or "")]
    if not isinstance(facts, HouseholdActFacts):
        return []
    sexes = {member: one.sex for member, one in facts.people.items()}
    groups: list[tuple[UUID | None, Iterable[Placed]]] = []
    match asked:
        case Division():
            groups = [(branch.representative, branch.members) for branch in asked.branches]
            groups.append((asked.representative or facts.head, asked.staying))
        case RepresentativeChange():
            groups = [(asked.representative, asked.members)]
        case HouseholdMerge():
            groups = [(facts.head, asked.members)]
    return [(sexes.get(head, "") if head else "", one.relation) for head, placed in groups for one in placed]


def _field(facts: ActFacts) -> str:
    return {"household_change": "join_relation", "correction": "relation"}.get(facts.act_kind, "members")


def become_spouses(asked: Any) -> dict[UUID, UUID | None]:
    """By member of whom an act says anew that they are a representative's spouse: who that one is, None where it says nothing."""
    match asked:
        case Correction(of="member", member_id=UUID() as member) if asked.said("relation") in SPOUSES:
            return {member: None}
        case HouseholdChange():
            return {one.member_id: None for one in asked.relates if one.relation in SPOUSES}
        case Division():
            groups = [(branch.representative, branch.members) for branch in asked.branches]
            return _spouses((*groups, (asked.representative, asked.staying)))
        case RepresentativeChange():
            return _spouses([(asked.representative, asked.members)])
        case HouseholdMerge():
            return _spouses([(None, asked.members)])
    return {}


def _spouses(groups: Iterable[tuple[UUID | None, Iterable[Placed]]]) -> dict[UUID, UUID | None]:
    return {one.member_id: head for head, placed in groups for one in placed if one.relation in SPOUSES}


def _counts(facts: ActFacts) -> list[int]:
    """Of each household that the act leaves with another spouse than before: how many it has then."""
    asked = facts.asked
    if isinstance(asked, HouseholdChange):
        joins, became = sum(one.relation in SPOUSES for one in asked.joins), become_spouses(asked)
        return [_staying_spouses(facts, asked) + joins] if joins > 1 or became else []
    if isinstance(asked, Correction):
        return [len(facts.spouses | become_spouses(asked).keys())] if become_spouses(asked) else []
    if not isinstance(facts, HouseholdActFacts):
        return []
    here = {member: one.relation for member, one in facts.people.items()}
    match asked:
        case Division():
            gone = frozenset().union(*(branch.member_ids for branch in asked.branches))
            stay = {member: relation for member, relation in here.items() if member not in gone}
            return [*(_after({}, branch.members) for branch in asked.branches), _after(stay, asked.staying)]
        case RepresentativeChange():
            return [_after({one: said for one, said in here.items() if one not in asked.deceased}, asked.members)]
        case HouseholdMerge():
            return [_after(here, asked.members)]
    return []


def _after(before: Mapping[UUID, str], placed: Iterable[Placed]) -> int:
    """How many spouses there are once some relations are said anew; 0 where none of these is one."""
    said = {one.member_id: one.relation for one in placed}
    if not any(relation in SPOUSES for relation in said.values()):
        return 0
    return sum(relation in SPOUSES for relation in {**before, **said}.values())
