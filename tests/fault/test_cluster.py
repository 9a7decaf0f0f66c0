"""The embedded database survives what happens to it: a second start, kill -9, a reboot, a lost password, a move."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from landreg.config import CHECKOUT
from landreg.migrate import plain_url


class Checkout:
    """A copy of the script in a folder of its own, which is a checkout to it."""

    def __init__(self, folder: Path, name: str = "test") -> None:
        self.folder = folder
        self.name = name
        (folder / "scripts").mkdir(parents=True)
        for script in ("cluster", "postgres.py", "backups.py"):
            shutil.copy(CHECKOUT / "scripts" / script, folder / "scripts")

    def cluster(self, step: str, *more: str) -> tuple[int, str]:
        """Exit code, and what was said."""
        line = [str(self.folder / "scripts" / "cluster"), step, self.name, *more]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    @property
    def home(self) -> Path:
        """Where the URLs of its logins lie."""
        return self.folder / "var" if self.name == "run" else self.folder / "var" / self.name

    def answers(self) -> bool:
        """Whether the superuser can log in by the URL that was written for it."""
        url = (self.home / "urls" / "superuser").read_text().strip()
        with psycopg.connect(plain_url(url, "postgres")) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)

    def data(self) -> Path:
        """Where the cluster's data lie, from its own word."""
        return Path(self.cluster("status")[1].rsplit("data in ", 1)[1].strip())


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    made = Checkout(tmp_path / "a checkout, 安康")
    yield made
    assert made.cluster("remove")[0] == 0


def test_a_cluster_starts_in_a_path_with_blanks_and_a_second_start_finds_it_running(checkout: Checkout) -> None:
    assert checkout.cluster("status")[0] == 1
    assert checkout.cluster("start")[0] == 0
    assert checkout.answers()
    code, said = checkout.cluster("start")
    assert (code, "runs on port" in said) == (0, True)
    assert [checkout.cluster("stop")[0], checkout.cluster("stop")[0], checkout.cluster("status")[0]] == [0, 0, 1]


def test_a_cluster_starts_again_after_its_server_was_killed(checkout: Checkout) -> None:
    checkout.cluster("start")
    os.kill(int((checkout.data() / "postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)
    time.sleep(0.05)
    assert checkout.cluster("status")[0] == 1
    assert checkout.cluster("start")[0] == 0
    assert checkout.answers()


def test_a_cluster_starts_after_a_reboot_gave_its_number_to_another_process(checkout: Checkout) -> None:
    checkout.cluster("start")
    data = checkout.data()
    checkout.cluster("stop")
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n")
    assert checkout.cluster("status")[0] == 1
    assert checkout.cluster("start")[0] == 0
    assert checkout.answers()


def test_lost_passwords_are_made_anew_and_kept_ones_kept(checkout: Checkout) -> None:
    checkout.cluster("start")
    urls = checkout.folder / "var" / "test" / "urls"
    kept = (urls / "registry").read_text()
    (urls / "superuser").unlink()
    assert checkout.cluster("start")[0] == 0
    assert checkout.answers()
    assert (urls / "registry").read_text() == kept
    assert {file.stat().st_mode & 0o777 for file in urls.iterdir()} == {0o600}


def test_a_cluster_that_was_lost_is_made_again_and_knows_its_superuser(checkout: Checkout) -> None:
    checkout.cluster("start")
    data = checkout.data()
    checkout.cluster("stop")
    shutil.rmtree(data)
    half = data / "part"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    assert checkout.cluster("start")[0] == 0
    assert checkout.answers()
