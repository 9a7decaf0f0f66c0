"""An import that is cut off at any moment leaves nothing half done, and the next run goes on."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from landreg.access.sealing import use_key
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import Actor
from landreg.core.db import Unavailable
from landreg.core.errors import LandregError
from landreg.land import service, staging_beside
from tests.database.catalog import Connection
from tests.packages import SAMPLE

TABLES = ("package", "package_finding", "staged_issuer", "staged_contract", "staged_parcel", "staged_boundary_point")
IMPORT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from landreg.config import Settings
from landreg.core import db
from landreg.access.service import SYSTEM
from landreg.land import service, staging_beside
db.configure(Settings.from_environment().urls)
staging_beside.LARGE = int(sys.argv[2])
service.receive(SYSTEM, Path(sys.argv[1]), progress=lambda stage, done, total: print(stage, flush=True))
"""


@pytest.fixture(autouse=True)
def _identity_key(database: Settings) -> None:
    use_key(database.keys["identity"])


def _rows(superuser: Connection) -> int:
    union = " + ".join(f"(SELECT count(*) FROM land.{table})" for table in TABLES)
    row = superuser.execute(f"SELECT {union}").fetchone()
    assert row is not None
    return int(row[0])


def _environment(settings: Settings) -> dict[str, str]:
    urls = {f"LANDREG_{desk.value.upper()}_URL": url for desk, url in settings.urls.items()}
    keys = {"LANDREG_IDENTITY_KEY_FILE": str(settings.keys["identity"])}
    return {**os.environ, **urls, **keys, "LANDREG_HOME": str(settings.home)}


STAGES = ("unpack", "read", "topology", "staged_contract", "staged_parcel", "staged_boundary_line")
IN_SUITE = (("read", signal.SIGKILL), ("topology", signal.SIGINT), ("staged_parcel", signal.SIGKILL))
KILLED = [
    pytest.param(stage, blow, marks=() if (stage, blow) in IN_SUITE else pytest.mark.drill)
    for blow in (signal.SIGKILL, signal.SIGINT)
    for stage in STAGES
]
"""Each stage by both blows; the suite takes one of reading, one of checking, one of writing."""


def rather(stage: str, *others: str) -> list[Any]:
    """A stage for the suite, and those that the drill takes too."""
    return [stage, *(pytest.param(other, marks=pytest.mark.drill) for other in others)]


@pytest.mark.parametrize(("stage", "blow"), KILLED)
def test_an_import_that_is_killed_leaves_nothing_and_the_next_one_is_whole(
    stage: str,
    blow: signal.Signals,
    database: Settings,
    superuser: Connection,
    surveyor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    _blow(_environment(database) | {"TMPDIR": str(tmp_path)}, stage, blow, least=staging_beside.LARGE)
    assert _rows(superuser) == 0
    assert not service.receive(surveyor, SAMPLE).report.refused
    assert _rows(superuser) > 8000
    assert list(tmp_path.iterdir()) == []


def _blow(environment: dict[str, str], stage: str, blow: signal.Signals, least: int) -> None:
    """Import the sample in a process that is struck at a stage. least: parcels of a package that counts as large."""
    command = [sys.executable, "-c", IMPORT, str(SAMPLE), str(least)]
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == stage:
                process.send_signal(blow)
                break
        process.stdout.read()
        assert process.wait() != 0


@pytest.mark.parametrize("stage", rather("topology", "geometry", "staged_boundary_line"))
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_the_process_that_makes_the_rows_of_a_large_package_ends_with_the_import(
    stage: str, blow: signal.Signals, database: Settings, superuser: Connection, tmp_path: Path
) -> None:
    _blow(_environment(database) | {"TMPDIR": str(tmp_path)}, stage, blow, least=0)
    assert _rows(superuser) == 0
    deadline = time.monotonic() + 30
    while _makers(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _makers(tmp_path) == []


def _makers(temporary: Path) -> list[str]:
    """The processes that make rows for an import with this folder for temporary files."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            own = f"TMPDIR={temporary}".encode() in (process / "environ").read_bytes().split(b"\0")
            if own and b"staging_maker" in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found


@pytest.mark.parametrize("stage", rather("staged_parcel", "staged_issuer", "staged_boundary_point"))
def test_a_database_that_stops_during_an_import_is_said_and_leaves_nothing(
    stage: str, superuser: Connection, surveyor: Actor
) -> None:
    def stop(now: str, _done: int, _total: int) -> None:
        if now == stage:
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'landreg_registry' "
                "AND datname = current_database()"
            )

    with pytest.raises(Unavailable) as stopped:
        service.receive(surveyor, SAMPLE, progress=stop)
    assert [finding.code for finding in stopped.value.findings] == ["SYS-1"]
    assert _rows(superuser) == 0
    service.receive(surveyor, SAMPLE)
    assert _rows(superuser) > 8000


def test_a_full_disk_while_staging_is_said_and_leaves_nothing(superuser: Connection, surveyor: Actor) -> None:
    superuser.execute(
        """CREATE FUNCTION pg_temp.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
           CREATE TRIGGER full_disk BEFORE INSERT ON land.staged_contract EXECUTE FUNCTION pg_temp.full()"""
    )
    try:
        with pytest.raises(LandregError) as full:
            service.receive(surveyor, SAMPLE)
    finally:
        superuser.execute("DROP TRIGGER full_disk ON land.staged_contract")
    assert full.value.status == 507
    assert [(f.code, f.values["file"]) for f in full.value.findings] == [("PKG-30", "hanbin.zip")]
    assert _rows(superuser) == 0


def test_a_full_disk_while_unpacking_is_a_finding_and_leaves_no_file_and_nothing_to_correct() -> None:
    program = f"""
import resource, sys
from pathlib import Path
from types import SimpleNamespace
from landreg.commands.packages import outcome
from landreg.land.survey import check
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
report = check(Path({str(SAMPLE)!r}))
print([(f.code, f.values["why"]) for f in report.findings], report.refused)
print(outcome(SimpleNamespace(already=False, package_id=None, report=report)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    found, said = done.stdout.splitlines()
    assert found == "[('PKG-16', 'File too large')] True"
    assert "磁盘已满" in said
    assert "须改正后" not in said
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
