"""A receipt counts once however its letters were typed: of rents, deposits, reserves and exits."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.exchange.contracts import life
from tests.contract_kit import OPERATOR, PAPER, drawn, seen, signed, today
from tests.registry_kit import Connection, codes, to_rights
from tests.villages import COUNTY, past_triggers

TABLES = {"exchange.rent_payment", "exchange.deposit", "exchange.reserve", "exit.payment", "exit.repayment"}
PARTED = {"exchange.deposit", "exchange.reserve"}
"""Of whose receipts the signs that part them do not count, as of rents by an index beside this one."""
CORRECTED = {"exchange.rent_payment", "exchange.deposit", "exchange.reserve"}
"""Of whose receipts one that was corrected is free again."""


def test_the_database_counts_receipts_however_they_are_typed(superuser: Connection) -> None:
    asked = """SELECT schemaname || '.' || tablename, indexdef FROM pg_indexes
        WHERE indexname ~ '_however_(typed|parted)$' AND indexname NOT LIKE 'con_6%parted'"""
    found = dict(superuser.execute(asked).fetchall())
    assert set(found) == TABLES
    for table, said in found.items():
        assert said.startswith("CREATE UNIQUE INDEX")
        compared = "unparted" if table in PARTED else "tidied"
        assert said.endswith(f"(county, system.{compared}(receipt){', again' if table in CORRECTED else ''})")


def test_a_receipt_of_a_rent_counts_once_beside_one_that_was_typed_in_small_letters(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """CON-6, by service and database; what stands keeps its letters."""
    to_rights(registrar, reviewer, superuser, 1)
    contract = signed(drawn())
    for yuan, receipt in ((1, "hz-20"), (2, "ｈz-21")):
        life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal(yuan), today(), receipt, PAPER)
    assert sorted(one.receipt for one in seen(contract).payments) == ["HZ-20", "HZ-21"]
    for before in ("hz-20", "ＨＺ－２０", "HZ-20"):
        with past_triggers(superuser):
            superuser.execute("UPDATE exchange.rent_payment SET receipt = %s WHERE receipt <> 'HZ-21'", [before])
        with pytest.raises(Refused) as again:
            life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal(3), today(), " HZ-20", PAPER)
        assert codes(again) == {"CON-6"}
        for typed in ("HZ-20 ", "ＨＺ-20", "hz-2０"):
            with pytest.raises(psycopg.errors.UniqueViolation) as wall, past_triggers(superuser):
                superuser.execute("UPDATE exchange.rent_payment SET receipt = %s WHERE receipt = 'HZ-21'", [typed])
            assert wall.value.diag.constraint_name == "con_6_a_receipt_counts_once_however_typed"
