"""A refusal costs nothing more: what is prepared on a connection outlives a transaction that is rolled back by a rule."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused

KEPT = sa.text("SELECT 'kept' WHERE :number > 0")
PREPARED = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%''kept'' WHERE%'")


def _prepared(actor: Actor) -> tuple[int, int]:
    """How many such statements the connection keeps that is given out next, and whose it is."""
    with unit_of_work(actor) as uow:
        backend = uow.session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        return uow.session.execute(PREPARED).scalar_one(), backend


def _ask(session: Session) -> None:
    for number in range(10):
        session.execute(KEPT, {"number": number})


def _refused(actor: Actor) -> None:
    with unit_of_work(actor) as uow:
        uow.session.execute(sa.text("SELECT set_config('landreg.mark', 'written', true)"))
        raise Refused([Finding("SYS-1")])


def test_what_is_prepared_stays_prepared_when_a_rule_refuses_and_the_rows_are_gone(
    database: Settings, registrar: Actor
) -> None:
    with unit_of_work(registrar) as uow:
        _ask(uow.session)
    before = _prepared(registrar)
    with pytest.raises(Refused):
        _refused(registrar)
    assert before[0] == 1
    assert _prepared(registrar) == before
    with unit_of_work(registrar) as uow:
        assert not uow.session.scalar(sa.text("SELECT current_setting('landreg.mark', true)"))


def test_it_is_forgotten_where_a_statement_failed(database: Settings, registrar: Actor) -> None:
    with unit_of_work(registrar) as uow:
        _ask(uow.session)
    _, backend = _prepared(registrar)
    with pytest.raises(DBAPIError), unit_of_work(registrar) as uow:
        uow.session.execute(sa.text("SELECT 1 / :nothing"), {"nothing": 0})
    assert _prepared(registrar) == (0, backend)
