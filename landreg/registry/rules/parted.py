"""HH: whether a divorce parts a couple, as far as the relations to the head say who is one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.household_facts import HouseholdActFacts
from landreg.registry.rules.household_requests import Division

SPOUSE = ("10", "11", "12")
CHILDREN_IN_LAW, CHILDREN = ("28", "38"), ("2", "3")
GRANDCHILDREN_IN_LAW, GRANDCHILDREN = ("45", "46"), ("4",)
PARENTS, GRANDPARENTS = ("5",), ("6",)
"""Of relations to the head (NY/T 2539 code C.8): those of a spouse, and the first signs of those among whom a couple may be."""


def hh_16_a_divorce_parts_a_couple(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-16: after a division for a divorce a couple is of two households: a note where none is. RLCL-31."""
    asked = facts.asked
    if not isinstance(asked, Division) or asked.reason != "divorce" or _parts_a_couple(facts, asked):
        return None
    return Finding("HH-16", "reason", {}, subject=facts.code)


def _parts_a_couple(facts: HouseholdActFacts, asked: Division) -> bool:
    home = {member: number for number, branch in enumerate(asked.branches, 1) for member in branch.member_ids}

    def of(*relations: str) -> list[UUID]:
        return [member for member, one in facts.people.items() if one.relation.startswith(relations)]

    def apart(ones: Sequence[UUID], others: Sequence[UUID]) -> bool:
        return any(home.get(one, 0) != home.get(other, 0) for one in ones for other in others)

    head = [facts.head] if facts.head is not None else []
    couples = ((SPOUSE, head), (CHILDREN_IN_LAW, of(*CHILDREN)), (GRANDCHILDREN_IN_LAW, of(*GRANDCHILDREN)))
    return any(apart(of(*ones), others) for ones, others in couples) or any(
        apart(of(*elders), of(*elders)) for elders in (PARENTS, GRANDPARENTS)
    )
