"""An outcome that ended its contract is undone while the land is where the contract left it (REC-1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.exchange.contracts import correcting, days, disputes
from landreg.exchange.contracts.correcting import Wrong
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.outcomes import Outcome
from tests import bidding_kit
from tests.contract_kit import (
    FIRST,
    JUDGED,
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
    to_the_register,
    today,
)
from tests.exchange_kit import TERM
from tests.registry_kit import Connection, to_rights
from tests.villages import COUNTY, past_triggers

SECOND = replace(OPERATOR, account_id=uuid4(), name="交易员庚")
PRICED: dict[str, Any] = {"until_on": date(2048, 1, 1), "taker": OTHER, "paid_every": "once"}


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2, **TERM)


@pytest.fixture
def moved(registrar: Actor, reviewer: Actor, worker: Actor, database: Settings) -> Callable[[str], Contract]:
    """A contract that the register has carried out, of some kind: all of a right, one parcel of it, one against another's."""

    def make(what: str) -> Contract:
        land, values = parcels_of(OPERATOR, right_id()), {**VALUES, "issuer_consent": "同意书一号"}
        kind = "exchange" if what == "exchange" else "assignment"
        on: dict[str, Any] = {"unit": "yuan_once", "price": Decimal("86000.00")}
        if kind == "exchange":
            values = {**VALUES, "other_parcels": parcels_of(OPERATOR, right_id(OTHER))[0]}
            on = {"unit": "balance_in", "price": Decimal(0)}
        codes = land if what == "whole" else land[:1]
        contract = signed(drawn(codes=codes, kind=kind, values=values, **PRICED, **on))
        booked(registrar, reviewer, to_the_register(registrar, database, contract), kind)
        days.work(worker)
        assert seen(contract).of("registered") is not None
        return contract

    return make


def held_until(superuser: Connection, contract: Contract) -> list[Any]:
    rows = "SELECT parcel_code, lower(held), upper(held) FROM exchange.held_parcel WHERE contract_id = %s ORDER BY parcel_code"
    return superuser.execute(rows, [contract.contract_id]).fetchall()


def void(contract: Contract) -> Wrong:
    """It is held void, wrongly; what is to be undone."""
    at = (OPERATOR, COUNTY, contract.contract_id)
    disputes.dispute(*at, Brought("court", "效力"), PAPER)
    disputes.settle(*at, Outcome("void", today(), **JUDGED), PAPER)
    event = seen(contract).of("settled")
    assert event is not None
    return Wrong(event.event_id, "抄错了，核对原件后更正")


def undone(contract: Contract, wrong: Wrong) -> None:
    correcting.take_back(SECOND, COUNTY, contract.contract_id, wrong)


def put_beside(contract: Contract, desk: Any) -> None:
    """The corrections of an outcome and of its end, written past the service."""
    desk.autocommit = False
    desk.execute("SELECT set_config('landreg.actor', %s, false)", [str(SECOND.account_id)])
    for event in (seen(contract).of("settled"), seen(contract).of("ended")):
        assert event is not None
        desk.execute(
            "INSERT INTO exchange.correction VALUES (%s, %s, 'contract_event', %s, NULL, '抄错', %s, '', system.clock())",
            [COUNTY, contract.village, event.event_id, SECOND.account_id],
        )
    desk.commit()


def assert_stays(contract: Contract, wrong: Wrong, desk: Any, wall: str = "rec_1_nothing_rests_on_it") -> None:
    """The service refuses it, and so does the database what is written beside it."""
    with pytest.raises(Refused) as gone:
        undone(contract, wrong)
    assert gone.value.findings[0].values["fault"] == "correction_ended"
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as refused:
        put_beside(contract, desk)
    desk.rollback()
    assert refused.value.diag.constraint_name == wall
    assert seen(contract).contract.state == "ended"


@pytest.mark.parametrize("what", ["whole", "parcel", "exchange"])
def test_what_the_register_has_moved_is_bound_until_that_day_and_the_taker_lets_it(
    superuser: Connection, worker: Actor, database: Settings, moved: Callable[[str], Contract], what: str
) -> None:
    contract = moved(what)
    bound = held_until(superuser, contract)
    assert {(first, until) for _code, first, until in bound} == {(FIRST, today())}
    wrong = void(contract)
    assert held_until(superuser, contract) == []
    undone(contract, wrong)
    assert (seen(contract).contract.state, seen(contract).contract.void) == ("disputed", False)
    assert held_until(superuser, contract) == bound
    code = next(one.parcel_code for one in seen(contract).parcels)
    disputes.settle(OPERATOR, COUNTY, contract.contract_id, Outcome("stands", today()), PAPER)
    wrong = void(contract)
    lease = signed(drawn(OTHER, [code], from_on=today()))
    undone(contract, wrong)
    assert held_until(superuser, contract) == bound
    assert seen(lease).contract.state == "signed"
    assert bidding_kit.strays(worker, database) == []


ENDED = "recorded = tstzrange(lower(recorded), system.clock()), ended_by_act = act_id"
OF_OTHER = f"household_id = (SELECT household_id FROM party.household WHERE code = '{OTHER}' AND upper_inf(recorded))"


def otherwise(superuser: Connection, right: Any, now: str) -> None:
    with past_triggers(superuser):
        rows = f'UPDATE registry."right" SET {now} WHERE upper_inf(recorded) AND upper_inf(valid) AND right_id = %s'
        assert superuser.execute(rows, [right]).rowcount == 1


def test_an_end_stays_where_what_was_moved_is_the_taker_s_no_more(
    superuser: Connection, as_desk: Any, moved: Callable[[str], Contract]
) -> None:
    contract = moved("whole")
    wrong = void(contract)
    otherwise(superuser, right_id(OTHER), ENDED)
    assert_stays(contract, wrong, as_desk(OPERATOR.desk, OPERATOR.jurisdiction))


@pytest.mark.parametrize(
    ("now", "wall"), [(ENDED, "rec_1_nothing_rests_on_it"), (OF_OTHER, "tr_1_term_within_the_contract")]
)
def test_an_end_stays_where_the_right_under_the_contract_is_no_more_or_another_s(
    superuser: Connection, as_desk: Any, now: str, wall: str
) -> None:
    contract = signed(drawn())
    wrong = void(contract)
    otherwise(superuser, contract.right_id, now)
    assert_stays(contract, wrong, as_desk(OPERATOR.desk, OPERATOR.jurisdiction), wall)
