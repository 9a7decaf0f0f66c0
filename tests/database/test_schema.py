"""The database's own walls are held against what the migrations made: what was taken down or put in is named."""

from __future__ import annotations

import pytest

from landreg import migrate, schema
from landreg.config import Settings
from tests.database.catalog import Connection


def test_the_list_is_what_the_migrations_make(database: Settings) -> None:
    """After a migration: `landreg db schema > migrations/schema.txt`, on a database that `landreg db upgrade` made."""
    assert migrate.pieces(database) == sorted(schema.made())


@pytest.mark.parametrize(
    ("blow", "named"),
    [
        ('ALTER TABLE registry."right" DISABLE TRIGGER ALL', {"DB-8", "DB-9"}),
        ("ALTER TABLE exchange.held_parcel DISABLE TRIGGER let_once", {"DB-8", "DB-9"}),
        ("ALTER TABLE exchange.held_parcel DROP CONSTRAINT con_2_parcel_bound_once", {"DB-8"}),
        (
            'ALTER TABLE registry."case" DROP CONSTRAINT {check}; ALTER TABLE registry."case" ADD CONSTRAINT {check} CHECK (true)',
            {"DB-8", "DB-9"},
        ),
        ("ALTER POLICY {policy} ON registry.act USING (true)", {"DB-8", "DB-9"}),
        ("GRANT UPDATE ON registry.act TO landreg_registry", {"DB-8", "DB-9"}),
        ("ALTER TABLE registry.act ALTER COLUMN number DROP NOT NULL", {"DB-8", "DB-9"}),
        ("ALTER FUNCTION registry.keep_course() RESET ALL", {"DB-8", "DB-9"}),
        ("DROP POLICY {policy} ON registry.act", {"DB-8"}),
        ("INSERT INTO registry.case_course VALUES ('draft', 'registered')", {"DB-9"}),
        ("UPDATE registry.act_kind SET noticed = false WHERE kind = 'first_registration'", {"DB-8", "DB-9"}),
        (
            "CREATE OR REPLACE FUNCTION registry.keep_course() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            {"DB-8", "DB-9"},
        ),
        (
            "CREATE TRIGGER quiet BEFORE INSERT ON log.entry FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            {"DB-9"},
        ),
    ],
)
def test_a_wall_that_was_taken_down_or_changed_is_named(superuser: Connection, blow: str, named: set[str]) -> None:
    with superuser.transaction(force_rollback=True):
        policy, check = superuser.execute(
            """SELECT (SELECT polname FROM pg_policy WHERE polrelid = r.oid AND polqual IS NOT NULL LIMIT 1),
                      (SELECT conname FROM pg_constraint WHERE conrelid = 'registry."case"'::regclass AND contype = 'c' LIMIT 1)
               FROM (SELECT 'registry.act'::regclass AS oid) AS r"""
        ).fetchone() or ("", "")
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute(blow.replace("{policy}", f'"{policy}"').replace("{check}", f'"{check}"'))
        assert {finding.code for finding in schema.altered(superuser)} == named
    assert not list(schema.altered(superuser))
