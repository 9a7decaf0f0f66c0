"""A number that was corrected is that member's no more: who bears it comes into the register by it."""

from __future__ import annotations

import pytest

from landreg.access import identity
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput
from landreg.registry import booking
from landreg.registry.casework import applications, cases, notices, opening
from tests.database.registry.test_member_corrections import of_member
from tests.household_kit import members
from tests.registry_kit import Connection, applied, booked, codes, in_state, one, pass_days, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id, stage_village

OTHER_VILLAGE = "610902104203"


def test_a_number_that_was_corrected_is_free_for_who_bears_it(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    """PT-6, HH-6: what the register says no more brings nobody."""
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 1)
    pass_days(superuser, 5)
    wrong, own = citizen_id(3), f"{VILLAGE}010001"
    wife = members(registrar)[1]
    with pytest.raises(BadInput) as error:
        applications.person_of(registrar, "他人", wrong)
    assert codes(error) == {"HH-6"}
    right = applications.renumbered(registrar, own, wife, "成员1之2", citizen_id(880))
    case = applied(registrar, "correction", of_member(wife, "成员1之2", person_id=str(right)))
    booked(registrar, reviewer, superuser, case, "correction")
    staged = stage_village(superuser, 1, first=2, village=OTHER_VILLAGE)
    for table in ("staged_parcel", "staged_homestead"):
        superuser.execute(
            f"UPDATE land.{table} SET geom = ST_Translate(geom, 0, 2000) WHERE village = %s", [OTHER_VILLAGE]
        )
    superuser.execute(
        """UPDATE land.staged_member AS m SET id_digest = o.id_digest, id_sealed = o.id_sealed FROM land.staged_member AS o
           WHERE m.household_code = %s AND m.position = 2 AND o.household_code = %s AND o.position = 2""",
        [staged.households[0], own],
    )
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, OTHER_VILLAGE)
    ids = in_state(registrar, batch, "draft")
    assert cases.accept(registrar, COUNTY, ids).refused == {}
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "首次登记公告")
    pass_days(superuser, 40)
    assert booking.register(reviewer, COUNTY, ids).done == 2
    bearer = """SELECT p.name_masked FROM party.member AS m JOIN party.household AS h USING (county, household_id)
                JOIN identity.person AS p ON p.person_id = m.person_id WHERE h.code = :c AND m.position = 2"""
    assert one(registrar, bearer, c=staged.households[0]) == "成***2"
    with unit_of_work(registrar) as uow:
        found = identity.find(uow, id_number=wrong)
    named = one(registrar, bearer.replace("p.name_masked", "m.person_id"), c=staged.households[0])
    assert found == named, "and by the number it is they who are found"
    assert applications.person_of(registrar, "成员2之2", wrong) == named
    with pytest.raises(BadInput):
        applications.person_of(registrar, "成员1之2", wrong)
