"""CHG: what the change of a member's name, or its correction, must rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.acts import reg_20_documents_complete, reg_21_still_in_force, reg_29_held_as_applied_for
from landreg.registry.rules.requests import NameChange
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


NAME_REASONS = ("renamed", "miswritten")
NAME_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "name_change": (
        reg_20_documents_complete,
        reg_21_still_in_force,
        reg_29_held_as_applied_for,
        *RESTRICTED,
        chg_8_number_of_the_member,
        chg_9_another_name,
    )
}
"""By kind of act: the rules that judge it."""
