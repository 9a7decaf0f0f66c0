"""The worker killed in the middle of sealing, two workers at once, and the folder of copies out of reach."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from landreg.config import CHECKOUT, Settings
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.log import copies, queries
from landreg.log.leaf import Entry
from landreg.log.recheck import recheck
from landreg.log.store import seal, stage_all
from tests.database.catalog import Connection

COUNT = 600
WORKERS = "FROM pg_stat_activity WHERE datname = current_database() AND usename = 'landreg_worker'"
# A worker in a process of its own: what `landreg log seal` does.
WORKER_PROCESS = """
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import WORKER
from landreg.log.store import seal
settings = Settings.from_environment()
db.configure(settings.urls)
print(seal(WORKER, settings).count)
"""


def staged(actor: Actor, first: int = 0) -> None:
    with unit_of_work(actor) as uow:
        stage_all(
            uow,
            [
                Entry("act", "610902", "610902001001", f"A-{number}", {"n": number})
                for number in range(first, first + COUNT)
            ],
        )


def worker_process(settings: Settings) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "LANDREG_HOME": str(settings.home),
        "LANDREG_CHECKPOINTS": str(settings.checkpoints),
        "LANDREG_LOG_KEY_FILE": str(settings.keys["log"]),
        "LANDREG_WORKER_URL": settings.urls[Desk.WORKER],
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER_PROCESS], cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True
    )


def wait_for_a_lock(superuser: Connection) -> None:
    for _ in range(300):
        superuser.execute("SELECT pg_stat_clear_snapshot()")
        row = superuser.execute(f"SELECT count(*) {WORKERS} AND wait_event_type = 'Lock'").fetchone()
        if row and row[0]:
            return
        time.sleep(0.05)
    raise AssertionError("the worker never came to the lock")


@pytest.mark.parametrize("table", ["log.entry", "log.tile", "log.checkpoint"])
def test_a_worker_killed_mid_seal_has_sealed_nothing_and_the_next_one_seals_all(
    table: str, database: Settings, registrar: Actor, worker: Actor, superuser: Connection
) -> None:
    staged(registrar)
    seal(worker, database)
    staged(registrar, COUNT)
    process = worker_process(database)
    with superuser.transaction():
        # Held at this table, the worker has done all that comes before it.
        superuser.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        try:
            wait_for_a_lock(superuser)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
    state = "SELECT count(leaf_index), max(leaf_index), (SELECT max(size) FROM log.checkpoint) FROM log.entry"
    _until_gone(superuser)
    assert superuser.execute(state).fetchone() == (COUNT, COUNT - 1, COUNT)
    assert seal(worker, database).count == COUNT
    source = lambda _: ((f"A-{number}", {"n": number}) for number in range(2 * COUNT))  # noqa: E731
    assert recheck(worker, database, {"act": source}).findings == ()


def _until_gone(superuser: Connection) -> None:
    superuser.execute(f"SELECT pg_terminate_backend(pid) {WORKERS}")
    for _ in range(100):
        if superuser.execute(f"SELECT 1 {WORKERS}").fetchone() is None:
            return
        time.sleep(0.05)


def test_two_workers_at_once_seal_each_entry_once(database: Settings, registrar: Actor, superuser: Connection) -> None:
    staged(registrar)
    processes = [worker_process(database) for _ in range(3)]
    counts = [int(process.communicate()[0]) for process in processes]
    assert sorted(counts) == [0, 0, COUNT]
    assert superuser.execute(
        "SELECT count(DISTINCT leaf_index), max(size) FROM log.entry, log.checkpoint"
    ).fetchone() == (
        COUNT,
        COUNT,
    )


def test_acts_that_commit_while_the_worker_seals_wait_for_the_next_sealing(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    stop = threading.Event()
    booked = 0

    def book() -> None:
        nonlocal booked
        while not stop.is_set():
            staged(registrar, booked)
            booked += COUNT

    desk = threading.Thread(target=book)
    desk.start()
    sealed = [seal(worker, database).count for _ in range(8)]
    stop.set()
    desk.join()
    sealed.append(seal(worker, database).count)
    assert sum(sealed) == booked
    source = lambda _: ((f"A-{number}", {"n": number}) for number in range(booked))  # noqa: E731
    assert recheck(worker, database, {"act": source}).findings == ()


def test_a_checkpoint_that_could_not_be_copied_is_copied_by_the_next_sealing(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    staged(registrar)
    database.checkpoints.write_text("a file stands where the folder should be")
    with pytest.raises(OSError, match=r"."):
        seal(worker, database)
    database.checkpoints.unlink()
    with unit_of_work(worker) as uow:
        assert queries.checkpoint(uow.session).size == COUNT
    assert seal(worker, database).count == 0
    assert [size for size, _ in copies.files(database.checkpoints)] == [COUNT]


def test_a_copy_is_whole_or_not_there(tmp_path: Path) -> None:
    copies.keep(tmp_path, 3, "note\n", "key")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["checkpoint-000000000003", "verifier-key"]
