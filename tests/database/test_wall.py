"""The second wall, read from the catalog and tried: who reaches what, and that nothing stands open by carelessness."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from landreg import migrate
from landreg.audit.wall.catalog_queries import Check
from landreg.audit.wall.queries import CHECKS, answers, fingerprint
from landreg.config import Settings
from landreg.core.actor import Desk
from tests.database import catalog
from tests.database.catalog import Connection

HERE = "this_database"
# One careless statement for each check, after which it names something: a check that cannot fail proves nothing.
CARELESS = {
    "login_powers": "ALTER ROLE landreg_registry BYPASSRLS",
    "memberships": "GRANT landreg_registry TO landreg_settlement",
    "login_settings": "ALTER ROLE landreg_settlement SET search_path = land",
    "parameters": "GRANT SET ON PARAMETER session_replication_role TO landreg_settlement",
    "public_grants": "GRANT SELECT ON land.parcel TO PUBLIC",
    "strangers": "CREATE ROLE passer_by; GRANT SELECT ON land.parcel TO passer_by",
    "granting_on": "GRANT SELECT ON land.parcel TO landreg_auditor WITH GRANT OPTION",
    "default_grants": "ALTER DEFAULT PRIVILEGES FOR ROLE landreg_owner GRANT SELECT ON TABLES TO landreg_settlement",
    "settlement_schemas": "GRANT USAGE ON SCHEMA land TO landreg_settlement",
    "settlement_tables": "GRANT SELECT (code) ON land.parcel TO landreg_settlement",
    "settlement_log": "GRANT SELECT (salts) ON log.entry TO landreg_settlement",
    "settlement_functions": "GRANT EXECUTE ON FUNCTION log.read_health() TO landreg_settlement",
    "settlement_sequences": "GRANT USAGE ON SEQUENCE audit.finding_number TO landreg_settlement",
    "land_logins": "GRANT SELECT (village) ON settlement.application TO landreg_registry",
    "public_reads": "GRANT SELECT (code) ON land.parcel TO landreg_public",
    "creating": "GRANT CREATE ON SCHEMA law TO landreg_settlement",
    "owning": "ALTER FUNCTION system.clock() OWNER TO landreg_settlement",
    "forced_policies": "ALTER TABLE land.parcel NO FORCE ROW LEVEL SECURITY",
    "accounts_apart": "CREATE POLICY open ON access.account USING (true)",
    "leaves_apart": "DROP POLICY settlement_says_its_own ON log.entry",
    "foreign_keys": "ALTER TABLE settlement.application ADD COLUMN who uuid REFERENCES identity.person",
    "dependencies": "CREATE VIEW settlement.seen WITH (security_invoker) AS SELECT code FROM land.parcel",
    "views": "CREATE VIEW law.seen AS SELECT code FROM land.parcel",
    "views_apart": "CREATE VIEW law.seen WITH (security_invoker) AS SELECT code FROM land.parcel",
    "rules": "CREATE RULE quiet AS ON INSERT TO settlement.application DO ALSO NOTHING",
    "triggers": """CREATE FUNCTION settlement.spy() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM 1 FROM land.parcel; RETURN NEW; END $$;
        CREATE TRIGGER spy BEFORE INSERT ON settlement.application FOR EACH ROW EXECUTE FUNCTION settlement.spy()""",
    "event_triggers": """CREATE FUNCTION law.heard() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
        CREATE EVENT TRIGGER heard ON ddl_command_end EXECUTE FUNCTION law.heard()""",
    "functions": """CREATE FUNCTION law.both() RETURNS bigint LANGUAGE sql AS
        'SELECT count(*) FROM settlement.application, land.parcel'""",
    "called_for_settling": """CREATE FUNCTION access.spy() RETURNS bigint LANGUAGE sql SECURITY DEFINER
        SET search_path = pg_catalog AS 'SELECT count(*) FROM land.parcel'""",
    "search_paths": """CREATE FUNCTION law.loose() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        REVOKE ALL ON FUNCTION law.loose() FROM PUBLIC""",
    "operators": """CREATE FUNCTION law.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT $1 = $2';
        CREATE OPERATOR law.=== (FUNCTION = law.same, LEFTARG = text, RIGHTARG = text)""",
    "policies": "CREATE POLICY peeks ON settlement.application USING (EXISTS (SELECT FROM land.parcel))",
    "settlement_policies": "ALTER TABLE settlement.application DISABLE ROW LEVEL SECURITY",
    "names": "ALTER TABLE settlement.application ADD COLUMN parcel_code text",
    "sealed": "GRANT SELECT (id_sealed) ON identity.person TO landreg_auditor",
    "bridge": "GRANT EXECUTE ON FUNCTION audit.exits_near_settlements(date, text) TO landreg_registry",
    "watcher": "GRANT SELECT (id_digest) ON identity.person TO landreg_watch",
    "extensions": "CREATE EXTENSION dblink",
    "foreign_data": "CREATE FOREIGN DATA WRAPPER elsewhere",
    "publications": "CREATE PUBLICATION parcels FOR TABLE land.parcel",
    "large_objects": "SELECT lo_create(0)",
    "temporary_tables": f"GRANT TEMPORARY ON DATABASE {HERE} TO landreg_settlement",
    "server_files": "GRANT pg_read_server_files TO landreg_settlement",
    "advisory_locks": "GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO landreg_settlement",
    "watching_others": "GRANT EXECUTE ON FUNCTION pg_lock_status() TO landreg_settlement",
    "planner": "GRANT SELECT ON pg_catalog.pg_class TO landreg_settlement",
    "map_functions": "GRANT USAGE ON SCHEMA public TO landreg_settlement",
    "notifications": "CREATE FUNCTION land.calls() RETURNS void LANGUAGE sql AS $$ SELECT pg_notify('land', '') $$",
    "other_databases": "GRANT CONNECT ON DATABASE postgres TO PUBLIC",
    "this_database": f"GRANT CONNECT ON DATABASE {HERE} TO PUBLIC",
    "statement_log": "SET LOCAL log_statement = 'all'",
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_wall_stands(superuser: Connection, check: Check) -> None:
    assert catalog.ask(superuser, check.question) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_careless_statement_is_named_by_the_check_that_is_there_for_it(superuser: Connection, check: Check) -> None:
    here = superuser.info.dbname
    with superuser.transaction(force_rollback=True):
        superuser.execute("SET LOCAL client_min_messages = error")
        superuser.execute(CARELESS[check.name].replace(HERE, f'"{here}"'))
        assert catalog.ask(superuser, check.question) != []


def test_each_careless_statement_has_its_check() -> None:
    assert set(CARELESS) == {check.name for check in CHECKS}


def test_every_login_asks_the_wall_and_is_answered_the_same(superuser: Connection, as_desk) -> None:
    told = {desk: (answers(as_desk(desk)), fingerprint(as_desk(desk))) for desk in (Desk.AUDITOR, Desk.OWNER)}
    assert told[Desk.AUDITOR] == told[Desk.OWNER] == (answers(superuser), fingerprint(superuser))


def test_the_settlement_desk_can_read_no_table_of_land(superuser: Connection, database: Settings) -> None:
    tables = superuser.execute(f"WITH {catalog.OURS} SELECT schema, name FROM ours WHERE side = 'land'", ()).fetchall()
    assert tables
    url = migrate.plain_url(database.urls[Desk.SETTLEMENT])
    with psycopg.connect(url, autocommit=True) as settlement:
        for schema, name in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                settlement.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(schema, name)))


@pytest.mark.parametrize("jurisdiction", ["", "6", "610", "61x9", "%", "6109' OR true --"])
def test_a_jurisdiction_that_is_empty_short_or_no_number_covers_nothing(as_desk, jurisdiction: str) -> None:
    registry = as_desk(Desk.REGISTRY, jurisdiction)
    bounds = registry.execute("SELECT access.jurisdiction_from(), access.jurisdiction_to()").fetchone()
    assert bounds == (None, None)


def test_a_jurisdiction_covers_its_own_villages_and_none_of_the_next_county(as_desk) -> None:
    registry = as_desk(Desk.REGISTRY, "610902")
    covered = registry.execute(
        """SELECT village FROM unnest(ARRAY['610901999999', '610902', '610902001001', '610902999999', '610903', '6109'])
           AS village WHERE village COLLATE "C" BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"""
    )
    assert [village for (village,) in covered] == ["610902", "610902001001", "610902999999"]


def test_a_careless_table_is_named_by_every_question_asked_here(superuser: Connection) -> None:
    with superuser.transaction(force_rollback=True):
        superuser.execute("CREATE TABLE land.careless (id int, county char(6), recorded tstzrange)")
        superuser.execute("GRANT SELECT (id) ON land.careless TO landreg_public")
        superuser.execute("GRANT TRUNCATE ON land.careless TO landreg_registry")
        superuser.execute("CREATE UNIQUE INDEX careless_id ON land.careless (id, county)")
        assert "land.careless" in catalog.reachable(superuser, "landreg_public")
        assert "land.careless" in catalog.without_forced_policy(superuser)
        assert "landreg_registry on land.careless" in catalog.holders(superuser, "TRUNCATE")
        assert "land.careless_id on land.careless" in catalog.keys_without_county(superuser)
        assert "land.careless" in catalog.tables_without_key(superuser)


def test_what_is_sealed_of_a_person_is_read_by_the_desks_that_enter_it_alone(superuser: Connection) -> None:
    """An identity number of a delivery, like one of the register: auditors, the public and the other windows have none."""
    readers = catalog.ask(
        superuser,
        """SELECT format('%%s: %%s.%%s', desk.rolname, a.attrelid::regclass, a.attname) FROM desk, pg_attribute AS a
           JOIN ours ON ours.oid = a.attrelid
           WHERE a.attname = 'id_sealed' AND NOT a.attisdropped AND has_column_privilege(desk.oid, a.attrelid, a.attnum, 'SELECT')
             AND desk.rolname NOT IN ('landreg_registry', 'landreg_worker')""",
    )
    assert readers == []
