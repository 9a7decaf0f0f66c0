"""A contract whose land-operation right is registered is changed: the register is asked to follow, or strikes the right out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict
from landreg.core.files import Store
from landreg.core.periods import years_after
from landreg.exchange.contracts import cancelling, drawing, registering, right_queries, signing
from landreg.exchange.contracts.model import Contract
from landreg.registry.queries import documents
from landreg.registry.rules.requests import RestrictionAsked
from tests.contract_kit import OPERATOR, PAPER, VALUES, drawn, seen, signed, terms, today
from tests.exchange_kit import TERM
from tests.household_kit import asked_for
from tests.registry_kit import BANK, Connection, booked, one, put_papers, to_rights
from tests.villages import COUNTY

MORTGAGE = RestrictionAsked(
    "mortgage", "样本农村信用社", "抵押合同一号", Decimal("60000.00"), date(2027, 6, 1), whose=BANK
)
PDF = b"%PDF-1.7 sample"


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


@pytest.fixture
def contract(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> Contract:
    """A lease whose right is registered by the case that was opened for it."""
    made = signed(drawn(from_on=today(), until_on=years_after(today(), 6)))
    signing.ask_registration(OPERATOR, COUNTY, made.contract_id, PAPER)
    case = registering.open_case_of(registrar, Store(database.store), COUNTY, made.contract_id, PDF)
    put_papers(registrar, case, "land_operation")
    booked(registrar, reviewer, superuser, case, "land_operation")
    return made


def right_of(contract: Contract) -> UUID:
    with unit_of_work(OPERATOR) as uow:
        (row,) = cancelling.registered(uow.session, seen(contract)).rights
    found: UUID = row.right_id
    return found


def changed(contract: Contract, until_on: date) -> Contract:
    asked = terms(from_on=today(), until_on=until_on)
    return signed(drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", asked, VALUES))


def waiting(actor: Actor) -> list[str]:
    with unit_of_work(actor) as uow:
        return [row.Contract.number for row in right_queries.rights_changed(uow.session)]


def folder(actor: Actor, case: UUID) -> set[str]:
    with unit_of_work(actor) as uow:
        return {row.kind for row in documents(uow.session, COUNTY, case)}


def test_the_register_is_asked_to_change_the_right_as_the_contract_was_changed(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    """With the consent of whom the right is mortgaged to; until then the desk sees it wait."""
    right = right_of(contract)
    more = ("contractor_consent", "filing")
    booked(
        registrar, reviewer, superuser, asked_for(registrar, "mortgage", MORTGAGE, right=right, more=more), "mortgage"
    )
    cancelling.creditor_consents(OPERATOR, COUNTY, contract.contract_id, "change", PAPER)
    assert waiting(registrar) == []
    change = changed(contract, years_after(today(), 5))
    assert (waiting(registrar), waiting(reviewer)) == ([change.number],) * 2
    signing.ask_registration(OPERATOR, COUNTY, change.contract_id, PAPER)
    assert waiting(registrar) == []
    case = registering.open_case_of(registrar, Store(database.store), COUNTY, change.contract_id, PDF)
    assert folder(registrar, case) == {"application", "operation_contract", "creditor_consent"}
    put_papers(registrar, case, "land_operation_change")
    booked(registrar, reviewer, superuser, case, "land_operation_change")
    term = (
        'SELECT upper(term) FROM registry."right" WHERE right_id = :right AND upper_inf(recorded) AND upper_inf(valid)'
    )
    assert one(registrar, term, right=right) == years_after(today(), 5)
    assert waiting(registrar) == []
    with pytest.raises(Conflict):
        signing.ask_registration(OPERATOR, COUNTY, change.contract_id, PAPER)


def test_a_right_that_becomes_too_short_to_be_registered_is_struck_out(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    right_of(contract)
    change = changed(contract, today() + timedelta(days=9))
    signing.ask_registration(OPERATOR, COUNTY, change.contract_id, PAPER)
    case = registering.open_case_of(registrar, Store(database.store), COUNTY, change.contract_id, PDF)
    assert folder(registrar, case) == {"application", "end_proof"}
    booked(registrar, reviewer, superuser, case, "land_operation_end")
    standing = "SELECT count(*) FROM registry.\"right\" WHERE kind = 'land_operation' AND upper_inf(recorded) AND upper_inf(valid)"
    assert one(registrar, standing) == 0
    assert waiting(registrar) == []
