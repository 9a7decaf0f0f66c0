"""An assignment and an exchange have no term of their own: they end with the right that they move (CON-89)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.errors import Refused
from landreg.core.files import Store
from landreg.core.periods import DAY
from landreg.exchange.contracts import registering, signing
from landreg.exchange.contracts.model import Contract
from tests.conftest import AsDesk
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    VALUES,
    drawn,
    parcels_of,
    right_id,
    signature,
    signed,
    to_the_register,
)
from tests.database.exchange.test_contract_right_ends import village
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY, past_triggers

__all__ = ["village"]
pytestmark = pytest.mark.usefixtures("village")
ENDS = date(2048, 1, 1)


def assigned(until_on: date = ENDS) -> Contract:
    on: dict[str, Any] = {"unit": "yuan_once", "price": Decimal("86000.00"), "paid_every": "once"}
    values = {**VALUES, "issuer_consent": "同意书一号"}
    return drawn(
        codes=parcels_of(OPERATOR, right_id()), kind="assignment", until_on=until_on, values=values, taker=OTHER, **on
    )


def shorter(superuser: Connection, made: Contract, until_on: date) -> None:
    """As one that was drawn before there was the rule."""
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET until_on = %s WHERE contract_id = %s", [until_on, made.contract_id]
        )


@pytest.mark.parametrize("until_on", [ENDS - DAY, date(2031, 1, 1)])
def test_it_is_drawn_to_the_end_of_the_right_alone(as_desk: AsDesk, until_on: date) -> None:
    with pytest.raises(Refused) as rule:
        assigned(until_on)
    (finding,) = rule.value.findings
    assert (finding.code, finding.field, finding.values) == ("CON-89", "last_day", {"latest": ENDS - DAY})
    made = assigned()
    copied = """INSERT INTO exchange.contract SELECT (jsonb_populate_record(c, jsonb_build_object('contract_id', gen_random_uuid(),
        'number', left(c.number, 14) || '9999', 'until_on', %s::date))).* FROM exchange.contract AS c WHERE c.contract_id = %s"""
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as wall:
        as_desk(Desk.EXCHANGE, COUNTY).execute(copied, [until_on, made.contract_id])
    assert wall.value.diag.constraint_name == "con_89_moved_for_the_rest_of_the_term"


def test_one_of_some_years_is_neither_signed_nor_brought_to_the_register(
    registrar: Actor, database: Settings, superuser: Connection
) -> None:
    made = assigned()
    signed(made, "contractor")
    shorter(superuser, made, date(2031, 1, 1))
    with pytest.raises(Refused) as wall:
        signing.sign(OPERATOR, COUNTY, made.contract_id, signature(made, "taker"), PAPER)
    assert codes(wall) == {"CON-89"}
    shorter(superuser, made, ENDS)
    signed(made, "taker")
    shorter(superuser, made, date(2031, 1, 1))
    with pytest.raises(Refused) as rule:
        to_the_register(registrar, database, made)
    assert codes(rule) == {"CON-89"}
    shorter(superuser, made, ENDS)
    assert registering.open_case_of(registrar, Store(database.store), COUNTY, made.contract_id, b"%PDF-1.7 sample")
