"""A seizure stops what disposes of what is seized, and not that its household takes other land in (TR-12, REG-39)."""

from __future__ import annotations

from uuid import UUID

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.registry import booking
from landreg.registry.casework import cases
from landreg.registry.rules.requests import Assignment, RestrictionAsked
from tests.database.registry.test_under_restrictions import findings_of, land_of, rechecked
from tests.household_kit import SECOND, SIGNED, asked_for, household_id, parcels
from tests.registry_kit import HOUSEHOLD, Connection, applied, codes, pass_days, right_of, to_rights
from tests.villages import COUNTY


def test_land_is_assigned_to_a_household_whose_own_right_is_seized_and_the_seizure_stays_on_what_it_lay_on(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    """While the order waits for its entry (REG-39) and after it (TR-12), of which the reviewer is told (TR-21). What is seized
    itself goes to nobody.
    """
    to_rights(registrar, reviewer, superuser)
    pass_days(superuser, 10)
    use_key(database.keys["identity"])
    mine, theirs = right_of(registrar), right_of(registrar, SECOND)
    before, (first, second) = set(parcels(registrar, theirs)), parcels(registrar, mine)[:2]
    early = assigned(registrar, mine, SECOND, first)
    cases.accept(registrar, COUNTY, [early])
    cases.review(reviewer, COUNTY, [early])
    order = applied(registrar, "seizure", RestrictionAsked("seizure", "第一法院", "（2026）执1号"), theirs)
    cases.accept(registrar, COUNTY, [order])
    cases.review(reviewer, COUNTY, [order])
    booking.register(reviewer, COUNTY, [early])
    booking.register(reviewer, COUNTY, [order])
    late = assigned(registrar, mine, SECOND, second)
    cases.accept(registrar, COUNTY, [late])
    assert "TR-21" in findings_of(registrar, late)
    cases.review(reviewer, COUNTY, [late])
    booking.register(reviewer, COUNTY, [late])
    assert set(parcels(registrar, theirs)) == {*before, first, second}
    assert land_of(registrar, theirs, "第一法院") == (1, {*before, first})
    with pytest.raises(Refused) as refused:
        assigned(registrar, theirs, HOUSEHOLD, first)
    assert "TR-12" in codes(refused)
    assert rechecked(database, worker) == []


def assigned(registrar: Actor, right: UUID, to: str, code: str) -> UUID:
    asked = Assignment(household_id(registrar, to), to, SIGNED, (code,))
    return asked_for(registrar, "assignment", asked, right=right, more=("issuer_consent",))
