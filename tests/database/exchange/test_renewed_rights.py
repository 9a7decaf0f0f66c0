"""A lease whose land-operation right is registered is renewed: the register has the same right for longer, with what restricts it;
from then on it stands on the renewal.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.files import Store
from landreg.core.periods import DAY, years_after
from landreg.exchange.contracts import cancelling, days, drawing, land_queries, right_queries
from landreg.exchange.contracts.cancelling import Registered
from landreg.exchange.contracts.life import End, end
from landreg.exchange.contracts.model import Contract
from landreg.registry.queries import documents
from landreg.registry.rules.household_requests import LandOperationChange
from landreg.registry.rules.requests import RestrictionAsked
from tests.contract_kit import OPERATOR, PAPER, UNTIL, VALUES, drawn, seen, signed, terms, to_the_register, today
from tests.database.exchange.test_changed_rights import PDF, folder, waiting
from tests.exchange_kit import TERM
from tests.household_kit import asked_for
from tests.registry_kit import BANK, Connection, booked, codes, one, pass_days, put_paper, put_papers, to_rights
from tests.villages import COUNTY

LATER = years_after(UNTIL, 2)
MORTGAGE = RestrictionAsked(
    "mortgage", "样本农村信用社", "抵押合同一号", Decimal("60000.00"), UNTIL.replace(month=6), whose=BANK
)
MORE = ("contractor_consent", "filing")


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


@pytest.fixture
def contract(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> Contract:
    """A lease whose right is registered by the case that was opened for it, and mortgaged."""
    made = signed(drawn())
    case = to_the_register(registrar, database, made)
    put_papers(registrar, case, "land_operation")
    booked(registrar, reviewer, superuser, case, "land_operation")
    mortgage = asked_for(registrar, "mortgage", MORTGAGE, right=stands(made).rights[0].right_id, more=MORE)
    booked(registrar, reviewer, superuser, mortgage, "mortgage")
    return made


def stands(contract: Contract) -> Registered:
    with unit_of_work(OPERATOR) as uow:
        return cancelling.registered(uow.session, seen(contract))


def renewed(contract: Contract, from_on: date = UNTIL, **changed: Any) -> Contract:
    asked = terms(from_on=from_on, until_on=LATER)
    return signed(drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "renewal", asked, VALUES, **changed))


def on(superuser: Connection, day: date) -> None:
    """That day has come, and the worker has been."""
    pass_days(superuser, (day - today()).days)
    days.work()


def over(actor: Actor) -> list[str]:
    """The ended contracts whose right is to be struck out."""
    with unit_of_work(actor) as uow:
        return [row.Contract.number for row in right_queries.right_stands(uow.session, today())]


def booked_renewal(
    renewal: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, *carried: str
) -> None:
    case = to_the_register(registrar, database, renewal)
    assert folder(registrar, case) == {"application", "operation_contract", *carried}
    put_papers(registrar, case, "land_operation_change")
    put_paper(registrar, case, "creditor_consent")
    booked(registrar, reviewer, superuser, case, "land_operation_change")


@pytest.mark.parametrize("after", [False, True], ids=["before its last day", "after its last day"])
def test_the_register_has_the_right_of_a_renewed_contract_for_longer(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, after: bool
) -> None:
    """With its mortgage, on either side of the last day; it is struck out when the renewal has ended, and not before."""
    right = stands(contract).rights[0].right_id
    cancelling.creditor_consents(OPERATOR, COUNTY, contract.contract_id, "change", PAPER)
    renewal = renewed(contract)
    on(superuser, UNTIL + 5 * DAY if after else UNTIL - 20 * DAY)
    assert (waiting(registrar), over(registrar)) == ([renewal.number], [])
    booked_renewal(renewal, registrar, reviewer, superuser, database, "creditor_consent")
    days.work()
    assert seen(renewal).of("registered") is not None
    term = (
        'SELECT upper(term) FROM registry."right" WHERE right_id = :right AND upper_inf(recorded) AND upper_inf(valid)'
    )
    assert one(registrar, term, right=right) == LATER
    (kept,), (laid,) = stands(renewal).rights, stands(renewal).laid
    assert (kept.right_id, laid.kind, stands(contract)) == (right, "mortgage", Registered())
    on(superuser, UNTIL + 6 * DAY)
    assert (waiting(registrar), over(registrar)) == ([], [])
    with pytest.raises(Conflict):
        cancelling.ask_cancellation(OPERATOR, COUNTY, contract.contract_id, PAPER)
    on(superuser, LATER)
    assert over(registrar) == [renewal.number]
    cancelling.ask_cancellation(OPERATOR, COUNTY, renewal.contract_id, PAPER)
    ending = cancelling.open_case_of_end(registrar, Store(database.store), COUNTY, renewal.contract_id, PDF)
    with unit_of_work(registrar) as uow:
        assert {row.kind for row in documents(uow.session, COUNTY, ending)} == {"application", "end_proof"}


def test_a_right_that_stands_on_a_renewal_is_mortgaged_and_given_up_by_the_renewal_s_days(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    """What it renews has ended, and stops no mortgage of it any more (TR-27); the renewal is not agreed away (CON-39)."""
    right = stands(contract).rights[0].right_id
    renewal = renewed(contract)
    booked_renewal(renewal, registrar, reviewer, superuser, database)
    on(superuser, UNTIL + DAY)
    second = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同二号", Decimal("9000.00"), LATER - DAY, whose=BANK)
    more = (*MORE, "later_creditors_consent")
    booked(registrar, reviewer, superuser, asked_for(registrar, "mortgage", second, right=right, more=more), "mortgage")
    with pytest.raises(Refused) as refused:
        end(OPERATOR, COUNTY, renewal.contract_id, End("agreed", today()), PAPER)
    assert codes(refused) == {"CON-39"}


def test_a_renewal_that_begins_later_has_no_right_for_longer(
    contract: Contract, registrar: Actor, superuser: Connection
) -> None:
    """The days between were nobody's: the old right is struck out first."""
    later = renewed(contract, UNTIL + DAY)
    assert waiting(registrar) == []
    with unit_of_work(OPERATOR) as uow:
        assert land_queries.rights_prolonged(uow.session, COUNTY, later.contract_id) == []
    on(superuser, UNTIL)
    assert over(registrar) == [contract.number]


def test_no_renewal_has_a_right_for_longer_whose_contract_ended_before(
    contract: Contract, registrar: Actor, superuser: Connection
) -> None:
    renewal = renewed(contract)
    assert waiting(registrar) == [renewal.number]
    end(OPERATOR, COUNTY, contract.contract_id, End("agreed", today() + DAY), PAPER, consent=PAPER)
    assert waiting(registrar) == []
    pass_days(superuser, 2)
    assert over(registrar) == [contract.number]


def test_a_right_that_was_changed_by_hand_stands_on_the_renewal_that_it_names(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    right = stands(contract).rights[0].right_id
    renewal = renewed(contract)
    asked = LandOperationChange(renewal.number, LATER - DAY)
    case = asked_for(registrar, "land_operation_change", asked, right=right, more=(*MORE, "creditor_consent"))
    booked(registrar, reviewer, superuser, case, "land_operation_change")
    assert (stands(contract), waiting(registrar)) == (Registered(), [])
    assert [row.right_id for row in stands(renewal).rights] == [right]
