"""What the sample's year asks for on households is let through by the rules, and registered."""

from __future__ import annotations

from typing import Any

import pytest

from landreg import demo_households
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import NotFound
from landreg.law.book import act_type
from tests.household_kit import SECOND, asked_for, household_id
from tests.registry_kit import HOUSEHOLD, Connection, booked, one, pass_days, right_of, to_rights
from tests.villages import COUNTY


@pytest.mark.parametrize("kind", demo_households.KINDS)
def test_what_the_year_asks_for_is_registered(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, kind: str
) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 3)
    found: dict[str, Any] = {
        "code": HOUSEHOLD,
        "right_id": right_of(registrar),
        "taker": household_id(registrar, SECOND),
    }
    found["today"] = one(registrar, "SELECT system.clock()::date")
    asked = demo_households.asked_on(registrar, COUNTY, kind, found)
    right = None if act_type(kind).on == "household" else found["right_id"]
    reason = ("household_proof",) if kind == "representative_change" else ()
    case = asked_for(registrar, kind, asked, right=right, more=(*reason, *demo_households.MORE.get(kind, ())))
    booked(registrar, reviewer, superuser, case, kind)
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = :kind", kind=kind) == 1
    if kind == "division":
        with pytest.raises(NotFound):
            demo_households.asked_on(registrar, COUNTY, kind, found)
