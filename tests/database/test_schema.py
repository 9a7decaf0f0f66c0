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
        policy = superuser.execute("SELECT polname FROM pg_policy WHERE polrelid = 'registry.act'::regclass").fetchone()
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute(blow.replace("{policy}", f'"{policy[0]}"' if policy else ""))
        assert {finding.code for finding in schema.altered(superuser)} == named
    assert not list(schema.altered(superuser))
