"""A renewal killed in mid-batch, and what ends by itself failing anywhere: nothing half done, nothing twice, the rest goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from landreg import keys
from landreg.config import CHECKOUT, Settings
from landreg.core import db
from landreg.core.actor import WORKER, Actor
from landreg.core.files import Store
from landreg.core.periods import DAY
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry import jobs, lapses
from landreg.registry.issued.certificates import Press
from landreg.registry.jobs import Tools
from landreg.registry.leaves import logged
from landreg.registry.rules.requests import RestrictionAsked
from landreg.registry.steps import RENEW
from tests.fault.test_registration_faults import at_statement, terminate
from tests.registry_kit import Connection, applied, booked, one, pass_days, right_of, to_rights
from tests.renewal_kit import to_decided, today
from tests.villages import COUNTY

HOUSEHOLDS = 8
WORK = """
import sys, time
from sqlalchemy import event
from landreg import keys
from landreg.access import sealing
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import WORKER, Desk
from landreg.core.files import Store
from landreg.log.store import seal
from landreg.registry import jobs
from landreg.registry.issued.certificates import Press

settings = Settings.from_environment()
db.configure(settings.urls)
sealing.use_key(settings.keys["identity"])
jobs.CHUNK["renew"] = 3
seen, number = 0, int(sys.argv[1])
def before(*_):
    global seen
    seen += 1
    if seen == number:
        print("there", flush=True)
        time.sleep(60)
if __name__ == "__main__":
    event.listen(db.engine_of(Desk.REGISTRY), "before_cursor_execute", before)
    press = lambda: Press(keys.certificate_signer(settings), Store(settings.store), "http://127.0.0.1:8000")
    jobs.work(WORKER, jobs.Tools(press=press, seal=lambda: seal(WORKER, settings)))
    print("done", flush=True)
"""


@pytest.fixture(autouse=True)
def accounts(superuser: Connection, registrar: Actor) -> None:
    """The account in whose name the job goes on."""
    superuser.execute(
        """INSERT INTO access.account (account_id, login, name, desk, roles, jurisdiction, password_hash, password_temporary,
               opened_at, opened_by) VALUES (%s, 'deng', %s, 'registry', %s, %s, 'x', false, now(), %s)""",
        [registrar.account_id, registrar.name, sorted(registrar.roles), registrar.jurisdiction, registrar.account_id],
    )  # fmt: skip


def tools(settings: Settings) -> Tools:
    """The worker's own, on real keys."""
    press = Press(keys.certificate_signer(settings), Store(settings.store), "http://127.0.0.1:8000")
    return Tools(press=lambda: press, seal=lambda: seal(WORKER, settings))


@pytest.mark.parametrize("number", [60, *(pytest.param(n, marks=pytest.mark.drill) for n in (15, 75, 110))])
def test_a_renewal_killed_in_mid_batch_goes_on_where_it_stood_and_renews_each_contract_once(
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
    tmp_path: Path,
    number: int,
) -> None:
    roster, ids = to_decided(registrar, reviewer, superuser, HOUSEHOLDS)
    job = jobs.ask(registrar, COUNTY, ids, RENEW)
    _killed(tmp_path / "renew.py", number)
    assert one(registrar, "SELECT state FROM registry.job WHERE job_id = :job", job=job) == "running"
    assert one(registrar, HALF_DONE) == 0
    for _ in range(50):
        # The killed worker's lock ends with its connection, a moment later.
        if jobs.work(WORKER, tools(database)):
            break
    done = one(
        registrar, "SELECT state || ' ' || position || ' ' || done FROM registry.job WHERE job_id = :job", job=job
    )
    assert done.startswith(f"done {HOUSEHOLDS} ")
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = 'renewal'") == HOUSEHOLDS
    assert one(registrar, CERTIFIED) == HOUSEHOLDS
    assert one(registrar, TWICE) == 0
    assert one(registrar, "SELECT state FROM registry.renewal WHERE renewal_id = :roster", roster=roster) == "decided"
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()


def _killed(script: Path, number: int) -> None:
    script.write_text(textwrap.dedent(WORK))
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    process = subprocess.Popen(
        [sys.executable, str(script), str(number)], stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    process.stdout.close()


def test_what_ends_by_itself_ends_whole_or_not_at_all_whatever_fails(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    right = right_of(registrar)
    for court, days in (("甲法院", 5), ("乙法院", 90)):
        asked = RestrictionAsked("seizure", court, "裁定", until=today(registrar) + days * DAY)
        booked(registrar, reviewer, superuser, applied(registrar, "seizure", asked, right), "seizure")
    pass_days(superuser, 10)
    before, number, done = _rows(superuser), 0, 0
    while not done and number < 60:
        number += 1
        try:
            with at_statement(number, terminate(superuser)):
                done = lapses.work()
        except db.Unavailable:
            assert _rows(superuser) == before
    assert number > 8
    assert lapses.work() == 0
    assert _rows(superuser)[0] == before[0] + 1
    assert one(registrar, FIRST, right=right) == "乙法院"
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()


def _rows(superuser: Connection) -> tuple[Any, ...]:
    return tuple(
        superuser.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[index]
        for table in ("registry.act", "registry.restriction", "log.entry")
    )


FIRST = """SELECT party FROM registry.restriction WHERE right_id = :right AND rank = 1 AND upper_inf(recorded)
    AND upper_inf(valid)"""
# A case that is registered has its act and a right with the new term; one that is not has neither.
HALF_DONE = """
    SELECT count(*) FROM registry."case" AS c
    LEFT JOIN registry.act AS a ON a.case_id = c.case_id
    LEFT JOIN registry."right" AS r ON r.right_id = c.right_ids[1] AND upper_inf(r.recorded) AND upper_inf(r.valid)
    WHERE c.act_kind = 'renewal' AND ((c.state IN ('registered', 'certified')) <> (a.act_id IS NOT NULL)
        OR (a.act_id IS NOT NULL) <> (upper(r.term) > DATE '2050-01-01'))"""
CERTIFIED = "SELECT count(*) FROM registry.certificate AS k JOIN registry.act AS a ON a.act_id = k.act_id AND a.kind = 'renewal'"
TWICE = """SELECT count(*) - count(DISTINCT right_id) FROM registry.certificate
    WHERE act_id IN (SELECT act_id FROM registry.act WHERE kind = 'renewal')"""
