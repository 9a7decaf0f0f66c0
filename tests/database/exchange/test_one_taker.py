"""Who takes land stands in the market once, whichever door they come by: by a contract, by the counter, by their own account."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict
from landreg.exchange.bidding import takers
from landreg.exchange.bidding.takers import Opening
from tests.bidding_kit import farmer
from tests.contract_kit import OPERATOR, TAKER
from tests.registry_kit import HOUSEHOLD, Connection, codes, to_rights
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
