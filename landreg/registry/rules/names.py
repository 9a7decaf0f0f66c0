"""CHG: what the change of a name must rest on: of a member, or its correction; of an organisation that holds a right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.acts import reg_20_documents_complete, reg_21_still_in_force, reg_29_held_as_applied_for
from landreg.registry.rules.requests import NameChange, OrganizationNameChange
from landreg.registry.rules.restrictions import RESTRICTED


@dataclass(frozen=True)
class NameFacts(ActFacts):
    """A change of a member's name. same_person: the number given with the new name is the member's own. other_name: the name
    differs from the one that the register has. told: the new name on the case is that of the person as they were entered.
    """

    same_person: bool = True
    other_name: bool = True
    told: bool = True


def chg_8_number_of_the_member(facts: NameFacts, law: Law) -> Finding | None:
    """CHG-8: whose name changes is a member of the household, named by their own identity number. RERR-16, RERR-18."""
    asked = facts.asked
    if isinstance(asked, NameChange) and asked.member_id in facts.members and facts.same_person and facts.told:
        return None
    return Finding("CHG-8", "id_number", {}, subject=facts.code)


def chg_9_another_name(facts: NameFacts, law: Law) -> Finding | None:
    """CHG-9: the name differs from the registered one, and the reason is of the list. RERR-16."""
    asked = facts.asked
    if isinstance(asked, NameChange) and asked.reason in NAME_REASONS and facts.other_name:
        return None
    return Finding("CHG-9", "name", {}, subject=facts.code)


@dataclass(frozen=True)
class OrganizationFacts(ActFacts):
    """A change of an organisation's name. organization: the code of who holds the right, '' where that is no organisation.
    known_name: the name under which the register has it.
    """

    organization: str = ""
    known_name: str = ""


def chg_10_code_of_the_organization(facts: OrganizationFacts, law: Law) -> Finding | None:
    """CHG-10: whose name changes is the organisation that holds the right, named by its own code: the code stays. RERR-14."""
    asked = facts.asked
    if isinstance(asked, OrganizationNameChange) and facts.organization and asked.code == facts.organization:
        return None
    return Finding("CHG-10", "uscc", {"known": facts.organization or None}, subject=facts.code)


def chg_11_another_name_by_a_paper(facts: OrganizationFacts, law: Law) -> Finding | None:
    """CHG-11: the name differs from the registered one, and the paper that shows the change is named. RERR-16."""
    asked = facts.asked
    if not isinstance(asked, OrganizationNameChange):
        return None
    said = {"new_name": asked.name.strip() not in ("", facts.known_name), "basis": bool(asked.basis.strip())}
    lacking = [name for name, sound in said.items() if not sound]
    return Finding("CHG-11", lacking[0], {"known": facts.known_name}, subject=facts.code) if lacking else None


NAME_REASONS = ("renamed", "miswritten")
_ALL: tuple[Callable[..., Any], ...] = (
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
    *RESTRICTED,
)
NAME_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "name_change": (*_ALL, chg_8_number_of_the_member, chg_9_another_name),
    "organization_name_change": (*_ALL, chg_10_code_of_the_organization, chg_11_another_name_by_a_paper),
}
"""By kind of act: the rules that judge it."""
