"""Two drafts of the same land and days: each says so of the other, and one that is overtaken takes no signature."""

from __future__ import annotations

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import months_after
from landreg.exchange.contracts import saying, signing
from landreg.exchange.contracts.model import Contract
from landreg.law.queries import load_law
from tests.contract_kit import OPERATOR, PAPER, UNTIL, drawn, parcels_of, right_id, seen, signature, signed, today
from tests.exchange_kit import market
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    market(registrar, reviewer, superuser)


def told(contract: Contract) -> list[object]:
    with unit_of_work(OPERATOR) as uow:
        found = saying.told_of(uow.session, seen(contract).contract, load_law(uow.session, COUNTY, today()))
    return [one.values.get("numbers") for one in found if one.code == "CON-85"]


def test_the_second_draft_is_told_and_takes_no_signature_once_the_first_is_made() -> None:
    """CON-85, CON-2: whichever side signs first."""
    first = drawn()
    assert told(first) == []
    second = drawn(until_on=months_after(UNTIL, 6))
    assert (told(first), told(second)) == ([[second.number]], [[first.number]])
    signed(first)
    assert told(second) == []
    for side in signing.SIDES:
        with pytest.raises(Refused) as wrong:
            signing.sign(OPERATOR, COUNTY, second.contract_id, signature(second, side), PAPER)
        assert codes(wrong) == {"CON-2"}
    assert seen(second).contract.state == "drawn"


def test_other_days_other_land_and_what_is_dropped_are_no_second_draft() -> None:
    first = drawn()
    assert told(drawn(from_on=UNTIL, until_on=months_after(UNTIL, 18))) == []
    if other := parcels_of(OPERATOR, right_id())[1:2]:
        assert told(drawn(codes=other)) == []
    third = drawn()
    signing.drop(OPERATOR, COUNTY, third.contract_id, "不用了")
    assert told(first) == []
