"""The second wall, read from the catalog and tried: who reaches what, and that nothing stands open by carelessness."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from landreg import migrate
from landreg.config import Settings
from landreg.core.actor import Desk
from tests.database import catalog
from tests.database.catalog import Connection

# What the settlement window may reach (architecture.md 11): its own, the law, its staff's accounts, its log entries.
SETTLEMENT_SCHEMAS = {"settlement", "law", "access", "log", "system"}
BEYOND_SETTLEMENT = ("land", "registry", "party", "identity", "exchange", "exit", "audit")
# The keyed digest is not among them: by it a desk finds the row of a person whose number it was given.
SEALED = ("name_sealed", "id_sealed")


def test_the_public_reads_and_writes_no_table(superuser: Connection) -> None:
    assert catalog.reachable(superuser, "landreg_public") == []


def test_nothing_is_granted_to_everybody(superuser: Connection) -> None:
    open_to_all = catalog.ask(
        superuser,
        """SELECT ours.oid::regclass FROM ours JOIN pg_class AS c ON c.oid = ours.oid, aclexplode(c.relacl) AS grant_
           WHERE grant_.grantee = 0""",
    )
    assert open_to_all == []


def test_no_desk_is_a_superuser_bypasses_policies_or_makes_logins(superuser: Connection) -> None:
    strong = catalog.ask(
        superuser,
        """SELECT rolname FROM pg_roles WHERE rolname LIKE 'landreg\\_%%' AND rolname <> 'landreg_superuser'
           AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)""",
    )
    assert strong == []


def test_no_desk_owns_anything(superuser: Connection) -> None:
    owned = catalog.ask(
        superuser,
        """SELECT format('%%s owns %%s', desk.rolname, what) FROM desk JOIN (
               SELECT relowner AS owner, oid::regclass::text AS what FROM pg_class
               UNION ALL SELECT proowner, oid::regprocedure::text FROM pg_proc
               UNION ALL SELECT nspowner, nspname FROM pg_namespace
               UNION ALL SELECT typowner, oid::regtype::text FROM pg_type) AS owned ON owned.owner = desk.oid""",
    )
    assert owned == []


def test_no_desk_inherits_from_another_role(superuser: Connection) -> None:
    heirs = catalog.ask(
        superuser,
        """SELECT format('%%s in %%s', desk.rolname, m.roleid::regrole)
           FROM pg_auth_members AS m JOIN desk ON desk.oid = m.member""",
    )
    assert heirs == []


def test_no_desk_may_create_in_any_schema(superuser: Connection) -> None:
    makers = catalog.ask(
        superuser,
        """SELECT format('%%s in %%s', desk.rolname, n.nspname) FROM desk, pg_namespace AS n
           WHERE n.nspname NOT LIKE 'pg\\_%%temp\\_%%' AND has_schema_privilege(desk.oid, n.oid, 'CREATE')""",
    )
    assert makers == []


def test_every_table_in_a_countys_keeping_forces_a_policy_that_is_not_open(superuser: Connection) -> None:
    assert catalog.without_forced_policy(superuser) == []


def test_no_view_looks_past_a_policy_with_its_owners_eyes(superuser: Connection) -> None:
    views = catalog.ask(
        superuser,
        """SELECT ours.oid::regclass FROM ours JOIN pg_class AS c ON c.oid = ours.oid
           WHERE ours.kind = 'm'
              OR (ours.kind = 'v' AND NOT coalesce(c.reloptions, '{}') @> '{security_invoker=true}')""",
    )
    assert views == []


def test_functions_with_their_owners_rights_fix_their_search_path_and_are_not_everybodys(superuser: Connection) -> None:
    loose = catalog.ask(
        superuser,
        """SELECT name FROM function WHERE prosecdef AND (
               NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%%')
               OR proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) AS g WHERE g.grantee = 0))""",
    )
    assert loose == []


def test_identity_data_is_read_by_no_desk_directly(superuser: Connection) -> None:
    readers = catalog.ask(
        superuser,
        """SELECT format('%%s of %%s to %%s', c.attname, ours.oid::regclass, desk.rolname)
           FROM ours JOIN column_of AS c ON c.attrelid = ours.oid, desk
           WHERE ours.schema = 'identity' AND c.attname = ANY (%s)
             AND has_column_privilege(desk.oid, ours.oid, c.attnum, 'SELECT')""",
        list(SEALED),
    )
    assert readers == []


def test_the_settlement_desk_may_enter_no_schema_beyond_its_own(superuser: Connection) -> None:
    entered = catalog.ask(
        superuser,
        """SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%%'
           AND nspname NOT IN ('information_schema', 'public')
           AND has_schema_privilege('landreg_settlement', oid, 'USAGE')""",
    )
    assert set(entered) <= SETTLEMENT_SCHEMAS


def test_the_settlement_desk_can_read_no_table_of_land(superuser: Connection, database: Settings) -> None:
    tables = superuser.execute(
        f"WITH {catalog.OURS} SELECT schema, name FROM ours WHERE schema = ANY (%s)", [list(BEYOND_SETTLEMENT)]
    ).fetchall()
    assert tables
    url = migrate.plain_url(database.urls[Desk.SETTLEMENT])
    with psycopg.connect(url, autocommit=True) as settlement:
        for schema, name in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                settlement.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(schema, name)))


def test_no_function_that_the_settlement_desk_may_call_looks_at_land_for_it(superuser: Connection) -> None:
    spies = catalog.ask(
        superuser,
        """SELECT name FROM function WHERE prosecdef AND has_function_privilege('landreg_settlement', oid, 'EXECUTE')
           AND prosrc ~ '\\m(land|registry|party|identity|exchange)\\.'""",
    )
    assert spies == []


def test_no_other_desk_reaches_the_settlement_schema_and_no_key_leaves_it(superuser: Connection) -> None:
    others = catalog.ask(
        superuser,
        """SELECT desk.rolname FROM desk JOIN pg_namespace AS n ON n.nspname = 'settlement'
           WHERE desk.rolname <> 'landreg_settlement' AND has_schema_privilege(desk.oid, n.oid, 'USAGE')""",
    )
    crossing = catalog.ask(
        superuser,
        """SELECT c.conname FROM pg_constraint AS c
           JOIN ours AS a ON a.oid = c.conrelid JOIN ours AS b ON b.oid = c.confrelid
           WHERE (a.schema = 'settlement') <> (b.schema = 'settlement')""",
    )
    assert (others, crossing) == ([], [])


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
