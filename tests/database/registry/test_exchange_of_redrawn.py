"""An exchange that names a parcel which stands no more is told since when, and by which parcels it was followed."""

from __future__ import annotations

from datetime import date

import pytest

from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.registry.rules.household_requests import Exchange
from landreg.registry.rules.parcel_requests import ParcelSplit
from tests.database.registry.test_household_acts import SECOND
from tests.database.registry.test_parcel_acts import GROUP, LOWER, _registered, done, line
from tests.household_kit import asked_for, parcels
from tests.registry_kit import Connection, right_of

__all__ = ["_registered"]


def test_the_heirs_of_a_parcel_and_the_day_are_named(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    mine, theirs = right_of(registrar), right_of(registrar, SECOND)
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    asked = Exchange(theirs, (LOWER,), tuple(parcels(registrar, theirs)[:1]), date(2026, 1, 5))
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "exchange", asked, right=mine)
    (finding,) = [one for one in refused.value.findings if one.code == "TR-15"]
    assert finding.values["parcels"] == [LOWER]
    assert finding.values["heirs"] == [f"{GROUP}00006", f"{GROUP}00007"]
    assert isinstance(finding.values["since"], date)
