"""What tests keep and put back is what was made: every row, sequence and file; and it is put back on the same rows only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.files import Store
from landreg.log.store import seal
from tests.database.catalog import Connection
from tests.kept_kit import Clone, kept
from tests.registry_kit import in_state, pass_days, to_rights
from tests.villages import stage_village

Registered = Callable[[], list[UUID]]


@pytest.fixture
def made() -> list[int]:
    """A mark for each time that something was made."""
    return []


@pytest.fixture
def register(
    registrar: Actor, reviewer: Actor, worker: Actor, superuser: Connection, database: Settings, made: list[int]
) -> Registered:
    """A village to its rights, sealed: rows in some thirty tables, sequences, the clock, checkpoints."""

    def make() -> list[UUID]:
        made.append(1)
        ids = to_rights(registrar, reviewer, superuser, 2)
        seal(worker, database)
        return ids

    return lambda: kept(superuser, "sealed village", make)


def everything(superuser: Connection, clone: Clone, settings: Settings) -> dict[str, Any]:
    """All that a test may find: rows as texts, sequences, files of the log."""
    found: dict[str, Any] = {}
    for table in clone.tables:
        found[table] = superuser.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1").fetchall()
    for name in clone.sequences:
        found[name] = superuser.execute(f"SELECT is_called, last_value FROM {name}").fetchone()
    for path in settings.checkpoints.rglob("*"):
        found[str(path)] = path.read_bytes() if path.is_file() else None
    return found


def test_what_is_put_back_is_what_was_made(
    register: Registered,
    made: list[int],
    superuser: Connection,
    database: Settings,
    _emptying: Clone,  # noqa: PT019
) -> None:
    given = register()
    first = everything(superuser, _emptying, database)
    assert sum(1 for name, rows in first.items() if name in _emptying.tables and rows) > 25
    assert any(first[name][0] for name in _emptying.sequences)
    assert list(database.checkpoints.rglob("*"))
    _emptied(_emptying, database)
    assert everything(superuser, _emptying, database) != first
    assert register() == given
    assert everything(superuser, _emptying, database) == first
    assert len(made) == 1


def _emptied(clone: Clone, settings: Settings) -> None:
    clone()
    for path in sorted(settings.checkpoints.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()


def test_it_is_put_back_after_a_test_that_changed_it(
    register: Registered,
    made: list[int],
    superuser: Connection,
    database: Settings,
    registrar: Actor,
    reviewer: Actor,
    _emptying: Clone,  # noqa: PT019
) -> None:
    register()
    first = everything(superuser, _emptying, database)
    to_rights(registrar, reviewer, superuser, 1, first=7)
    superuser.execute("DELETE FROM registry.case_course")
    superuser.execute("SELECT setval('registry.excerpt_number', 4711)")
    next(path for path in sorted(database.checkpoints.rglob("*")) if path.is_file()).write_bytes(b"struck")
    _emptying()
    register()
    assert everything(superuser, _emptying, database) == first
    assert len(made) <= 1


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO system.demo (ahead) VALUES ('3 days')",
        "DELETE FROM registry.case_course WHERE ctid = (SELECT min(ctid) FROM registry.case_course)",
        "UPDATE registry.act_kind SET kind = kind",
        "SELECT nextval('registry.excerpt_number')",
    ],
    ids=["a row more", "a row less", "a row rewritten", "a number taken"],
)
def test_on_any_other_rows_it_is_made_anew(superuser: Connection, _emptying: Clone, change: str) -> None:  # noqa: PT019
    counted: list[int] = []

    def make() -> None:
        counted.append(1)
        pass_days(superuser, 1)

    kept(superuser, change, make)
    _emptying()
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(change)
    kept(superuser, change, make)
    assert len(counted) == 2


def test_one_thing_is_kept_upon_another(
    superuser: Connection,
    registrar: Actor,
    reviewer: Actor,
    _emptying: Clone,  # noqa: PT019
) -> None:
    """A step that is made only where the one before it was put back finds the rows of that one."""
    (first, *_) = to_rights(registrar, reviewer, superuser, 1)
    _emptying()
    assert to_rights(registrar, reviewer, superuser, 1)[0] == first
    later = to_rights(registrar, reviewer, superuser, 1, first=5)
    assert first not in later
    (batch,) = superuser.execute('SELECT batch_id FROM registry."case" WHERE case_id = %s', [later[0]]).fetchone() or ()
    assert in_state(registrar, batch, "registered") == later


def test_what_another_key_sealed_is_not_put_back(
    superuser: Connection,
    database: Settings,
    tmp_path: Path,
    _emptying: Clone,  # noqa: PT019
) -> None:
    first = stage_village(superuser, 1)
    _emptying()
    assert stage_village(superuser, 1) == first
    _emptying()
    other = tmp_path / "identity"
    other.write_text("another key of thirty-two signs or more")
    use_key(other)
    try:
        assert stage_village(superuser, 1) != first
    finally:
        use_key(database.keys["identity"])


def test_a_file_that_was_put_into_the_store_lies_there_again(
    superuser: Connection,
    database: Settings,
    tmp_path: Path,
    _emptying: Clone,  # noqa: PT019
) -> None:
    content = tmp_path / "paper"
    content.write_bytes(b"a paper of this test only")

    def make() -> str:
        with content.open("rb") as file:
            return Store(database.store).put(file)[0]

    sha256 = kept(superuser, "paper", make)
    _emptying()
    (file,) = [path for path in database.store.rglob(f"*{sha256[8:]}") if path.read_bytes() == content.read_bytes()]
    file.unlink()
    assert kept(superuser, "paper", make) == sha256
    assert file.read_bytes() == b"a paper of this test only"


def test_a_making_that_fails_is_not_kept(superuser: Connection, _emptying: Clone) -> None:  # noqa: PT019
    def fail() -> None:
        pass_days(superuser, 1)
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError, match=r"^$"):
            kept(superuser, "fails", fail)
        _emptying()


def test_no_statistics_of_a_test_are_left_to_the_next(superuser: Connection, _emptying: Clone) -> None:  # noqa: PT019
    superuser.execute("INSERT INTO land.division_alias (old, new, since) VALUES ('1', '2', '2021-02-03')")
    judged = "SELECT count(*) FROM pg_statistic WHERE starelid = 'land.division_alias'::regclass"
    sized = "SELECT reltuples FROM pg_class WHERE oid = 'land.division_alias'::regclass"
    before = superuser.execute(sized).fetchone()
    superuser.execute("ANALYZE land.division_alias")
    assert superuser.execute(judged).fetchone() != (0,)
    _emptying()
    assert superuser.execute(judged).fetchone() == (0,)
    assert superuser.execute(sized).fetchone() == before
