"""Letting a service fail at its statements and at its commit, and comparing the whole database."""

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

from landreg.core import db
from tests.life_kit import Life
from tests.registry_kit import Connection

SEVERAL = {
    "deliver": "what is sent is committed before a stranger is asked, and what came of it is noted after",
    "reveal": "that an identity is opened stands in the log before it is shown",
    "attempt": "the step is undone, and that it was tried is kept",
    "issue": "printed in between, entered in one transaction",
    "exit_apply": "that members' numbers are opened stands in the log before their ages are told",
    "look": "what is going to be looked at stands in the log before it is shown",
    "evidence": "that it is taken stands in the log before it is given",
    "open_batch": "the planner's statistics come after, and nothing hangs on them",
    "rebuild": "the planner's statistics come after, and nothing hangs on them",
    "open_cases": "the planner's statistics come after, and nothing hangs on them",
    "register": "the planner's statistics come after, and nothing hangs on them",
    "register renewal": "the planner's statistics come after, and nothing hangs on them",
    "join": "a wrong code is counted whatever comes of it",
    "log_in": "a wrong password is counted whatever comes of it",
    "give_code": "a wrong code is counted whatever comes of it",
    "change_password": "a wrong password is counted whatever comes of it",
    "renew": "registered, sealed and certified: each stands when the next is interrupted",
    "work": "a job goes in chunks, and tells how far it is",
    "lapses": "each end is an act of its own",
    "check_waiting": "an upload is begun, told of, and ended; its package is one transaction",
    "receive": "the planner's statistics come after, and nothing hangs on them",
    "make_contracts": "household by household, and told how far it is",
    "sign_contracts": "each contract is signed by itself, and told how far it is",
    "end_contracts": "each end is an act of its own",
    "end_listings": "each end is an act of its own",
    "send_letters": "a letter is taken before it is sent, and what came of it is noted after",
    "tell_searches": "searches look in one transaction; what they found is sent in others",
    "turn": "rows are sealed anew in batches, and bear the one key or the other",
}
"""Services of more than one transaction that writes: why."""
TOLD_BESIDE = {"check_waiting": "land.upload"}
"""Where a service tells on a row of another transaction how far it is, also after the fault: the table of that row."""
_TABLES = """SELECT n.nspname || '.' || c.relname, format('%I.%I', n.nspname, c.relname)
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('information_schema', 'public')
      AND n.nspname !~ '^pg_' ORDER BY 1"""


@dataclass
class Counted:
    """Statements and commits that were seen, and how often a fault was set off. stood: what was committed at the fault."""

    statements: int = 0
    commits: int = 0
    done: int = 0
    fired: bool = False
    stood: str = ""


@contextmanager
def faulty(*, statement: int = 0, commit: int = 0, look: Callable[[], str] = str) -> Iterator[Counted]:
    """The n-th statement or the n-th commit of any desk fails as it does when the connection is lost."""
    seen = Counted()

    def lost(text: str) -> None:
        seen.fired = True
        if seen.done:
            seen.stood = look()
        raise sa.exc.OperationalError(text, None, psycopg.OperationalError("lost"))

    def before(connection: Any, cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        seen.statements += 1
        if seen.statements == statement:
            lost(text)

    def committing(_: Any) -> None:
        seen.commits += 1
        if seen.commits == commit:
            lost("COMMIT")
        seen.done += 1

    event.listen(sa.Engine, "before_cursor_execute", before)
    event.listen(sa.Engine, "commit", committing)
    try:
        yield seen
    finally:
        event.remove(sa.Engine, "before_cursor_execute", before)
        event.remove(sa.Engine, "commit", committing)


def digest(superuser: Connection, but: str = "") -> str:
    """One text for all that stands in every table but the counters of tries; numbers that were drawn may be lost."""
    if but not in _digests:
        tables = [quoted for name, quoted in superuser.execute(_TABLES).fetchall() if name != but]
        parts = (
            f"(SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {name} AS t)"
            for name in tables
        )
        _digests[but] = f"SELECT array_to_string(ARRAY[{', '.join(parts)}], ' ')"
    # Asked before and after every fault: to plan it anew costs more than to answer it.
    row = superuser.execute(_digests[but], prepare=True).fetchone()
    return "" if row is None else str(row[0])


_digests: dict[str, str] = {}
"""By the table that is left out: the question for all others."""


@dataclass
class Swept:
    """What was tried. several: services of more than one transaction that writes."""

    faults: Counter[str] = field(default_factory=Counter)
    several: set[str] = field(default_factory=set)


Step = Callable[[int, int], int]
"""How many statements on to the next one, from which (0: before the first), and how many the first transaction has, or 0."""


def at_every(_: int, __: int = 0) -> int:
    return 1


def at_some(number: int, of: int = 0) -> int:
    """The middle of a transaction, whose end its commit tries, and ever fewer of those that come after it."""
    if number == 0:
        return max(1, of // 2)
    return of + 1 - number if number <= of else number - of


def swept(name: str, call: Callable[[], Any], superuser: Connection, told: Swept, step: Step, first: int = 0) -> Any:
    """Let a service fail at its statements until it is through; what it gave then. first: statements of its first transaction."""
    number, but = step(0, first), TOLD_BESIDE.get(name, "")

    def look() -> str:
        return digest(superuser, but)

    _forgiven(superuser)
    before = look()
    while True:
        with faulty(statement=number, look=look) as seen:
            try:
                result = call()
            except db.Unavailable:
                assert seen.fired
                through = False
            else:
                through = True
        told.faults[name] += seen.fired
        stood = seen.stood if seen.done else before
        if seen.fired and stood != before:
            told.several.add(name)
        if through:
            # Without a fault, or with one after all was committed, on which nothing hangs.
            return result
        assert look() == stood, f"{name}: half done at statement {number}"
        before = look() if _forgiven(superuser) else stood
        number += step(number, first)


def _forgiven(superuser: Connection) -> bool:
    """Forget what was tried: whoever tries so often from one place would be told to wait. True where a code had been tried."""
    superuser.execute("DELETE FROM access.attempt")
    return superuser.execute("UPDATE access.household_code SET attempts = 0 WHERE attempts > 0").rowcount > 0


def lost_at_commit(name: str, call: Callable[[], Any], superuser: Connection, told: Swept) -> int:
    """The service's first transaction is lost at its commit: nothing stands. How many statements it has."""
    before = digest(superuser)
    with faulty(commit=1) as seen, pytest.raises(db.Unavailable):
        call()
    assert seen.fired
    told.faults[name] += 1
    assert digest(superuser) == before, f"{name}: half done at its commit"
    return seen.statements


def sweep(course: Life, superuser: Connection, step: Step) -> Swept:
    """A life of which every call fails first. In the short form, of what was swept before, only that another kind of act is
    applied for and registered, and only at its commit.
    """
    told, result = Swept(), None
    while True:
        try:
            name, call = course.send(result)
        except StopIteration:
            return told
        service = name.partition(" ")[0]
        seen_before = service in {one.partition(" ")[0] for one in told.faults}
        if step is at_some and seen_before:
            if service in ("apply", "register"):
                lost_at_commit(name, call, superuser, told)
            result = call()
            continue
        first = lost_at_commit(name, call, superuser, told)
        result = swept(name, call, superuser, told, step, first)
