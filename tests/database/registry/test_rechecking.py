"""Rechecking the register: what a superuser closed, or wrote over, is named with its table and key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landreg.access.identity import reveal
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding
from landreg.log.leaf import Entry
from landreg.log.recheck import recheck, recheck_register
from landreg.log.store import seal, stage
from landreg.registry import figures
from landreg.registry.figures import Figure
from landreg.registry.leaves import logged
from tests.registry_kit import Connection, one, to_notice, to_rights
from tests.villages import COUNTY, VILLAGE, stage_village

CLOSED = "recorded = tstzrange(lower(recorded), lower(recorded) + interval '1 hour'), ended_by_act = "


@pytest.fixture
def rights(registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings) -> Connection:
    """A registered and sealed village, and the connection of someone who passes every trigger."""
    to_rights(registrar, reviewer, superuser, 1)
    seal(worker, database)
    superuser.execute("SET session_replication_role = replica")
    return superuser


def found(worker: Actor, database: Settings) -> tuple[Finding, ...]:
    return recheck(worker, database, logged.SOURCES, logged.TABLES, logged.closings).findings


def shown(findings: tuple[Finding, ...]) -> list[tuple[str, str | None, str | None]]:
    return [(finding.code, finding.layer, finding.subject) for finding in findings]


def test_a_right_that_was_closed_behind_the_registers_back_is_named(
    rights: Connection, worker: Actor, database: Settings, registrar: Actor
) -> None:
    assert found(worker, database) == ()
    row = one(registrar, """SELECT row_id::text FROM registry."right" WHERE kind = 'homestead'""")
    close = f"""UPDATE registry."right" SET {CLOSED}{{}} WHERE row_id = %s"""
    for act in ("gen_random_uuid()", "act_id"):
        rights.execute(close.format(act), [row])
        assert shown(found(worker, database)) == [("LOG-22", "registry.right", row)]


@pytest.mark.parametrize("table", logged.CLOCKED)
def test_a_row_that_was_closed_is_named_in_every_table_with_two_clocks(
    rights: Connection, worker: Actor, database: Settings, table: str
) -> None:
    closed = rights.execute(f"UPDATE {table} SET {CLOSED}gen_random_uuid()").rowcount
    said = [finding for finding in found(worker, database) if finding.code == "LOG-22"]
    assert [finding.layer for finding in said] == [table.replace('"', "")] * closed


def test_a_row_is_closed_by_the_act_whose_leaf_names_it(
    rights: Connection, worker: Actor, database: Settings, registrar: Actor
) -> None:
    rights.execute(f"""UPDATE registry."right" SET {CLOSED}act_id WHERE kind = 'homestead'""")
    row, act = rights.execute(
        """SELECT r.row_id::text, a.number FROM registry."right" AS r JOIN registry.act AS a USING (county, act_id)
           WHERE r.kind = 'homestead'"""
    ).fetchone() or ("", "")
    rights.execute("DELETE FROM log.entry WHERE key = %s", [act])
    with unit_of_work(registrar) as uow:
        stage(uow, Entry("act", COUNTY, VILLAGE, act, {"act": act, "closed": [f"registry.right {row}"]}))
    assert "LOG-22" not in {finding.code for finding in found(worker, database)}


def test_notes_over_which_a_case_was_registered_are_named_once_they_are_gone(
    rights: Connection, worker: Actor, database: Settings
) -> None:
    assert recheck_register(worker, database, register()).findings == ()
    (number,) = rights.execute("""SELECT number FROM registry."case" WHERE state = 'registered'""").fetchone() or ("",)
    rights.execute("""UPDATE registry."case" SET findings = findings || '[{}]' WHERE number = %s""", [number])
    assert shown(recheck_register(worker, database, register()).findings) == [("LOG-18", "registry.case", number)]
    rights.execute("""UPDATE registry."case" SET findings = findings - -1 WHERE number = %s""", [number])
    rights.execute("UPDATE registry.case_event SET told = told - 'notes' WHERE step = 'register'")
    assert {f.layer for f in recheck_register(worker, database, register()).findings} == {"registry.case_event"}


def test_a_parcel_that_maps_would_draw_elsewhere_is_named(
    rights: Connection, worker: Actor, database: Settings
) -> None:
    rows = rights.execute("SELECT row_id::text FROM land.parcel ORDER BY code").fetchall()
    moved = "UPDATE land.parcel SET geom_3857 = public.ST_Translate(geom_3857, {}, 0) WHERE row_id = %s"
    rights.execute(moved.format("1e-6"), rows[0])
    assert recheck_register(worker, database, register()).findings == ()
    rights.execute(moved.format("1"), rows[1])
    rights.execute("UPDATE land.parcel SET geom_3857 = 'SRID=3857;POLYGON EMPTY' WHERE row_id = %s", rows[2])
    found_now = recheck_register(worker, database, register()).findings
    assert {(f.code, f.layer, f.subject, f.field) for f in found_now} == {
        ("LOG-17", "land.parcel", row, "geom_3857") for (row,) in rows[1:3]
    }


def test_every_table_with_two_clocks_is_rechecked(superuser: Connection) -> None:
    tables = superuser.execute(
        """SELECT format('%I.%I', table_schema, table_name) FROM information_schema.columns
           WHERE column_name IN ('recorded', 'ended_by_act') GROUP BY table_schema, table_name HAVING count(*) = 2"""
    ).fetchall()
    assert {table.replace('"', "") for (table,) in tables} == {table.replace('"', "") for table in logged.CLOCKED}


@pytest.mark.parametrize(
    "change", ["title = '另一个公告'", """content = jsonb_set(content, '{rows,0,holder}', '"张三"')"""]
)
def test_a_notice_that_was_written_over_is_named_and_the_log_holds_no_name(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings, change: str
) -> None:
    to_notice(registrar, reviewer, superuser, stage_village(superuser, 1))
    seal(worker, database)
    assert found(worker, database) == ()
    number, content = superuser.execute("SELECT number, content FROM registry.notice").fetchone() or ("", {})
    leaf = superuser.execute("SELECT leaf FROM log.entry WHERE key = %s", [number]).fetchone()
    holder = content["rows"][0]["holder"]
    assert leaf is not None
    assert holder not in json.dumps(json.loads(leaf[0]), ensure_ascii=False)
    superuser.execute(f"UPDATE registry.notice SET {change}")
    assert shown(found(worker, database)) == [("LOG-17", "registry.notice", number)]


def test_an_opening_and_a_figure_that_were_changed_are_named(
    rights: Connection, worker: Actor, database: Settings, registrar: Actor
) -> None:
    today: Any = one(registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    person = one(registrar, "SELECT person_id FROM party.member LIMIT 1")
    reveal(registrar, [person], "核对身份", "x")
    figures.set_figure(registrar, COUNTY, Figure("HS-2.terrain", "", "plain", today, "汉政发〔2026〕1号"))
    seal(worker, database)
    assert found(worker, database) == ()
    rights.execute("UPDATE identity.opening SET reason = '别的'; UPDATE law.county_parameter SET value = 'hill'")
    assert {(f.code, f.layer) for f in found(worker, database)} == {
        ("LOG-17", "identity.opening"),
        ("LOG-17", "law.county_parameter"),
    }


def test_an_auditor_rechecks_with_the_public_key_alone(
    rights: Connection, auditor: Actor, database: Settings, worker: Actor
) -> None:
    hidden = database.keys["log"].with_name("log.hidden")
    database.keys["log"].rename(hidden)
    try:
        assert found(worker, database) == ()
    finally:
        hidden.rename(database.keys["log"])
