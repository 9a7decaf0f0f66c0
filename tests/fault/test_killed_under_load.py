"""Web, worker and PostgreSQL killed with no warning while acts are registered: every acknowledged act stands, none half."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from landreg import keys, migrate
from landreg.access.sealing import use_key
from landreg.access.service import SYSTEM, NewAccount, open_account
from landreg.audit.logged import register
from landreg.config import CHECKOUT, Settings
from landreg.core import db
from landreg.core.actor import Actor, Desk, Role
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry import booking
from tests.fault.test_cluster import Checkout
from tests.load_kit import Load, Visitor, standing
from tests.registry_kit import HOUSEHOLD, Connection, one, to_rights
from tests.villages import COUNTY

PASSWORD = "Correct-Horse-Battery-9"
PROGRAM = "import sys; from landreg.cli import main; sys.argv[1:] = {arguments!r}; main()"


class Process:
    """A command of the program in a session of its own, started again when it was killed."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self.log, self.arguments = log, list(arguments)
        self.start()

    def start(self) -> None:
        """Run it; what it says goes to a file."""
        line = [sys.executable, "-c", PROGRAM.format(arguments=self.arguments)]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(line, cwd=CHECKOUT, stdout=out, stderr=out, start_new_session=True)

    def kill(self) -> None:
        """The whole session, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def kill_child(self) -> None:
        """One of its children; of a server, one that answers requests."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if children:
            with suppress(ProcessLookupError):
                os.kill(int(random.choice(children)), signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> str:
    found = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("LANDREG_BASE_URL", found)
    return found


@pytest.fixture
def officer(database: Settings) -> Actor:
    """A reviewer who signs in."""
    new = NewAccount("shen.he", "审核员", frozenset({Role.REVIEWER}), COUNTY)
    account = open_account(SYSTEM, new, PASSWORD, temporary=False)
    return Actor(account, new.name, Desk.REGISTRY, new.roles, COUNTY)


@pytest.fixture
def web(database: Settings, address: str, officer: Actor, tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "web.log", "serve", "--port", address.rsplit(":", 1)[1])
    try:
        wait_for(address)
        yield process
    finally:
        process.kill()


@pytest.fixture
def sealing(database: Settings, tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "worker.log", "worker")
    try:
        yield process
    finally:
        process.kill()


def wait_for(address: str) -> None:
    for _ in range(600):
        with suppress(requests.RequestException):
            if requests.get(f"{address}/login", timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def killed_under_load(
    kills: int, web: Process, sealing: Process, address: str, actors: tuple[Actor, Actor], seed: int = 1
) -> Load:
    """Kill the worker, one of the server's processes, or all of the server, so many times, while acts are registered."""
    visitor = Visitor(address, "shen.he", PASSWORD)
    load = Load(*actors, HOUSEHOLD, lambda case: visitor.take(case, "register"))
    load.start()
    chance = random.Random(seed)
    for number in range(kills):
        _wait_for_work(load, chance.uniform(0.1, 0.8))
        if number % 5 == 4:
            web.kill()
            web.start()
            wait_for(address)
        elif number % 2:
            web.kill_child()
        else:
            sealing.kill()
            sealing.start()
    enough = time.monotonic() + 60
    while len(load.acknowledged) < 3 and time.monotonic() < enough:
        time.sleep(0.2)
    load.stop()
    return load


def _wait_for_work(load: Load, more_s: float) -> None:
    """Until an act was asked for since the last kill, and somewhat longer: so that the next falls at any moment of one."""
    before, latest = load.asked, time.monotonic() + 8
    while load.asked == before and time.monotonic() < latest:
        time.sleep(0.02)
    time.sleep(more_s)


def sound(worker: Actor, settings: Settings, load: Load) -> None:
    """Every acknowledged act is there with its leaf, no case is half registered, and the log agrees."""
    assert standing(worker, load.acknowledged) == len(load.acknowledged) == len(set(load.acknowledged))
    half = """SELECT count(*) FROM registry."case" AS c LEFT JOIN registry.act AS a USING (county, case_id)
        WHERE (c.state IN ('registered', 'certified')) <> (a.act_id IS NOT NULL) OR c.act_id IS DISTINCT FROM a.act_id"""
    assert one(worker, half) == 0
    seal(worker, settings)
    assert recheck_register(worker, settings, register()).findings == ()


@pytest.fixture
def rights(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 1)


@pytest.mark.timeout(400)
def test_acts_that_were_acknowledged_stand_when_web_and_worker_are_killed(
    rights: None, web: Process, sealing: Process, address: str, registrar: Actor, reviewer: Actor, worker: Actor,
    database: Settings,
) -> None:  # fmt: skip
    load = killed_under_load(5, web, sealing, address, (registrar, reviewer))
    assert load.acknowledged
    sound(worker, database, load)


@pytest.mark.drill
@pytest.mark.timeout(1800)
def test_a_hundred_kills_of_web_and_worker_lose_no_acknowledged_act(
    rights: None, web: Process, sealing: Process, address: str, registrar: Actor, reviewer: Actor, worker: Actor,
    database: Settings, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    load = killed_under_load(100, web, sealing, address, (registrar, reviewer), 7)
    sound(worker, database, load)
    _say(
        capsys,
        f"100 kills: {len(load.acknowledged)} acts acknowledged, {len(load.doubtful)} without an answer, none lost",
    )


# PostgreSQL itself


@pytest.fixture
def own_cluster(tmp_path: Path, database: Settings) -> Iterator[tuple[Checkout, Settings]]:
    """A database server that flushes what it writes, with a migrated database and keys."""
    checkout = Checkout(tmp_path / "checkout", "run")
    try:
        assert checkout.cluster("start")[0] == 0
        yield checkout, prepared(checkout)
    finally:
        use_key(database.keys["identity"])
        db.configure(database.urls)
        checkout.cluster("remove")


def prepared(checkout: Checkout) -> Settings:
    """Its settings, with the schema and keys made."""
    settings = Settings.from_environment(
        {"LANDREG_HOME": str(checkout.home), "LANDREG_SECOND_FACTOR": "optional", "LANDREG_DEMO": "yes"}
    )
    migrate.init(settings)
    migrate.upgrade(settings)
    keys.make_missing(settings)
    db.configure(settings.urls)
    use_key(settings.keys["identity"])
    return settings


def database_killed(times: int, place: tuple[Checkout, Settings], actors: tuple[Actor, Actor]) -> Load:
    """Kill the server with all its processes in mid-registration, and start it again, so many times."""
    checkout, settings = place
    with psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as superuser:
        to_rights(*actors, superuser, 1)
    data = checkout.data()
    load = Load(*actors, HOUSEHOLD, lambda case: booking.register(actors[1], COUNTY, [case]).done == 1)
    load.start()
    chance = random.Random(3)
    for _ in range(times):
        time.sleep(chance.uniform(0.3, 1.5))
        _kill_server(data)
        code, said = checkout.cluster("start")
        assert code == 0, said
    time.sleep(1)
    load.stop()
    return load


def _kill_server(data: Path) -> None:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ProcessLookupError):
            if (process / "cwd").readlink() == data and (process / "comm").read_text().startswith("postgres"):
                os.kill(int(process.name), signal.SIGKILL)


@pytest.mark.timeout(400)
def test_acts_that_were_acknowledged_stand_when_the_database_is_killed(
    own_cluster: tuple[Checkout, Settings], registrar: Actor, reviewer: Actor, worker: Actor
) -> None:
    load = database_killed(2, own_cluster, (registrar, reviewer))
    assert load.acknowledged
    sound(worker, own_cluster[1], load)


@pytest.mark.drill
@pytest.mark.timeout(1800)
def test_twenty_kills_of_the_database_lose_no_acknowledged_act(
    own_cluster: tuple[Checkout, Settings], registrar: Actor, reviewer: Actor, worker: Actor, capsys: Any
) -> None:
    load = database_killed(20, own_cluster, (registrar, reviewer))
    sound(worker, own_cluster[1], load)
    _say(capsys, f"20 kills of PostgreSQL: {len(load.acknowledged)} acts acknowledged, none lost")


def _say(capsys: Any, text: str) -> None:
    with capsys.disabled():
        print(f"\n{text}")
