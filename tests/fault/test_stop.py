"""`make stop` ends a run at whatever step it is, in order, and says nothing of processes that are gone."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
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
SERVING = """#!/bin/sh
# Stands where a program stands that serves: what is asked of the database and the demonstration is done at once.
echo "began $1 $LANDREG_DESK" >> var/told
case $1 in db | demo) exit 0 ;; esac
trap 'kill $!; exit 0' INT TERM
[ "$1" = worker ] && set -- worker --host 127.0.0.1 --port 0
python3 -c 'import socket, sys, time; s = socket.create_server(("127.0.0.1", int(sys.argv[1]))); time.sleep(60)' "$5" &
wait $!
"""
WAIT_S = 60
"""How long a machine that is busy may take for what an idle one does in a second."""
CLUSTER = """#!/bin/sh
echo "cluster $1 $2" >> var/told
"""
SLEEP = """#!/bin/sh
# Stands before the system's own: whole seconds are told and pass at once, up to a minute, which is waited for.
case $1 in *.*) ;; 60) echo "waits 60" >> var/told ;; *) echo "waits $1" >> var/told; set -- 0.01 ;; esac
exec /bin/sleep "$1"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "a checkout"
    (folder / "scripts").mkdir(parents=True)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / "var").mkdir()
    for script in ("run", "stop"):
        shutil.copy(CHECKOUT / "scripts" / script, folder / "scripts")
    (folder / "before").mkdir()
    for place, text in ((".venv/bin/landreg", PROGRAM), ("scripts/cluster", CLUSTER), ("before/sleep", SLEEP)):
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
    bare = _bare()
    run = subprocess.Popen(["scripts/run"], cwd=checkout, stdout=subprocess.DEVNULL, start_new_session=True, env=bare)
    try:
        _until(lambda: "began db" in told(checkout))
        done = stop(checkout)
        assert (done.returncode, done.stderr) == (0, "")
        assert run.wait(timeout=WAIT_S) != 0
        assert told(checkout) == ["cluster start run", "began db", "ended db", "cluster stop run", "cluster stop test"]
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)


def _workers(checkout: Path) -> int:
    return told(checkout).count("began worker ")


def _worker(checkout: Path, number: int) -> int:
    """The process of the worker that is the first, the second, …, once it works and its number is written down."""

    def process() -> int:
        with suppress(OSError, ValueError):
            return int((checkout / "var" / "worker.pid").read_text())
        return 0

    _until(lambda: _workers(checkout) == number and _stat(process())[:1] not in ([], ["Z"]))
    return process()


def _until(truth: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _bare(ports: int = 2) -> dict[str, str]:
    """The environment of a run whose settings are its own; PORT is the first of some that nobody listens at."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("LANDREG_")}
    return bare | {"PORT": str(_free_ports(ports)), "PATH": f"before:{os.environ['PATH']}"}


def _free_ports(many: int) -> int:
    """The first of so many ports in a row that are free, below those that the system gives out by itself."""
    for first in range(18000 + os.getpid() % 8000, 32000, many):
        with ExitStack() as held:
            try:
                for port in range(first, first + many):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first
    raise AssertionError("no port is free")


def _stat(process: int) -> list[str]:
    """What the system tells of a process after its name, its state and its parent first; nothing of one that is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def _kill(process: int) -> None:
    """End a process, and wait until it is ended."""
    os.kill(process, signal.SIGKILL)
    _until(lambda: _stat(process)[:1] in ([], ["Z"], ["X"]))


@pytest.mark.parametrize("gone", [True, False])
def test_a_worker_that_is_killed_is_started_again_by_the_run_or_where_none_keeps_it_by_the_next_with_the_database(
    checkout: Path, *, gone: bool
) -> None:
    """gone: whether the run is killed too, or only what keeps the worker."""
    (checkout / ".venv" / "bin" / "landreg").write_text(SERVING)
    bare = _bare()
    run = subprocess.Popen(["scripts/run"], cwd=checkout, stdout=subprocess.DEVNULL, start_new_session=True, env=bare)
    try:
        for number in (1, 2):
            _kill(_worker(checkout, number))
        worker = _worker(checkout, 3)
        keeper = int(_stat(worker)[1])
        for killed in (*((run.pid,) if gone else ()), keeper, worker):
            _kill(killed)
        if gone:
            run.wait(timeout=WAIT_S)
        again = subprocess.run(["scripts/run"], cwd=checkout, capture_output=True, text=True, check=False, env=bare)
        assert "后台没有在运行，已重新启动" in again.stdout
        _worker(checkout, 4)
        assert told(checkout).count("cluster start run") == 2, "a database that ended is started with it"
        assert (checkout / "var" / "demo").read_text() == "finished\n"
        # A run that is there ends its own; of one that is gone `make stop` does.
        assert ("landreg serve stopped" in stop(checkout).stdout) == gone
        run.wait(timeout=WAIT_S)
        time.sleep(0.5)
        assert _workers(checkout) == 4
    finally:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").resolve() == checkout.resolve():
                    os.kill(int(process.name), signal.SIGKILL)


FAILING = """#!/bin/sh
# A worker that fails at once, but for the fourth, which had worked for a minute.
[ "$(grep -c '^began worker' var/told)" != 4 ] || echo 60 > var/now
exit 1
"""
DATE = """#!/bin/sh
cat var/now
"""


def test_a_worker_that_fails_at_once_is_started_again_ever_more_seldom_and_stop_does_not_wait_for_the_next(
    checkout: Path,
) -> None:
    (checkout / "var" / "now").write_text("0\n")
    for place, program in (
        (".venv/bin/landreg", SERVING.replace("trap", '[ "$1" != worker ] || exec ./failing\ntrap', 1)),
        ("failing", FAILING), ("before/date", DATE),
    ):  # fmt: skip
        (checkout / place).write_text(program)
        (checkout / place).chmod(0o755)
    bare = _bare()
    said = checkout / "var" / "said"
    with said.open("wb") as stderr:
        run = subprocess.Popen(["scripts/run"], cwd=checkout, stderr=stderr, start_new_session=True, env=bare)
    try:
        # It is told after its waiting has begun.
        _until(lambda: "waits 60" in told(checkout) and "后台已停，60 秒后重新启动" in said.read_text("utf-8"))
        began = time.monotonic()
        stop(checkout)
        run.wait(timeout=WAIT_S)
        assert time.monotonic() - began < 50
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
    waits = [line.removeprefix("waits ") for line in told(checkout) if line.startswith("waits")]
    assert waits == ["1", "2", "4", "1", "2", "4", "8", "16", "32", "60"]


def test_a_demonstration_is_served_at_once_only_when_it_was_finished_before(checkout: Path) -> None:
    """On one that is still being made nobody is to work: the seeding could not tell their cases from its own."""
    (checkout / ".venv" / "bin" / "landreg").write_text(SERVING)
    bare = _bare()
    for kept, first in (("", "demo"), ("finished\n", "serve")):
        (checkout / "var" / "demo").write_text(kept)
        (checkout / "var" / "told").unlink(missing_ok=True)
        run = subprocess.Popen(
            ["scripts/run"], cwd=checkout, stdout=subprocess.DEVNULL, start_new_session=True, env=bare
        )
        try:
            _until(lambda: _workers(checkout) == 1)
            begun = [line.split()[1] for line in told(checkout) if line.startswith("began")]
            assert next(one for one in begun if one in ("demo", "serve")) == first
        finally:
            stop(checkout)
            run.wait(timeout=WAIT_S)


def test_a_port_that_is_taken_while_the_demonstration_is_made_is_left_for_the_next_free_one(checkout: Path) -> None:
    taking = """demo)
    [ -e var/taker.pid ] || {
        python3 -c "import os, socket, time; s = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))
open('var/taken', 'w').close(); time.sleep(600)" > /dev/null 2>&1 &
        echo $! > var/taker.pid
        until [ -e var/taken ]; do sleep 0.1; done; }
    exit 0 ;;"""
    (checkout / ".venv" / "bin" / "landreg").write_text(SERVING.replace("case $1 in", f"case $1 in {taking}"))
    bare = _bare(3)
    wanted = int(bare["PORT"])
    run = subprocess.Popen(
        ["scripts/run"], cwd=checkout, stdout=subprocess.PIPE, text=True, start_new_session=True, env=bare
    )
    try:
        _until(lambda: _workers(checkout) == 1)
        assert (checkout / "var" / "serve.url").read_text() == f"http://127.0.0.1:{wanted + 1}\n"
        assert (checkout / "var" / "window.url").read_text() == f"http://127.0.0.1:{wanted + 2}\n"
    finally:
        stop(checkout)
        said, _ = run.communicate(timeout=WAIT_S)
        os.kill(int((checkout / "var" / "taker.pid").read_text()), signal.SIGKILL)
    assert "端口在准备期间被别的程序占用" in said
    assert f"the desk is served on {wanted + 1}" in said


def test_a_demonstration_at_work_is_ended_before_its_database(checkout: Path) -> None:
    demo = subprocess.Popen([".venv/bin/landreg", "demo"], cwd=checkout, start_new_session=True)
    try:
        _until(lambda: "began demo" in told(checkout))
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
