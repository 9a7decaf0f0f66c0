"""The nightly recheck goes on from where the last one ended, and the log must begin as it did then."""

from __future__ import annotations

import pytest

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.log.recheck import Reached, Rechecked, recheck_register
from landreg.log.store import seal
from landreg.registry.logged_strays import recent, register
from tests.registry_kit import Connection, one, to_rights


@pytest.fixture
def first(registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings) -> Reached:
    """A village registered, sealed and rechecked; then another household, sealed."""
    to_rights(registrar, reviewer, superuser, 1)
    seal(worker, database)
    reached = recheck_register(worker, database, register()).reached
    to_rights(registrar, reviewer, superuser, 1, first=5)
    seal(worker, database)
    superuser.execute("SET session_replication_role = replica")
    return reached


def nightly(worker: Actor, settings: Settings, since: Reached) -> Rechecked:
    assert since.at is not None
    return recheck_register(worker, settings, recent(since.at), since)


def test_only_what_came_since_is_read_and_both_ways_end_at_the_same_place(
    first: Reached, worker: Actor, database: Settings
) -> None:
    whole = recheck_register(worker, database, register())
    night = nightly(worker, database, first)
    assert (whole.findings, night.findings) == ((), ())
    assert night.entries == whole.size - first.size < whole.entries
    assert night.reached == whole.reached
    assert nightly(worker, database, night.reached).entries == 0


@pytest.mark.parametrize(
    ("blow", "codes"),
    [
        ("DELETE FROM registry.right_parcel WHERE act_id = %(act)s", {"LOG-17"}),
        ("UPDATE registry.\"right\" SET note = '9' WHERE act_id = %(act)s", {"LOG-17"}),
        ("DELETE FROM registry.act WHERE act_id = %(act)s", {"LOG-16", "LOG-18"}),
    ],
)
def test_a_blow_at_what_came_since_is_named(
    first: Reached, worker: Actor, database: Settings, superuser: Connection, blow: str, codes: set[str]
) -> None:
    act = one(worker, "SELECT act_id FROM registry.act WHERE kind = 'first_registration' ORDER BY number DESC LIMIT 1")
    superuser.execute(blow, {"act": act})
    found = nightly(worker, database, first)
    assert {finding.code for finding in found.findings} == codes
    assert found.reached == first


def test_a_log_that_does_not_begin_as_it_did_at_the_last_recheck_is_named(
    first: Reached, worker: Actor, database: Settings, superuser: Connection
) -> None:
    superuser.execute("UPDATE log.tile SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0))")
    found = nightly(worker, database, first)
    assert [finding.code for finding in found.findings] == ["LOG-24"]
    assert found.reached == Reached()


def test_a_checkpoint_that_was_removed_is_named_by_its_copy_outside(
    first: Reached, worker: Actor, database: Settings, superuser: Connection
) -> None:
    superuser.execute("DELETE FROM log.checkpoint WHERE size = %s", [first.size])
    found = recheck_register(worker, database, register()).findings
    assert [(finding.code, finding.subject) for finding in found] == [("LOG-23", str(first.size))]


def test_where_a_recheck_ended_is_kept_in_a_file_and_a_damaged_one_means_everything(
    first: Reached, database: Settings
) -> None:
    file = database.home / "recheck.json"
    first.write(file)
    assert Reached.read(file) == first
    file.write_text("{")
    assert Reached.read(file) == Reached()
