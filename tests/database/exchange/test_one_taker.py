"""Who takes land stands in the market once, whichever door they come by: by a contract, by the counter, by their own account."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.exchange.bidding import takers
from landreg.exchange.bidding.takers import Opening
from landreg.law.book import national_law
from landreg.registry.rules.household_requests import LandOperation, Operator
from tests.bidding_kit import farmer
from tests.contract_kit import OPERATOR, TAKER
from tests.exchange_kit import parcels_of
from tests.household_kit import asked_for
from tests.registry_kit import HOUSEHOLD, Connection, booked, codes, right_of, to_rights
from tests.villages import COUNTY, VILLAGE

NAME = "样本种植专业合作社"


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 1)


def entered(code: str, pause: Callable[[], object] = lambda: None) -> UUID:
    """Somebody entered by code; what is written waits for the pause before it is committed."""
    with unit_of_work(OPERATOR) as uow:
        found = takers.by_code(uow, COUNTY, VILLAGE, code, NAME).taker_id
        pause()
    return found


def beside(superuser: Connection, code: str, second: Callable[[], Any]) -> tuple[UUID, Future[Any]]:
    """What a first one entered, and what came of a second that began before that was committed, and waited for it."""
    made, go_on = Event(), Event()
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(entered, code, lambda: made.set() or go_on.wait(20))
        assert made.wait(20)
        other = pool.submit(second)
        for _ in range(200):
            waits = superuser.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if waits.fetchone() != (0,) or other.done():
                break
            time.sleep(0.05)
        go_on.set()
    return one.result(20), other


def standing(superuser: Connection) -> int:
    row = superuser.execute("SELECT count(*) FROM exchange.taker").fetchone()
    assert row is not None
    return int(row[0])


def test_an_organisation_that_two_contracts_enter_at_once_is_one_taker(superuser: Connection) -> None:
    one, other = beside(superuser, TAKER, lambda: entered(f" {TAKER.lower()}"))
    assert (other.result(), standing(superuser)) == (one, 1)


def test_a_household_that_a_contract_enters_while_it_first_bids_is_one_taker(superuser: Connection) -> None:
    owner = farmer(superuser, HOUSEHOLD)
    one, other = beside(superuser, HOUSEHOLD, lambda: takers.of_household(owner, COUNTY).taker_id)
    assert (other.result(), standing(superuser)) == (one, 1)


def test_who_opens_an_account_for_an_organisation_while_a_contract_enters_it_is_told(superuser: Connection) -> None:
    asked = Opening("organisation", NAME, TAKER, "", "yangben")
    _one, other = beside(superuser, TAKER, lambda: takers.open_at_counter(OPERATOR, asked))
    with pytest.raises(Conflict) as there:
        other.result()
    assert (codes(there), standing(superuser)) == ({"BID-16"}, 1)


def test_nobody_is_entered_by_a_code_that_is_none_nor_an_organisation_without_its_name() -> None:
    for code, name, rule in (("1", NAME, "CON-16"), (TAKER, " ", "FORM-1")):
        with pytest.raises(BadInput) as error, unit_of_work(OPERATOR) as uow:
            takers.by_code(uow, COUNTY, VILLAGE, code, name)
        assert codes(error) == {rule}


def test_an_organisation_comes_by_the_name_that_the_register_has_for_its_code(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """BID-22: at the counter and by a contract."""
    right, days = right_of(registrar), (date(2026, 1, 5), date(2022, 1, 1), date(2027, 6, 30))
    operator = Operator("organization", uuid4(), NAME, TAKER)
    land = tuple(parcels_of(registrar, right)[:1])
    asked = LandOperation("", operator, "lease", "流转合同1号", *days, land)
    case = asked_for(registrar, "land_operation", asked, right=right, more=("filing",))
    booked(registrar, reviewer, superuser, case, "land_operation")
    with pytest.raises(Refused) as counter:
        takers.open_at_counter(OPERATOR, Opening("organisation", "随便起的合作社", TAKER, "", "hezuo.7"))
    with pytest.raises(Refused) as contract, unit_of_work(OPERATOR) as uow:
        takers.by_code(uow, COUNTY, VILLAGE, TAKER, "随便起的合作社")
    assert codes(counter) == codes(contract) == {"BID-22"}
    assert NAME in national_law(COUNTY, date(2026, 7, 1)).say(counter.value.findings[0])
    assert takers.open_at_counter(OPERATOR, Opening("organisation", NAME, TAKER, "", "hezuo.7"))[0].name == NAME
