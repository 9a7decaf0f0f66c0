"""Acts on parcels that fail half way, or meet: all of an act or nothing, and never two parcels on one ground."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.registry import booking
from landreg.registry.casework import cases
from landreg.registry.casework.parcel_applications import apply_on_parcel
from landreg.registry.rules.parcel_requests import BoundaryCorrection, ParcelSplit
from tests.database.registry.test_parcel_acts import LOWER, NEXT, UPPER, face, line, open_one
from tests.fault.sweeping import Swept, at_every, swept
from tests.registry_kit import Connection, one, pass_days, put_papers, to_rights
from tests.villages import COUNTY


@pytest.fixture(autouse=True)
def _registered(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 5)


def test_a_parcel_is_divided_whole_or_not_at_all(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    told, asked = Swept(), ParcelSplit((LOWER,), line((7, -1), (7, 21)))
    case = swept("apply", lambda: apply_on_parcel(registrar, LOWER, "parcel_split", asked), superuser, told, at_every)
    put_papers(registrar, case, "parcel_split")
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    swept("register", lambda: booking.register(reviewer, COUNTY, [case]), superuser, told, at_every)
    assert told.faults["apply"] > 10
    assert told.faults["register"] > 20
    assert told.several == set()
    assert one(registrar, "SELECT count(*) FROM land.parcel_origin") == 2


def test_of_two_boundaries_that_would_meet_on_one_ground_one_is_registered(registrar: Actor, reviewer: Actor) -> None:
    """Each is sound by itself: the ground to the west is nobody's. Booked at once, the later one finds it taken."""
    signed = (LOWER, UPPER, NEXT, f"{NEXT[:-1]}5")
    asked = (
        BoundaryCorrection((LOWER,), face((0, 0), (-4, 10), (-4, 25), (0, 20), (20, 20), (20, 0)), signed),
        BoundaryCorrection((UPPER,), face((0, 20), (-4, 15), (-4, 30), (0, 40), (20, 40), (20, 20)), signed),
    )
    opened = [open_one(registrar, "boundary_correction", one_asked) for one_asked in asked]
    cases.accept(registrar, COUNTY, opened)
    cases.review(reviewer, COUNTY, opened)

    def register(case: UUID) -> set[str]:
        try:
            booking.register(reviewer, COUNTY, [case])
        except Refused as refused:
            return {finding.code for finding in refused.findings}
        return set()

    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(register, opened))
    assert sorted(told, key=len) == [set(), {"PAR-6"}]
