"""What was recorded wrongly of a contract: payments, dividends and outcomes are corrected by a further row (REC-1)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.contracts import correcting, disputes, dividing, life, trace_queries
from landreg.exchange.contracts.correcting import Paid, Wrong
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.course import stage
from landreg.exchange.contracts.rules.dividing import Dividend
from landreg.exchange.contracts.rules.outcomes import Outcome
from tests import bidding_kit
from tests.contract_kit import JUDGED, OPERATOR, OTHER, PAPER, SHARES, drawn, seen, signed, today
from tests.exchange_kit import TERM
from tests.registry_kit import Connection, codes, to_rights
from tests.villages import COUNTY

SECOND = replace(OPERATOR, account_id=uuid4(), name="交易员庚")
WHY = "抄错了，核对原件后更正"


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2, **TERM)


def fault(error: Any) -> str:
    return str(error.value.findings[0].values["fault"])


def settled(contract: Contract) -> Wrong:
    event = seen(contract).of("settled")
    assert event is not None
    return Wrong(event.event_id, WHY)


def test_a_payment_is_corrected_and_its_receipt_is_free(worker: Actor, database: Settings, auditor: Actor) -> None:
    contract, other = signed(drawn()), signed(drawn(OTHER))
    at = (OPERATOR, COUNTY, contract.contract_id)
    life.pay(*at, Decimal(100), today(), "HZ-1", PAPER)
    left, (row,) = seen(contract).left, seen(contract).payments
    wrong = Wrong(row.payment_id, WHY)
    right = Paid(contract.contract_id, Decimal(10), today(), "hz1", payer="taker")
    correcting.correct_payment(*at, wrong, right)
    found = seen(contract)
    assert (found.left, [one.receipt for one in found.payments]) == (left + 90, ["HZ1"])
    assert len(found.recorded.payments) == 2
    assert found.recorded.corrections[row.payment_id].said == WHY
    with pytest.raises(Refused) as again:
        correcting.correct_payment(*at, wrong, right)
    assert fault(again) == "correction_again"
    stands = Wrong(found.payments[0].payment_id, WHY)
    with pytest.raises(Refused) as same:
        correcting.correct_payment(*at, stands, right)
    assert fault(same) == "correction_same"
    with pytest.raises(Refused) as twice:
        life.pay(*at, Decimal(5), today(), "HZ-1", PAPER)
    assert codes(twice) == {"CON-6"}
    # It was another contract's; then nobody's.
    correcting.correct_payment(*at, stands, replace(right, contract_id=other.contract_id))
    assert (seen(contract).payments, seen(other).payments[0].amount_yuan) == ([], Decimal("10.00"))
    moved = Wrong(seen(other).payments[0].payment_id, WHY)
    correcting.correct_payment(OPERATOR, COUNTY, other.contract_id, moved, None)
    assert seen(other).payments == []
    life.pay(*at, Decimal(5), today(), "HZ-1", PAPER)
    with unit_of_work(auditor) as uow:
        steps = trace_queries.trace(uow.session, contract.number)
    assert [step.kind for step in steps].count("exchange.correction") == 2
    assert steps[0].lost == 0
    assert bidding_kit.strays(worker, database) == []


def test_a_dividend_recorded_too_high_is_corrected_and_taken_back(worker: Actor, database: Settings) -> None:
    contract = signed(drawn(kind="share", unit="share", values=SHARES))
    at, now = (OPERATOR, COUNTY, contract.contract_id), today()
    sound, before = Dividend(now.year - 1, Decimal("10000.00"), now, now), seen(contract).left
    dividing.pay_dividend(*at, sound, PAPER)
    first = seen(contract).of("dividend")
    assert first is not None
    with pytest.raises(Refused) as why:
        dividing.pay_dividend(*at, sound, PAPER, Wrong(first.event_id, ""))
    assert fault(why) == "correction_why"
    assert seen(contract).left == before + 10_000
    dividing.pay_dividend(*at, replace(sound, yuan=Decimal("10.00")), PAPER, Wrong(first.event_id, WHY))
    assert seen(contract).left == before + 10
    second = seen(contract).of("dividend")
    assert second is not None
    correcting.take_back(*at, Wrong(second.event_id, WHY))
    assert (seen(contract).left, seen(contract).of("dividend")) == (before, None)
    dividing.pay_dividend(*at, sound, PAPER)
    assert len([one for one in seen(contract).recorded.events if one.kind == "dividend"]) == 3
    assert bidding_kit.strays(worker, database) == []


def test_an_outcome_recorded_wrongly_is_corrected_while_nothing_was_done_by_it(
    superuser: Connection, worker: Actor, database: Settings
) -> None:
    contract = signed(drawn())
    at, now = (OPERATOR, COUNTY, contract.contract_id), today()
    disputes.dispute(*at, Brought("court", "设施没有补偿"), PAPER)
    judged = Outcome("owed", now, Decimal("50.00"), now, pays="contractor", document="judgment", final=True)
    disputes.settle(*at, judged, PAPER)
    assert (seen(contract).left_of("contractor"), stage(seen(contract).course(now))) == (Decimal("50.00"), "running")
    more = replace(judged, yuan=Decimal("500.00"))
    disputes.settle(*at, more, PAPER, settled(contract))
    assert seen(contract).left_of("contractor") == Decimal("500.00")
    life.pay(*at, Decimal(80), now, "CP-1", PAPER, payer="contractor")
    for less in (replace(judged, yuan=Decimal("79.99")), replace(judged, pays="taker")):
        with pytest.raises(Refused) as paid:
            disputes.settle(*at, less, PAPER, settled(contract))
        assert fault(paid) == "correction_paid"
    with pytest.raises(Refused):
        correcting.take_back(*at, settled(contract))
    correcting.correct_payment(*at, Wrong(seen(contract).payments[0].payment_id, WHY), None)
    correcting.take_back(*at, settled(contract))
    assert seen(contract).course(now).disputed
    assert seen(contract).contract.state == "disputed"
    disputes.settle(*at, replace(judged, outcome="ended", yuan=None, due_on=None, pays="", looked=True), PAPER)
    assert seen(contract).contract.ends_on == now
    with pytest.raises(Refused) as alone:
        disputes.settle(*at, judged, PAPER, settled(contract))
    assert fault(alone) == "correction_own"
    disputes.settle(SECOND, *at[1:], judged, PAPER, settled(contract))
    assert (seen(contract).contract.ends_on, stage(seen(contract).course(now))) == (None, "running")
    assert bidding_kit.strays(worker, database) == []


def test_what_went_over_to_a_change_stays_and_the_database_asks_too(superuser: Connection, as_desk: Any) -> None:
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    life.pay(*at, Decimal(100), today(), "HZ-1", PAPER)
    disputes.dispute(*at, Brought("court", "价款"), PAPER)
    disputes.settle(*at, Outcome("withdrawn", today(), document=""), PAPER)
    wrong = settled(contract)
    disputes.dispute(*at, Brought("court", "价款"), PAPER)
    with pytest.raises(Refused) as later:
        correcting.take_back(*at, wrong)
    assert fault(later) == "correction_disputed"

    def put(record: str, key: Any, instead: Any = None) -> str:
        desk = as_desk(OPERATOR.desk, OPERATOR.jurisdiction)
        desk.autocommit = False
        desk.execute("SELECT set_config('landreg.actor', %s, false)", [str(OPERATOR.account_id)])
        asked = "INSERT INTO exchange.correction VALUES (%s, %s, %s, %s, %s, '抄错', %s, '', system.clock())"
        try:
            desk.execute(asked, [COUNTY, contract.village, record, key, instead, OPERATOR.account_id])
            desk.commit()
        except psycopg.errors.IntegrityError as wall:
            desk.rollback()
            return str(wall.diag.constraint_name)
        return "taken"

    signed_by = seen(contract).of("signed")
    assert signed_by is not None
    assert put("contract_event", signed_by.event_id) == "rec_1_record_stands"
    assert put("contract_event", wrong.record_id) == "rec_1_nothing_rests_on_it"
    payment = seen(contract).payments[0].payment_id
    assert put("deposit", payment) == "rec_1_record_stands"
    assert put("rent_payment", payment, uuid4()) == "rec_1_nothing_rests_on_it"
    assert put("rent_payment", payment) == "taken"
    assert seen(contract).payments == []


def test_an_outcome_that_ended_the_contract_is_taken_back_by_another_while_nothing_came_of_it(
    superuser: Connection, worker: Actor, database: Settings, as_desk: Any
) -> None:
    """REC-1: with the end that it brought; the land is bound again, and the database asks who."""
    contract = signed(drawn())
    at, held_ = (
        (OPERATOR, COUNTY, contract.contract_id),
        "SELECT held::text FROM exchange.held_parcel ORDER BY parcel_code",
    )
    bound, left = superuser.execute(held_).fetchall(), seen(contract).left
    disputes.dispute(*at, Brought("court", "效力"), PAPER)
    disputes.settle(*at, Outcome("void", today(), **JUDGED), PAPER)
    assert (seen(contract).contract.void, superuser.execute(held_).fetchall()) == (True, [])
    with pytest.raises(Refused) as alone:
        correcting.take_back(*at, settled(contract))
    assert fault(alone) == "correction_own"
    desk = as_desk(OPERATOR.desk, OPERATOR.jurisdiction)
    desk.autocommit = False
    for event in (seen(contract).of("settled"), seen(contract).of("ended")):
        assert event is not None
        desk.execute(
            "INSERT INTO exchange.correction VALUES (%s, %s, 'contract_event', %s, NULL, '抄错', %s, '', system.clock())",
            [COUNTY, contract.village, event.event_id, OPERATOR.account_id],
        )
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as wall:
        desk.commit()
    assert wall.value.diag.constraint_name == "rec_1_nothing_rests_on_it"
    correcting.take_back(SECOND, *at[1:], settled(contract))
    found = seen(contract)
    assert (found.contract.void, found.contract.state, found.contract.ends_on, found.left) == (
        False,
        "disputed",
        None,
        left,
    )
    assert superuser.execute(held_).fetchall() == bound
    disputes.settle(*at, Outcome("ended", today(), **JUDGED), PAPER)
    life.pay(*at, Decimal(1), today(), "HZ-9", PAPER)
    with pytest.raises(Refused) as paid:
        correcting.take_back(SECOND, *at[1:], settled(contract))
    assert fault(paid) == "correction_ended"
    correcting.correct_payment(*at, Wrong(seen(contract).payments[0].payment_id, WHY), None)
    correcting.take_back(SECOND, *at[1:], settled(contract))
    disputes.settle(*at, Outcome("void", today(), **JUDGED), PAPER)
    again = signed(drawn())
    with pytest.raises(Refused) as let:
        correcting.take_back(SECOND, *at[1:], settled(contract))
    assert fault(let) == "correction_ended"
    assert again.contract_id != contract.contract_id
    assert bidding_kit.strays(worker, database) == []


def test_of_a_contract_that_had_ended_the_outcome_alone_is_taken_back() -> None:
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    life.end(*at, End("agreed", today()), PAPER)
    disputes.dispute(*at, Brought("court", "效力"), PAPER)
    disputes.settle(*at, Outcome("void", today(), **JUDGED), PAPER)
    correcting.take_back(SECOND, *at[1:], settled(contract))
    assert (seen(contract).contract.void, seen(contract).contract.state) == (False, "ended")
    assert seen(contract).of("ended") is not None


def test_what_an_award_alone_says_the_database_takes_from_no_settlement(superuser: Connection) -> None:
    """CON-17."""
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    disputes.dispute(*at, Brought("court", "效力"), PAPER)
    disputes.settle(*at, Outcome("stands", today()), PAPER)
    disputes.dispute(*at, Brought("court", "效力"), PAPER)
    with pytest.raises(psycopg.errors.CheckViolation) as wall:
        superuser.execute(
            """INSERT INTO exchange.contract_event SELECT (jsonb_populate_record(e, jsonb_build_object(
               'event_id', gen_random_uuid(), 'facts', e.facts || '{"outcome": "void"}'))).*
               FROM exchange.contract_event AS e WHERE e.kind = 'settled'"""
        )
    assert wall.value.diag.constraint_name == "con_17_award_or_judgment_says_so"
