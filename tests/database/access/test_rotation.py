"""Turning the identity keys: interrupted anywhere it goes on, and meanwhile everything opens and is found."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyotp
import pytest
from click.testing import CliRunner
from psycopg.errors import IntegrityError

from landreg import keys
from landreg.access import rotation, sealing
from landreg.access.identity import NewPerson, enter, enter_renamed, find, named
from landreg.access.sealing import digest, open_sealed, seal
from landreg.cli import main
from landreg.config import CHECKOUT, Settings
from landreg.core import db
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from tests.database import catalog
from tests.villages import past_triggers, stage_village

PEOPLE = [NewPerson(f"林木{n}", "1", f"6109001990010{n:05d}") for n in range(20)] + [NewPerson("林小一", "1", "")]


@pytest.fixture
def own_keys(database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The worker's database with an identity key of this test's own."""
    from dataclasses import replace

    file = tmp_path / "keys" / "identity"
    file.parent.mkdir()
    shutil.copy(database.keys["identity"], file)
    monkeypatch.setenv("LANDREG_IDENTITY_KEY_FILE", str(file))
    sealing.use_key(file)
    yield replace(database, keys={**database.keys, "identity": file})
    sealing.use_key(database.keys["identity"])


@pytest.fixture
def persons(own_keys: Settings, registrar: Actor) -> list[UUID]:
    with unit_of_work(registrar) as uow:
        return enter(uow, PEOPLE)


class Killed(KeyboardInterrupt):
    """What stops a run between two batches."""


def _stop_after(batches: int) -> rotation.Progress:
    seen = []

    def stop(table: str, done: int, total: int) -> None:
        seen.append(done)
        if len(seen) == batches:
            raise Killed

    return stop


def _keys_of_rows(superuser: Any) -> dict[str, int]:
    question = "SELECT encode(substring(name_sealed, 2, 4), 'hex'), count(*) FROM identity.person GROUP BY 1"
    return dict(superuser.execute(question).fetchall())


def opened_of(person: UUID, column: str, sealed: bytes) -> str:
    return open_sealed(sealed, sealing.person_place(column, person))


def _all_open_and_are_found(superuser: Any, registrar: Actor, persons: list[UUID]) -> None:
    rows = superuser.execute(
        "SELECT person_id, name_sealed, id_sealed, said_key_sealed FROM identity.person"
    ).fetchall()
    opened = {
        row[0]: (opened_of(row[0], "name_sealed", row[1]), opened_of(row[0], "id_sealed", row[2])) for row in rows
    }
    assert opened == {number: (one.name, one.id_number) for number, one in zip(persons, PEOPLE, strict=True)}
    assert all(len(opened_of(row[0], "said_key_sealed", row[3])) == 64 for row in rows)
    with unit_of_work(registrar) as uow:
        assert [find(uow, id_number=one.id_number) for one in PEOPLE[:-1]] == persons[:-1]
        assert [named(uow, one.name) for one in PEOPLE] == [(number,) for number in persons]
    with unit_of_work(registrar) as uow:
        assert enter(uow, PEOPLE[:-1]) == persons[:-1]


def test_every_sealed_column_of_the_database_is_turned(superuser: Any) -> None:
    there_are = catalog.ask(
        superuser,
        """SELECT format('%%s.%%s.%%s', ours.schema, ours.name, c.attname) FROM ours
           JOIN column_of AS c ON c.attrelid = ours.oid WHERE c.attname LIKE '%%\\_sealed' AND ours.kind IN ('r', 'p')
           AND ours.schema <> 'settlement'""",  # that window seals with a key of its own, which nobody here has
    )
    assert there_are == sorted(f"{one.schema}.{one.name}.{column}" for one in rotation.SEALED for column in one.sealed)


def test_an_interrupt_in_the_middle_leaves_both_keys_at_work_and_a_second_run_goes_on(
    own_keys: Settings, persons: list[UUID], registrar: Actor, superuser: Any
) -> None:
    said = superuser.execute("SELECT person_id, said FROM identity.person ORDER BY 1").fetchall()
    old_digest = digest("林木0")
    assert keys.add_identity_key(own_keys)
    with pytest.raises(Killed):
        keys.turn_identity_key(own_keys, _stop_after(2), batch=4)
    assert sorted(_keys_of_rows(superuser).values()) == [8, 13]
    _all_open_and_are_found(superuser, registrar, persons)
    with pytest.raises(Refused) as refused:
        keys.retire_identity_key(own_keys)
    assert refused.value.findings[0].code == "ACC-31"
    assert not keys.add_identity_key(own_keys)
    assert keys.turn_identity_key(own_keys, batch=4) == 13
    assert set(rotation.left().values()) == {0}
    kept = keys.retire_identity_key(own_keys)
    assert kept is not None
    assert len(own_keys.keys["identity"].read_text().split()) == 1
    assert kept.stat().st_mode & 0o777 == 0o600
    _all_open_and_are_found(superuser, registrar, persons)
    assert digest("林木0") != old_digest
    assert superuser.execute("SELECT person_id, said FROM identity.person ORDER BY 1").fetchall() == said
    assert superuser.execute("SELECT kind FROM log.entry").fetchall() == [("keys.retired",)]


KILLED = """
import os, signal
from landreg import keys
from landreg.config import Settings
from landreg.core import db
settings = Settings.from_environment()
db.configure(settings.urls)
batches = []
def stop(table, done, total):
    batches.append(done)
    if len(batches) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
keys.turn_identity_key(settings, stop, 4)
"""


def _numbers_that_stand_twice(superuser: Any) -> int:
    """Digests beyond one for each person, of whom one has no number."""
    counted = superuser.execute("SELECT count(DISTINCT id_digest) FROM identity.person").fetchone()[0]
    return int(counted) - len(PEOPLE)


def test_the_editions_of_a_number_stand_under_one_digest_at_any_moment(
    own_keys: Settings, persons: list[UUID], registrar: Actor, superuser: Any
) -> None:
    """A member that is entered between two batches is found by it: whose number they bear is written once (migration 0210)."""
    with unit_of_work(registrar) as uow:
        renamed = [enter_renamed(uow, NewPerson(f"林改{n}", "1", PEOPLE[n].id_number)) for n in range(20)]
    assert None not in renamed
    keys.add_identity_key(own_keys)
    twice: list[int] = []
    keys.turn_identity_key(own_keys, lambda *_told: twice.append(_numbers_that_stand_twice(superuser)), batch=1)
    assert set(twice) == {0}
    assert set(rotation.left().values()) == {0}


def test_an_edition_that_comes_while_the_keys_turn_goes_with_its_number(
    own_keys: Settings, persons: list[UUID], registrar: Actor, superuser: Any
) -> None:
    """It is sealed by the new key already, and found by the digest of a number that is yet to turn, or has turned."""
    keys.add_identity_key(own_keys)
    with pytest.raises(Killed):
        keys.turn_identity_key(own_keys, _stop_after(1), batch=10)
    with unit_of_work(registrar) as uow:
        for n in range(20):
            enter_renamed(uow, NewPerson(f"林改{n}", "1", PEOPLE[n].id_number))
    assert _numbers_that_stand_twice(superuser) == 0
    keys.turn_identity_key(own_keys, batch=4)
    found = superuser.execute("SELECT DISTINCT id_digest FROM identity.person WHERE edition > 1").fetchall()
    assert {bytes(one[0]) for one in found} == {digest(f"1:{one.id_number}") for one in PEOPLE[:-1]}
    assert _numbers_that_stand_twice(superuser) == 0
    assert keys.retire_identity_key(own_keys) is not None


def test_a_process_that_is_killed_leaves_whole_rows_and_the_command_goes_on(
    own_keys: Settings, persons: list[UUID], registrar: Actor, superuser: Any
) -> None:
    keys.add_identity_key(own_keys)
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=CHECKOUT, env=dict(os.environ), timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert sorted(_keys_of_rows(superuser).values()) == [9, 12]
    _all_open_and_are_found(superuser, registrar, persons)
    done = CliRunner().invoke(main, ["keys", "rotate"])
    assert (done.exit_code, "9 rows turned" in done.output + done.stderr) == (0, True)
    assert CliRunner().invoke(main, ["keys", "retire"]).exit_code == 0
    db.configure(own_keys.urls)
    _all_open_and_are_found(superuser, registrar, persons)


def test_staged_rows_objections_and_authenticators_are_turned_too(
    own_keys: Settings, superuser: Any, registrar: Actor
) -> None:
    stage_village(superuser, 2)
    secret, account = pyotp.random_base32(), uuid4()
    with past_triggers(superuser):
        superuser.execute(
            "INSERT INTO access.second_factor VALUES (%s, %s, now(), 0, %s, now())", [account, seal(secret), seal("p")]
        )
        superuser.execute(
            """INSERT INTO registry.objection (county, objection_id, village, case_id, notice_id, raised_by,
                   contact_sealed, reason, raised_at)
               VALUES ('610902', %s, '610902005001', %s, %s, '某', %s, '', now())""",
            [uuid4(), uuid4(), uuid4(), seal("13800000000")],
        )
    before = superuser.execute(
        "SELECT id_sealed, id_digest FROM land.staged_member ORDER BY position, id_digest"
    ).fetchall()
    keys.add_identity_key(own_keys)
    keys.turn_identity_key(own_keys, batch=3)
    assert keys.retire_identity_key(own_keys) is not None
    numbers = {open_sealed(row[0]) for row in superuser.execute("SELECT id_sealed FROM land.staged_member").fetchall()}
    digests = {bytes(row[0]) for row in superuser.execute("SELECT id_digest FROM land.staged_member").fetchall()}
    names = superuser.execute("SELECT name_sealed, name_digest FROM land.staged_member").fetchall()
    assert [bytes(found) for _, found in names] == [digest(open_sealed(sealed)) for sealed, _ in names]
    assert digests == {digest(f"1:{number}") for number in numbers}
    assert not digests & {bytes(row[1]) for row in before}
    row = superuser.execute("SELECT secret_sealed, pending_sealed FROM access.second_factor").fetchone()
    assert [open_sealed(one) for one in row] == [secret, "p"]
    contact = superuser.execute("SELECT contact_sealed FROM registry.objection").fetchone()
    assert open_sealed(contact[0]) == "13800000000"


def test_what_was_typed_for_an_application_of_any_state_is_turned_and_the_old_key_goes(
    own_keys: Settings, superuser: Any
) -> None:
    """APP-3 holds how an application goes on, whose seal is none of it."""
    ended = {
        "open": (None, None, ""),
        "taken": (None, None, ""),
        "withdrawn": ("now", uuid4(), ""),
        "declined": ("now", uuid4(), "重复"),
    }
    with past_triggers(superuser):
        for state, (at, by, reason) in ended.items():
            taken = (uuid4(), uuid4(), "now") if state == "taken" else (None, None, None)
            superuser.execute(
                """INSERT INTO registry.application (county, application_id, village, number, household_id, household_code,
                       applicant, act_kind, subject_code, request, typed_sealed, by_account, by_name, made_at, state,
                       case_id, taken_by, taken_at, ended_at, ended_by, reason)
                   VALUES ('610902', %s, '610902005001', %s, %s, '', '', 'reissue', %s, '{}', %s, %s, '', now(), %s, %s, %s, %s,
                       %s, %s, %s)""",
                [uuid4(), state, uuid4(), state, seal(f"张三 {state}"), uuid4(), state, *taken, at, by, reason],
            )
    keys.add_identity_key(own_keys)
    assert keys.turn_identity_key(own_keys) == len(ended)
    assert keys.retire_identity_key(own_keys) is not None
    told = superuser.execute("SELECT state, typed_sealed FROM registry.application").fetchall()
    assert {state: open_sealed(sealed) for state, sealed in told} == {state: f"张三 {state}" for state in ended}
    for change in ("reason = 'x'", "reason = reason", "state = 'open', typed_sealed = '\\x00'"):
        with pytest.raises(IntegrityError, match="does not go from declined"):
            superuser.execute(f"UPDATE registry.application SET {change} WHERE state = 'declined'")


def test_a_row_that_no_key_opens_stops_the_run_and_is_not_lost(
    own_keys: Settings, persons: list[UUID], superuser: Any
) -> None:
    keys.add_identity_key(own_keys)
    superuser.execute("UPDATE identity.person SET id_sealed = '\\x0102030405060708' WHERE person_id = %s", [persons[3]])
    with pytest.raises(ValueError, match="not here"):
        keys.turn_identity_key(own_keys)
    sealed = superuser.execute("SELECT id_sealed FROM identity.person WHERE person_id = %s", [persons[3]]).fetchone()[0]
    assert bytes(sealed) == bytes(range(1, 9))
    with pytest.raises(Refused):
        keys.retire_identity_key(own_keys)


def test_without_an_old_key_there_is_nothing_to_retire(own_keys: Settings) -> None:
    assert keys.retire_identity_key(own_keys) is None
