"""What somebody tries who holds the settlement window's database connection: each road to land is closed, and by what."""

from __future__ import annotations

import random
import select
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from landreg.access.sealing import digests, use_key
from landreg.config import Settings
from landreg.core.actor import PREFECTURE, Actor, Desk
from landreg.core.codes import masked_id
from landreg.core.db import _lock_key, unit_of_work
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.settlement.persons import digest_of
from tests.database.catalog import Connection
from tests.registry_kit import to_rights
from tests.settlement_kit import own_key
from tests.villages import COUNTY, VILLAGE, citizen_id

Denied = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def intruder(as_desk: Any) -> Connection:
    """The settlement login, which sets every setting of ours as it likes: no policy is what keeps it out."""
    connection: Connection = as_desk(Desk.SETTLEMENT, PREFECTURE)
    connection.execute("SET landreg.actor = '00000000-0000-0000-0000-000061090001'")
    return connection


@pytest.fixture
def land(registrar: Actor, reviewer: Actor, superuser: Connection) -> Connection:
    """A village with registered rights."""
    to_rights(registrar, reviewer, superuser, 2)
    superuser.execute("ANALYZE")
    return superuser


OTHER_ROLES = [
    f"landreg_{name}"
    for name in ("owner", "registry", "exchange", "citizen", "auditor", "public", "worker", "watch", "superuser")
]


@pytest.mark.parametrize("role", OTHER_ROLES)
@pytest.mark.parametrize("statement", ["SET ROLE {}", "SET SESSION AUTHORIZATION {}", "SET LOCAL ROLE {}"])
def test_it_turns_into_nobody_else(intruder: Connection, role: str, statement: str) -> None:
    with pytest.raises(Denied):
        intruder.execute(statement.format(role))


@pytest.mark.parametrize(
    "statement", ["RESET ROLE", "RESET SESSION AUTHORIZATION", "SET ROLE NONE", "RESET ALL", "DISCARD ALL"]
)
def test_going_back_leads_to_itself(intruder: Connection, statement: str) -> None:
    intruder.execute(statement)
    assert intruder.execute("SELECT session_user, current_user").fetchone() == (
        "landreg_settlement",
        "landreg_settlement",
    )
    with pytest.raises(Denied):
        intruder.execute('SELECT count(*) FROM registry."right"')


@pytest.mark.parametrize("path", ["land, registry", '"$user", public, land', "pg_temp, land, pg_catalog", "registry"])
def test_no_search_path_finds_land(intruder: Connection, path: str) -> None:
    intruder.execute(f"SET search_path = {path}")
    for table in ("parcel", '"right"', "household", "person"):
        with pytest.raises(psycopg.errors.UndefinedTable):
            intruder.execute(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize("how", [
    "EXPLAIN SELECT * FROM land.parcel",
    "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM registry.\"right\"",
    "PREPARE s AS SELECT * FROM land.parcel",
    "DECLARE c CURSOR FOR SELECT * FROM land.parcel",
    "COPY land.parcel TO STDOUT",
    "COPY (SELECT * FROM land.parcel) TO STDOUT",
    "LOCK TABLE land.parcel IN ACCESS SHARE MODE",
    "ANALYZE land.parcel",
    "CREATE VIEW settlement.seen AS SELECT * FROM land.parcel",
    "CREATE TABLE settlement.copy AS SELECT * FROM land.parcel",
    "SELECT table_to_xml('land.parcel', true, false, '')",
    "SELECT query_to_xml('SELECT * FROM land.parcel', true, false, '')",
    "SELECT * FROM ts_stat('SELECT to_tsvector(code) FROM land.parcel')",
    "SELECT nextval('audit.finding_number')",
    "SELECT last_value FROM audit.finding_number",
    "MERGE INTO land.parcel USING (SELECT 1) AS s ON false WHEN NOT MATCHED THEN DO NOTHING",
    "SELECT * FROM public.geometry_columns",
    "SELECT public.st_estimatedextent('land', 'parcel', 'geom')",
    "SELECT public._postgis_stats('land.parcel', 'geom')",
])  # fmt: skip
def test_no_statement_reads_or_measures_a_table_of_land(land: Connection, intruder: Connection, how: str) -> None:
    with pytest.raises(Denied), intruder.transaction():
        intruder.execute(how)


@pytest.mark.parametrize("how", [
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/landreg-attack'",
    "COPY settlement.evidence FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_current_logfile()",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'told')",
    "SELECT lo_get(1)",
    "CREATE TEMPORARY TABLE t (x int)",
    "CREATE TABLE settlement.t (x int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION settlement.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION dblink SCHEMA settlement",
    "CREATE EXTENSION hstore SCHEMA settlement",
    "CREATE FOREIGN DATA WRAPPER elsewhere",
    "CREATE PUBLICATION p FOR ALL TABLES",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SET log_statement = 'all'",
    "SET session_replication_role = replica",
    "SELECT pg_reload_conf()",
    "ALTER TABLE settlement.application DISABLE ROW LEVEL SECURITY",
    "CREATE ROLE another",
])  # fmt: skip
def test_it_makes_nothing_runs_nothing_and_reads_no_file(intruder: Connection, how: str) -> None:
    with pytest.raises(Denied):
        intruder.execute(how)


@pytest.mark.parametrize("how", [
    "SELECT * FROM pg_locks",
    "SELECT query FROM pg_stat_activity",
    "SELECT * FROM pg_stat_get_activity(NULL)",
    "SELECT n_tup_ins FROM pg_stat_all_tables",
    "SELECT * FROM pg_stat_user_indexes",
    "SELECT * FROM pg_statio_all_tables",
    "SELECT xact_commit FROM pg_stat_database",
    "SELECT * FROM pg_stat_xact_all_tables",
    "SELECT * FROM pg_stat_progress_copy",
    "SELECT reltuples FROM pg_class",
    "SELECT * FROM pg_class",
    "SELECT pg_relation_size(oid) FROM pg_class WHERE relname = 'parcel'",
    "SELECT pg_total_relation_size(oid) FROM pg_class WHERE relname = 'parcel'",
    "SELECT pg_table_size(oid) FROM pg_class WHERE relname = 'parcel'",
    "SELECT pg_database_size(current_database())",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_prepared_xacts",
    "SELECT pg_current_snapshot()",
    "SELECT pg_current_wal_lsn()",
    "SELECT pg_blocking_pids(1)",
    "SELECT pg_cancel_backend(999999)",
    "SELECT pg_terminate_backend(999999)",
    "SELECT pg_xact_status(pg_current_xact_id())",
    "SELECT txid_status(txid_current())",
    "SELECT checkpoint_lsn, next_xid FROM pg_control_checkpoint()",
    "SELECT pg_get_multixact_members('1')",
    "SELECT pg_relation_filepath('pg_class')",
    "SELECT pg_filenode_relation(0, 1)",
    "SELECT relfrozenxid FROM pg_class",
    "SELECT relfilenode FROM pg_class",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_lock(1)",
    "SELECT pg_try_advisory_xact_lock_shared(1, 2)",
    "SELECT pg_advisory_unlock_all()",
])  # fmt: skip
def test_the_server_tells_it_nothing_of_what_others_do(intruder: Connection, how: str) -> None:
    with pytest.raises(Denied):
        intruder.execute(how)


def test_the_planner_s_statistics_hold_no_column_of_land_for_it(land: Connection, intruder: Connection) -> None:
    told = (
        "SELECT count(*) FROM pg_stats WHERE schemaname IN ('land', 'registry', 'party', 'identity', 'exit', 'audit')"
    )
    assert land.execute(told).fetchone() != (0,)
    assert intruder.execute(told).fetchone() == (0,)
    assert intruder.execute("SELECT count(*) FROM pg_sequences WHERE last_value IS NOT NULL").fetchone() == (0,)


def test_a_village_in_work_at_the_register_is_no_signal(registrar: Actor, intruder: Connection) -> None:
    """Whoever knows how a lock's key is made could else ask which village is being registered in at this moment."""
    with unit_of_work(registrar) as uow:
        uow.lock_village(VILLAGE)
        key = _lock_key(f"village:{VILLAGE}")
        for how in (f"SELECT pg_try_advisory_lock({key})", "SELECT objid FROM pg_locks WHERE locktype = 'advisory'"):
            with pytest.raises(Denied):
                intruder.execute(how)


def test_a_name_of_another_desk_s_session_is_not_seen(as_desk: Any, intruder: Connection) -> None:
    other = as_desk(Desk.REGISTRY, COUNTY)
    other.execute("SET application_name = 'a signal'")
    with pytest.raises(Denied):
        intruder.execute("SELECT application_name FROM pg_stat_activity")


def test_a_process_id_does_not_tell_whether_somebody_works_behind_it(as_desk: Any, intruder: Connection) -> None:
    """Whoever tries all of them could else count the sessions of the land desks at every moment."""
    working = as_desk(Desk.REGISTRY, COUNTY).info.backend_pid
    said = []
    for pid in (working, 999_999):
        for how in ("pg_cancel_backend", "pg_terminate_backend"):
            with pytest.raises(Denied) as refused:
                intruder.execute(f"SELECT {how}({pid})")
            said.append(str(refused.value))
    assert said[:2] == said[2:]


def test_whether_another_s_transaction_was_rolled_back_is_not_told(as_desk: Any, intruder: Connection) -> None:
    registry = as_desk(Desk.REGISTRY, COUNTY)
    with registry.transaction(force_rollback=True):
        (xid,) = registry.execute("SELECT pg_current_xact_id()::text").fetchone()
    for how in ("pg_xact_status(%s::text::xid8)", "txid_status(%s::text::bigint)"):
        with pytest.raises(Denied):
            intruder.execute(f"SELECT {how}", [xid])
    for how in ("identity", "settlement"):
        with pytest.raises(Denied):
            intruder.execute(f"SELECT {how}.stands(%s::text::xid8)", [xid])


def test_no_other_database_of_the_server_is_a_way_round(intruder: Connection) -> None:
    for name in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(intruder.info.dsn, dbname=name, password=intruder.info.password)


LEAF = "INSERT INTO log.entry (county, id, village, kind, key, leaf, staged_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"


def leaf(kind: str, key: str) -> list[Any]:
    return [COUNTY, uuid4(), VILLAGE, kind, key, b"{}", datetime.now(UTC)]


def an_act(superuser: Connection) -> str:
    row = superuser.execute("SELECT key FROM log.entry WHERE kind = 'act' LIMIT 1").fetchone()
    assert row is not None
    return str(row[0])


def test_the_log_does_not_say_whether_an_act_is_in_it(land: Connection, intruder: Connection) -> None:
    """A key that is there would be refused otherwise than one that is not: both are refused alike, before the key is asked."""
    said = []
    for key in (an_act(land), "no such act"):
        with pytest.raises(Denied) as refused:
            intruder.execute(LEAF, leaf("act", key))
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert "key" not in said[0]


def test_nor_by_how_long_it_takes_to_refuse(land: Connection, intruder: Connection) -> None:
    """The policy is asked before any index: a key that is there takes no longer than one that is not, within the noise."""
    there = an_act(land)

    def took(key: str) -> float:
        began = time.perf_counter()
        with pytest.raises(Denied):
            intruder.execute(LEAF, leaf("act", key))
        return time.perf_counter() - began

    times = [(took(there), took(f"no such act {n}")) for n in range(60)]
    apart = statistics.median(a - b for a, b in times)
    spread = statistics.median(abs(a - b - apart) for a, b in times)
    assert abs(apart) < 3 * spread


@pytest.mark.parametrize(
    "kind",
    ["act", "case.accepted", "audit.watched", "person.entered", "identity.opened", "settlement", "settlementx.y"],
)
def test_it_adds_no_leaf_of_another_s_kind(intruder: Connection, kind: str) -> None:
    with pytest.raises(Denied):
        intruder.execute(LEAF, leaf(kind, "k"))
    intruder.execute(LEAF, leaf("settlement.received", str(uuid4())))


def test_the_register_neither_adds_nor_reads_a_leaf_of_the_window(
    registrar: Actor, as_desk: Any, intruder: Connection
) -> None:
    key = str(uuid4())
    intruder.execute(LEAF, leaf("settlement.received", key))
    registry = as_desk(Desk.REGISTRY, COUNTY)
    assert registry.execute("SELECT leaf FROM log.entry WHERE key = %s", [key]).fetchall() == []
    with pytest.raises(Denied):
        registry.execute(LEAF, leaf("settlement.received", key))
    with pytest.raises(Exception, match="row-level security"), unit_of_work(registrar) as uow:
        stage(uow, Entry("settlement.received", COUNTY, VILLAGE, "another", {}))


def test_counters_of_attempts_are_no_letter_box_between_the_sides(as_desk: Any, intruder: Connection) -> None:
    registry = as_desk(Desk.REGISTRY, COUNTY)
    registry.execute("SELECT access.count_attempt('household 610902001001010001', 600, 7)")
    assert intruder.execute("SELECT count FROM access.attempts('household 610902001001010001')").fetchone() in (
        None,
        (None,),
    )
    intruder.execute("SELECT access.count_attempt('told', 600, 3)")
    assert registry.execute("SELECT count FROM access.attempts('told')").fetchone() in (None, (None,))
    intruder.execute("SELECT access.forget_attempts('household 610902001001010001')")
    assert registry.execute("SELECT count FROM access.attempts('household 610902001001010001')").fetchone() == (7,)


def test_nothing_notifies_a_listener_while_rights_are_registered(
    intruder: Connection, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    for channel in ("land", "registry", "act", "exit", "landreg"):
        intruder.execute(f"LISTEN {channel}")
    to_rights(registrar, reviewer, superuser, 1)
    assert list(_heard(intruder)) == []


def _heard(connection: Connection) -> Iterator[psycopg.Notify]:
    select.select([connection.fileno()], [], [], 0.3)
    yield from connection.notifies(timeout=0.1)


SPEAKING = (
    "SELECT 1/(SELECT count(*)::int FROM land.parcel WHERE village = '610902001001')",
    "SELECT CAST((SELECT code FROM land.parcel LIMIT 1) AS int)",
    "SELECT (SELECT code FROM land.parcel LIMIT 1)::date",
    """INSERT INTO settlement.opening (county, opening_id, application_id, division, account_id, reason, opened_at)
       SELECT county, gen_random_uuid(), parcel_id, village, act_id, code, now() FROM land.parcel""",
    "SELECT 'land.parcel'::regclass",
    "SELECT to_regclass('land.parcel')::text || (SELECT code FROM land.parcel LIMIT 1)",
)
"""Statements whose error would hold a value, or differ by one."""


def test_an_error_s_text_tells_the_same_whether_there_is_land_or_not(
    superuser: Connection, intruder: Connection, registrar: Actor, reviewer: Actor
) -> None:
    def said() -> list[tuple[str | None, ...]]:
        found = []
        for how in SPEAKING:
            with pytest.raises(Denied) as refused:
                intruder.execute(how)
            told = refused.value.diag
            found.append((told.message_primary, told.message_detail, told.message_hint, told.context))
        return found

    before = said()
    to_rights(registrar, reviewer, superuser, 2)
    assert said() == before


def test_the_register_s_digest_of_a_number_and_the_window_s_are_not_to_be_matched(
    land: Connection, database: Settings
) -> None:
    """Whoever holds both tables, and even the window's key: every number of the register gives digests that stand nowhere there."""
    numbers = [one[0] for one in land.execute("SELECT id_digest FROM identity.person").fetchall()]
    assert numbers
    use_key(database.keys["identity"])
    plain = citizen_id(1)
    of_register = set(digests(plain))
    with own_key(database):
        assert of_register.isdisjoint({*digests(plain), digest_of(plain)})
        assert not {bytes(one) for one in numbers} & {digest_of(plain)}


def test_in_a_village_the_signs_of_a_mask_are_shared_by_many(superuser: Connection) -> None:
    """What alone stands on both sides of a person: of 2,500 people of a village, each mask is some twenty people's."""
    draw = random.Random(1)
    masks = [
        masked_id(f"610900{1940 + draw.randrange(80)}0101{draw.randrange(1000):03d}{draw.choice('0123456789X')}")
        for _ in range(2500)
    ]
    shared = Counter(masks)
    assert min(shared.values()) >= 8
    assert statistics.mean(shared.values()) > 20
