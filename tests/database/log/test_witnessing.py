"""Witnesses: a real witness process on loopback cosigns what continues the log, and refuses a fork."""

from __future__ import annotations

import base64
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landreg.config import CHECKOUT, Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.log import queries, verify
from landreg.log.cosignature import Witness, WitnessKey, cosigned_at
from landreg.log.leaf import Entry
from landreg.log.merkle import TileHashes, grow, leaf_hash
from landreg.log.note import Checkpoint
from landreg.log.recheck import recheck
from landreg.log.store import seal, signer_of, stage
from landreg.log.witnessing import Daily, cosign
from tests.database.catalog import Connection

VILLAGE = "610902001001"
NAME = "witness.test/ankang"


@pytest.fixture
def witness(database: Settings, tmp_path: Path) -> Iterator[WitnessKey]:
    """A witness in a process of its own; the register is told of it."""
    key = tmp_path / "witness.key"
    key.write_text(secrets.token_hex(32))
    asked = [
        "--name",
        NAME,
        "--key",
        key,
        "--log-key",
        database.log_public_key,
        "--state",
        tmp_path / "state",
        "--port",
        "0",
    ]
    line = [sys.executable, "-c", "from landreg.cli import main; main()", "log", "witness", *map(str, asked)]
    shown = Witness.of_text(NAME, key.read_text()).key.text
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        (database.home / "witnesses").write_text(f"{address} {shown}\n")
        try:
            yield WitnessKey.read(shown)
        finally:
            (database.home / "witnesses").unlink()
            process.terminate()


def grown(registrar: Actor, worker: Actor, settings: Settings, *keys: str) -> int:
    for key in keys:
        with unit_of_work(registrar) as uow:
            stage(uow, Entry("act", "610902", VILLAGE, key, {"act": key}))
    return seal(worker, settings).size


def test_a_witness_cosigns_the_log_as_it_grows_and_its_lines_are_published(
    database: Settings, registrar: Actor, worker: Actor, witness: WitnessKey
) -> None:
    for keys in (("A-1",), ("A-2", "A-3", "A-4", "A-5"), ("A-6", "A-7")):
        size = grown(registrar, worker, database, *keys)
        (signed,), findings = cosign(worker, database)
        assert findings == ()
        assert (signed.size, signed.witness) == (size, NAME)
        with unit_of_work(worker) as uow:
            published = queries.cosigned(uow.session)
        assert published is not None
        assert published.note.endswith(f"{signed.line}\n")
        assert cosigned_at(published.note, signed.line, witness) is not None
    assert len(cosign(worker, database)[0]) == 1  # asked again for the same checkpoint, it signs it again
    sources = {"act": lambda _: iter([(f"A-{n}", {"act": f"A-{n}"}) for n in range(1, 8)])}
    assert recheck(worker, database, sources).findings == ()


def test_a_witness_refuses_a_log_that_was_rewritten_and_signed_again_with_the_logs_own_key(
    database: Settings, registrar: Actor, worker: Actor, witness: WitnessKey, superuser: Connection
) -> None:
    grown(registrar, worker, database, "A-1", "A-2", "A-3")
    assert len(cosign(worker, database)[0]) == 1
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("UPDATE log.entry SET leaf = leaf || ' '::bytea WHERE key = 'A-2'")
    leaves = [bytes(row[0]) for row in superuser.execute("SELECT leaf FROM log.entry ORDER BY leaf_index")]
    tiles, signer = grow(0, {}, map(leaf_hash, leaves)).tiles, signer_of(database)
    root = TileHashes(tiles).root(3)
    superuser.execute("UPDATE log.tile SET hashes = %s", [tiles[0, 0]])
    note = signer.sign(Checkpoint(signer.name, 3, root))
    superuser.execute("UPDATE log.checkpoint SET root = %s, note = %s WHERE size = 3", [root, note])
    for file in database.checkpoints.glob("checkpoint-*"):
        file.unlink()
    signed, findings = cosign(worker, database)
    assert (signed, [finding.code for finding in findings]) == ((), ["LOG-28"])
    grown(registrar, worker, database, "A-4")
    signed, findings = cosign(worker, database)
    assert (signed, [finding.code for finding in findings]) == ((), ["LOG-28"])


def test_a_witness_that_is_away_is_named_and_the_register_goes_on(
    database: Settings, registrar: Actor, worker: Actor, witness: WitnessKey
) -> None:
    grown(registrar, worker, database, "A-1")
    (database.home / "witnesses").write_text(f"http://127.0.0.1:9 {witness.text}\n")
    signed, findings = cosign(worker, database)
    assert (signed, [(f.code, f.subject) for f in findings]) == ((), [("LOG-29", NAME)])


@pytest.mark.parametrize("change", ["line = line || 'A'", "witness = 'another'", "key = 'x'"])
def test_a_cosignature_that_was_changed_is_named(
    database: Settings, registrar: Actor, worker: Actor, witness: WitnessKey, superuser: Connection, change: str
) -> None:
    grown(registrar, worker, database, "A-1")
    cosign(worker, database)
    superuser.execute(f"UPDATE log.cosignature SET {change}")
    found = recheck(worker, database, {"act": lambda _: iter([("A-1", {"act": "A-1"})])}).findings
    assert {(finding.code, finding.layer) for finding in found} == {("LOG-30", "log.cosignature")}


def test_a_cosignature_that_was_removed_is_named_by_its_copy_outside(
    database: Settings, registrar: Actor, worker: Actor, witness: WitnessKey, superuser: Connection
) -> None:
    grown(registrar, worker, database, "A-1")
    cosign(worker, database)
    superuser.execute("DELETE FROM log.cosignature")
    found = recheck(worker, database, {"act": lambda _: iter([("A-1", {"act": "A-1"})])}).findings
    assert [(finding.code, finding.subject) for finding in found] == [("LOG-30", NAME)]


def test_the_verifier_holds_a_published_checkpoint_against_its_witness(
    database: Settings,
    registrar: Actor,
    worker: Actor,
    witness: WitnessKey,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    grown(registrar, worker, database, "A-1", "A-2")
    cosign(worker, database)
    with unit_of_work(worker) as uow:
        published = queries.cosigned(uow.session)
    assert published is not None
    (tmp_path / "witness.pub").write_text(witness.text)
    line = ["--key", str(database.log_public_key), "--witness", str(tmp_path / "witness.pub"), "--checkpoint"]
    (tmp_path / "cosigned").write_text(published.note)
    assert verify.main([*line, str(tmp_path / "cosigned")]) == verify.PROVEN
    assert NAME in capsys.readouterr().out
    (tmp_path / "alone").write_text("\n".join(published.note.split("\n")[:5]) + "\n")
    assert verify.main([*line, str(tmp_path / "alone")]) == verify.NOT_PROVEN
    assert "has not cosigned" in capsys.readouterr().err


def test_the_notice_board_prints_the_weeks_checkpoint_and_who_cosigned_it(
    database: Settings, registrar: Actor, worker: Actor, witness: WitnessKey, client: Any
) -> None:
    size = grown(registrar, worker, database, "A-1", "A-2")
    cosign(worker, database)
    page = client.get("/notices").get_data(as_text=True)
    with unit_of_work(worker) as uow:
        (week,) = queries.weekly(uow.session)
    assert week.checkpoint.size == size
    assert base64.b64encode(week.checkpoint.root).decode() in page.replace("&#43;", "+").replace("&#x2B;", "+")
    assert NAME in page
    published = client.get("/log/cosigned").get_data(as_text=True)
    assert published.startswith(f"{week.checkpoint.origin}\n{size}\n")
    assert NAME in published


def test_the_worker_has_the_log_cosigned_once_a_day(
    database: Settings, registrar: Actor, worker: Actor, witness: WitnessKey, superuser: Connection
) -> None:
    def signed() -> list[int]:
        return [size for (size,) in superuser.execute("SELECT size FROM log.cosignature ORDER BY size")]

    assert Daily(database).work(worker) == ()
    assert signed() == []
    first = grown(registrar, worker, database, "610902-20261127-0000001")
    daily = Daily(database)
    assert daily.work(worker) == ()
    assert signed() == [first]
    second = grown(registrar, worker, database, "610902-20261127-0000002")
    daily.tried_at = None
    daily.work(worker)
    assert signed() == [first]
    superuser.execute("INSERT INTO system.demo (ahead) VALUES (interval '1 day')")
    Daily(database).work(worker)
    assert signed() == [first, second]
    Daily(database).work(worker)
    assert signed() == [first, second]
