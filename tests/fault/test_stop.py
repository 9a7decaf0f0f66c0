"""`make stop` ends a run at whatever step it is, in order, and says nothing of processes that are gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from landreg.config import CHECKOUT

PROGRAM = """#!/bin/sh
# Stands where the program stands; writes down that it began and how it ended.
trap 'echo "ended $1" >> var/told; exit 130' INT TERM
echo "began $1" >> var/told
for _ in $(seq 300); do sleep 0.1; done
echo "left $1" >> var/told
"""
CLUSTER = """#!/bin/sh
echo "cluster $1 $2" >> var/told
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "a checkout"
    (folder / "scripts").mkdir(parents=True)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / "var").mkdir()
    for script in ("run", "stop"):
        shutil.copy(CHECKOUT / "scripts" / script, folder / "scripts")
    for place, text in ((".venv/bin/landreg", PROGRAM), ("scripts/cluster", CLUSTER)):
        (folder / place).write_text(text)
        (folder / place).chmod(0o755)
    return folder


def told(checkout: Path) -> list[str]:
    file = checkout / "var" / "told"
    return file.read_text().splitlines() if file.exists() else []


def stop(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["scripts/stop"], cwd=checkout, capture_output=True, text=True, check=False, timeout=60)


def test_a_number_of_a_dead_process_is_nothing_to_speak_of(checkout: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    (checkout / "var" / "serve.pid").write_text(f"{gone.pid}\n")
    done = stop(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (checkout / "var" / "serve.pid").exists()


def test_a_run_that_is_starting_is_ended_before_its_database(checkout: Path) -> None:
    """The program's first step is `db check`; nothing after it may begin once the run was told to stop."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("LANDREG_")}
    run = subprocess.Popen(["scripts/run"], cwd=checkout, stdout=subprocess.DEVNULL, start_new_session=True, env=bare)
    try:
        deadline = time.monotonic() + 20
        while "began db" not in told(checkout) and time.monotonic() < deadline:
            time.sleep(0.05)
        done = stop(checkout)
        assert (done.returncode, done.stderr) == (0, "")
        assert run.wait(timeout=20) != 0
        assert told(checkout) == ["cluster start run", "began db", "ended db", "cluster stop run", "cluster stop test"]
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)


def test_a_demonstration_at_work_is_ended_before_its_database(checkout: Path) -> None:
    demo = subprocess.Popen([".venv/bin/landreg", "demo"], cwd=checkout, start_new_session=True)
    try:
        deadline = time.monotonic() + 20
        while "began demo" not in told(checkout) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "landreg demo stopped" in stop(checkout).stdout
        assert demo.poll() is not None or demo.wait(timeout=5) is not None
        assert told(checkout)[1:] == ["ended demo", "cluster stop run", "cluster stop test"]
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)


def test_a_command_whose_database_is_gone_says_so_in_two_lines(tmp_path: Path) -> None:
    """As it is for a demonstration whose database was stopped; its own connections are not the desks' engines."""
    nowhere = f"postgresql+psycopg://landreg_owner:none@/landreg?host={tmp_path}&port=15999"
    environment = {**os.environ, "LANDREG_HOME": str(tmp_path), "LANDREG_OWNER_URL": nowhere}
    line = [sys.executable, "-c", "from landreg.cli import main; main()", "demo"]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "SYS-1" in done.stderr
    assert "数据库暂时不可用" in done.stderr
    assert "The database cannot be reached" in done.stderr
