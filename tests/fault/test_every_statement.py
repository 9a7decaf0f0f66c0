"""A failure at the n-th statement, or at the commit, of every service leaves all or nothing: the whole database is compared.

The suite lets the middle statement of each service fail, and its commit; `make drill` every one.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from landreg.access.sealing import use_key
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from tests.fault.sweeping import SEVERAL, Step, Swept, at_every, at_some, sweep
from tests.life_kit import Life, Stage, life
from tests.lives.auctions import auctions
from tests.lives.courses import courses
from tests.lives.doors import doors
from tests.lives.exits import exits
from tests.lives.homes import homes
from tests.lives.households import households
from tests.lives.offerings import offerings
from tests.lives.parcels import parcels
from tests.lives.passings import passings
from tests.lives.programs import programs
from tests.lives.projects import projects
from tests.lives.renewals import renewals
from tests.lives.sealings import sealings
from tests.lives.trades import trades
from tests.registry_kit import Connection

LIVES: dict[Callable[[Stage], Life], tuple[int, int]] = {
    life: (60, 100),
    households: (40, 45),
    parcels: (30, 24),
    renewals: (15, 40),
    homes: (14, 30),
    doors: (20, 45),
    exits: (10, 20),
    programs: (7, 10),
    trades: (13, 26),
    auctions: (15, 30),
    sealings: (8, 20),
    courses: (15, 40),
    projects: (8, 20),
    offerings: (14, 30),
    passings: (2, 4),
}
"""How many services each of them has at least, and how many faults the suite sets off."""


@pytest.fixture
def stage(
    registrar: Actor, reviewer: Actor, auditor: Actor, worker: Actor, superuser: Connection, database: Settings
) -> Stage:
    use_key(database.keys["identity"])
    return Stage(registrar, reviewer, auditor, worker, superuser, database)


def through(stage: Stage, course: Callable[[Stage], Life], step: Step) -> Swept:
    """A whole life, every call of it failing first; the register is sound at its end."""
    told = sweep(course(stage), stage.superuser, step)
    seal(stage.worker, stage.settings)
    assert recheck_register(stage.worker, stage.settings, register()).findings == ()
    assert told.several <= set(SEVERAL)
    return told


@pytest.mark.parametrize("course", LIVES, ids=lambda course: course.__name__)
def test_a_failure_at_some_statements_of_every_service_leaves_all_or_nothing(
    stage: Stage, course: Callable[[Stage], Life]
) -> None:
    told = through(stage, course, at_some)
    assert told.faults.total() >= LIVES[course][1]


@pytest.mark.drill
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("course", LIVES, ids=lambda course: course.__name__)
def test_a_failure_at_every_statement_of_every_service_leaves_all_or_nothing(
    stage: Stage, course: Callable[[Stage], Life], capsys: pytest.CaptureFixture[str]
) -> None:
    told = through(stage, course, at_every)
    with capsys.disabled():
        print(
            f"\n{course.__name__}: {len(told.faults)} services, {told.faults.total()} faults, all or nothing after each"
        )
    assert len(told.faults) >= LIVES[course][0]
