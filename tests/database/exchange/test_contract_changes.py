"""What changes a contract: between the same two, within its term, one draft at a time, and something."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.exchange.contracts import drawing, life, signing
from landreg.exchange.contracts.drafts import Taken
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from tests.contract_kit import OPERATOR, OTHER, PAPER, VALUES, drawn, seen, signed, terms, today
from tests.exchange_kit import TERM
from tests.registry_kit import Connection, codes, to_rights
from tests.villages import COUNTY

CHEAPER = Decimal("500.00")


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


def follows(contract: Contract, relation: str = "change", taker: str = "", **changed: Any) -> Contract:
    asked = terms(**{"from_on": today(), "price": CHEAPER, **changed})
    return drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, relation, asked, VALUES, taker_code=taker)


def past_the_service(contract: Contract, **changed: Any) -> None:
    """A change of a contract as a row of its own, beside the service."""
    columns = {one.name: getattr(contract, one.key) for one in Contract.__table__.columns}
    row = {
        **columns, "contract_id": sa.func.gen_random_uuid(), "number": f"{contract.number}9", "relation": "change",
        "previous_id": contract.contract_id, "from_on": today(), "state": "drawn", "ends_on": None, **changed,
    }  # fmt: skip
    with unit_of_work(OPERATOR) as uow:
        uow.session.execute(sa.insert(Contract.__table__).values(row))


def test_a_contract_is_changed_for_its_own_taker_only() -> None:
    """CON-60, by service and database."""
    contract = signed(drawn())
    with pytest.raises(Refused) as refused:
        follows(contract, taker=OTHER)
    assert codes(refused) == {"CON-60"}
    another = drawn(OTHER, taker="93610902MA0000002E")
    with pytest.raises(Refused) as wall:
        past_the_service(seen(contract).contract, taker_id=another.taker_id, taker_name=another.taker_name)
    assert codes(wall) == {"CON-60"}


@pytest.mark.parametrize("days", [-400, -1, 4000])
def test_a_change_begins_within_the_term_and_on_no_day_that_is_over(days: int) -> None:
    """CON-61, by service and database: rents of days that are over stay as they were owed and paid."""
    contract, on = signed(drawn()), today() + timedelta(days=days)
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("10.00"), today(), "HZ-1", PAPER)
    before = seen(contract).settled
    with pytest.raises(Refused) as refused:
        follows(contract, from_on=on, until_on=max(contract.until_on, on + timedelta(days=90)))
    assert "CON-61" in codes(refused)
    with pytest.raises(Refused) as wall:
        past_the_service(seen(contract).contract, from_on=on, until_on=on + timedelta(days=90))
    assert codes(wall) == {"CON-61"}
    assert seen(contract).settled == before


def test_a_contract_is_replaced_on_a_day_of_its_term_only() -> None:
    contract = signed(drawn())
    for on in (contract.from_on - timedelta(days=1), contract.until_on):
        with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
            happened(uow, seen(contract).contract, "ended", on, facts={"how": "replaced", "by": "x"})
        assert codes(wall) == {"CON-61"}


def test_one_draft_at_a_time_changes_or_renews_a_contract() -> None:
    """CON-62, by service and database; the next one when that is dropped."""
    contract = signed(drawn())
    draft = follows(contract)
    renewed = {"from_on": contract.until_on, "until_on": contract.until_on + timedelta(days=60)}
    for relation, more in (("change", {}), ("renewal", renewed)):
        with pytest.raises(Refused) as refused:
            follows(contract, relation, **more)
        assert codes(refused) == {"CON-62"}
        assert refused.value.findings[0].values["numbers"] == [draft.number]
    with pytest.raises(Refused) as wall:
        past_the_service(seen(contract).contract)
    assert codes(wall) == {"CON-62"}
    signing.drop(OPERATOR, COUNTY, draft.contract_id, "不变更了")
    assert follows(contract).state == "drawn"


def test_a_change_that_changes_nothing_is_none_and_one_without_land_neither() -> None:
    """CON-63 and CON-1."""
    contract = signed(drawn())
    with pytest.raises(Refused) as same:
        follows(contract, price=Decimal("600.00"), until_on=contract.until_on)
    assert codes(same) == {"CON-63"}
    asked = terms(from_on=today(), price=CHEAPER)
    with pytest.raises(Refused) as landless:
        drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", asked, VALUES, ())
    assert "CON-1" in codes(landless)
    (own,) = seen(contract).parcels
    change = drawing.draw_following(
        OPERATOR, COUNTY, contract.contract_id, "change", asked, VALUES, [Taken(own.parcel_code)]
    )
    assert [one.area_m2 for one in seen(change).parcels] == [own.area_m2]


def test_a_contract_that_has_ended_is_not_changed_nor_is_a_change_of_it_signed() -> None:
    """CON-5, at the first signature already."""
    contract = signed(drawn())
    draft = follows(contract)
    life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", today()), PAPER)
    with pytest.raises(Conflict) as drawing_again:
        follows(contract)
    assert codes(drawing_again) == {"CON-5"}
    with pytest.raises(Conflict) as signature:
        signed(draft, "contractor")
    assert codes(signature) == {"CON-5"}


def test_what_another_contract_has_by_now_is_named_at_the_last_signature() -> None:
    """CON-2 with parcel and number."""
    first, second = drawn(), drawn()
    signed(second, "contractor")
    signed(first)
    with pytest.raises(Refused) as refused:
        signed(second, "taker")
    (told,) = refused.value.findings
    codes_ = [one.parcel_code for one in seen(first).parcels]
    assert (told.code, told.values) == ("CON-2", {"parcels": codes_, "numbers": [first.number]})


def test_a_change_between_the_two_replaces_the_contract_on_its_first_day() -> None:
    contract = signed(drawn())
    change = signed(follows(contract, until_on=date(2027, 3, 1)))
    assert (seen(contract).contract.ends_on, seen(change).contract.until_on) == (today(), date(2027, 3, 1))
