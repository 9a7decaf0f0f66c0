"""A failure at the n-th statement, or at the commit, of every service leaves all or nothing: the whole database is compared.

The suite lets a handful of statements of each service fail; `make drill` every one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import Actor
from landreg.log.recheck import recheck_register
from tests.life_kit import Stage, life
from tests.registry_kit import Connection

SEVERAL = {
    "reveal": "that an identity is opened stands in the log before it is shown",
    "attempt": "the step is undone, and that it was tried is kept",
    "issue": "printed in between, entered in one transaction",
    "evidence": "that it is taken stands in the log before it is given",
    "open_batch": "the planner's statistics come after, and nothing hangs on them",
    "register": "the planner's statistics come after, and nothing hangs on them",
    "join": "a wrong code is counted whatever comes of it",
}
"""Services of more than one transaction: why."""


@dataclass
class Counted:
    """Statements and commits that were seen, and how often a fault was set off."""

    statements: int = 0
    commits: int = 0
    done: int = 0
    fired: bool = False


@contextmanager
def faulty(*, statement: int = 0, commit: int = 0) -> Iterator[Counted]:
    """The n-th statement or the n-th commit of any desk fails as it does when the connection is lost."""
    seen = Counted()

    def before(connection: Any, cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        seen.statements += 1
        if seen.statements == statement:
            seen.fired = True
            raise sa.exc.OperationalError(text, None, psycopg.OperationalError("lost"))

    def committing(_: Any) -> None:
        seen.commits += 1
        if seen.commits == commit:
            seen.fired = True
            raise sa.exc.OperationalError("COMMIT", None, psycopg.OperationalError("lost"))
        seen.done += 1

    event.listen(sa.Engine, "before_cursor_execute", before)
    event.listen(sa.Engine, "commit", committing)
    try:
        yield seen
    finally:
        event.remove(sa.Engine, "before_cursor_execute", before)
        event.remove(sa.Engine, "commit", committing)


def digest(superuser: Connection) -> str:
    """One text for all that stands in every table but the counters of tries; numbers that were drawn may be lost."""
    tables = superuser.execute(
        """SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('information_schema', 'public')
             AND n.nspname !~ '^pg_' ORDER BY 1"""
    ).fetchall()
    parts = (
        f"(SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {name} AS t)"
        for (name,) in tables
    )
    row = superuser.execute(f"SELECT concat_ws(' ', {', '.join(parts)})").fetchone()
    return "" if row is None else str(row[0])


@dataclass
class Swept:
    """What was tried. several: services of more than one transaction."""

    faults: Counter[str] = field(default_factory=Counter)
    several: set[str] = field(default_factory=set)


def at_every(_: int) -> int:
    return 1


def at_some(number: int) -> int:
    """Statements 1, 3, 7, 15, 31, ..."""
    return number + 1


def swept(name: str, call: Callable[[], Any], superuser: Connection, told: Swept, step: Callable[[int], int]) -> Any:
    """Let a service fail at its statements and at its commits until it is through; what it gave then."""
    number = 1
    while True:
        # Whoever tries so often from one place would be told to wait.
        superuser.execute("DELETE FROM access.attempt; UPDATE access.household_code SET attempts = 0")
        before = digest(superuser)
        with faulty(statement=number) as seen:
            try:
                result = call()
            except db.Unavailable:
                assert seen.fired
                through = False
            else:
                through = True
        told.faults[name] += seen.fired
        if seen.fired and seen.done:
            told.several.add(name)
        elif seen.fired:
            assert digest(superuser) == before, f"{name}: half done at statement {number}"
        if through:
            # Without a fault, or with one after all was committed, on which nothing hangs.
            return result
        number += step(number)


def lost_at_commit(name: str, call: Callable[[], Any], superuser: Connection, told: Swept) -> None:
    """The service's first transaction is lost at its commit: nothing stands."""
    before = digest(superuser)
    with faulty(commit=1) as seen, pytest.raises(db.Unavailable):
        call()
    assert seen.fired
    told.faults[name] += 1
    assert digest(superuser) == before, f"{name}: half done at its commit"


@pytest.fixture
def stage(
    registrar: Actor, reviewer: Actor, auditor: Actor, worker: Actor, superuser: Connection, database: Settings
) -> Stage:
    return Stage(registrar, reviewer, auditor, worker, superuser, database)


def sweep(stage: Stage, step: Callable[[int], int]) -> Swept:
    """The whole life of a register, every call of it failing first."""
    told, course, result = Swept(), life(stage), None
    while True:
        try:
            name, call = course.send(result)
        except StopIteration:
            break
        lost_at_commit(name, call, stage.superuser, told)
        result = swept(name, call, stage.superuser, told, step)
    assert recheck_register(stage.worker, stage.settings, register()).findings == ()
    return told


def test_a_failure_at_some_statements_of_every_service_leaves_all_or_nothing(stage: Stage) -> None:
    told = sweep(stage, at_some)
    assert told.several <= set(SEVERAL)
    assert len(told.faults) > 40


@pytest.mark.drill
@pytest.mark.timeout(1800)
def test_a_failure_at_every_statement_of_every_service_leaves_all_or_nothing(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    told = sweep(stage, at_every)
    with capsys.disabled():
        print(f"\n{len(told.faults)} services, {told.faults.total()} faults, all or nothing after each")
    assert told.several <= set(SEVERAL)
    assert told.faults.total() > 500
