"""A database of its own for measurements: on the cluster that keeps the register, and beside it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from landreg import keys, migrate
from landreg.config import CHECKOUT, Settings
from landreg.core import db

# One a process: two measurements at once do not take each other's database away.
NAME = f"landreg_bench_{os.getpid()}"
TEMPLATE = "LANDREG_BENCH_TEMPLATE"
"""Where the environment names a database, it is migrated once, and every measurement begins with a copy of it."""


@contextmanager
def database() -> Iterator[Settings]:
    """Settings of an empty, migrated database with keys and a store of its own; all of it is gone afterwards.

    The process's environment and `core.db` point at it meanwhile. Uses the embedded cluster, with its settings for a
    register: what is written is flushed.
    """
    subprocess.run([CHECKOUT / "scripts" / "cluster", "start", "run"], check=True, stdout=subprocess.DEVNULL)
    urls = {file.name: file.read_text().strip() for file in (CHECKOUT / "var" / "urls").glob("[a-z]*")}
    with tempfile.TemporaryDirectory(prefix="landreg-bench-") as folder:
        environment = {"LANDREG_HOME": folder, "LANDREG_SECOND_FACTOR": "optional", "LANDREG_DEMO": "yes"} | {
            f"LANDREG_{login.upper()}_URL": make_url(url).set(database=NAME).render_as_string(hide_password=False)
            for login, url in urls.items()
        }
        settings = Settings.from_environment(environment)
        _make(settings)
        keys.make_missing(settings)
        before = dict(os.environ)
        os.environ.update(environment)
        db.configure(settings.urls)
        try:
            yield settings
        finally:
            db.configure({})
            os.environ.clear()
            os.environ.update(before)
            _drop(migrate.plain_url(settings.superuser_url or "", "postgres"), NAME)


def gdal_source(settings: Settings) -> str:
    """The same database as `ogr2ogr` names it; as superuser, whom no policy slows."""
    url = make_url(settings.superuser_url or "")
    parts = {"dbname": NAME, "user": url.username, "password": url.password, **url.query}
    return "PG:" + " ".join(f"{name}='{value}'" for name, value in parts.items())


@contextmanager
def template() -> Iterator[None]:
    """While the block runs, the measurements that are started in it copy one migrated database."""
    name = f"landreg_bench_template_{os.getpid()}"
    with database() as settings:
        server = migrate.plain_url(settings.superuser_url or "", "postgres")
        _copy(server, NAME, name)
    os.environ[TEMPLATE] = name
    try:
        yield
    finally:
        del os.environ[TEMPLATE]
        _drop(server, name)


def _make(settings: Settings) -> None:
    server = migrate.plain_url(settings.superuser_url or "", "postgres")
    _drop(server, NAME)
    copied = os.environ.get(TEMPLATE)
    if copied:
        _copy(server, copied, NAME)
    # Its grants belong to the database itself, and are not copied with its contents.
    migrate.init(settings)
    if not copied:
        migrate.upgrade(settings)


def _copy(server: str, original: str, name: str) -> None:
    names = sql.Identifier(name), sql.Identifier(original)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER landreg_owner TEMPLATE {}").format(*names))


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def measured(module: str, size: int) -> dict[str, Any]:
    """What a module of this folder finds at a size."""
    found: dict[str, Any] = import_module(f"bench.{module}").run(size)
    return found


def peak_mib(process: int | str = "self") -> float:
    """The most memory that a process has held, in MiB, from the kernel's own count."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Watched:
    """The most memory that this process and those it started have held together: what is private to each, and their shares of
    what is common (PSS). Looked at every second; of much memory more seldom, so that looking takes a fiftieth at most."""

    def __init__(self) -> None:
        self.mib = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        took = 0.0
        while not self._over.wait(max(1.0, 50 * took)):
            began = time.thread_time()
            self.mib = max(self.mib, sum(_pss_mib(process) for process in _own_processes()))
            took = time.thread_time() - began


def _own_processes() -> list[str]:
    own = str(os.getpid())
    found = [own]
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "stat").read_text().rsplit(") ", 1)[1].split()[1] == own:
                found.append(process.name)
    return found


def _pss_mib(process: str) -> float:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0)
