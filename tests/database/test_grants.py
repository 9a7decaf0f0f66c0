"""What each desk holds on the tables: registered rows only close, and no desk deletes but where work is put away."""

from __future__ import annotations

from tests.database import catalog
from tests.database.catalog import Connection

CLOSING_COLUMNS = {"recorded", "ended_by_act"}
# Rows that are work and not the register: staged packages that are replaced, sessions that end, cases being prepared.
DELETABLE_SCHEMAS = ("land.staged_", "land.package", "access.")

RECORDS_OF_READING = ("log.", "access.", "audit.", "identity.opening")


def test_no_desk_may_truncate_or_put_triggers_or_keys_on_a_table(superuser: Connection) -> None:
    assert catalog.holders(superuser, "TRUNCATE") == []
    assert catalog.holders(superuser, "TRIGGER") == []
    assert catalog.holders(superuser, "REFERENCES") == []


def test_no_desk_may_delete_what_is_registered_logged_or_decided(superuser: Connection) -> None:
    deleters = catalog.holders(superuser, "DELETE")
    assert [line for line in deleters if not line.split(" on ")[1].startswith(DELETABLE_SCHEMAS)] == []


def test_a_registered_row_can_be_changed_only_in_its_closing_columns(superuser: Connection) -> None:
    assert catalog.registered_tables(superuser)
    writable = catalog.ask(
        superuser,
        """SELECT format('%%s.%%s by %%s', ours.oid::regclass, c.attname, desk.rolname)
           FROM ours JOIN column_of AS c ON c.attrelid = ours.oid, desk
           WHERE ours.oid = ANY (%s::regclass[]) AND c.attname <> ALL (%s)
             AND has_column_privilege(desk.oid, ours.oid, c.attnum, 'UPDATE')""",
        catalog.registered_tables(superuser),
        list(CLOSING_COLUMNS),
    )
    assert writable == []


def test_every_registered_table_lets_a_row_close_once_and_nothing_reopen(superuser: Connection) -> None:
    guarded = catalog.ask(
        superuser,
        """SELECT t.tgrelid::regclass FROM pg_trigger AS t
           WHERE t.tgfoid = 'system.close_once()'::regprocedure AND t.tgenabled = 'O'""",
    )
    assert set(catalog.registered_tables(superuser)) <= set(guarded)


def test_the_auditor_reads_and_writes_only_what_records_the_reading(superuser: Connection) -> None:
    written = [
        line
        for privilege in ("INSERT", "UPDATE", "DELETE")
        for line in catalog.holders(superuser, privilege)
        if line.startswith("landreg_auditor ") and not line.split(" on ")[1].startswith(RECORDS_OF_READING)
    ]
    assert written == []


def test_desks_use_every_sequence_and_type_through_their_tables_only(superuser: Connection) -> None:
    """No enum type: its `=` is not leakproof, so no index on it would be used under a policy (architecture.md 10)."""
    enums = catalog.ask(superuser, "SELECT oid::regtype FROM pg_type WHERE typtype = 'e'")
    assert enums == []
