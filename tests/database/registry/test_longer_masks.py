"""Leaves of before migration 0024 told of persons by longer masks and days of birth: they still hold, and still name a change."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from landreg.access.sealing import open_sealed, person_place
from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.codes import birth_of
from landreg.core.db import engine_of
from landreg.log.leaf import personal_hash
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.migrate import migrations_folder
from landreg.registry.leaves import logged
from tests.registry_kit import Connection, to_rights
from tests.villages import past_triggers


@pytest.fixture(scope="module")
def migration() -> ModuleType:
    spec = importlib.util.spec_from_file_location("m0024", migrations_folder() / "0024_shorten_masks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def older(
    registrar: Actor, reviewer: Actor, worker: Actor, superuser: Connection, database: Settings, migration: ModuleType
) -> Connection:
    """A registered and sealed village whose survey's leaf tells of its persons as leaves of before the migration did."""
    to_rights(registrar, reviewer, superuser, 1)
    with past_triggers(superuser):
        _retell(superuser)
    seal(worker, database)
    with engine_of(Desk.OWNER).begin() as connection:
        migration.keep_told(connection, "system.clock()")
    return superuser


def _retell(superuser: Connection) -> None:
    persons = superuser.execute("SELECT person_id, said, name_masked, id_kind, id_sealed, sex FROM identity.person")
    before = {f"person.{row[0]}": _before(*row) for row in persons.fetchall()}
    entries = superuser.execute("SELECT id, leaf, salts FROM log.entry WHERE kind = 'act' AND salts <> '{}'").fetchall()
    told = set()
    for entry, leaf, salts in entries:
        said = json.loads(leaf)
        for name in said["personal"].keys() & before.keys():
            said["personal"][name] = personal_hash(name, before[name], salts[name])
            told.add(name)
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        superuser.execute("UPDATE log.entry SET leaf = %s WHERE id = %s", [text, entry])
    assert told == before.keys() != set()


def _before(person: UUID, said: str, name: str, kind: str, sealed: bytes, sex: str) -> str:
    number = open_sealed(sealed, person_place("id_sealed", person))
    birth = birth_of(number)
    assert birth is not None
    return f'["{said}", "{name}", "{kind}", "{number[:6]}********{number[-4:]}", "{birth}", "{sex}"]'


def _named(worker: Actor, database: Settings) -> list[tuple[str | None, str | None]]:
    found = recheck(worker, database, logged.SOURCES, logged.TABLES, logged.closings).findings
    return [(finding.layer, finding.field) for finding in found]


def test_a_leaf_of_before_still_holds(older: Connection, worker: Actor, database: Settings) -> None:
    assert _named(worker, database) == []


@pytest.mark.parametrize(
    "change", ["id_masked = '611' || substr(id_masked, 4)", "name_masked = '王*'", "sex = '2'", "id_kind = '4'"]
)
def test_a_person_of_before_who_was_changed_is_named(
    older: Connection, worker: Actor, database: Settings, change: str
) -> None:
    with past_triggers(older):
        older.execute(f"UPDATE identity.person SET {change} WHERE sex = '1'")
    assert {layer for layer, _ in _named(worker, database)} == {"identity.person"}


def test_a_leaf_of_before_does_not_hold_by_todays_masks_alone(
    older: Connection, worker: Actor, database: Settings, migration: ModuleType
) -> None:
    with engine_of(Desk.OWNER).begin() as connection:
        migration.keep_told(connection, "CAST('-infinity' AS timestamptz)")
    assert {layer for layer, _ in _named(worker, database)} == {"identity.person"}


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ('{"given": "610900********0010", "name": "林*生"}', '{"given": "610*************10", "name": "林*生"}'),
        ('{"given": "G12345**6789"}', '{"given": "G12*******89"}'),
        (
            '{"given": "*********", "name": "欧**娜", "other": "林**"}',
            '{"given": "*********", "name": "欧**娜", "other": "林**"}',
        ),
        (
            '{"a": "610900********0010", "b": "610900********002X"}',
            '{"a": "610*************10", "b": "610*************2X"}',
        ),
    ],
)
def test_masks_in_findings_grow_shorter_and_names_stay(
    superuser: Any, migration: ModuleType, text: str, shorter: str
) -> None:
    assert superuser.execute("SELECT " + migration.SHORTER.format("%s::text"), [text]).fetchone() == (shorter,)
