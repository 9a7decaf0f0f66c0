"""Files that rows name by their hash: every such column is read, one that was changed or is gone is named and served to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from landreg.audit.file_queries import COLUMNS
from landreg.audit.files import files_differ
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Finding, NotFound
from landreg.core.files import Store
from tests.registry_kit import Connection, to_rights

LAND = ("land", "party", "registry", "exchange", "exit", "access", "audit", "law", "log")


def differ(worker: Actor, store: Store) -> list[tuple[str, str | None]]:
    seen: list[tuple[int, int]] = []
    found: list[Finding] = [*files_differ(worker, store, lambda done, every: seen.append((done, every)))]
    assert not seen or seen[-1][0] == seen[-1][1]
    return [(one.code, one.subject) for one in found]


@pytest.fixture
def paper(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> Path:
    """A paper of a case in its folder, of a household's registration."""
    store = Store(database.store)
    to_rights(registrar, reviewer, superuser, 1)
    for (sha256,) in superuser.execute("SELECT DISTINCT sha256 FROM registry.document").fetchall():
        superuser.execute("SET session_replication_role = replica")
        kept = store.put_bytes(f"paper {sha256}".encode())
        superuser.execute("UPDATE registry.document SET sha256 = %s WHERE sha256 = %s", [kept, sha256])
    superuser.execute("SET session_replication_role = origin")
    return store.path(kept)


def test_a_file_that_was_changed_or_is_gone_is_named_with_its_table_and_name(
    paper: Path, worker: Actor, superuser: Connection, database: Settings
) -> None:
    store = Store(database.store)
    row = superuser.execute("SELECT name FROM registry.document WHERE sha256 = %s", [paper.name]).fetchone()
    assert row is not None
    assert differ(worker, store) == []
    paper.write_bytes(paper.read_bytes() + b"!")
    assert differ(worker, store) == [("DOC-2", f"registry.document {row[0]}")]
    with pytest.raises(NotFound):
        store.sound(paper.name)
    paper.unlink()
    assert differ(worker, store) == [("DOC-1", f"registry.document {row[0]}")]


def test_every_column_that_names_a_file_is_read(superuser: Connection) -> None:
    unread = superuser.execute(
        """SELECT n.nspname || '.' || c.relname || '.' || a.attname FROM pg_attribute AS a
           JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           JOIN pg_namespace AS n ON n.oid = c.relnamespace
           WHERE n.nspname = ANY (%s) AND a.attname LIKE '%%sha256' AND NOT a.attisdropped AND a.atttypid = 'text'::regtype
             AND NOT (a.attname = ANY (%s) AND has_column_privilege('landreg_worker', c.oid, a.attnum, 'SELECT'))
           ORDER BY 1""",
        [list(LAND), list(COLUMNS)],
    ).fetchall()
    assert [name for (name,) in unread] == NO_FILES


NO_FILES = [
    "audit.sample.population_sha256",
    "exchange.contract.text_sha256",
]
"""Hashes of what is in the database itself."""
