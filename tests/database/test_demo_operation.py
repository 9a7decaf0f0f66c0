"""What becomes of the cooperative's land in the sample's year is let through by the rules, and registered in its order."""

from __future__ import annotations

from typing import Any

from landreg import demo_households, demo_operation
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from tests.household_kit import SECOND, asked_for, household_id
from tests.registry_kit import HOUSEHOLD, Connection, booked, one, pass_days, right_of, to_rights
from tests.villages import COUNTY

STANDS = "upper_inf(recorded) AND upper_inf(valid)"

MORE = {"operation_mortgage": ("contractor_consent", "filing")}
"""Papers beside those that every case of a kind asks for."""


def test_a_cooperative_s_right_is_mortgaged_changed_renamed_and_released(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 3)
    assert demo_operation.found(COUNTY) is None
    household: dict[str, Any] = {"code": HOUSEHOLD, "right_id": right_of(registrar), "taker_code": SECOND}
    household |= {"taker": household_id(registrar, SECOND), "today": one(registrar, "SELECT system.clock()::date")}
    asked = demo_households.asked_on(registrar, COUNTY, "land_operation", household)
    case = asked_for(registrar, "land_operation", asked, right=household["right_id"], more=("filing",))
    booked(registrar, reviewer, superuser, case, "land_operation")
    for kind in demo_operation.MONTHS.values():
        pass_days(superuser, 1)
        right = demo_operation.found(COUNTY)
        assert right is not None
        wanted = demo_operation.asked_on(kind, right)
        assert wanted is not None, kind
        act = demo_operation.ACTS.get(kind, kind)
        case = asked_for(registrar, act, wanted, right=right["right_id"], more=MORE.get(kind, ()))
        booked(registrar, reviewer, superuser, case, act)
        assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = :kind", kind=act) == 1
    assert one(registrar, f"SELECT name FROM party.holder WHERE {STANDS}") == demo_operation.NEW_NAME
    assert one(registrar, f"SELECT count(*) FROM registry.restriction WHERE {STANDS}") == 0
