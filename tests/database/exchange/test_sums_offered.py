"""What a household reads before it authorises a project's contract is what this then owes: the term's sum and the first due."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.contracts import project_queries, project_runs, projects
from landreg.exchange.contracts.offering import offered
from landreg.exchange.contracts.projects import Planned, Priced
from landreg.exchange.contracts.saying import to_be_paid
from tests.contract_kit import OPERATOR, SHARES_BY_MU, TAKER, VALUES, parcels_of, right_id, says, seen, terms, today
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY, VILLAGE


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


@pytest.mark.parametrize(
    ("values", "days", "changed"),
    [
        (VALUES, 308, {}),
        (VALUES, 308, {"paid_every": "half", "paid_before": False}),
        (VALUES, 500, {"escalator_percent": Decimal("5.00")}),
        (VALUES, 308, {"unit": "kg_mu_year", "grain": "wheat", "price": Decimal("400.00")}),
        (SHARES_BY_MU, 500, {"kind": "share", "unit": "share"}),
    ],
    ids=["less than a year", "by halves", "rising", "grain", "shares"],
)
def test_what_is_read_before_the_yes_is_what_the_contract_owes(
    values: dict[str, str], days: int, changed: dict[str, Any]
) -> None:
    first = today() - timedelta(days=200)
    asked = terms(from_on=first, until_on=first + timedelta(days=days), **changed)
    first_code, *others = parcels_of(OPERATOR, right_id())
    priced = (Priced(first_code, asked.price), *(Priced(code, asked.price + 20) for code in others))
    planned = Planned("流转", TAKER, asked, priced, values, taker_name="样本种植专业合作社")
    made = projects.open_project(OPERATOR, COUNTY, VILLAGE, planned)
    with unit_of_work(OPERATOR) as uow:
        (home,) = project_queries.households(uow.session, COUNTY, made.project_id)
        project = project_queries.one(uow.session, COUNTY, made.project_id)
        rows = project_queries.parcels_of(uow.session, COUNTY, made.project_id, home)
        assert project is not None
        told = offered(project, rows, today()).total
    projects.say(OPERATOR, COUNTY, made.project_id, home, says("consents", HOUSEHOLD))
    project_runs.make(OPERATOR, COUNTY, made.project_id, home)
    with unit_of_work(OPERATOR) as uow:
        contract = project_queries.contract_of(uow.session, COUNTY, made.project_id, home)
    assert contract is not None
    owed = to_be_paid(seen(contract))
    assert told is not None
    assert (told, told[0] > 0) == (owed, True)
