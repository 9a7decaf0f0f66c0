"""The disk under the database is full in mid-registration: nothing half done, and the work goes on when there is room again."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from landreg import migrate
from landreg.access.sealing import use_key
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import Actor
from landreg.core.db import Unavailable
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry import booking
from tests.fault.test_cluster import Checkout
from tests.fault.test_killed_under_load import prepared
from tests.load_kit import standing
from tests.registry_kit import one, to_notice
from tests.villages import COUNTY, stage_village

DISK_MB = 600


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of its own, of memory; only root may mount one. Not in pytest's folder, which only its own user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="landreg-disk-"))
    folder.chmod(0o755)
    line = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(line, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("this user may not mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture
def place(small_disk: Path, database: Settings) -> Iterator[tuple[Checkout, Settings]]:
    checkout = Checkout(small_disk / "checkout", "run")
    try:
        code, said = checkout.cluster("start")
        assert code == 0, said
        if not checkout.data().is_relative_to(small_disk):
            pytest.skip("the database's user cannot reach the small disk")
        yield checkout, prepared(checkout)
    finally:
        use_key(database.keys["identity"])
        db.configure(database.urls)
        checkout.cluster("remove")


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    file = disk / "ballast"
    # Unbuffered: what does not fit any more would fail again when the file is closed.
    with file.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(65536))
        except OSError:
            return file


@pytest.mark.timeout(400)
def test_a_full_disk_in_mid_registration_leaves_nothing_half_done_and_the_work_goes_on_when_there_is_room(
    place: tuple[Checkout, Settings], small_disk: Path, registrar: Actor, reviewer: Actor, worker: Actor
) -> None:
    checkout, settings = place
    with psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as superuser:
        ids = to_notice(registrar, reviewer, superuser, stage_village(superuser, 60))
        superuser.execute("CHECKPOINT")
    done: list[UUID] = []
    ballast = fill(small_disk)
    refused = 0
    for case in ids:
        try:
            if booking.register(reviewer, COUNTY, [case]).done:
                done.append(case)
        except (Unavailable, sa.exc.DBAPIError):
            refused += 1
            if refused == 3:
                break
    assert refused, "the disk was never full"
    ballast.unlink()
    code, said = checkout.cluster("start")
    assert code == 0, said
    acts = "SELECT count(*) FROM registry.act WHERE kind = 'first_registration'"
    assert one(worker, acts) == len(done) == standing(worker, done)
    assert booking.register(reviewer, COUNTY, [case for case in ids if case not in done]).done == len(ids) - len(done)
    seal(worker, settings)
    assert recheck_register(worker, settings, register()).findings == ()
