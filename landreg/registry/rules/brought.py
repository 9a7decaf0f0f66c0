"""What a household may bring to the office from its own page or through its agent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.leaving import IN_ERROR

BROUGHT = ("household_change", "reissue")
"""Kinds of act that a household brings without coming to the window; whatever gives a right away is signed in person."""


@dataclass(frozen=True)
class Brought:
    """An application as it would be. rights, members: the household's own. leaving: the members who are to leave; leave_reason:
    why. related: those whose relation is to be another. under_way: the number of the case that is open on the same.
    """

    kind: str
    right_id: UUID | None
    rights: Collection[UUID]
    leaving: Collection[UUID]
    members: Collection[UUID]
    asks_for_something: bool
    open_already: bool = False
    under_way: str = ""
    leave_reason: str = ""
    related: Collection[UUID] = ()


def app_1_kind_is_brought_by_a_household(facts: Brought, law: Law | None = None) -> Finding | None:
    """APP-1: one of the kinds that are brought without coming to the window."""
    return None if facts.kind in BROUGHT else Finding("APP-1", "kind", {"kind": facts.kind})


def app_2_subject_is_the_households_own(facts: Brought, law: Law | None = None) -> Finding | None:
    """APP-2: the right and the members that it names are those of the household itself. 民法典 第一百六十二条."""
    right_is_own = facts.right_id in facts.rights if facts.kind == "reissue" else facts.right_id is None
    members = set(facts.members)
    if right_is_own and {*facts.leaving, *facts.related} <= members:
        return None
    return Finding("APP-2", "right" if not right_is_own else "leave" if set(facts.leaving) - members else "relate")


def app_4_one_open_application_per_subject(facts: Brought, law: Law | None = None) -> Finding | None:
    """APP-4: the same is not asked for twice while the first application, or its case, is under way."""
    if not facts.open_already and not facts.under_way:
        return None
    return Finding("APP-4", "kind", {"kind": facts.kind, **({"under_way": facts.under_way} if facts.under_way else {})})


def app_6_asks_for_something(facts: Brought, law: Law | None = None) -> Finding | None:
    """APP-6: an application says what is to be changed."""
    return None if facts.asks_for_something else Finding("APP-6", "kind")


def chg_15_an_error_is_corrected(facts: Brought, law: Law | None = None) -> Finding | None:
    """CHG-15: who was never a member is struck by a correction at the office, not by the household's word. CC-220, RLCL-16."""
    return Finding("CHG-15", "leave_reason") if facts.leaving and facts.leave_reason == IN_ERROR else None


BRING_RULES = (
    app_1_kind_is_brought_by_a_household,
    app_2_subject_is_the_households_own,
    app_4_one_open_application_per_subject,
    app_6_asks_for_something,
    chg_15_an_error_is_corrected,
)
