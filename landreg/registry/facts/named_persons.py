"""The persons whom applications on households name, and whether each bears the name that is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.access.identity import bearing
from landreg.registry.facts import standing
from landreg.registry.rules.household_requests import Division, HomesteadInheritance, RepresentativeChange


def named(asked: Any, household: standing.HouseholdInForce | None) -> list[tuple[int, tuple[UUID, str]]]:
    """Each person whom an application names, with the name: who will stand for a household, who inherits. Before it, the number
    of a division's new household, else 0.
    """
    said: list[tuple[int, UUID | None, str]] = []
    match asked:
        case Division(branches=branches):
            new = ((number, one.representative, one.name) for number, one in enumerate(branches, 1))
            said = [*new, (0, asked.representative, asked.name)]
        case RepresentativeChange():
            said = [(0, asked.representative, asked.name)]
        case HomesteadInheritance():
            return [(0, (asked.person_id, asked.name))]
    persons = {row.row["member_id"]: row.row["person_id"] for row in household.members} if household else {}
    return [(number, (persons[member], name)) for number, member, name in said if member in persons]


def borne(
    session: Session, asked: Sequence[Any], households: Mapping[UUID, standing.HouseholdInForce]
) -> frozenset[tuple[UUID, str]]:
    """Of all persons whom applications name, those whose name it is; who inherits is named also where no household is."""
    of = (None, *households.values())
    said = {pair for one in asked for household in of for _number, pair in named(one, household)}
    found: set[tuple[UUID, str]] = set()
    while said:
        # A person whom two applications name differently is asked of once for each name.
        some = {person: (person, name) for person, name in said}
        bearers = bearing(session, some.values())
        found |= {pair for person, pair in some.items() if person in bearers}
        said -= {*some.values()}
    return frozenset(found)
