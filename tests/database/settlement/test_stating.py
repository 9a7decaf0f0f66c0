"""The window's own numbers of a quarter: told once, nothing of a few, and beside what was given back no household is looked up."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from landreg.core.actor import NOBODY, Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict
from landreg.exit.public_queries import Numbers, numbers
from landreg.settlement import stating
from landreg.settlement.checking import recheck
from tests.conftest import AsDesk
from tests.database.catalog import Connection
from tests.database.exit.test_public_numbers import exits
from tests.villages import COUNTY, past_triggers

FROM, OTHER = "610921101201", "610922101201"


def settled(superuser: Connection, count: int, village: str = FROM, on: str = "2026-01-20") -> None:
    """So many households of a village that settled, made up."""
    row = """INSERT INTO settlement.application (county, application_id, division, village, origin, number, ground, address,
                 employer, note, received_at, received_by, received_by_name, received_on, due_on, outcome, decided_at, decided_on,
                 decided_by, decided_by_name, reason, unmet, salt, decision_salt)
             SELECT '610902', gen_random_uuid(), '610902001003', %s, '某村', gen_random_uuid()::text, 'own_dwelling', '样本路',
                 '', '', %s::date, %s, '文', %s, %s, 'settled', %s::date, %s, %s, '文', '有住所', '{}',
                 repeat('0', 32), repeat('1', 32)
             FROM generate_series(1, %s)"""
    who = uuid4()
    with past_triggers(superuser):
        superuser.execute(row, (village, on, who, on, on, on, on, who, count))


def told() -> Numbers:
    with unit_of_work(NOBODY) as uow:
        return numbers(uow.session)


def test_a_quarter_is_stated_once_and_nothing_of_fewer_than_five(officer: Actor, superuser: Connection) -> None:
    settled(superuser, 6)
    settled(superuser, 4, OTHER)
    settled(superuser, 9, on="2999-01-01")
    due = stating.due(officer, "610902")
    assert (due.counts, due.stated) == ({"610921": 6}, False)
    row = stating.state(officer, "610902")
    assert row.counts == [("610921", 6)]
    assert stating.due(officer, "610902").stated
    with pytest.raises(Conflict) as again:
        stating.state(officer, "610902")
    assert [finding.code for finding in again.value.findings] == ["SET-20"]


def test_a_statement_that_is_changed_behind_the_window_s_back_is_named(officer: Actor, superuser: Connection) -> None:
    settled(superuser, 6)
    stating.state(officer, "610902")
    before = recheck()
    superuser.execute("UPDATE settlement.statement SET households = '{7}'")
    assert len(recheck()) == len(before) + 1


def test_the_public_reads_at_least_how_many_kept_their_rights_from_two_numbers_side_by_side(
    officer: Actor, superuser: Connection
) -> None:
    settled(superuser, 20)
    settled(superuser, 20, OTHER)
    stating.state(officer, "610902")
    exits(superuser, 6, county="610921", village="610921001001")
    found = told()
    assert found.stated == {"610921": 20, "610922": 20}
    # Of the first county six acts are told: 14 of 20. Of the second, four at most, which are too few to be told.
    assert found.kept == [("610921", 20, 6, 70), ("610922", 20, 4, 80)]


def test_of_the_window_s_leaves_the_public_reads_its_statements_alone(
    officer: Actor, superuser: Connection, as_desk: AsDesk
) -> None:
    settled(superuser, 5)
    stating.state(officer, "610902")
    public = as_desk(Desk.PUBLIC, "6109")
    rows = public.execute("SELECT county, until, counts FROM log.stated_numbers()").fetchall()
    assert [(row[0], row[2]) for row in rows] == [("610902", {"610921": 5})]
    assert isinstance(rows[0][1], date)
    assert COUNTY == "610902"


@pytest.mark.parametrize(
    ("day", "first"), [("2026-01-01", "2026-01-01"), ("2026-03-31", "2026-01-01"), ("2026-12-31", "2026-10-01")]
)
def test_a_quarter_begins_with_its_month(day: str, first: str) -> None:
    assert stating.quarter_of(date.fromisoformat(day)) == date.fromisoformat(first)
