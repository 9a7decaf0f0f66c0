"""HH: the relations of a household to a new representative, held against those to the old one by generations. Pure.

NY/T 2539 code C.8. How old somebody is no desk reads; whose child, spouse or parent they are the register says itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.household_facts import HouseholdActFacts, MemberFacts
from landreg.registry.rules.household_requests import Division, HouseholdMerge, Placed, RepresentativeChange

_BY_FIRST = {"0": 0, "1": 0, "2": 1, "3": 1, "4": 2, "5": -1, "6": -2, "7": 0}
_BY_CODE = {
    "47": 3, "48": 3, "49": None, "66": -3, "67": -3, "68": -3, "69": None, "91": 0, "92": 0,
    **dict.fromkeys(map(str, range(81, 91)), -1), **dict.fromkeys(map(str, range(93, 97)), 1),
}  # fmt: skip
"""Generations below the representative by relation; of descendants and elders not told further none."""


def hh_19_relation_goes_with_the_generation(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-19: a relation that is said anew is of the generation that the register tells: a note for the reviewer. RLCL-24.

    The spouse of who stood for the household is the parent of the child who does now, and another child a sibling.
    """
    asked, people = facts.asked, facts.people
    wrong: list[str] = []
    match asked:
        case RepresentativeChange(representative=head, members=placed):
            wrong = _amiss(people, head, placed)
        case Division():
            for branch in asked.branches:
                wrong += _amiss(people, branch.representative, branch.members)
            wrong += _amiss(people, asked.representative, asked.staying)
        case HouseholdMerge() if facts.other:
            wrong = _joining(facts.other.members, asked.members)
    return Finding("HH-19", "members", {"members": wrong}, subject=facts.code) if wrong else None


def below(relation: str) -> int | None:
    """How many generations below the representative a relation is; None where it tells none."""
    return _BY_CODE[relation] if relation in _BY_CODE else _BY_FIRST.get(relation[:1])


def _amiss(people: Mapping[UUID, MemberFacts], head: UUID | None, placed: Sequence[Placed]) -> list[str]:
    """The names of who would be of another generation beside the new head than both are beside the old one."""
    own = below(people[head].relation) if head is not None and head in people else None
    return [] if own is None else _off(people, placed, own)


def _joining(people: Mapping[UUID, MemberFacts], placed: Sequence[Placed]) -> list[str]:
    """The same beside the head of the household that they join, by what their own head becomes there."""
    heads = [one for one in placed if one.member_id in people and people[one.member_id].relation in ("01", "02")]
    there = below(heads[0].relation) if len(heads) == 1 else None
    return [] if there is None else _off(people, placed, -there)


def _off(people: Mapping[UUID, MemberFacts], placed: Sequence[Placed], own: int) -> list[str]:
    found = []
    for one in placed:
        was = below(people[one.member_id].relation) if one.member_id in people else None
        said = below(one.relation)
        if was is not None and said is not None and said != was - own:
            found.append(people[one.member_id].name)
    return found
