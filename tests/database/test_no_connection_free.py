"""The connections of a desk: whose is taken next; who waited too long for one is told, and it is no fault of the program."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import Actor
from landreg.core.db import Unavailable, unit_of_work


def test_who_finds_no_connection_free_is_told_that_the_database_is_not_to_be_had(
    database: Settings, registrar: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = sa.create_engine(database.urls[registrar.desk], pool_size=1, max_overflow=0, pool_timeout=0.05)
    monkeypatch.setattr(db, "engine_of", lambda _desk: engine)
    with unit_of_work(registrar), pytest.raises(Unavailable), unit_of_work(registrar):
        pass
    with unit_of_work(registrar):
        pass
    engine.dispose()


def test_who_comes_takes_the_connection_that_was_given_back_last(database: Settings, registrar: Actor) -> None:
    with unit_of_work(registrar), unit_of_work(registrar), unit_of_work(registrar):
        pass
    taken = set()
    for _time in range(4):
        with unit_of_work(registrar) as uow:
            taken.add(uow.session.scalar(sa.text("SELECT pg_backend_pid()")))
    assert len(taken) == 1
