"""REG-39: over a right against which an order to seize was accepted no contract is drawn or signed until that is registered."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.contracts import making, signing
from landreg.exchange.contracts.model import Contract
from landreg.law.queries import load_law
from landreg.registry.casework import cases
from landreg.registry.rules.requests import RestrictionAsked
from tests.contract_kit import OPERATOR, day_of, drawn, right_id, seen, signed
from tests.registry_kit import Connection, applied, codes, one, to_rights
from tests.villages import COUNTY


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


def ordered(registrar: Actor) -> tuple[UUID, str]:
    """An accepted order to seize the first household's right, and its number."""
    asked = RestrictionAsked("seizure", "第一法院", "（2026）执1号")
    case = applied(registrar, "seizure", asked, right_id())
    cases.accept(registrar, COUNTY, [case])
    return case, one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :id', id=case)


def told_at_the_desk(contract: Contract) -> list[str]:
    with unit_of_work(OPERATOR) as uow:
        law = load_law(uow.session, COUNTY, day_of(OPERATOR))
        return [law.say(one, "zh") for one in making.freezes(uow.session, seen(contract))]


def test_land_under_an_accepted_order_is_neither_drawn_nor_signed_over_until_the_order_is_withdrawn(
    registrar: Actor,
) -> None:
    before = signed(drawn(), "contractor")
    case, number = ordered(registrar)
    attempts: tuple[Callable[[], Contract], ...] = (drawn, lambda: signed(before, "taker"))
    for attempt in attempts:
        with pytest.raises(Refused) as refused:
            attempt()
        (found,) = refused.value.findings
        assert (found.code, found.values["orders"]) == ("REG-39", [number])
    (said,) = told_at_the_desk(before)
    assert number in said
    cases.withdraw(registrar, COUNTY, [case], "法院撤回")
    assert told_at_the_desk(before) == []
    signed(before, "taker")
    assert seen(before).contract.state == "signed"


@pytest.mark.parametrize("side", signing.SIDES)
def test_the_database_takes_no_signature_where_the_rule_is_not_asked(
    side: str, registrar: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = drawn()
    ordered(registrar)
    monkeypatch.setattr(making, "not_frozen", lambda *_: None)
    with pytest.raises(Refused) as refused:
        signed(before, side)
    assert codes(refused) == {"REG-39"}
