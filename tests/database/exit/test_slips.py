"""A slip of the bank counts once: for what is paid of an exit, or for a contract, a deposit, a reserve."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.contracts import life
from landreg.exit.model import Payment
from tests.conftest import AsDesk
from tests.contract_kit import OPERATOR, OTHER, PAPER, drawn, signed, today
from tests.exchange_kit import market
from tests.exit_kit import agreed, asked_for, figures_set, paid, seen
from tests.registry_kit import Connection
from tests.villages import COUNTY, VILLAGE


def test_one_slip_is_of_an_exit_or_of_a_contract_whichever_came_first(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 2)
    figures_set(superuser)
    contract = signed(drawn(OTHER))
    exit_ = asked_for(registrar)
    agreed(registrar, superuser, exit_)

    def rent(receipt: str) -> Decimal:
        return life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal(1), today(), receipt, PAPER)

    rent("ZJ-1")
    with pytest.raises(Refused) as of_contract:
        paid(registrar, exit_, "4000", "zj 1")
    assert [(one.code, one.field) for one in of_contract.value.findings] == [("EXIT-12", "receipt")]
    paid(registrar, exit_, "4000", "TC-1")
    with pytest.raises(Refused) as of_exit:
        rent("TC1")
    (found,) = of_exit.value.findings
    assert (found.code, found.values["fault"], found.values["whose"]) == ("CON-6", "slip_exit_payment", exit_.number)
    # Past the rules the database holds it.
    was = seen(registrar, exit_).payments[0]
    with pytest.raises(Refused) as wall, unit_of_work(registrar) as uow:
        uow.session.add(
            Payment(
                county=COUNTY, village=was.village, exit_id=was.exit_id, payment_id=uuid4(), person_id=was.person_id,
                account_sealed=b"x", account_masked=was.account_masked, amount_yuan=Decimal(1), paid_on=was.paid_on, receipt="ZJ-1",
                document_id=was.document_id, recorded_by=was.recorded_by, recorded_by_name="", recorded_at=uow.now,
            )
        )  # fmt: skip
    assert wall.value.findings[0].values["constraint"] == "exit_12_a_slip_counts_once"


def test_for_what_a_slip_counts_is_told_within_a_county_and_the_register_s_desk_by_the_book_alone(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, as_desk: AsDesk
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 2)
    contract = signed(drawn(OTHER))
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal(1), today(), "ZJ-1", PAPER)
    used, book = "SELECT book, whose FROM exchange.slip_used(%s, 'ZJ1')", "SELECT exchange.slip_book(%s, 'zj-1')"
    for place, told in (
        ("6109", True),
        (COUNTY, True),
        (VILLAGE, True),
        ("610921", False),
        ("610901", False),
        ("", False),
    ):
        rows = as_desk(Desk.EXCHANGE, place).execute(used, [COUNTY]).fetchall()
        assert rows == ([("rent_payment", contract.number)] if told else []), place
        of_book = as_desk(Desk.REGISTRY, place).execute(book, [COUNTY]).fetchone()
        assert of_book == ("rent_payment" if told else None,), place
    for desk, asked in (
        (Desk.REGISTRY, used), (Desk.REGISTRY, "SELECT FROM exchange.slip_in_books(%s, 'ZJ1')"), (Desk.CITIZEN, used),
        (Desk.EXCHANGE, "SELECT FROM exchange.slip_in_books(%s, 'ZJ1')"), (Desk.CITIZEN, book),
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_desk(desk, COUNTY).execute(asked, [COUNTY])
