"""One migrated template database a session, a clone of it a worker, emptied between tests.

The clone lies in the test cluster (`scripts/cluster start test`), never in the one that keeps the register. Code under
test connects as the desks; only `superuser` sees and empties everything.
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from argon2 import PasswordHasher
from jinja2 import FileSystemBytecodeCache
from psycopg import sql
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event, make_url

from landreg import keys, migrate
from landreg.access import passwords
from landreg.access.sealing import use_key
from landreg.config import CHECKOUT, Settings
from landreg.core import db
from landreg.core.actor import PREFECTURE, WORKER, Actor, Desk, Role
from tests.kept_kit import Clone, know
from tests.plans import keep_prepared

Connection = psycopg.Connection[tuple[Any, ...]]
AsDesk = Callable[..., Connection]
COUNTY = "610902"
TEST_HOME = CHECKOUT / "var" / "test"
# DISCARD ALL less what the driver has prepared, and would not know to be gone.
FORGET = """CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
    DISCARD PLANS; DISCARD TEMP; DISCARD SEQUENCES"""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays: to look it through for cycles meanwhile takes a quarter of the collection, and later ever again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def _alone() -> Iterator[None]:
    """Workers of one run, and runs beside each other, make the template one at a time."""
    TEST_HOME.mkdir(parents=True, exist_ok=True)
    with (TEST_HOME / ".template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _environment(database: str) -> dict[str, str]:
    """The settings of a process that uses this database of the test cluster."""
    environment = {"LANDREG_HOME": str(TEST_HOME), "LANDREG_SECOND_FACTOR": "optional", "LANDREG_DEMO": "yes"}
    for file in sorted((TEST_HOME / "urls").glob("[a-z]*")):
        url = make_url(file.read_text().strip()).set(database=database)
        environment[f"LANDREG_{file.name.upper()}_URL"] = url.render_as_string(hide_password=False)
    return environment


def _connect(url: str | None, database: str | None = None) -> Connection:
    assert url is not None
    return psycopg.connect(migrate.plain_url(url, database), autocommit=True)


def _template_name() -> str:
    """Changes with the migrations and with what `db init` does, so that a rerun finds the template made."""
    made_by = [CHECKOUT / "migrations" / "env.py", Path(migrate.__file__)]
    sources = [*sorted(migrate.migrations_folder().glob("*.py")), *made_by]
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources))
    return f"landreg_template_{digest.hexdigest()[:12]}"


def _make_template(server: Connection, name: str) -> None:
    if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    making = f"{name}_making"
    _drop(server, making)
    settings = Settings.from_environment(_environment(making))
    migrate.init(settings)
    migrate.upgrade(settings)
    with _connect(settings.superuser_url) as connection:
        connection.execute("ANALYZE")
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name)))


def _drop(server: Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_leftovers(server: Connection, template: str) -> None:
    """Clones of runs that were killed, and templates of migrations that have changed since."""
    for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'landreg_test_%'").fetchall():
        if not Path(f"/proc/{name.rsplit('_', 1)[1]}").exists():
            _drop(server, name)
    for (name,) in server.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'landreg_template_%%' AND datname <> %s", [template]
    ).fetchall():
        _drop(server, name)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of this worker: its own clone of the template, its own keys and store; the process's environment too."""
    name = f"landreg_test_{os.getpid()}"
    _clone(name)
    home = tmp_path_factory.mktemp("home")
    environment = {**_environment(name), "LANDREG_HOME": str(home), "LANDREG_CHECKPOINTS": str(home / "checkpoints")}
    settings = Settings.from_environment(environment)
    keys.make_missing(settings)
    db.configure(settings.urls)
    event.listen(Engine, "connect", keep_prepared)
    with pytest.MonkeyPatch.context() as patch:
        for variable in [name for name in os.environ if name.startswith("LANDREG_")]:
            patch.delenv(variable)
        for variable, value in environment.items():
            patch.setenv(variable, value)
        # A hash of full cost is a tenth of all that tests compute; tests/unit/access/test_passwords.py asks what one costs.
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield settings
    db.configure({})
    with _connect(settings.superuser_url, "postgres") as server:
        _drop(server, name)


def _clone(name: str) -> None:
    with _alone():
        line = [str(CHECKOUT / "scripts" / "cluster"), "start", "test"]
        started = subprocess.run(line, capture_output=True, text=True, check=False)
        assert started.returncode == 0, started.stderr
        template = _template_name()
        with _connect(Settings.from_environment(_environment("postgres")).superuser_url) as server:
            _drop_leftovers(server, template)
            _make_template(server, template)
            statement = sql.SQL("CREATE DATABASE {} OWNER landreg_owner TEMPLATE {}")
            server.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
            migrate.grant_database(server, name)


@pytest.fixture(scope="session")
def _emptying(settings: Settings) -> Iterator[Clone]:
    with _connect(settings.superuser_url) as connection:
        clone = Clone(connection, settings)
        know(clone)
        yield clone


@pytest.fixture
def database(settings: Settings, _emptying: Clone) -> Settings:
    """The worker's database, empty but for what migrations put there; `core.db` is configured for it."""
    _emptying()
    # An emptied log beside checkpoints of a longer one would look rolled back.
    shutil.rmtree(settings.checkpoints, ignore_errors=True)
    if db.engine_of(Desk.REGISTRY).url != make_url(settings.urls[Desk.REGISTRY]):
        db.configure(settings.urls)
    return settings


@pytest.fixture(scope="session")
def _standing(settings: Settings) -> Iterator[list[Connection]]:
    """The superuser's connection between tests, if one stands: a new one reads the projections anew, 70 ms of computing."""
    kept: list[Connection] = []
    yield kept
    for connection in kept:
        connection.close()


@pytest.fixture
def superuser(database: Settings, _standing: list[Connection]) -> Iterator[Connection]:
    """Sees and may do everything, each statement committed by itself: to arrange, and to look behind the wall.

    What a test sets, makes or locks in its session is gone with the test.
    """
    connection = _standing.pop() if _standing else None
    if connection is None or not _forgets(connection):
        connection = _connect(database.superuser_url)
    yield connection
    if _forgets(connection):
        _standing.append(connection)


def _forgets(connection: Connection) -> bool:
    """Make a session like a new one. False where it cannot be, ended or in mid-transaction: it is closed then."""
    try:
        if connection.info.transaction_status == TransactionStatus.IDLE:
            connection.execute(FORGET)
            return True
    except psycopg.Error:
        pass
    connection.close()
    return False


@pytest.fixture
def as_desk(database: Settings) -> Iterator[AsDesk]:
    """`as_desk(Desk.REGISTRY, "610902")`: a raw connection with a desk's login, each statement committed by itself."""
    opened: list[Connection] = []

    def connect(desk: Desk, jurisdiction: str = "") -> Connection:
        connection = _connect(database.urls[desk])
        opened.append(connection)
        if jurisdiction:
            connection.execute(sql.SQL("SET landreg.jurisdiction = {}").format(sql.Literal(jurisdiction)))
        return connection

    yield connect
    for connection in opened:
        connection.close()


def _officer(number: int, name: str, *roles: Role, desk: Desk = Desk.REGISTRY) -> Actor:
    return Actor(UUID(int=0x6109_0000 + number), name, desk, frozenset(roles), COUNTY)


@pytest.fixture
def registrar() -> Actor:
    """登记员 of 汉滨区."""
    return _officer(1, "登记员甲", Role.REGISTRAR)


@pytest.fixture
def reviewer() -> Actor:
    """审核员 of 汉滨区, another person than the registrar."""
    return _officer(2, "审核员乙", Role.REVIEWER)


@pytest.fixture
def surveyor() -> Actor:
    """测绘员 of 汉滨区."""
    return _officer(3, "测绘员丙", Role.SURVEYOR)


@pytest.fixture
def auditor() -> Actor:
    """审计员 of 汉滨区, at the auditor's desk."""
    return _officer(4, "审计员丁", Role.AUDITOR, desk=Desk.AUDITOR)


@pytest.fixture
def worker() -> Actor:
    """The system itself, over the whole prefecture."""
    assert WORKER.jurisdiction == PREFECTURE
    return WORKER


@pytest.fixture(scope="session")
def _application(settings: Settings) -> Any:
    from landreg.app import create_app

    application = create_app(settings)
    # A page that one worker has compiled is compiled for all.
    (TEST_HOME / "templates").mkdir(exist_ok=True)
    application.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(TEST_HOME / "templates"))
    return application


@pytest.fixture
def app(database: Settings, _application: Any) -> Iterator[Any]:
    """The Flask application of the registry's process, one a worker; what a test sets in it is undone.

    Flask takes no new address after the first request: a test that adds one makes its own application.
    """
    use_key(database.keys["identity"])
    config, extensions = dict(_application.config), dict(_application.extensions)
    _application.testing = True
    yield _application
    for own, was in ((_application.config, config), (_application.extensions, extensions)):
        own.clear()
        own.update(was)


@pytest.fixture
def client(app: Any) -> Any:
    """A browser without a session."""
    return app.test_client()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured and recorded as `guard`: recall and precision by family of sentences."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    lines = [str(line) for report in reports for name, line in report.user_properties if name == "guard"]
    if lines:
        terminalreporter.section("law.guard")
        terminalreporter.write_line("\n".join(lines))
