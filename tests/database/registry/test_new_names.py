"""Who left every household comes into the register again by a survey, by the name that they bear since (PT-8)."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.access.identity import bearing
from landreg.access.person_queries import same_persons
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.log.recheck import recheck_register
from landreg.registry import booking
from landreg.registry.casework import cases, notices, opening
from landreg.registry.casework.weighing import Answer, weigh
from landreg.registry.leaves.strays import register
from landreg.registry.rules.requests import HouseholdChange, Leaving
from tests.household_kit import asked_for, members
from tests.registry_kit import Connection, booked, codes, in_state, one, pass_days, put_paper, to_rights
from tests.villages import COUNTY, VILLAGE, Staged, stage_village

OTHER = "610902104203"


@pytest.fixture
def staged(registrar: Actor, reviewer: Actor, superuser: Connection) -> Staged:
    """A household of another village that lists, by a new name, who left the first one's household; and a household beside it."""
    to_rights(registrar, reviewer, superuser, 1)
    leaves = HouseholdChange((), (Leaving(members(registrar)[1], "other_household"),))
    case = asked_for(registrar, "household_change", leaves, more=("taken_in_proof",))
    booked(registrar, reviewer, superuser, case, "household_change")
    pass_days(superuser, 1)
    made = stage_village(superuser, 2, first=2, village=OTHER)
    for table in ("staged_parcel", "staged_homestead"):
        superuser.execute(f"UPDATE land.{table} SET geom = ST_Translate(geom, 0, 2000) WHERE village = %s", [OTHER])
    superuser.execute(
        """UPDATE land.staged_member AS m SET id_digest = o.id_digest, id_sealed = o.id_sealed FROM land.staged_member AS o
           WHERE m.household_code = %s AND m.position = 2 AND o.village = %s AND o.position = 2""",
        [made.households[0], VILLAGE],
    )
    return made


def persons(actor: Actor, household: str) -> Any:
    return one(
        actor,
        """SELECT array_agg(m.person_id ORDER BY m.position) FROM party.member AS m
           JOIN party.household AS h ON h.household_id = m.household_id WHERE h.code = :code""",
        code=household,
    )


def test_who_left_and_bears_a_new_name_comes_in_by_it_once_an_officer_saw_the_proof(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, OTHER)
    stepped = cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    told = [(found.code, found.values) for all_ in stepped.refused.values() for found in all_]
    assert told == [("PT-8", {"members": ["成***2"]})] * 2
    held = in_state(registrar, batch, "draft")
    with pytest.raises(Refused) as unproven:
        weigh(registrar, COUNTY, held[0], Answer.MEMBERS, "户口簿曾用名一致")
    assert codes(unproven) == {"PT-8"}
    for case in held:
        put_paper(registrar, case, "name_proof")
        weigh(registrar, COUNTY, case, Answer.MEMBERS, "户口簿曾用名一致")
    assert cases.accept(registrar, COUNTY, held).done == 2
    cases.review(reviewer, COUNTY, ids := in_state(registrar, batch, "accepted"))
    notices.publish(registrar, COUNTY, ids, "首次登记公告")
    pass_days(superuser, 40)
    assert booking.register(reviewer, COUNTY, ids).done == 4
    before, after = (persons(registrar, code)[1] for code in (f"{VILLAGE}010001", staged.households[0]))
    assert before != after
    with unit_of_work(registrar) as uow:
        same = same_persons(uow.session, [before, after])
        assert same[before] == same[after]
        assert bearing(uow.session, [(after, "成员2之2"), (before, "成员1之2")]) == {before, after}
    assert {one.code for one in recheck_register(worker, database, register()).findings} <= {"LOG-14"}


def test_who_left_comes_in_by_the_same_name_from_the_day_on_which_that_ended(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """PT-1: the days of both households do not meet."""
    superuser.execute(
        """UPDATE land.staged_member AS m SET name_digest = o.name_digest, name_masked = o.name_masked, name_sealed = o.name_sealed
           FROM land.staged_member AS o WHERE m.household_code = %s AND m.position = 2 AND o.village = %s AND o.position = 2""",
        [staged.households[0], VILLAGE],
    )
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, OTHER)
    assert cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft")).done == 4
    cases.review(reviewer, COUNTY, ids := in_state(registrar, batch, "accepted"))
    notices.publish(registrar, COUNTY, ids, "首次登记公告")
    pass_days(superuser, 40)
    assert booking.register(reviewer, COUNTY, ids).done == 4
    left, came = one(
        registrar,
        """SELECT array_agg(coalesce(upper(m.valid), lower(m.valid)) ORDER BY upper_inf(m.valid)) FROM party.member AS m
           WHERE upper_inf(m.recorded) AND m.person_id = :person""",
        person=persons(registrar, staged.households[0])[1],
    )
    assert left == came


def test_without_the_answer_that_household_stays_out_and_holds_up_nobody_else(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, OTHER)
    cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    cases.review(reviewer, COUNTY, ids := in_state(registrar, batch, "accepted"))
    notices.publish(registrar, COUNTY, ids, "首次登记公告")
    pass_days(superuser, 40)
    assert booking.register(reviewer, COUNTY, ids).done == 2
    assert one(registrar, "SELECT count(*) FROM party.household WHERE code = :c", c=staged.households[0]) == 0
