"""A village's land to one cooperative: asked for, agreed to, made by the worker's run that is stopped and goes on, signed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from landreg.access import service
from landreg.access.service import SYSTEM, NewAccount
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.exchange.contracts import members, project_queries, project_runs
from landreg.exchange.contracts import projects as of_village
from landreg.exchange.contracts.projects import Planned, Priced
from landreg.exchange.counter.present import Present
from tests.contract_kit import PAPER, TAKER, VALUES, says, terms, today
from tests.life_kit import PASSWORD, Life, Stage
from tests.registry_kit import pass_days, to_rights
from tests.villages import COUNTY, VILLAGE


def projects(on: Stage) -> Life:
    """Two households agree, one contract is made by itself, the other by the run."""
    to_rights(on.registrar, on.reviewer, on.superuser, 2)
    pass_days(on.superuser, 0)
    asker = _operator()
    planned = _planned(asker)
    project = yield "open_project", lambda: of_village.open_project(asker, COUNTY, VILLAGE, planned)
    at = (COUNTY, project.project_id)
    with unit_of_work(asker) as uow:
        first, *others = project_queries.households(uow.session, *at)
        code_of = {one.household_id: one.household_code for one in project_queries.parcels(uow.session, *at)}
    yield "say", lambda: of_village.say(asker, *at, first, says("consents", code_of[first]))
    for other in others:
        of_village.say(asker, *at, other, says("consents", code_of[other]))
    president = Present("社长", "见证人甲")
    yield "make", lambda: project_runs.make(asker, *at, first)
    run = yield "ask_run", lambda: project_runs.ask_run(asker, *at)
    yield "interrupt_run", lambda: project_runs.interrupt(asker, COUNTY, run)
    yield "resume_run", lambda: project_runs.resume(asker, COUNTY, run)
    yield "make_contracts", lambda: project_runs.work(on.worker)

    def waiting() -> list[UUID]:
        with unit_of_work(asker) as uow:
            made = project_queries.contracts(uow.session, *at).values()
        return [row.contract_id for row in made if row.state == "part_signed"]

    assert len(waiting()) == 2
    yield "sign_one", lambda: project_runs.sign_one(asker, *at, first, replace(president, attorney=True), PAPER)
    assert len(waiting()) == 1
    yield (
        "ask_signatures",
        lambda: project_runs.ask_signatures(asker, *at, president, identity_checked=True, paper=PAPER),
    )
    yield "sign_contracts", lambda: project_runs.work(on.worker)
    assert waiting() == []
    yield "project_told", lambda: members.project_told(asker, *at, today(), PAPER)


def _operator() -> Actor:
    """An operator of the account in whose name a run goes on."""
    new = NewAccount("ling.jy", "交易员己", frozenset({Role.OPERATOR}), COUNTY)
    return Actor(service.open_account(SYSTEM, new, PASSWORD), new.name, Desk.EXCHANGE, new.roles, COUNTY)


def _planned(asker: Actor) -> Planned:
    """All the land of the village's contract rights, each parcel at its own price."""
    with unit_of_work(asker) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
    parcels = tuple(Priced(code, Decimal(500 + place)) for place, code in enumerate(sorted(land)))
    asked = terms(price=Decimal("500.00"))
    return Planned("样本村整村流转", TAKER, asked, parcels, VALUES, taker_name="样本种植专业合作社")
