"""A whole village's land to one cooperative: 200 households in the drill, eight in the suite; the worker killed half way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from landreg.access import service
from landreg.access.service import NewAccount
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import reviews, takers
from landreg.exchange.contracts import project_queries, project_runs, projects
from landreg.exchange.contracts.model import ProjectRun
from landreg.exchange.contracts.projects import Planned, Priced
from landreg.exchange.counter.present import Present
from tests.bidding_kit import FULL, OPINION, REVIEWED, SECOND
from tests.contract_kit import PAPER, TAKER, VALUES, says, terms, today
from tests.registry_kit import Connection, to_rights
from tests.villages import COUNTY, VILLAGE

WORKER_PROCESS = """
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import WORKER
from landreg.exchange.contracts import project_runs
db.configure(Settings.from_environment().urls)
while project_runs.work(WORKER):
    pass
"""


def asker() -> Actor:
    wanted = NewAccount("ling.jy", "交易员己", frozenset({Role.OPERATOR}), COUNTY)
    account = service.open_account(service.SYSTEM, wanted, "五月的麦子黄了又黄了", temporary=False)
    return Actor(account, "交易员己", Desk.EXCHANGE, frozenset({Role.OPERATOR}), COUNTY)


def qualified(operator: Actor, mu: Decimal) -> None:
    """The cooperative's review for so much land, and its reserve."""
    with unit_of_work(operator) as uow:
        taker = takers.by_code(uow, COUNTY, VILLAGE, TAKER, "样本种植专业合作社")
    asked = reviews.ask(SECOND, taker, reviews.Asking(mu, "种植玉米", "", FULL))
    reviews.decide(operator, COUNTY, asked.qualification_id, "passed", "", REVIEWED, OPINION)
    reviews.record_reserve(operator, COUNTY, taker.taker_id, "paid", mu * 200, "FX-1", today())


def opened(operator: Actor) -> UUID:
    """All the contracted land of the village, at two prices."""
    with unit_of_work(operator) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
    parcels = tuple(Priced(code, Decimal(500 + 40 * (place % 2))) for place, code in enumerate(sorted(land)))
    asked = terms(price=Decimal("500.00"))
    planned = Planned("样本村整村流转", TAKER, asked, parcels, VALUES, taker_name="样本种植专业合作社")
    return projects.open_project(operator, COUNTY, VILLAGE, planned).project_id


def made(operator: Actor, project: UUID, states: Sequence[str] = ("drawn", "part_signed", "signed")) -> int:
    with unit_of_work(operator) as uow:
        return sum(one.state in states for one in project_queries.contracts(uow.session, COUNTY, project).values())


def killed_at(
    operator: Actor, project: UUID, settings: Settings, count: int, states: Sequence[str] = ("part_signed",)
) -> int:
    """A worker process that is killed when so many contracts have one of these states; how many stand then."""
    urls = {f"LANDREG_{desk.name}_URL": url for desk, url in settings.urls.items()}
    environment = {**os.environ, **urls, "LANDREG_HOME": str(settings.home)}
    process = subprocess.Popen([sys.executable, "-c", WORKER_PROCESS], cwd=CHECKOUT, env=environment)
    try:
        while made(operator, project, states) < count:
            assert process.poll() is None, "the worker ended by itself"
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return made(operator, project, states)


def finish(operator: Actor, worker: Actor, run: UUID) -> ProjectRun:
    """Go on until a run is over: of a process that was killed the database lets the run go a moment later."""
    until = time.monotonic() + 60
    while project_runs.work(worker) or time.monotonic() < until:
        with unit_of_work(operator) as uow:
            row = project_queries.run(uow.session, COUNTY, run)
        assert row is not None
        if row.state not in project_runs.UNDER_WAY:
            return row
        time.sleep(0.05)
    raise AssertionError(row.state)


def processor(superuser: Connection) -> float:
    """Seconds of processor of this process and of the database's sessions until now."""
    pids = superuser.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()").fetchall()
    ticks = 0
    for (pid,) in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("count", [8, pytest.param(200, marks=pytest.mark.drill)])
def test_a_killed_run_of_a_village_goes_on_and_makes_and_signs_each_household_s_contract_once(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings, count: int
) -> None:
    """One household withdraws, one keeps a parcel, one says nothing: two are named, all others get theirs and are signed."""
    to_rights(registrar, reviewer, superuser, count)
    operator = asker()
    qualified(operator, Decimal(2 * count))
    project = opened(operator)
    with unit_of_work(operator) as uow:
        households = project_queries.households(uow.session, COUNTY, project)
        parcels = project_queries.parcels(uow.session, COUNTY, project)
    assert len(households) == count
    kept = next(one.parcel_code for one in parcels if one.household_id == households[2])
    code_of = {one.household_id: one.household_code for one in parcels}
    for place, household in enumerate(households[:-1]):
        word = says("consents", code_of[household], (kept,) if place == 2 else ())
        projects.say(operator, COUNTY, project, household, word)
    projects.say(operator, COUNTY, project, households[1], says("withdraws", code_of[households[1]]))
    run = project_runs.ask_run(operator, COUNTY, project)
    stood = killed_at(operator, project, database, count // 2)
    began, used = time.monotonic(), processor(superuser)
    row = finish(operator, worker, run)
    rest = count - 2 - stood
    print(
        f"{rest} households made in {time.monotonic() - began:.1f} s, {processor(superuser) - used:.1f} s of processor"
    )
    with unit_of_work(operator) as uow:
        contracts = project_queries.contracts(uow.session, COUNTY, project)
    assert (row.state, row.position) == ("done", count)
    assert {one["household"] for one in row.refused} == {str(households[1]), str(households[-1])}
    assert set(contracts) == {*households} - {households[1], households[-1]}
    numbers = [one.number for one in contracts.values()]
    assert len(set(numbers)) == len(numbers)
    assert (row.done, stood < count - 2) == (count - 2, True)
    run = project_runs.ask_signatures(
        operator, COUNTY, project, Present("社长", "见证人"), identity_checked=True, paper=PAPER
    )
    stood = killed_at(operator, project, database, count // 2, states=("signed",))
    began, used = time.monotonic(), processor(superuser)
    row = finish(operator, worker, run)
    print(
        f"{count - 2 - stood} contracts signed in {time.monotonic() - began:.1f} s, "
        f"{processor(superuser) - used:.1f} s of processor"
    )
    assert (row.state, row.position, row.done, row.refused) == ("done", count - 2, count - 2, [])
    assert superuser.execute("SELECT count(*) FROM exchange.held_parcel").fetchone() == (2 * (count - 2) - 1,)
