"""What has no day of its term left is neither drawn, consented to nor signed: a draft, a project of a village (CON-100)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import DAY
from landreg.exchange.contracts import project_queries, project_runs, projects, signing
from landreg.exchange.counter.present import Present
from tests.contract_kit import OPERATOR, PAPER, drawn, says, signature, today
from tests.database.exchange.test_village_project import opened, qualified
from tests.exchange_kit import TERM
from tests.registry_kit import Connection, codes, to_rights
from tests.villages import COUNTY, past_triggers


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


def refused(step: Callable[[], Any]) -> None:
    with pytest.raises(Refused) as over:
        step()
    assert codes(over) == {"CON-100"}


def ends_today(superuser: Connection, table: str) -> None:
    with past_triggers(superuser):
        superuser.execute(f"UPDATE exchange.{table} SET until_on = %s", [today()])


def test_a_draft_whose_days_are_over_is_neither_drawn_nor_signed(superuser: Connection) -> None:
    refused(lambda: drawn(until_on=today()))
    draft = drawn(until_on=today() + 40 * DAY)
    ends_today(superuser, "contract")
    refused(lambda: signing.sign(OPERATOR, COUNTY, draft.contract_id, signature(draft, "contractor"), PAPER))


def test_a_project_whose_days_are_over_takes_no_yes_and_draws_and_signs_none(superuser: Connection) -> None:
    qualified(OPERATOR, Decimal(60))
    project = opened(OPERATOR)
    with unit_of_work(OPERATOR) as uow:
        first = project_queries.parcels(uow.session, COUNTY, project)[0]
    key = (OPERATOR, COUNTY, project)
    ends_today(superuser, "project")
    refused(lambda: projects.say(*key, first.household_id, says("consents", first.household_code)))
    refused(lambda: project_runs.ask_run(*key))
    refused(lambda: project_runs.ask_signatures(*key, Present("样本社长", "见证人甲", "", True), True, PAPER))
    projects.say(*key, first.household_id, says("withdraws", first.household_code))
