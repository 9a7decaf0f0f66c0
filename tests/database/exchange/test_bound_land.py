"""Who registers what becomes of land reads the contracts that run on it; what is let by a signed contract is registered as a
land-operation right of nobody else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.periods import DAY
from landreg.exchange.contracts.model import Contract
from landreg.law.queries import load_law
from landreg.registry.casework import cases
from landreg.registry.rules.household_requests import LandOperation, LandOperationChange, Operator
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.requests import Assignment, Cancellation
from tests.contract_kit import (
    FIRST,
    OPERATOR,
    OTHER,
    TAKER,
    UNTIL,
    day_of,
    drawn,
    right_id,
    seen,
    signed,
    to_the_register,
)
from tests.exchange_kit import TERM
from tests.household_kit import asked_for
from tests.registry_kit import Connection, applied, booked, codes, one, put_papers, state_of, to_rights
from tests.villages import COUNTY

NEXT, LAST = UNTIL.replace(month=4), UNTIL - DAY


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


@pytest.fixture
def let() -> Contract:
    """A lease of the first parcel of the first household, whose last day is LAST, that no right was registered for."""
    return signed(drawn())


def parcel_of(contract: Contract) -> str:
    code: str = one(
        OPERATOR, "SELECT parcel_code FROM exchange.contract_parcel WHERE contract_id = :id", id=contract.contract_id
    )
    return code


def noted(registrar: Actor, case: UUID, code: str = "TR-33") -> list[str]:
    """What the rule on contracts that run on the land tells of a case as it is accepted."""
    if state_of(registrar, case) == "draft":
        cases.accept(registrar, COUNTY, [case])
    found = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    return [finding["zh"].split("。")[0] for finding in found if finding["code"] == code]


def lease(contract: Contract, code: str, **changed: Any) -> LandOperation:
    asked = LandOperation(
        "", Operator("organization", uuid4(), "另一合作社", code), "lease", "另一合同7号", date(2026, 1, 5), FIRST,
        LAST, (parcel_of(contract),),
    )  # fmt: skip
    return replace(asked, **changed)


def test_who_registers_an_assignment_reads_the_lease_that_runs_on_the_land(let: Contract, registrar: Actor) -> None:
    to = one(
        registrar, "SELECT household_id FROM party.household WHERE code = :code AND upper_inf(recorded)", code=OTHER
    )
    asked = Assignment(to, OTHER, date(2026, 1, 5))
    case = asked_for(registrar, "assignment", asked, right=right_id(), more=("issuer_consent",))
    assert noted(registrar, case) == [f"地块上有履行中的流转合同：{let.number}（出租，至 {LAST}）"]


def test_who_registers_that_land_is_given_up_reads_it_too(let: Contract, registrar: Actor) -> None:
    """By a ruling the lease goes on (TR-33); on ground that is expropriated it does not (TR-34)."""
    for reason, code in (("ruling", "TR-33"), ("expropriation", "TR-34")):
        case = asked_for(registrar, "cancellation", Cancellation(reason, (parcel_of(let),)), right=right_id())
        assert noted(registrar, case, code) == [f"地块上有履行中的流转合同：{let.number}（出租，至 {LAST}）"]
        assert noted(registrar, case, "TR-33" if code == "TR-34" else "TR-34") == []
        cases.withdraw(registrar, COUNTY, [case], "不办了")


def test_the_contract_that_is_registered_is_no_other_contract(registrar: Actor, database: Settings) -> None:
    case = to_the_register(registrar, database, signed(drawn()))
    put_papers(registrar, case, "land_operation")
    assert noted(registrar, case) == []


def test_land_that_is_let_is_registered_as_the_right_of_nobody_else(let: Contract, registrar: Actor) -> None:
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "land_operation", lease(let, "93610902MA0000002E"), right=right_id())
    assert codes(refused) == {"LO-13"}


def test_who_takes_the_land_by_the_contract_has_it_registered(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """The database lets it too."""
    asked = lease(let, TAKER, operator=Operator("organization", uuid4(), "样本种植专业合作社", TAKER))
    case = asked_for(registrar, "land_operation", asked, right=right_id())
    booked(registrar, reviewer, superuser, case, "land_operation")
    assert (
        one(registrar, "SELECT count(*) FROM registry.\"right\" WHERE kind = 'land_operation' AND upper_inf(recorded)")
        == 1
    )


def test_the_database_refuses_it_beside_the_rule(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landreg.registry.facts.acts.running_on", lambda *_: {})
    case = asked_for(registrar, "land_operation", lease(let, "93610902MA0000002E"), right=right_id())
    with pytest.raises((Refused, Conflict, psycopg.Error)) as refused:
        booked(registrar, reviewer, superuser, case, "land_operation")
    assert "LO-13" in codes(refused)


OWN = Operator("organization", uuid4(), "样本种植专业合作社", TAKER)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("LO-13", {}),
        ("LO-15", {"operator": OWN, "last_day": UNTIL}),
        ("LO-15", {"operator": OWN, "starts_on": FIRST - DAY}),
    ],
)
def test_a_contract_of_the_market_is_ground_for_its_own_taker_and_its_own_days_alone(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, code: str, changed: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    asked = lease(let, "93610902MA0000002E", basis=let.number, **changed)
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "land_operation", asked, right=right_id())
    assert code in codes(refused)
    monkeypatch.setattr("landreg.registry.facts.acts.running_on", lambda *_: {})
    case = asked_for(registrar, "land_operation", asked, right=right_id())
    with pytest.raises((Refused, Conflict, psycopg.Error)) as refused:
        booked(registrar, reviewer, superuser, case, "land_operation")
    assert code in codes(refused)


def test_a_right_is_registered_for_longer_over_nobody_elses_contract(
    registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LO-13: a paper right to the last day of a year, and a contract of the market after it."""
    after = signed(drawn(from_on=NEXT, until_on=UNTIL))
    paper = lease(after, "93610902MA0000002E", last_day=NEXT - DAY)
    case = asked_for(registrar, "land_operation", paper, right=right_id())
    booked(registrar, reviewer, superuser, case, "land_operation")
    right = one(
        registrar, "SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND upper_inf(recorded)"
    )
    longer = LandOperationChange("补充1号", NEXT.replace(month=5))
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "land_operation_change", longer, right=right)
    assert codes(refused) == {"LO-13"}
    monkeypatch.setattr("landreg.registry.facts.acts.running_on", lambda *_: {})
    case = asked_for(registrar, "land_operation_change", longer, right=right)
    with pytest.raises((Refused, Conflict, psycopg.Error)) as refused:
        booked(registrar, reviewer, superuser, case, "land_operation_change")
    assert "LO-13" in codes(refused)


def test_what_another_operates_by_a_registered_paper_right_is_let_by_no_contract_of_those_days(
    registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CON-2: not drawn, and what was drawn and half signed before is not signed by the other side; the database keeps it too."""
    before = signed(drawn(), "contractor")
    paper = lease(before, "93610902MA0000002E", last_day=NEXT - DAY)
    case = asked_for(registrar, "land_operation", paper, right=right_id())
    booked(registrar, reviewer, superuser, case, "land_operation")
    for attempt in (drawn, lambda: signed(before, "taker")):
        with pytest.raises(Refused) as refused:
            attempt()
        assert codes(refused) == {"CON-2"}
    monkeypatch.setattr("landreg.exchange.contracts.land_queries.operated", lambda *_: {})
    with pytest.raises((Refused, Conflict, psycopg.Error)) as refused:
        signed(before, "taker")
    assert codes(refused) == {"CON-2"}
    after = signed(drawn(from_on=NEXT, until_on=NEXT.replace(month=9)))
    assert seen(after).contract.state == "signed"


@pytest.mark.parametrize("basis", ["合同{number}", "另一合同7号"])
def test_the_takers_own_contract_holds_however_its_number_is_typed(let: Contract, registrar: Actor, basis: str) -> None:
    """LO-15: its days are the right's, though the basis names it in other words, or another contract."""
    asked = lease(
        let, TAKER, operator=OWN, basis=basis.format(number=let.number), last_day=NEXT.replace(month=12, day=31)
    )
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "land_operation", asked, right=right_id())
    assert "LO-15" in codes(refused)
    assert any(found.values.get("number") == let.number for found in refused.value.findings)


@pytest.mark.parametrize(
    ("code", "operator", "last_day", "said"),
    [
        ("LO-13", "93610902MA0000002E", NEXT - DAY, f"（出租，至 {LAST}）"),
        ("LO-15", TAKER, LAST, f"自 {FIRST} 起，至 {LAST} 止"),
    ],
)
def test_a_term_is_corrected_to_no_days_that_a_contract_of_the_market_leaves_to_others(
    registrar: Actor, reviewer: Actor, superuser: Connection, code: str, operator: str, last_day: date, said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """At the form, with the contract and its last day; the database refuses it too, and names what it does not know by no dash."""
    first = FIRST if code == "LO-15" else NEXT
    contract = signed(drawn(from_on=first, until_on=UNTIL))
    taker = Operator("organization", uuid4(), "样本种植专业合作社", operator)
    basis = contract.number if code == "LO-15" else "另一合同7号"
    lease_ = lease(contract, operator, operator=taker, basis=basis, last_day=last_day)
    booked(
        registrar,
        reviewer,
        superuser,
        asked_for(registrar, "land_operation", lease_, right=right_id()),
        "land_operation",
    )
    right = one(
        registrar, "SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND upper_inf(recorded)"
    )
    longer = Correction("right", "holder", "合同原件", (Corrected("term", f"{FIRST}/{NEXT.replace(month=9, day=30)}"),))
    with unit_of_work(registrar) as uow:
        law = load_law(uow.session, COUNTY, day_of(registrar))
    with pytest.raises(Refused) as refused:
        applied(registrar, "correction", longer, right)
    (found,) = (finding for finding in refused.value.findings if finding.code == code)
    assert found.field == "term"
    assert contract.number in law.say(found, "zh")
    assert said in law.say(found, "zh")
    shorter = replace(longer, facts=(Corrected("term", f"{date(FIRST.year - 1, 12, 1)}/{NEXT - DAY}"),))
    monkeypatch.setattr("landreg.registry.facts.acts.running_on", lambda *_: {})
    case = applied(registrar, "correction", longer, right)
    put_papers(registrar, case, "correction", ("application", "identity"))
    with pytest.raises((Refused, Conflict)) as walled:
        booked(registrar, reviewer, superuser, case, "correction")
    (found,) = (finding for finding in walled.value.findings if finding.code == code)
    assert "—" not in law.say(found, "zh") + law.say(found, "en")
    cases.withdraw(registrar, COUNTY, [case], "改填")
    monkeypatch.undo()
    assert applied(registrar, "correction", shorter, right)
