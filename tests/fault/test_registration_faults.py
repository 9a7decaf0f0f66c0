"""Registration and issuing whatever fails: a statement, a process, the database, or another desk at the same moment.

What is half done is undone, and the next run does the whole.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from landreg import keys, migrate
from landreg.access.sealing import use_key
from landreg.config import CHECKOUT, Settings
from landreg.core import db
from landreg.core.actor import Actor, Desk
from landreg.core.errors import Conflict, LandregError
from landreg.core.files import Store
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry import booking
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.leaves import logged
from tests.fault.test_cluster import Checkout
from tests.registry_kit import Connection, one, state_of, to_notice, to_rights
from tests.villages import COUNTY, stage_village

At = Callable[[Any], None]
COUNTED = ("act", "right", "right_holder", "right_parcel", "contract", "case_event", "certificate")


@pytest.fixture
def noticed(registrar: Actor, reviewer: Actor, superuser: Connection) -> list[UUID]:
    """Four cases whose notice is over."""
    return to_notice(registrar, reviewer, superuser, stage_village(superuser, 2))


def written(superuser: Connection) -> dict[str, Any]:
    """How much stands in the tables that a registration writes, and the states of the cases."""
    tables = [f'registry."{name}"' for name in COUNTED]
    tables += ["party.collective", "party.household", "party.member", "land.parcel", "identity.person", "log.entry"]
    counts: dict[str, Any] = {table: superuser.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables}
    counts["states"] = superuser.execute('SELECT number, state FROM registry."case" ORDER BY 1').fetchall()
    return counts


@contextmanager
def at_statement(number: int, fail: At) -> Iterator[list[str]]:
    """Fail at the n-th statement of the registry's desk; the statements seen so far."""
    seen: list[str] = []

    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)
        if len(seen) == number:
            fail(connection)

    engine = db.engine_of(Desk.REGISTRY)
    event.listen(engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)


def terminate(superuser: Connection) -> At:
    """The database drops the connection: what follows on it fails as it does in life."""

    def fail(connection: Any) -> None:
        pid = connection.connection.dbapi_connection.info.backend_pid
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    return fail


EVERY = (("terminated", 1), ("interrupted", 5))
"""How the drill lets it fail, and at which statements: each, and each fifth."""


def interrupt(connection: Any) -> None:
    """Ctrl-C."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("how", "stride"),
    [("terminated", 9), ("interrupted", 13), *(pytest.param(*each, marks=pytest.mark.drill) for each in EVERY)],
)
def test_a_registration_that_fails_at_any_statement_leaves_nothing_and_the_next_does_it_all(
    noticed: list[UUID],
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
    how: str,
    stride: int,
) -> None:
    before = written(superuser)
    fail = terminate(superuser) if how == "terminated" else interrupt
    number, stepped = 1 - stride, None
    while stepped is None and written(superuser)["states"] == before["states"]:
        number += stride
        try:
            with at_statement(number, fail) as seen:
                stepped = booking.register(reviewer, COUNTY, noticed)
        except db.Unavailable:
            assert len(seen) == number
            assert written(superuser) == before, seen[-1]
        except KeyboardInterrupt:
            # Once committed it stands: what follows the commit is no part of the registration.
            now = written(superuser)
            assert now == before or {state for _, state in now["states"]} == {"registered"}
    assert number > 20
    assert {state_of(reviewer, case) for case in noticed} == {"registered"}
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()


def test_a_registration_whose_commit_is_lost_leaves_nothing(
    noticed: list[UUID], reviewer: Actor, superuser: Connection
) -> None:
    before = written(superuser)
    engine = db.engine_of(Desk.REGISTRY)
    fail = terminate(superuser)
    event.listen(engine, "commit", fail)
    try:
        with pytest.raises(db.Unavailable):
            booking.register(reviewer, COUNTY, noticed)
    finally:
        event.remove(engine, "commit", fail)
    assert written(superuser) == before
    assert booking.register(reviewer, COUNTY, noticed).done == 4


def at_once(*steps: Callable[[], Any]) -> list[Any]:
    """What each step gave, or the error that it raised, when all begin at the same moment."""
    barrier = threading.Barrier(len(steps))
    results: list[Any] = [None] * len(steps)

    def run(place: int, step: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = step()
        except LandregError as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place, step)) for place, step in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_desks_that_register_the_same_cases_at_once_make_one_act_a_case(
    noticed: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    orders = (noticed, noticed[::-1], noticed[:3], noticed[1:])
    results = at_once(*(lambda ids=ids: booking.register(reviewer, COUNTY, ids) for ids in orders))  # type: ignore[misc]
    assert sum(result.done for result in results if isinstance(result, booking.Stepped)) == 4
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = 'first_registration'") == 4
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = 'survey_entry'") == 1
    assert one(registrar, 'SELECT count(*) FROM registry."right" WHERE upper_inf(recorded)') == 4
    assert {state_of(registrar, case) for case in noticed} == {"registered"}


def test_desks_that_register_neighbouring_cases_of_one_village_at_once_enter_its_survey_once(
    noticed: list[UUID], registrar: Actor, reviewer: Actor
) -> None:
    results = at_once(*(lambda case=case: booking.register(reviewer, COUNTY, [case]) for case in noticed))  # type: ignore[misc]
    assert [result.done for result in results] == [1, 1, 1, 1]
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = 'survey_entry'") == 1
    assert one(registrar, "SELECT count(*) - count(DISTINCT code) FROM land.parcel") == 0


def _press(settings: Settings) -> Press:
    return Press(keys.certificate_signer(settings), Store(settings.store), "http://127.0.0.1:8000")


def test_desks_that_issue_the_same_certificates_at_once_issue_each_once(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    ids = to_rights(registrar, reviewer, superuser, 1)
    seal(worker, database)
    results = at_once(*[lambda: certificates.issue(registrar, COUNTY, ids, _press(database))] * 2)
    assert [type(result) for result in results if isinstance(result, Exception)] in ([], [Conflict])
    assert one(registrar, "SELECT count(*) FROM registry.certificate") == 2
    assert one(registrar, "SELECT count(DISTINCT right_id) FROM registry.certificate") == 2


PROLOGUE = """
import os, signal, sys, time
from uuid import UUID
from sqlalchemy import event
from landreg import keys
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import Actor, Desk
from landreg.core.files import Store
from landreg.registry import booking
from landreg.registry.issued import certificates

settings = Settings.from_environment()
db.configure(settings.urls)
actor = Actor(UUID(int=0x61090002), "审核员乙", Desk.REGISTRY, frozenset(), "610902")
number, ids = int(sys.argv[1]), [UUID(text) for text in sys.argv[2:]]
"""
REGISTER = """
seen = 0
def before(*_):
    global seen
    seen += 1
    if seen == number:
        print("there", flush=True)
        time.sleep(60)
event.listen(db.engine_of(Desk.REGISTRY), "before_cursor_execute", before)
booking.register(actor, "610902", ids)
print("done", flush=True)
"""
ISSUE = """
class Dying(Store):
    puts = 0
    def put_bytes(self, content):
        self.puts += 1
        if self.puts == number:
            print("there", flush=True)
            time.sleep(60)
        return super().put_bytes(content)
if __name__ == "__main__":
    press = certificates.Press(keys.certificate_signer(settings), Dying(settings.store), "http://127.0.0.1:8000")
    certificates.issue(actor, "610902", ids, press)
    print("done", flush=True)
"""


def killed(script: Path, program: str, number: int, ids: list[UUID]) -> None:
    """Run a program to its n-th step, and kill it there with no chance to tidy up."""
    script.write_text(textwrap.dedent(PROLOGUE + program))
    line = [sys.executable, str(script), str(number), *map(str, ids)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    assert _left_of(process.pid) == []


def _left_of(session: int) -> list[int]:
    """Processes that a killed one left behind, after a moment to notice."""
    for _ in range(50):
        left = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and _session(int(p.name)) == session]
        if not left:
            return []
        time.sleep(0.1)
    return left


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


@pytest.mark.parametrize("number", [34, pytest.param(12, marks=pytest.mark.drill)])
def test_a_process_killed_in_mid_registration_leaves_nothing_and_the_next_does_it_all(
    noticed: list[UUID], reviewer: Actor, superuser: Connection, tmp_path: Path, number: int
) -> None:
    before = written(superuser)
    killed(tmp_path / "register.py", REGISTER, number, noticed)
    assert booking.register(reviewer, COUNTY, noticed[:1]).done == 1
    assert written(superuser)['registry."act"'] == (before['registry."act"'][0] + 2,)
    assert booking.register(reviewer, COUNTY, noticed[1:]).done == 3


@pytest.mark.parametrize("households", [2, pytest.param(5, marks=pytest.mark.drill)])
def test_a_process_killed_in_mid_issue_leaves_no_certificate_and_no_printer_and_the_next_issues_them_all(
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
    tmp_path: Path,
    households: int,
) -> None:
    ids = to_rights(registrar, reviewer, superuser, households)
    seal(worker, database)
    killed(tmp_path / "issue.py", ISSUE, 3, ids)
    assert one(registrar, "SELECT count(*) FROM registry.certificate") == 0
    assert len(certificates.issue(registrar, COUNTY, ids, _press(database)).issued) == 2 * households
    assert one(registrar, "SELECT count(DISTINCT number) FROM registry.certificate") == 2 * households


@pytest.fixture
def own_cluster(tmp_path: Path, database: Settings) -> Iterator[tuple[Checkout, Settings]]:
    """A database server that a test may stop, with a migrated database and keys."""
    checkout = Checkout(tmp_path / "checkout")
    try:
        assert checkout.cluster("start")[0] == 0
        environment = {"LANDREG_HOME": str(checkout.folder / "var" / "test"), "LANDREG_DEMO": "yes"}
        settings = Settings.from_environment(environment)
        migrate.init(settings)
        migrate.upgrade(settings)
        keys.make_missing(settings)
        db.configure(settings.urls)
        use_key(settings.keys["identity"])
        yield checkout, settings
    finally:
        use_key(database.keys["identity"])
        db.configure(database.urls)
        checkout.cluster("remove")


def test_a_database_stopped_in_mid_registration_is_told_and_the_work_goes_on_when_it_is_back(
    own_cluster: tuple[Checkout, Settings], registrar: Actor, reviewer: Actor
) -> None:
    checkout, settings = own_cluster
    url = migrate.plain_url(settings.superuser_url or "")
    with psycopg.connect(url, autocommit=True) as superuser:
        noticed = to_notice(registrar, reviewer, superuser, stage_village(superuser, 1))
        before = written(superuser)
    with pytest.raises(db.Unavailable) as gone, at_statement(15, lambda _: _stop(checkout)):
        booking.register(reviewer, COUNTY, noticed)
    assert [finding.code for finding in gone.value.findings] == ["SYS-1"]
    with pytest.raises(db.Unavailable):
        booking.register(reviewer, COUNTY, noticed)
    assert checkout.cluster("start")[0] == 0
    settings = Settings.from_environment({"LANDREG_HOME": str(settings.home), "LANDREG_DEMO": "yes"})
    db.configure(settings.urls)
    with psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as superuser:
        assert written(superuser) == before
    assert booking.register(reviewer, COUNTY, noticed).done == 2


def _stop(checkout: Checkout) -> None:
    assert checkout.cluster("stop")[0] == 0


def test_a_desk_without_its_database_is_told_so(registrar: Actor, database: Settings) -> None:
    db.configure({Desk.REGISTRY: "postgresql+psycopg://landreg_registry@127.0.0.1:1/none"})
    try:
        with pytest.raises(db.Unavailable), db.unit_of_work(registrar) as uow:
            uow.session.execute(sa.text("SELECT 1"))
        db.configure({})
        with pytest.raises(db.Unavailable):
            db.engine_of(Desk.REGISTRY)
    finally:
        db.configure(database.urls)
