"""What each desk holds on the tables: registered rows only close, and no desk deletes but where work is put away."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(("function", "event"), [("system.open_once()", 7), ("system.close_once()", 19)])
def test_every_registered_table_lets_a_row_open_and_close_once_and_nothing_reopen(
    superuser: Connection, function: str, event: int
) -> None:
    """pg_trigger.tgtype: before each row, on INSERT or on UPDATE."""
    guarded = catalog.ask(
        superuser,
        """SELECT t.tgrelid::regclass FROM pg_trigger AS t
           WHERE t.tgfoid = %s::regprocedure AND t.tgtype = %s AND t.tgqual IS NULL AND t.tgenabled = 'O'""",
        function,
        event,
    )
    assert set(catalog.registered_tables(superuser)) <= set(guarded)


def test_no_row_of_a_registered_table_may_hold_for_no_time(superuser: Connection) -> None:
    for name in ("reg_9_valid_is_some_time", "reg_9_recorded_is_some_time", "reg_9_row_is_ended_by_an_act"):
        checked = catalog.ask(superuser, "SELECT conrelid::regclass FROM pg_constraint WHERE conname = %s", name)
        assert set(catalog.registered_tables(superuser)) <= set(checked), name


def test_every_registered_row_is_tied_to_the_acts_that_open_and_close_it(superuser: Connection) -> None:
    for column in ("act_id", "ended_by_act"):
        tied = catalog.ask(
            superuser,
            """SELECT c.conrelid::regclass FROM pg_constraint AS c JOIN column_of AS a
               ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
               WHERE c.contype = 'f' AND c.confrelid = 'registry.act'::regclass AND a.attname = %s AND c.condeferred""",
            column,
        )
        assert set(catalog.registered_tables(superuser)) <= set(tied), column


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
