"""Rechecking: what a superuser changed in the register or in the log is found, with the table and the key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding
from landreg.log import copies
from landreg.log.leaf import Entry
from landreg.log.merkle import TileHashes, grow, leaf_hash
from landreg.log.note import Checkpoint
from landreg.log.recheck import Register, Restated, recheck, recheck_register
from landreg.log.store import seal, signer_of, stage_all
from tests.database.catalog import Connection

VILLAGE = "610902001001"
TABLES = {"act": {"": "registry.act", "kind": "registry.act"}}


def acts(session: Session) -> Iterator[Restated]:
    """What the register's table says of its acts now."""
    for row in session.execute(sa.text("SELECT number, kind, registered_at FROM registry.act ORDER BY number")):
        yield row.number, {"act": row.number, "kind": row.kind, "registered_at": row.registered_at}


def faults(worker: Actor, settings: Settings) -> list[tuple[str, str | None, str | None]]:
    found = recheck(worker, settings, {"act": acts}, TABLES).findings
    return [(finding.code, finding.layer, finding.subject) for finding in found]


@pytest.fixture
def log(database: Settings, registrar: Actor, worker: Actor, superuser: Connection) -> Connection:
    """Six acts in the register, in the log, and sealed in two pieces; a superuser who passes every trigger."""
    for first in (1, 4):
        with unit_of_work(registrar) as uow:
            numbers = [f"A-{number}" for number in range(first, first + 3)]
            for number in numbers:
                uow.session.execute(
                    sa.text(
                        "INSERT INTO registry.act (county, act_id, village, number, kind, registered_at, registered_by)"
                        " VALUES ('610902', gen_random_uuid(), :village, :number, 'first_registration', :at, :by)"
                    ),
                    {"village": VILLAGE, "number": number, "at": uow.now, "by": UUID(int=1)},
                )
            facts = {"kind": "first_registration", "registered_at": uow.now}
            stage_all(uow, [Entry("act", "610902", VILLAGE, number, {"act": number, **facts}) for number in numbers])
        seal(worker, database)
    superuser.execute("SET session_replication_role = replica")
    return superuser


def test_a_sound_register_and_its_log_agree(log: Connection, database: Settings, worker: Actor) -> None:
    done = recheck(worker, database, {"act": acts}, TABLES)
    assert (done.findings, done.entries, done.size, done.checkpoints) == ((), 6, 6, 2)


def test_entries_that_wait_to_be_sealed_are_held_against_the_register_too(
    log: Connection, database: Settings, registrar: Actor, worker: Actor
) -> None:
    with unit_of_work(registrar) as uow:
        stage_all(uow, [Entry("act", "610902", VILLAGE, "A-9", {"act": "A-9"})])
    assert faults(worker, database) == [("LOG-16", "registry.act", "A-9")]


def test_one_row_edited_by_a_superuser_is_named_with_table_key_and_fact(
    log: Connection, database: Settings, worker: Actor
) -> None:
    log.execute("UPDATE registry.act SET kind = 'survey_entry' WHERE number = 'A-3'")
    (finding,) = recheck(worker, database, {"act": acts}, TABLES).findings
    assert finding == Finding("LOG-17", "kind", finding.values, "registry.act", "A-3")
    assert finding.values == {
        "key": "A-3", "table": "registry.act", "fact": "kind", "now": "survey_entry", "then": "first_registration",
    }  # fmt: skip


def test_a_row_deleted_and_a_row_slipped_in_are_told_apart(log: Connection, database: Settings, worker: Actor) -> None:
    log.execute("DELETE FROM registry.act WHERE number = 'A-2'")
    log.execute("UPDATE registry.act SET number = 'A-7' WHERE number = 'A-5'")
    assert sorted(faults(worker, database)) == [
        ("LOG-16", "registry.act", "A-2"),
        ("LOG-16", "registry.act", "A-5"),
        ("LOG-18", "registry.act", "A-7"),
    ]


def test_an_entry_of_a_kind_that_nobody_knows_is_named(
    log: Connection, database: Settings, registrar: Actor, worker: Actor
) -> None:
    with unit_of_work(registrar) as uow:
        facts = {"act": "A-9"}
        stage_all(uow, [Entry(kind, "610902", VILLAGE, "A-9", facts) for kind in ("deed", "seen.paper", "seer.paper")])
    seal(worker, database)
    register = Register({"act": acts}, TABLES, alone=frozenset({"seen."}))
    found = recheck_register(worker, database, register).findings
    assert [(one.code, one.layer, one.subject) for one in found] == [
        ("LOG-32", "log.entry", "deed A-9"),
        ("LOG-32", "log.entry", "seer.paper A-9"),
    ]


def test_a_leaf_edited_together_with_the_register_no_longer_leads_to_the_signed_root(
    log: Connection, database: Settings, worker: Actor
) -> None:
    log.execute("UPDATE registry.act SET kind = 'survey_entry' WHERE number = 'A-3'")
    log.execute(
        "UPDATE log.entry SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'first_registration', 'survey_entry'),"
        " 'UTF8') WHERE key = 'A-3'"
    )
    assert faults(worker, database) == [
        ("LOG-12", "log.entry", "A-3"),
        ("LOG-13", "log.tile", "0/0"),
        ("LOG-14", "log.checkpoint", "3"),
        ("LOG-14", "log.checkpoint", "6"),
        ("LOG-19", "log.checkpoint", "checkpoint-000000000003"),
        ("LOG-19", "log.checkpoint", "checkpoint-000000000006"),
    ]


def test_a_log_rewritten_and_signed_again_with_the_logs_own_key_is_betrayed_by_the_copies_outside(
    log: Connection, database: Settings, worker: Actor
) -> None:
    log.execute("UPDATE registry.act SET kind = 'survey_entry' WHERE number = 'A-3'")
    log.execute(
        "UPDATE log.entry SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'first_registration', 'survey_entry'),"
        " 'UTF8') WHERE key = 'A-3'"
    )
    _sign_again(log, database)
    assert {code for code, _, _ in faults(worker, database)} == {"LOG-19"}


def _sign_again(log: Connection, database: Settings) -> None:
    leaves: list[Any] = [row[0] for row in log.execute("SELECT leaf FROM log.entry ORDER BY leaf_index").fetchall()]
    tiles, signer = grow(0, {}, map(leaf_hash, leaves)).tiles, signer_of(database)
    log.execute("UPDATE log.tile SET hashes = %s", [tiles[0, 0]])
    for size in (3, 6):
        root = TileHashes(tiles).root(size)
        note = signer.sign(Checkpoint(signer.name, size, root))
        log.execute("UPDATE log.checkpoint SET root = %s, note = %s WHERE size = %s", [root, note, size])


def test_a_log_cut_back_to_an_earlier_state_is_betrayed_by_the_copies_outside(
    log: Connection, database: Settings, worker: Actor
) -> None:
    log.execute("DELETE FROM log.checkpoint WHERE size = 6")
    log.execute("DELETE FROM log.entry WHERE leaf_index >= 3")
    log.execute("DELETE FROM registry.act WHERE number >= 'A-4'")
    log.execute("UPDATE log.tile SET hashes = substr(hashes, 1, 96)")
    assert faults(worker, database) == [("LOG-20", "log.checkpoint", "checkpoint-000000000006")]


def test_what_is_sealed_while_a_recheck_reads_is_no_log_that_was_rolled_back(
    log: Connection, database: Settings, registrar: Actor, worker: Actor
) -> None:
    stages: list[str] = []

    def office_goes_on(stage: str, _done: int, _of: int) -> None:
        if not stages:
            with unit_of_work(registrar) as uow:
                stage_all(uow, [Entry("case.accepted", "610902", VILLAGE, "C-1", {"case": "C-1"})])
            seal(worker, database)
        stages.append(stage)

    found = recheck_register(worker, database, Register({"act": acts}, TABLES, None), told=office_goes_on)
    assert found.findings == ()
    assert stages
    assert [size for size, _ in copies.files(database.checkpoints)][-1] == found.size + 1


def test_an_entry_taken_out_of_the_log_is_named_by_its_number(
    log: Connection, database: Settings, worker: Actor
) -> None:
    log.execute("DELETE FROM log.entry WHERE key = 'A-2'; DELETE FROM registry.act WHERE number = 'A-2'")
    assert faults(worker, database) == [("LOG-11", "log.entry", "1")]


def test_the_last_entries_taken_out_of_the_log_are_named(log: Connection, database: Settings, worker: Actor) -> None:
    log.execute("DELETE FROM log.entry WHERE key = 'A-6'; DELETE FROM registry.act WHERE number = 'A-6'")
    assert ("LOG-11", "log.entry", "5") in faults(worker, database)


def test_columns_that_no_longer_say_what_the_leaf_says_are_named(
    log: Connection, database: Settings, worker: Actor
) -> None:
    log.execute("UPDATE log.entry SET staged_at = staged_at + interval '1 day' WHERE key = 'A-4'")
    assert faults(worker, database) == [("LOG-10", "log.entry", "A-4")]


def test_a_tile_or_a_signature_that_was_changed_is_named(log: Connection, database: Settings, worker: Actor) -> None:
    log.execute("UPDATE log.checkpoint SET note = replace(note, '/log ', '/lag ') WHERE size = 3")
    log.execute("UPDATE log.tile SET hashes = hashes || sha256('more')")
    assert faults(worker, database) == [("LOG-13", "log.tile", "0/0"), ("LOG-15", "log.checkpoint", "3")]


def test_a_damaged_copy_is_named_and_a_strange_file_is_passed_over(
    log: Connection, database: Settings, worker: Actor
) -> None:
    (database.checkpoints / "checkpoint-000000000003").write_bytes(b"\xff\x00")
    (database.checkpoints / "README").write_text("copies")
    assert faults(worker, database) == [("LOG-21", None, "checkpoint-000000000003")]


def test_a_changed_personal_fact_shows_without_the_log_knowing_any_name(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    with unit_of_work(registrar) as uow:
        stage_all(uow, [Entry("act", "610902", VILLAGE, "A-1", {"n": [1, {"b": "x"}]}, {"holder": "张三"})])

    def said(holder: str, value: str) -> list[tuple[str, str | None]]:
        source = lambda _: iter([("A-1", {"n": [1, {"b": value}]}, {"holder": holder})])  # noqa: E731
        found = recheck(worker, database, {"act": source}).findings
        assert "张三" not in str(found)
        return [(finding.code, finding.field) for finding in found]

    assert said("张三", "x") == []
    assert said("李四", "x") == [("LOG-17", "holder")]
    assert said("张三", "y") == [("LOG-17", "n[1].b")]


def test_facts_beside_a_leaf_too_large_for_them_are_rechecked(
    database: Settings, registrar: Actor, worker: Actor, superuser: Connection
) -> None:
    parcels = {f"{number:019d}": "f" * 32 for number in range(2000)}
    with unit_of_work(registrar) as uow:
        stage_all(uow, [Entry("act", "610902", VILLAGE, "A-1", {"parcels": parcels})])
    seal(worker, database)
    tables = {"act": {"": "registry.act", "parcels": "land.parcel"}}

    def found(now: dict[str, str]) -> list[tuple[str, str | None, str | None]]:
        findings = recheck(worker, database, {"act": lambda _: iter([("A-1", {"parcels": now})])}, tables).findings
        return [(finding.code, finding.layer, finding.field) for finding in findings]

    assert found(parcels) == []
    code = f"{7:019d}"
    assert found({**parcels, code: "0" * 32}) == [("LOG-17", "land.parcel", f"parcels.{code}")]
    superuser.execute("SET session_replication_role = replica")
    detail = json.dumps({"facts": {"parcels": {**parcels, code: "0" * 32}}, "personal": {}})
    superuser.execute("UPDATE log.entry SET detail = %s", [detail.encode()])
    assert [code for code, _, _ in found({**parcels, code: "0" * 32})] == ["LOG-10"]


def test_checkpoints_are_copied_once_and_never_written_over(
    log: Connection, database: Settings, worker: Actor, tmp_path: Path
) -> None:
    file = database.checkpoints / "checkpoint-000000000006"
    note, changed = file.read_text(), file.stat().st_mtime_ns
    seal(worker, database)
    assert (file.read_text(), file.stat().st_mtime_ns) == (note, changed)
    file.unlink()
    seal(worker, database)
    assert file.read_text() == note
    assert (database.checkpoints / "verifier-key").read_text().strip() == signer_of(database).verifier
