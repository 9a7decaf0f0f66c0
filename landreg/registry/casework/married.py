"""Whether a member whom an act says to be a spouse is old enough to be one: told by their number, whose opening is in the log."""

from __future__ import annotations

from typing import Any

from landreg.access.identity import CITIZEN_ID, OLD_ENOUGH_TO_MARRY, check
from landreg.core.actor import Actor
from landreg.core.codes import birth_of, citizen_id_fault, sex_of
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.law.queries import load_law
from landreg.party import queries as parties
from landreg.registry.rules.household_requests import HouseholdMerge
from landreg.registry.rules.relations import MARRIED, may_marry
from landreg.registry.rules.spouses import become_spouses, too_young


def must_be_old_enough(actor: Actor, code: str, asked: Any) -> None:
    """Raises Refused (CHG-17) where an act on a household makes somebody a spouse who is too young. Who was one before, or comes to
    stand beside their own, is not looked at, and the number of nobody else is opened.
    """
    said = become_spouses(asked)
    if not said:
        return
    with unit_of_work(actor) as uow:
        household = parties.household_by_code(uow.session, code)
        if household is None:
            return
        homes = [household.household_id, *([asked.household_id] if isinstance(asked, HouseholdMerge) else [])]
        members = {m.member_id: m for home in homes for m in parties.members(uow.session, household.county, home)}
        law = load_law(uow.session, household.county, beijing_day(uow.now))
    married = {one for one, member in members.items() if member.relation in MARRIED}
    new = [members[one].person_id for one, head in said.items() if one in members and not {one, head} & married]
    for one in check(actor, new, OLD_ENOUGH_TO_MARRY, code).values():
        sound = one.id_kind == CITIZEN_ID and citizen_id_fault(one.id_number) is None
        born = birth_of(one.id_number) if sound else None
        if born is not None and not may_marry(born, sex_of(one.id_number), law):
            raise Refused(too_young(code, "relation", law))
