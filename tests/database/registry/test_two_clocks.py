"""What is registered stays as it was said: rows close once, nothing reopens, and the database refuses by the rules' codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from landreg.core.actor import Actor, Desk
from landreg.core.db import UnitOfWork, refusal_of, unit_of_work
from landreg.core.errors import Refused
from landreg.registry import queries
from landreg.registry.queries import AsOf
from tests.registry_kit import Connection, codes, one, pass_days, to_rights
from tests.villages import COUNTY, past_triggers

TWO_CLOCKS = (
    "party.collective",
    "party.household",
    "party.member",
    "land.parcel",
    "registry.contract",
    "registry.right",
    "registry.right_holder",
    "registry.right_parcel",
)
WRITTEN_ONCE = ("registry.act", "registry.case_event", "registry.document", "registry.certificate", "identity.opening")
DESKS = tuple(desk for desk in Desk if desk is not Desk.OWNER)


@pytest.fixture
def registered(registrar: Actor, reviewer: Actor, superuser: Connection) -> list[UUID]:
    return to_rights(registrar, reviewer, superuser)


def _table(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))


def _close(name: str) -> sql.Composed:
    """The statement by which acts close every open row of a table now."""
    return sql.SQL("UPDATE {} SET recorded = tstzrange(lower(recorded), system.clock()), ended_by_act = act_id").format(
        _table(name)
    )


def _refusal(desk: Connection, name: str, change: str) -> str | None:
    """The constraint that refuses a change of a table's rows."""
    with pytest.raises(psycopg.errors.IntegrityError) as refused:
        desk.execute(sql.SQL("UPDATE {} SET {}").format(_table(name), sql.SQL(change)))
    return refused.value.diag.constraint_name


def test_these_are_all_the_tables_with_two_clocks(superuser: Connection) -> None:
    found = superuser.execute(
        """SELECT table_schema || '.' || table_name FROM information_schema.columns WHERE column_name = 'ended_by_act'
           AND table_schema NOT LIKE 'pg_%'"""
    )
    others = {"party.organization", "party.holder", "registry.restriction", "land.parcel_origin"}
    assert {name for (name,) in found} == {*TWO_CLOCKS, *others}


def test_no_desk_changes_or_deletes_what_is_registered(registered: list[UUID], as_desk: Any) -> None:
    for desk in DESKS:
        connection: Connection = as_desk(desk, COUNTY)
        for name in (*TWO_CLOCKS, *WRITTEN_ONCE):
            for statement in ("UPDATE {} SET village = village", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(statement).format(_table(name)))


def test_no_desk_but_the_registry_closes_a_row(registered: list[UUID], as_desk: Any) -> None:
    for desk in set(DESKS) - {Desk.REGISTRY}:
        connection: Connection = as_desk(desk, COUNTY)
        for name in TWO_CLOCKS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(_close(name))


def test_a_closed_row_never_reopens_and_never_closes_otherwise(registered: list[UUID], as_desk: Any) -> None:
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    for name in TWO_CLOCKS:
        assert desk.execute(_close(name)).rowcount > 0
        for change in (
            "recorded = tstzrange(lower(recorded), NULL), ended_by_act = NULL",
            "recorded = tstzrange(lower(recorded), system.clock())",
            "recorded = 'empty'",
            "recorded = tstzrange(lower(recorded) - interval '1 day', upper(recorded))",
            "ended_by_act = gen_random_uuid()",
        ):
            assert _refusal(desk, name, change) == "reg_9_closed_row_stays"


def test_an_open_row_closes_by_an_act_or_not_at_all(registered: list[UUID], as_desk: Any) -> None:
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    for name in TWO_CLOCKS:
        for change in (
            "ended_by_act = act_id",
            "recorded = tstzrange(lower(recorded), system.clock())",
            "recorded = tstzrange(lower(recorded) - interval '1 day', NULL)",
            "recorded = tstzrange(lower(recorded) - interval '1 day', system.clock()), ended_by_act = act_id",
            "recorded = tstzrange(NULL, system.clock()), ended_by_act = act_id",
            "recorded = 'empty', ended_by_act = act_id",
            "recorded = tstzrange(lower(recorded), lower(recorded)), ended_by_act = act_id",
            "recorded = tstzrange(lower(recorded), system.clock(), '(]'), ended_by_act = act_id",
        ):
            assert _refusal(desk, name, change) == "reg_9_closed_row_stays", (name, change)


def test_a_row_closes_at_the_instant_of_its_act_and_at_no_other(
    registered: list[UUID], as_desk: Any, superuser: Connection
) -> None:
    pass_days(superuser, 1)
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    for name in TWO_CLOCKS:
        for instant in (
            "system.clock() + interval '1 second'",
            "timestamptz 'infinity'",
            "system.clock() - interval '1 hour'",
            # The clock of a demonstration runs ahead: the day on the wall is long before the row's beginning.
            "lower(recorded) + interval '1 microsecond'",
        ):
            change = f"recorded = tstzrange(lower(recorded), {instant}), ended_by_act = act_id"
            assert _refusal(desk, name, change) == "reg_9_closed_row_stays", (name, instant)


@pytest.mark.parametrize(
    "recorded",
    [
        "'empty'",
        "tstzrange(NULL, NULL)",
        "tstzrange('-infinity', NULL)",
        "tstzrange(system.clock(), system.clock() + interval '1 day')",
        "tstzrange(system.clock() + interval '1 day', NULL)",
        "tstzrange(system.clock() - interval '1 hour', NULL)",
        "tstzrange(system.clock(), 'infinity')",
        "tstzrange(system.clock(), NULL, '()')",
    ],
)
def test_a_row_comes_open_and_from_now_on(registered: list[UUID], registrar: Actor, recorded: str) -> None:
    for name in TWO_CLOCKS:
        assert _refused_again(registrar, name, recorded=recorded) == "reg_9_row_comes_open", name


def test_a_row_never_comes_with_an_end(registered: list[UUID], registrar: Actor) -> None:
    for name in TWO_CLOCKS:
        ended = {"recorded": "tstzrange(system.clock(), NULL)", "ended_by_act": "act_id"}
        assert _refused_again(registrar, name, **ended) == "reg_9_row_comes_open", name


def test_no_row_holds_for_no_time_at_all(registered: list[UUID], registrar: Actor, superuser: Connection) -> None:
    """An empty range overlaps nothing: with it, a parcel would be under two rights and a person in two households."""
    for name in TWO_CLOCKS:
        assert _refused_again(registrar, name, valid="'empty'") == "reg_9_valid_is_some_time", name
        with past_triggers(superuser), pytest.raises(psycopg.errors.CheckViolation) as never:
            superuser.execute(sql.SQL("UPDATE {} SET recorded = 'empty', ended_by_act = act_id").format(_table(name)))
        assert never.value.diag.constraint_name == "reg_9_recorded_is_some_time", name


def test_not_even_the_owner_of_the_tables_changes_a_fact(registered: list[UUID], as_desk: Any) -> None:
    owner: Connection = as_desk(Desk.OWNER, COUNTY)
    with pytest.raises(psycopg.errors.IntegrityError):
        owner.execute('UPDATE registry."right" SET area_m2 = area_m2 + 1')


def test_a_closed_row_s_refusal_is_a_finding(registered: list[UUID], registrar: Actor, as_desk: Any) -> None:
    as_desk(Desk.REGISTRY, COUNTY).execute(_close("registry.right"))
    with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
        uow.session.execute(text('UPDATE registry."right" SET ended_by_act = gen_random_uuid()'))
    assert codes(refused) == {"REG-9"}


def _refused_again(actor: Actor, table: str, **changed: str) -> str:
    """The constraint that refuses a registered row which is inserted once more, changed."""
    with pytest.raises(Refused) as refused, unit_of_work(actor) as uow:
        _again(uow, table, **changed)
    return str(refused.value.findings[0].values["constraint"])


def _again(uow: UnitOfWork, table: str, where: str = "true", **changed: str) -> None:
    """Insert a registered row once more, changed and recorded now: what a careless desk might do."""
    columns = uow.session.execute(
        text("SELECT column_name FROM information_schema.columns WHERE table_schema || '.' || table_name = :table"),
        {"table": table},
    ).scalars()
    schema, name = table.split(".")
    changed = {"recorded": f"tstzrange('{uow.now.isoformat()}', NULL)", **changed}
    names = [column for column in columns if column != "geom_3857" or table != "land.parcel"]
    values = ", ".join(changed.get(column, f'"{column}"') for column in names)
    listed = ", ".join(f'"{column}"' for column in names)
    uow.session.execute(
        text(f'INSERT INTO {schema}."{name}" ({listed}) SELECT {values} FROM {schema}."{name}" WHERE {where} LIMIT 1')
    )


NEW = "gen_random_uuid()"


REFUSED_AGAIN = (
    ("CT-3", "registry.right", {"row_id": NEW, "code": "'other'"}),
    ("CT-5", "registry.contract", {"row_id": NEW, "contract_id": NEW}),
    ("PT-1", "party.member", {"row_id": NEW, "member_id": NEW, "household_id": NEW}),
    ("PT-2", "party.household", {"row_id": NEW, "code": "'610902104202019999'"}),
    ("PT-2", "party.collective", {"row_id": NEW, "code": "'61090210420299'"}),
    ("PT-3", "party.household", {"row_id": NEW, "household_id": NEW}),
    ("PT-3", "party.collective", {"row_id": NEW, "collective_id": NEW}),
    ("COD-90", "land.parcel", {"row_id": NEW, "parcel_id": NEW}),
    ("COD-90", "land.parcel", {"row_id": NEW, "code": "'6109021042020199999'"}),
    ("REG-10", "registry.act", {"act_id": NEW, "number": "'610902-20260701-9999999'"}),
)


def test_the_database_refuses_what_code_let_through_by_the_rule_s_own_code(
    registered: list[UUID], registrar: Actor
) -> None:
    for code, table, changed in REFUSED_AGAIN:
        where = "case_id IS NOT NULL" if table == "registry.act" else "true"
        with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
            _again(uow, table, where, **changed)
        assert codes(refused) == {code}, table


def _second_right(uow: UnitOfWork, kind: str, **changed: str) -> dict[str, str]:
    """A right of another household, with its holder, so that a parcel or a share can be put under it."""
    row = f"'{uuid4()}'"
    household = f"'{uuid4()}'"
    of_kind = f"kind = '{kind}'"
    _again(uow, "registry.right", of_kind, row_id=row, right_id=NEW, code="'other'", household_id=household, **changed)
    _again(uow, "registry.right_holder", of_kind, right_row=row, household_id=household, **changed)
    return {"right_row": row}


@pytest.mark.parametrize("kind", ["contract_management", "homestead"])
def test_a_parcel_is_never_under_two_rights_of_a_kind(registered: list[UUID], registrar: Actor, kind: str) -> None:
    with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
        _again(uow, "registry.right_parcel", f"kind = '{kind}'", **_second_right(uow, kind))
    assert codes(refused) == {"CT-2"}


def test_a_parcel_may_go_under_another_right_once_the_first_is_closed(
    registered: list[UUID], registrar: Actor, as_desk: Any
) -> None:
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    for name in ("registry.right", "registry.right_holder", "registry.right_parcel"):
        desk.execute(_close(name))
    before = one(registrar, "SELECT count(*) FROM registry.right_parcel")
    with unit_of_work(registrar) as uow:
        opened = {"recorded": "tstzrange(upper(recorded), NULL)", "ended_by_act": "NULL"}
        changed = _second_right(uow, "contract_management", **opened)
        _again(uow, "registry.right_parcel", "kind = 'contract_management'", **changed, **opened)
    assert one(registrar, "SELECT count(*) FROM registry.right_parcel") == before + 1


def test_a_household_never_holds_two_homesteads(registered: list[UUID], registrar: Actor) -> None:
    row = f"'{uuid4()}'"
    with unit_of_work(registrar) as uow:
        _again(uow, "registry.right", "kind = 'homestead'", row_id=row, right_id=NEW)
        with pytest.raises(IntegrityError) as refused:
            _again(uow, "registry.right_holder", "kind = 'homestead'", right_row=row)
        uow.session.rollback()
    refusal = refusal_of(refused.value)
    assert refusal is not None
    assert [finding.code for finding in refusal.findings] == ["HS-1"]


@pytest.mark.parametrize(
    "shares",
    [
        {},
        {"numerator": "1", "denominator": "2"},
        {"numerator": "2", "denominator": "3"},
    ],
)
def test_a_right_whose_shares_are_not_one_does_not_commit(
    registered: list[UUID], registrar: Actor, shares: dict[str, str]
) -> None:
    row, household = f"'{uuid4()}'", f"'{uuid4()}'"
    of_kind = "kind = 'contract_management'"

    def book() -> None:
        with unit_of_work(registrar) as uow:
            _again(uow, "registry.right", of_kind, row_id=row, right_id=NEW)
            if shares:
                _again(uow, "registry.right_holder", of_kind, right_row=row, household_id=household, **shares)

    with pytest.raises(Refused) as refused:
        book()
    assert codes(refused) == {"CT-2"}


def test_a_right_of_two_households_with_a_half_each_commits(registered: list[UUID], registrar: Actor) -> None:
    row, of_kind = f"'{uuid4()}'", "kind = 'contract_management'"
    half = {"numerator": "1", "denominator": "2", "right_row": row}
    with unit_of_work(registrar) as uow:
        _again(uow, "registry.right", of_kind, row_id=row, right_id=NEW)
        for _ in range(2):
            _again(uow, "registry.right_holder", of_kind, household_id=NEW, **half)
        _again(uow, "registry.right_parcel", of_kind, right_row=row, parcel_id=NEW)
    assert one(registrar, f"SELECT count(*) FROM registry.right_holder WHERE right_row = {row}") == 2


@pytest.mark.parametrize("part", ["registry.right_holder", "registry.right_parcel"])
def test_a_right_that_stays_open_keeps_its_holders_and_its_land(
    registered: list[UUID], registrar: Actor, part: str
) -> None:
    close = text(f"UPDATE {part} SET recorded = tstzrange(lower(recorded), system.clock()), ended_by_act = act_id")
    with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
        uow.session.execute(close)
    assert codes(refused) == {"CT-2" if part == "registry.right_holder" else "CT-7"}
    of_all = text('UPDATE registry."right" SET recorded = tstzrange(lower(recorded), :now), ended_by_act = act_id')
    with unit_of_work(registrar) as uow:
        uow.session.execute(of_all, {"now": uow.now})
        uow.session.execute(close)


def test_a_right_without_land_does_not_commit(registered: list[UUID], registrar: Actor) -> None:
    with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
        _second_right(uow, "contract_management")
    assert codes(refused) == {"CT-7"}


def test_a_right_s_shares_count_whoever_sees_its_holders(registered: list[UUID], registrar: Actor) -> None:
    """A holder's share in another village is not hidden from the sum by the officer's own jurisdiction."""
    row, of_kind = f"'{uuid4()}'", "kind = 'contract_management'"
    half = {"numerator": "1", "denominator": "2", "right_row": row, "household_id": NEW}
    with unit_of_work(registrar) as uow:
        _again(uow, "registry.right", of_kind, row_id=row, right_id=NEW)
        _again(uow, "registry.right_holder", of_kind, **half)
        _again(uow, "registry.right_holder", of_kind, village="'610902104203'", **half)
        _again(uow, "registry.right_parcel", of_kind, right_row=row, parcel_id=NEW)
    of_village = replace(registrar, jurisdiction="610902104203")
    with pytest.raises(Refused) as refused, unit_of_work(of_village) as uow:
        _again(uow, "registry.right_holder", "numerator = 1 AND denominator = 2", household_id=NEW)
    assert codes(refused) == {"CT-2"}


def test_no_row_closes_by_an_act_that_is_none(registered: list[UUID], registrar: Actor) -> None:
    for name in TWO_CLOCKS:
        closing = (
            f"UPDATE {_table(name).as_string(None)} "
            "SET recorded = tstzrange(lower(recorded), :now), ended_by_act = gen_random_uuid()"
        )
        with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
            uow.session.execute(text(closing), {"now": uow.now})
        assert refused.value.findings[0].values["constraint"] == "reg_9_closed_by_an_act", name


def test_no_row_opens_by_an_act_that_is_none(registered: list[UUID], registrar: Actor) -> None:
    def book() -> None:
        with unit_of_work(registrar) as uow:
            changed = _second_right(uow, "contract_management", act_id=NEW)
            _again(uow, "registry.right_parcel", "kind = 'contract_management'", **changed, parcel_id=NEW)

    with pytest.raises(Refused) as refused:
        book()
    assert refused.value.findings[0].values["constraint"] == "reg_9_opened_by_an_act"


def test_an_act_that_the_log_does_not_tell_of_does_not_commit(registered: list[UUID], registrar: Actor) -> None:
    with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
        _again(uow, "registry.act", act_id=NEW, number="'610902-20260701-9999999'", case_id="NULL")
    assert codes(refused) == {"LOG-18"}


def test_a_holder_added_to_a_whole_right_afterwards_is_refused(registered: list[UUID], registrar: Actor) -> None:
    with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
        _again(uow, "registry.right_holder", "kind = 'contract_management'", household_id=NEW, numerator="1")
    assert codes(refused) == {"CT-2"}


def test_an_answer_once_given_is_given_again_whatever_is_registered_later(
    registered: list[UUID], registrar: Actor, superuser: Connection
) -> None:
    right = one(registrar, "SELECT right_id FROM registry.\"right\" WHERE kind = 'contract_management' LIMIT 1")
    then = one(registrar, "SELECT system.clock()")
    day = date(2026, 1, 1)
    superuser.execute("UPDATE system.demo SET ahead = ahead + interval '2 hours'")
    row = f"'{uuid4()}'"
    with unit_of_work(registrar) as uow:
        for name, of in (("right", "row_id"), ("right_holder", "right_row"), ("right_parcel", "right_row")):
            close = (
                f'UPDATE registry."{name}" SET recorded = tstzrange(lower(recorded), :now), ended_by_act = act_id WHERE {of} = '
                '(SELECT row_id FROM registry."right" WHERE right_id = :right)'
            )
            uow.session.execute(text(close), {"now": uow.now, "right": right})
        opened = {"recorded": "tstzrange(upper(recorded), NULL)", "ended_by_act": "NULL"}
        ended = "NOT upper_inf(recorded)"
        _again(uow, "registry.right", ended, row_id=row, area_m2="700", **opened)
        _again(uow, "registry.right_holder", ended, right_row=row, **opened)
        _again(uow, "registry.right_parcel", ended, right_row=row, **opened)
    now = one(registrar, "SELECT system.clock()")
    with unit_of_work(registrar) as uow:
        said = {
            at: queries.right_as_of(uow.session, COUNTY, right, AsOf(day, instant))
            for at, instant in (("then", then), ("now", now))
        }
        assert {at: found.area_m2 for at, found in said.items() if found} == {"then": 800, "now": 700}
        assert queries.right_as_of(uow.session, COUNTY, right, AsOf(date(1997, 12, 31), now)) is None
        assert queries.right_as_of(uow.session, COUNTY, right, AsOf(day, then - timedelta(days=90))) is None
        assert [found.area_m2 for found in queries.right_rows(uow.session, COUNTY, right)] == [800, 700]
