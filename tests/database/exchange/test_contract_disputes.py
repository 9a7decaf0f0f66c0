"""Disputes that come after the end of a contract: within their limitation, and their outcome binds the record."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from landreg.core.actor import Actor
from landreg.core.errors import Conflict, Refused
from landreg.exchange.contracts import (
    disputes,
    life,
)
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.rules.closing import Outcome, Returned
from landreg.exchange.contracts.rules.course import stage
from tests.contract_kit import (
    OPERATOR,
    PAPER,
    drawn,
    seen,
    signed,
    today,
)
from tests.exchange_kit import TERM
from tests.registry_kit import Connection, codes, pass_days, to_rights
from tests.villages import COUNTY


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


def test_a_dispute_after_the_end_comes_within_its_limitation_and_binds_the_record(superuser: Connection) -> None:
    """CON-26; what is awarded to the one side is due, what to the other is paid when the land goes back (CON-24)."""
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    life.end(*at, End("agreed", today()), PAPER)
    disputes.dispute(*at, Brought("arbitration", "设施没有补偿", "fixtures"), PAPER)
    assert stage(seen(contract).course(today())) == "ended"
    with pytest.raises(Conflict):
        disputes.dispute(*at, Brought("court", "又一件", "rent"), None)
    for wrong in (Outcome("stands", today()), Outcome("ended", today()), Outcome("hand_back", today())):
        with pytest.raises(Refused) as unsaid:
            disputes.settle(*at, wrong, PAPER)
        assert codes(unsaid) == {"CON-17"}
    awarded = Outcome("owed", today(), Decimal("900.00"), today(), pays="contractor")
    disputes.settle(*at, awarded, PAPER)
    assert not [due for due in seen(contract).dues if due.kind == "awarded"]
    for returned in (Returned(today()), Returned(today(), "left_paid", Decimal("800.00"))):
        with pytest.raises(Refused) as less:
            life.give_back(*at, returned, PAPER)
        assert codes(less) == {"CON-24"}
    life.give_back(*at, Returned(today(), "left_paid", Decimal("900.00")), PAPER)
    disputes.dispute(*at, Brought("arbitration", "尾款", "rent"), None)
    disputes.settle(*at, replace(awarded, yuan=Decimal("88.00"), pays="taker"), PAPER)
    assert [due.amount for due in seen(contract).dues if due.kind == "awarded"] == [Decimal("88.00")]
    pass_days(superuser, 2 * 366)
    with pytest.raises(Refused) as late:
        disputes.dispute(*at, Brought("arbitration", "尾款", "rent"), PAPER)
    assert codes(late) == {"CON-26"}
    disputes.dispute(*at, Brought("arbitration", "尾款", "rent", accepted=True), PAPER)
    disputes.settle(*at, Outcome("dismissed", today()), PAPER)
    disputes.dispute(*at, Brought("court", "地没有交齐", "land"), None)
    disputes.settle(*at, Outcome("void", today()), PAPER)
    assert {one.due.kind for one in seen(contract).settled} == {"awarded"}
    assert seen(contract).contract.state == "ended"
