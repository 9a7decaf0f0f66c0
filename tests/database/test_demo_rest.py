"""What completes the sample's year is let through by the rules, and registered."""

from __future__ import annotations

from typing import Any

import pytest

from landreg import demo_rest, keys
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import NotFound
from landreg.law.book import act_type
from landreg.log.store import seal
from landreg.registry.documents import Store
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from tests.household_kit import SECOND, asked_for, household_id
from tests.registry_kit import HOUSEHOLD, Connection, booked, one, pass_days, right_of, to_rights
from tests.villages import COUNTY


@pytest.mark.parametrize("kind", demo_rest.ASKED)
def test_what_completes_the_year_is_registered(
    registrar: Actor,
    reviewer: Actor,
    worker: Actor,
    superuser: Connection,
    database: Settings,
    kind: str,
) -> None:
    use_key(database.keys["identity"])
    cases = to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 3)
    found: dict[str, Any] = {
        "code": HOUSEHOLD,
        "right_id": right_of(registrar),
        "taker": household_id(registrar, SECOND),
        "taker_code": SECOND,
        "today": one(registrar, "SELECT system.clock()::date"),
    }
    if kind == "certificate_exchange":
        with pytest.raises(NotFound):
            demo_rest.asked_on(registrar, COUNTY, kind, found)
        seal(worker, database)
        press = Press(keys.certificate_signer(database), Store(database.store), "https://example.org")
        certificates.issue(registrar, COUNTY, cases, press)
    act = demo_rest.ACTS.get(kind, kind)
    asked = demo_rest.asked_on(registrar, COUNTY, kind, found)
    right = None if act_type(act).on == "household" else found["right_id"]
    case = asked_for(registrar, act, asked, right=right)
    booked(registrar, reviewer, superuser, case, act)
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = :kind", kind=act) == 1
