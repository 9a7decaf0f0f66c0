"""The nightly recheck goes on from where the last one ended, and the log must begin as it did then."""

from __future__ import annotations

import pytest

from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.log.recheck import Begun, Pace, Reached, Rechecked, recheck_register
from landreg.log.store import seal
from tests.kept_kit import kept
from tests.registry_kit import Connection, one, to_rights


@pytest.fixture
def first(registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings) -> Reached:
    """A village registered, sealed and rechecked; then another household, sealed."""

    def make() -> Reached:
        to_rights(registrar, reviewer, superuser, 1)
        seal(worker, database)
        reached = recheck_register(worker, database, register()).reached
        to_rights(registrar, reviewer, superuser, 1, first=5)
        seal(worker, database)
        return reached

    reached = kept(superuser, "rechecked, and another household", make)
    superuser.execute("SET session_replication_role = replica")
    return reached


PAGES = Pace(part=1, nights=10, least=1)


def nightly(worker: Actor, settings: Settings, since: Reached, pace: Pace = PAGES) -> Rechecked:
    return recheck_register(worker, settings, register(), since, pace=pace)


def test_what_came_since_and_a_part_of_the_old_is_read_and_both_ways_end_at_the_same_place(
    first: Reached, worker: Actor, database: Settings
) -> None:
    whole = recheck_register(worker, database, register())
    night = nightly(worker, database, first)
    assert (whole.findings, night.findings) == ((), ())
    assert night.entries == whole.size - first.size + 1 < whole.entries
    assert (night.reached.size, night.reached.root) == (whole.reached.size, whole.reached.root)
    assert nightly(worker, database, night.reached).entries == 2


@pytest.mark.parametrize(
    "blow",
    [
        "UPDATE registry.\"right\" SET note = '9' WHERE act_id = %(act)s",
        "DELETE FROM registry.right_holder WHERE act_id = %(act)s",
        "UPDATE registry.act SET registered_by = gen_random_uuid() WHERE act_id = %(act)s",
        "UPDATE log.entry SET leaf = leaf || ' ' WHERE key = (SELECT number FROM registry.act WHERE act_id = %(act)s)",
    ],
)
def test_an_old_row_that_was_changed_is_found_within_the_published_nights(
    first: Reached, worker: Actor, database: Settings, superuser: Connection, blow: str
) -> None:
    reached = nightly(worker, database, first).reached
    act = one(worker, "SELECT act_id FROM registry.act WHERE kind = 'first_registration' ORDER BY number LIMIT 1")
    superuser.execute(blow, {"act": act})
    for _ in range(PAGES.nights):
        night = nightly(worker, database, reached)
        if night.findings:
            break
        reached = night.reached
    assert {finding.code for finding in night.findings} <= {"LOG-10", "LOG-12", "LOG-13", "LOG-14", "LOG-17", "LOG-19"}
    assert night.findings


@pytest.mark.parametrize(
    ("blow", "code"),
    [
        ("DELETE FROM registry.act WHERE act_id = %(act)s", "LOG-16"),
        ("UPDATE registry.act SET number = 'x' WHERE act_id = %(act)s", "LOG-18"),
        ("UPDATE log.checkpoint SET root = sha256('x') WHERE size = %(size)s", "LOG-14"),
        (
            """INSERT INTO registry.act SELECT county, gen_random_uuid(), village, 'x', kind, NULL, package_id, registered_at,
               registered_by FROM registry.act WHERE act_id = %(act)s""",
            "LOG-18",
        ),
    ],
)
def test_an_old_act_that_is_missing_or_added_is_found_the_same_night(
    first: Reached, worker: Actor, database: Settings, superuser: Connection, blow: str, code: str
) -> None:
    reached = nightly(worker, database, first).reached
    act = one(worker, "SELECT act_id FROM registry.act WHERE kind = 'first_registration' ORDER BY number LIMIT 1")
    superuser.execute(blow, {"act": act, "size": first.size})
    assert code in {finding.code for finding in nightly(worker, database, reached).findings}


def test_several_processes_find_what_one_does(
    first: Reached, worker: Actor, database: Settings, superuser: Connection
) -> None:
    superuser.execute("UPDATE registry.\"right\" SET note = '9'")
    superuser.execute("UPDATE log.entry SET staged_at = staged_at + interval '1 day' WHERE leaf_index = 2")
    alone, together = (
        recheck_register(worker, database, register(), pace=PAGES, processes=processes) for processes in (1, 2)
    )
    assert len(alone.findings) > 3
    assert together == alone


def test_a_whole_recheck_that_was_interrupted_goes_on_where_it_was(
    first: Reached, worker: Actor, database: Settings, superuser: Connection
) -> None:
    kept: list[Begun] = []

    def keep(begun: Begun) -> None:
        kept.append(begun)
        if len(kept) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recheck_register(worker, database, register(), pace=PAGES, keep=keep)
    done = recheck_register(worker, database, register(), pace=PAGES, begun=kept[-1])
    assert (done.findings, done.entries, done.size) == ((), done.size - 3, done.size)
    assert done.reached == recheck_register(worker, database, register(), pace=PAGES).reached
    # A log that is another one than then is read from the beginning.
    other = Begun(kept[-1].size, "00" * 32, kept[-1].parts)
    assert recheck_register(worker, database, register(), pace=PAGES, begun=other).entries == done.size


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
    assert found.findings[0].code == "LOG-24"
    assert {"LOG-12", "LOG-13"} <= {finding.code for finding in found.findings}
    assert found.reached == first


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
