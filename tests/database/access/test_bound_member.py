"""An account that was bound in person stands for the household in which the register has its person, and for no other."""

from __future__ import annotations

from uuid import UUID

import pytest

from landreg.access import household_queries
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.registry.rules.household_requests import Placed, RepresentativeChange
from tests.exchange_kit import farmer_of
from tests.household_kit import asked_for, division, household_id, members
from tests.registry_kit import HOUSEHOLD, Connection, booked, one, pass_days, right_of, to_rights

THIRD = f"{HOUSEHOLD[:-4]}0003"
STANDS_FOR = "SELECT access.stands_for(:asked, ARRAY['view'])"


@pytest.fixture(autouse=True)
def _registered(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 10)


def _household(actor: Actor, account: UUID) -> UUID | None:
    with unit_of_work(actor) as uow:
        found = household_queries.bound_household(uow.session, account)
    return None if found is None else found[0]


def test_who_divides_out_stands_for_the_own_new_household_and_the_others_for_the_old(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    stays, goes = (farmer_of(superuser, member=position) for position in (1, 2))
    old = household_id(registrar, HOUSEHOLD)
    assert [_household(registrar, one_.account_id) for one_ in (stays, goes)] == [old, old]
    case = asked_for(registrar, "division", division(registrar, right_of(registrar)))
    booked(registrar, reviewer, superuser, case, "division")
    new = household_id(registrar, THIRD)
    assert [_household(registrar, one_.account_id) for one_ in (stays, goes)] == [old, new]
    assert (one(goes, STANDS_FOR, asked=old), one(goes, STANDS_FOR, asked=new)) == (False, True)


def test_the_account_of_who_is_dead_stands_for_nobody(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    head, wife = members(registrar)
    account = farmer_of(superuser, member=1)
    asked = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", asked, more=("death_proof",))
    booked(registrar, reviewer, superuser, case, "representative_change")
    assert _household(registrar, account.account_id) is None
    assert one(account, STANDS_FOR, asked=household_id(registrar, HOUSEHOLD)) is False
