"""Disputes that come after the end of a contract: within their limitation, and their outcome binds the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.core.periods import months_after
from landreg.core.units import half_up
from landreg.exchange.contracts import correcting, disputes, life, queries
from landreg.exchange.contracts.correcting import Wrong
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.rules.closing import Returned
from landreg.exchange.contracts.rules.course import stage
from landreg.exchange.contracts.rules.outcomes import Outcome
from tests.contract_kit import (
    JUDGED,
    OPERATOR,
    OTHER,
    PAPER,
    drawn,
    seen,
    signed,
    today,
)
from tests.exchange_kit import TERM
from tests.registry_kit import Connection, codes, pass_days, to_rights
from tests.villages import COUNTY

AGAIN = """INSERT INTO exchange.rent_payment SELECT (jsonb_populate_record(p, jsonb_build_object(
    'payment_id', gen_random_uuid(), 'receipt', 'CP-9', 'contract_id', CAST(%(of)s AS uuid)))).*
    FROM exchange.rent_payment AS p WHERE p.receipt = 'CP-1'"""
"""The payment of an award, written once more under another contract, whose payer owes nothing of it."""


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


def test_mediation_that_failed_is_no_dismissal_and_arbitration_goes_on() -> None:
    """CON-17: by the mediator's note, in village and township alone."""
    at = (OPERATOR, COUNTY, signed(drawn()).contract_id)
    disputes.dispute(*at, Brought("village", "欠款"), None)
    for wrong in (Outcome("failed", today()), Outcome("stands", today(), document="note")):
        with pytest.raises(Refused) as paper:
            disputes.settle(*at, wrong, PAPER)
        assert [(one.code, one.field) for one in paper.value.findings] == [("CON-17", "document")]
    disputes.settle(*at, Outcome("failed", today(), document="note"), PAPER)
    disputes.dispute(*at, Brought("arbitration", "欠款"), None)
    with pytest.raises(Refused) as elsewhere:
        disputes.settle(*at, Outcome("failed", today(), document="note"), PAPER)
    assert codes(elsewhere) == {"CON-17"}


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
    assert seen(contract).left_of("contractor") == Decimal("900.00")
    for returned in (Returned(today()), Returned(today(), "left_paid", Decimal("800.00"))):
        with pytest.raises(Refused) as less:
            life.give_back(*at, returned, PAPER)
        assert codes(less) == {"CON-24"}
    life.give_back(*at, Returned(today(), "left_paid", Decimal("900.00")), PAPER)
    assert seen(contract).left_of("contractor") == 0
    disputes.dispute(*at, Brought("arbitration", "尾款", "rent"), None)
    disputes.settle(*at, replace(awarded, yuan=Decimal("88.00"), pays="taker"), PAPER)
    assert [due.amount for due in seen(contract).dues if due.payer == "taker"] == [Decimal("88.00")]
    pass_days(superuser, 2 * 366)
    with pytest.raises(Refused) as late:
        disputes.dispute(*at, Brought("arbitration", "尾款", "rent"), PAPER)
    assert codes(late) == {"CON-26"}
    disputes.dispute(*at, Brought("arbitration", "尾款", "rent", accepted=True), PAPER)
    disputes.settle(*at, Outcome("dismissed", today(), **JUDGED), PAPER)
    disputes.dispute(*at, Brought("court", "地没有交齐", "land"), None)
    disputes.settle(*at, Outcome("void", today(), **JUDGED), PAPER)
    assert {one.due.kind for one in seen(contract).settled} == {"awarded"}
    assert seen(contract).contract.state == "ended"


def test_an_award_is_due_of_the_side_that_owes_it_and_paid_by_it_alone(superuser: Connection) -> None:
    """CON-17, CON-6: late, payable, in both calendars; what one side paid settles nothing that the other owes."""
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    disputes.dispute(*at, Brought("arbitration", "水渠没有修", "other"), PAPER)
    before = Outcome("owed", today(), Decimal("300.00"), today() - timedelta(days=1), pays="contractor")
    with pytest.raises(Refused) as early:
        disputes.settle(*at, before, PAPER)
    assert codes(early) == {"CON-17"}
    disputes.settle(*at, replace(before, due_on=today()), PAPER)
    (due,) = [one for one in seen(contract).settled if one.due.kind == "awarded"]
    assert (due.due.payer, due.left, seen(contract).owing) == ("contractor", Decimal("300.00"), ("taker", "contractor"))
    rent = seen(contract).left
    with pytest.raises(BadInput) as whose:
        life.pay(*at, Decimal("100.00"), today(), "CP-1", PAPER)
    assert codes(whose) == {"FORM-1"}
    with pytest.raises(Refused) as more:
        life.pay(*at, Decimal("300.01"), today(), "CP-1", PAPER, payer="contractor")
    assert codes(more) == {"CON-6"}
    assert life.pay(*at, Decimal("100.00"), today(), "CP-1", PAPER, payer="contractor") == Decimal("200.00")
    assert seen(contract).left == rent
    pass_days(superuser, 1)
    found = seen(contract)
    assert found.late_from_contractor(today()) == Decimal("200.00")
    with unit_of_work(OPERATOR) as uow:
        assert [one.contract.number for one in queries.late(uow.session, today())] == [contract.number]
    assert life.pay(*at, Decimal("200.00"), today(), "CP-2", PAPER, payer="contractor") == 0
    assert life.pay(*at, Decimal("1.00"), today(), "CP-3", PAPER) == rent - 1
    assert [one.payer for one in seen(contract).payments] == ["contractor", "contractor", "taker"]
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as wall:
        superuser.execute(AGAIN, {"of": signed(drawn(OTHER)).contract_id})
    assert wall.value.diag.constraint_name == "con_6_payer_owes"


def test_an_award_lets_the_contract_stand_and_a_side_pay_once_nobody_can_sue_it(superuser: Connection) -> None:
    """CON-17: the sum is due beside what becomes of the contract; an award binds thirty days after it was served."""
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    disputes.dispute(*at, Brought("arbitration", "水渠没有修", "other"), PAPER)
    served = today()
    with pytest.raises(Refused) as early:
        disputes.settle(*at, Outcome("stands", served, document="award", served_on=served), PAPER)
    assert [(one.code, one.field) for one in early.value.findings] == [("CON-17", "served_on")]
    pass_days(superuser, 31)
    both = Outcome("stands", today(), Decimal("50.00"), today(), "", "contractor", "award", served)
    disputes.settle(*at, both, PAPER)
    found = seen(contract)
    assert (stage(found.course(today())), found.left_of("contractor")) == ("running", Decimal("50.00"))
    facts = {
        "outcome": "stands",
        "document": "award",
        "served_on": served.isoformat(),
        "pays": "contractor",
        "yuan": "50.00",
    }
    assert found.events[-1].facts == {**facts, "due_on": today().isoformat()}


@pytest.mark.parametrize("document", ["award", "judgment"])
def test_what_is_in_force_already_is_recorded_with_its_true_day(superuser: Connection, document: str) -> None:
    """CON-101: the day on which the forum took it up is shown by its paper; CON-17 counts from there."""
    contract, made_on = signed(drawn()), today()
    at = (OPERATOR, COUNTY, contract.contract_id)
    pass_days(superuser, 90)
    forum = "arbitration" if document == "award" else "court"
    brought = Brought(forum, "欠款", accepted=True, on_day=made_on + timedelta(5))
    for early in (replace(brought, accepted=False), replace(brought, on_day=made_on - timedelta(1)),
                  replace(brought, on_day=today() + timedelta(1))):  # fmt: skip
        with pytest.raises(Refused) as unshown:
            disputes.dispute(*at, early, PAPER)
        assert [(one.code, one.field) for one in unshown.value.findings] == [("CON-101", "on_day")]
    disputes.dispute(*at, brought, PAPER)
    day = made_on + timedelta(60)
    served = made_on + timedelta(20) if document == "award" else None
    said = Outcome("stands", day, document=document, served_on=served, final=True)
    disputes.settle(*at, said, PAPER)
    events = {one.kind: one.on_day for one in seen(contract).events}
    assert (events["disputed"], events["settled"]) == (made_on + timedelta(5), day)


def test_what_is_awarded_over_dues_stands_in_their_place_and_who_pays_it_owes_nothing(superuser: Connection) -> None:
    """CON-17: over the price with dues that are late the outcome says which of them it settles, or that it is beside them."""
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    pass_days(superuser, 2)
    late = [one for one in seen(contract).settled if one.late(today())]
    before = seen(contract).left
    disputes.dispute(*at, Brought("court", "欠租", "rent"), None)
    award = Outcome("owed", today(), Decimal("500.00"), today(), pays="taker", document="judgment", final=True)
    for wrong in (award, replace(award, covers=(99,)), replace(award, covers=(late[0].due.position,), beside=True)):
        with pytest.raises(Refused) as unsaid:
            disputes.settle(*at, wrong, PAPER)
        assert [(one.code, one.field) for one in unsaid.value.findings] == [("CON-17", "covers")]
    disputes.settle(*at, replace(award, covers=tuple(one.due.position for one in late)), PAPER)
    owed = sum((one.left for one in late), Decimal(0))
    assert seen(contract).left == before - owed + Decimal("500.00")
    life.pay(*at, Decimal("500.00"), today(), "AW-500", PAPER)
    pass_days(superuser, 1)
    assert not seen(contract).course(today()).late
    assert seen(contract).left == before - owed
    outcome = seen(contract).of("settled")
    assert outcome is not None
    correcting.take_back(*at, Wrong(outcome.event_id, "判决抄错了"))
    assert seen(contract).left == before - Decimal("500.00")


def test_what_was_paid_of_a_due_that_an_award_covers_is_not_too_much_when_the_contract_ends_early(
    superuser: Connection,
) -> None:
    """Of a due paid in part the award covers the rest; the end by its half leaves what was paid of it, and gives nothing back."""
    contract = signed(drawn(from_on=today(), until_on=months_after(today(), 12)))
    at = (OPERATOR, COUNTY, contract.contract_id)
    pass_days(superuser, 2)
    (due,) = [one for one in seen(contract).settled if one.late(today())]
    paid = half_up(due.due.amount * Decimal("0.4"))
    life.pay(*at, paid, today(), "HALF-1", PAPER)
    disputes.dispute(*at, Brought("court", "欠租", "rent"), None)
    ended = (due.due.until_on - due.due.from_on) / 2 + due.due.from_on
    pass_days(superuser, (ended - today()).days)
    award = Outcome("ended", today(), due.left - paid, today(), pays="taker", **JUDGED)
    disputes.settle(*at, replace(award, covers=(due.due.position,)), PAPER)
    found = seen(contract)
    assert found.contract.ends_on == today()
    assert found.overpaid == 0
    assert found.left == due.left - paid


def test_what_is_awarded_beside_the_dues_leaves_them(superuser: Connection) -> None:
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    pass_days(superuser, 2)
    before = seen(contract).left
    disputes.dispute(*at, Brought("court", "欠租", "rent"), None)
    award = Outcome("owed", today(), Decimal("80.00"), today(), pays="taker", document="judgment", final=True)
    disputes.settle(*at, replace(award, beside=True), PAPER)
    assert seen(contract).left == before + Decimal("80.00")


def test_a_contract_waits_for_a_mediation_its_days_and_for_the_same_one_once(superuser: Connection) -> None:
    """CON-9, CON-17, CON-114: after them the desk says so without a paper; a court's case waits on."""
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    disputes.dispute(*at, Brought("village", "欠款", "rent"), None)
    pass_days(superuser, 30)
    with pytest.raises(Refused) as early:
        disputes.settle(*at, Outcome("lapsed", today(), document=""), None)
    assert early.value.findings[0].values["fault"] == "mediation_runs"
    with pytest.raises(Refused) as waits:
        life.end(*at, End("agreed", today()), PAPER)
    assert codes(waits) == {"CON-9"}
    pass_days(superuser, 1)
    disputes.settle(*at, Outcome("lapsed", today(), document=""), None)
    assert stage(seen(contract).course(today())) == "running"
    with pytest.raises(Refused) as again:
        disputes.dispute(*at, Brought("village", "欠款", "rent"), None)
    assert codes(again) == {"CON-114"}
    disputes.dispute(*at, Brought("township", "欠款", "rent"), None)
    disputes.settle(*at, Outcome("failed", today(), document="note"), PAPER)
    disputes.dispute(*at, Brought("court", "欠款", "rent"), None)
    pass_days(superuser, 365)
    with pytest.raises(Refused) as court:
        disputes.settle(*at, Outcome("lapsed", today(), document=""), None)
    assert court.value.findings[0].values["fault"] == "outcome_unsaid"
