"""An interrupt ends a unit of work at once, wherever in the driver it came; a lock that one is alone by is never left behind."""

from __future__ import annotations

import time
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.core.db import Unavailable, alone, unit_of_work
from tests.database.catalog import Connection
from tests.fault.sweeping import faulty


@pytest.mark.timeout(20)
@pytest.mark.parametrize("blow", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_in_mid_copy_ends_the_unit_of_work_and_leaves_nothing(
    blow: type[BaseException], registrar: Actor, superuser: Connection
) -> None:
    held: list[Any] = []
    with pytest.raises(blow):
        _interrupted(registrar, blow(), held)
    with unit_of_work(registrar) as uow:
        assert uow.now
    left = superuser.execute("SELECT count(*) FROM pg_class WHERE relname = 'passing_by'").fetchone()
    assert left == (0,)


def _interrupted(actor: Actor, blow: BaseException, held: list[Any]) -> None:
    """The copy is entered and never left, as when the interrupt comes before its block has begun."""
    with unit_of_work(actor) as uow:
        connection: Any = uow.session.connection().connection.driver_connection
        cursor = connection.cursor()
        cursor.execute("CREATE TEMPORARY TABLE passing_by (line text)")
        held.append(cursor.copy("COPY passing_by FROM STDIN"))
        held[0].__enter__()
        raise blow


def test_what_one_was_alone_at_is_free_when_the_unlocking_failed(worker: Actor, superuser: Connection) -> None:
    with pytest.raises(Unavailable), faulty(statement=2) as seen, alone(worker, "a round") as ours:
        assert ours
    assert (seen.statements, seen.fired) == (2, True)
    left = """SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND d.datname = current_database()"""
    # The server hears of the closed connection in its own time.
    deadline = time.monotonic() + 10
    while superuser.execute(left).fetchone() != (0,):
        assert time.monotonic() < deadline, "the lock stands though its session is gone"
        time.sleep(0.01)
