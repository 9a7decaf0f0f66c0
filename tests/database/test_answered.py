"""One statement in one journey to the database: under the actor's policy, and nothing of it stays on the connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import sqlalchemy as sa

from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import Actor
from landreg.core.db import Unavailable, answered, looked_up
from tests.conftest import Connection

SEEN = "SELECT current_setting('landreg.jurisdiction', true) || ' ' || current_setting('landreg.actor', true)"


@pytest.fixture
def one_connection(database: Settings, registrar: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is asked goes over the same connection, while that lives."""
    engine = sa.create_engine(database.urls[registrar.desk], pool_size=1, max_overflow=0, pool_pre_ping=True)
    monkeypatch.setattr(db, "engine_of", lambda _desk: engine)
    yield
    engine.dispose()


@pytest.mark.usefixtures("one_connection")
def test_it_is_asked_as_the_actor_and_leaves_nothing_behind(registrar: Actor) -> None:
    assert answered(registrar, SEEN, {}) == f"{registrar.jurisdiction} {registrar.account_id}"
    assert answered(registrar, "SELECT :one + CAST(:two AS integer)", {"one": 1, "two": 2}) == 3
    assert answered(registrar, "SELECT 1 WHERE false", {}) is None
    with looked_up(registrar.desk) as connection:
        assert connection.scalar(sa.text(SEEN)).strip() == ""


@pytest.mark.usefixtures("one_connection")
def test_a_statement_that_fails_spoils_no_other(registrar: Actor) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        answered(registrar, "SELECT 1 / :none", {"none": 0})
    assert answered(registrar, "SELECT 1", {}) == 1


@pytest.mark.usefixtures("one_connection")
def test_a_database_that_is_gone_is_said_and_found_again(registrar: Actor, superuser: Connection) -> None:
    ended = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep(60)%'"""
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(answered, registrar, "SELECT pg_sleep(60)", {})
        while not superuser.execute(ended).fetchall():
            time.sleep(0.05)
        with pytest.raises(Unavailable):
            asking.result(30)
    assert answered(registrar, "SELECT 1", {}) == 1
