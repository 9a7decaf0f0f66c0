"""Which members of a household are under age: told by their citizen numbers, whose opening is in the log."""

from __future__ import annotations

from uuid import UUID

from landreg.access.identity import CITIZEN_ID, OF_AGE, check
from landreg.core.actor import Actor
from landreg.core.codes import birth_of, citizen_id_fault, of_age
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import beijing_day
from landreg.party import queries as parties


def minors_of(actor: Actor, household_code: str) -> set[UUID]:
    """The members who are under age today, by their citizen numbers; opening these is in the log."""
    with unit_of_work(actor) as uow:
        household = parties.household_by_code(uow.session, household_code)
        if household is None:
            raise NotFound
        members = {
            one.person_id: one.member_id
            for one in parties.members(uow.session, household.county, household.household_id)
        }
        today = beijing_day(uow.now)
    opened = check(actor, list(members), OF_AGE, household_code)
    return {
        members[person]
        for person, one in opened.items()
        if one.id_kind == CITIZEN_ID and citizen_id_fault(one.id_number) is None
        and (born := birth_of(one.id_number)) is not None and not of_age(born, today)
    }  # fmt: skip
