"""A contract that moves the contract right itself is changed until the register has moved it, and never after."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.contracts import days, drawing, life
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.model import Contract
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    VALUES,
    booked,
    drawn,
    parcels_of,
    right_id,
    seen,
    signed,
    terms,
    to_the_register,
    today,
)
from tests.exchange_kit import TERM
from tests.registry_kit import Connection, codes, to_rights
from tests.villages import COUNTY

SWAP: dict[str, Any] = {
    "kind": "exchange", "unit": "balance_in", "price": Decimal("3000.00"), "paid_every": "once", "until_on": date(2048, 1, 1),
}  # fmt: skip


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


def swapped(unit: str = "balance_in") -> tuple[Contract, dict[str, str]]:
    """An exchange of the first parcels of two households, by which one, the taker if not said otherwise, adds 3,000 yuan."""
    give, take = parcels_of(OPERATOR, right_id())[0], parcels_of(OPERATOR, right_id(OTHER))[0]
    values = {**VALUES, "other_parcels": take}
    return signed(drawn(codes=[give], values=values, taker=OTHER, **{**SWAP, "unit": unit})), values


def changed(contract: Contract, values: dict[str, str], price: str) -> Contract:
    asked = terms(**{**SWAP, "from_on": today(), "price": Decimal(price)})
    return drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", asked, values)


def test_an_exchange_is_changed_until_it_is_registered(
    registrar: Actor, reviewer: Actor, worker: Actor, database: Settings
) -> None:
    """CON-2 counts no parcel that the contract itself binds; what was paid goes over; the register frees the land of the change."""
    contract, values = swapped()
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("2500.00"), today(), "HZ-20", PAPER)
    change = signed(changed(contract, values, "2000.00"))
    old, new = seen(contract), seen(change)
    assert (old.contract.ends_on, old.overpaid, new.left, new.overpaid) == (today(), 0, 0, Decimal("500.00"))
    booked(registrar, reviewer, to_the_register(registrar, database, change), "exchange")
    assert days.work(worker) == 1
    give = [seen(change).parcels[0].parcel_code]
    assert signed(drawn(OTHER, give, from_on=today(), until_on=date(2030, 1, 1))).number


def test_what_one_side_paid_goes_over_to_no_due_of_the_other() -> None:
    contract, values = swapped("balance_out")
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("3000.00"), today(), "HZ-23", PAPER)
    change = signed(changed(contract, values, "2000.00"))
    old, new = seen(contract), seen(change)
    assert (old.left, old.overpaid, new.credited, new.left) == (0, Decimal("3000.00"), [], Decimal("2000.00"))
    assert [one.due.payer for one in new.settled] == ["taker"]


def test_what_was_owed_until_the_change_does_not_go_over() -> None:
    """CON-61, by the database: of rent its days before the change, of one sum that is owed by its days the same, to the cent."""
    lease = signed(drawn(codes=parcels_of(OPERATOR, right_id())[1:2], price=Decimal("600.01")))
    life.pay(OPERATOR, COUNTY, lease.contract_id, seen(lease).left, today(), "HZ-21", PAPER)
    swap = swapped()[0]
    life.pay(OPERATOR, COUNTY, swap.contract_id, Decimal("3000.00"), today(), "HZ-22", PAPER)
    for contract, one_sum in ((lease, ""), (swap, "by_days")):
        found = seen(contract)
        (over, _kg) = found.beyond(found.settled_until(today(), one_sum))
        facts = {"how": "replaced", "by": "x", "one_sum": one_sum}
        with pytest.raises(Refused) as more, unit_of_work(OPERATOR) as uow:
            happened(uow, contract, "ended", today(), facts={**facts, "carried": f"{over + Decimal('0.01')}"})
        assert codes(more) == {"CON-61"}
        with unit_of_work(OPERATOR) as uow:
            happened(uow, contract, "ended", today(), facts={**facts, "carried": f"{over}"})


def test_what_the_register_has_moved_is_changed_no_more(
    registrar: Actor, reviewer: Actor, worker: Actor, database: Settings
) -> None:
    """CON-69 by service and database, from its case on: as it is drawn, and as what was drawn before is signed."""
    contract, values = swapped()
    draft = changed(contract, values, "2000.00")
    case = to_the_register(registrar, database, contract)
    with pytest.raises(Refused) as on_its_way:
        signed(draft)
    assert codes(on_its_way) == {"CON-69"}
    booked(registrar, reviewer, case, "exchange")
    assert days.work(worker) == 1
    with pytest.raises(Refused) as drawn_after:
        changed(contract, values, "1000.00")
    assert "CON-69" in codes(drawn_after)
    with pytest.raises(Refused) as signed_after:
        signed(draft)
    assert codes(signed_after) == {"CON-69"}
    with pytest.raises(Refused) as replaced, unit_of_work(OPERATOR) as uow:
        happened(uow, contract, "ended", today(), facts={"how": "replaced", "by": draft.number})
    assert codes(replaced) == {"CON-69"}
    columns = {one.name: getattr(draft, one.key) for one in Contract.__table__.columns}
    row = {**columns, "contract_id": sa.func.gen_random_uuid(), "number": f"{contract.number}9"}
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        uow.session.execute(sa.insert(Contract.__table__).values(row))
    assert codes(wall) == {"CON-69"}
