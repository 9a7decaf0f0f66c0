"""How many households a collective has, to whoever reads what its members resolved."""

from __future__ import annotations

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.listings.listing_queries import households_of
from tests.contract_kit import OPERATOR
from tests.exchange_kit import market
from tests.registry_kit import Connection, one
from tests.villages import COUNTY, VILLAGE, past_triggers


@pytest.fixture(autouse=True)
def _village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    market(registrar, reviewer, superuser)


def counted(issuer: str) -> int:
    with unit_of_work(OPERATOR) as uow:
        return households_of(uow.session, COUNTY, issuer)


def test_a_group_has_its_own_households_and_the_village_those_of_all_its_groups(registrar: Actor) -> None:
    of_group = counted(f"{VILLAGE}01")
    assert of_group == one(registrar, "SELECT count(*) FROM party.household WHERE upper_inf(recorded)") > 0
    assert (counted(f"{VILLAGE}00"), counted(f"{VILLAGE}02")) == (of_group, 0)


def test_households_are_counted_by_the_digits_that_were_registered(superuser: Connection) -> None:
    """The county has other digits since: its villages bear the new ones, its households' codes the old."""
    of_group = counted(f"{VILLAGE}01")
    with past_triggers(superuser) as past:
        past.execute("UPDATE party.household SET code = '610928' || substr(code, 7)")
    assert counted(f"610928{VILLAGE[6:]}01") == counted(f"610928{VILLAGE[6:]}00") == of_group > 0
