"""What moves the right itself goes for good: no day ends an assignment or an exchange, and nobody gives its land back."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import psycopg
import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.exchange.contracts import days, life
from landreg.exchange.contracts.list_queries import listed
from landreg.exchange.contracts.routes.steps import steps_of
from landreg.exchange.contracts.rules.closing import Returned
from landreg.exchange.contracts.rules.course import stage
from landreg.exchange.contracts.whole import stands
from landreg.registry.casework import cases
from landreg.registry.rules.household_requests import LandOperation, Operator
from landreg.registry.rules.requests import Cancellation
from tests.contract_kit import OPERATOR, PAPER, drawn, seen, signed, today
from tests.database.exchange.test_contract_ends import village
from tests.database.exchange.test_issuer_consent import assigned
from tests.database.exchange.test_whole_term import shorter
from tests.household_kit import asked_for
from tests.registry_kit import Connection, booked, codes
from tests.registry_kit import one as findings
from tests.villages import COUNTY

__all__ = ["village"]
pytestmark = pytest.mark.usefixtures("village")


def at(where: str) -> list[str]:
    """The numbers of the contracts that the desk lists at a stage today."""
    with unit_of_work(OPERATOR) as uow:
        return [row.number for row in uow.session.scalars(listed(where, today()))]


def test_no_day_ends_an_assignment_and_its_land_does_not_come_back(worker: Actor, superuser: Connection) -> None:
    made = signed(assigned())
    shorter(superuser, made, today())
    lease = signed(drawn("610902104202010002"))
    shorter(superuser, lease, today())
    days.work(worker)
    found = seen(made)
    assert (found.contract.state, found.contract.ends_on) == ("signed", None)
    assert (stage(found.course(today())), stands(found.contract, today())) == ("running", "running")
    assert (at("running"), at("over"), at("ended")) == ([made.number], [], [lease.number])
    assert not {"return", "end", "renewal_asked"} & set(steps_of(found, today()))
    with pytest.raises(Conflict) as given:
        life.give_back(OPERATOR, COUNTY, made.contract_id, Returned(today()), PAPER)
    assert codes(given) == {"CON-5"}


def test_the_register_s_office_reads_an_assignment_past_its_day_until_it_is_registered(
    registrar: Actor, superuser: Connection
) -> None:
    made = signed(assigned())
    shorter(superuser, made, today())
    code = seen(made).parcels[0].parcel_code
    case = asked_for(registrar, "cancellation", Cancellation("expropriation", (code,)), right=made.right_id)
    cases.accept(registrar, COUNTY, [case])
    (told,) = [
        one for one in findings(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
        if one["code"] == "TR-34"
    ]  # fmt: skip
    assert f"{made.number}（转让，未登记）" in told["zh"]


def test_land_that_is_assigned_is_let_to_nobody_past_its_day_either(
    registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LO-13, by rule and database."""
    made = signed(assigned())
    shorter(superuser, made, today())
    operator = Operator("organization", uuid4(), "另一合作社", "93610902MA0000002E")
    land = (seen(made).parcels[0].parcel_code,)
    asked = LandOperation(
        "", operator, "lease", "另一合同7号", date(2026, 1, 5), date(2022, 1, 1), date(2027, 6, 30), land
    )
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "land_operation", asked, right=made.right_id)
    assert codes(refused) == {"LO-13"}
    monkeypatch.setattr("landreg.registry.facts.acts.running_on", lambda *_: {})
    case = asked_for(registrar, "land_operation", asked, right=made.right_id)
    with pytest.raises((Refused, Conflict, psycopg.Error)) as walled:
        booked(registrar, reviewer, superuser, case, "land_operation")
    assert "LO-13" in codes(walled)
