"""The wall's report: asked as an auditor, signed, kept as a text, and read again by anyone who has the public key."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from landreg.audit.wall.queries import CHECKS
from landreg.audit.wall.report import FORMAT, Proof, check, prove
from landreg.cli import main
from landreg.config import Settings
from landreg.core.actor import WORKER, Desk
from landreg.log.note import Checkpoint, NoteFault, Signer, open_checkpoint
from landreg.log.store import seal, signer_of, verifier_of
from tests.database.catalog import Connection


@pytest.fixture
def proof(database: Settings, as_desk) -> Proof:
    return prove(as_desk(Desk.AUDITOR), signer_of(database))


def test_the_report_ends_with_its_sum_and_says_where_it_was_asked(database: Settings, proof: Proof) -> None:
    lines = proof.text.splitlines()
    assert lines[0] == FORMAT
    assert lines[-1] == f"{len(CHECKS)} checks, 0 holes"
    assert "asked as: landreg_auditor" in lines
    assert any(line.startswith("schema: sha256 ") for line in lines)
    assert sum(line.startswith("OK ") for line in lines) == len(CHECKS) == proof.checks


def test_a_report_is_proven_with_the_log_s_public_key_alone(database: Settings, proof: Proof) -> None:
    found = check(proof.text, verifier_of(database))
    assert (found.checks, found.holes) == (len(CHECKS), 0)


def test_a_report_in_which_one_word_was_changed_is_not_proven(database: Settings, proof: Proof) -> None:
    lines = proof.text.splitlines()
    for at, line in enumerate(lines):
        other = [*lines[:at], line.replace("o", "0", 1) if "o" in line else f"{line}.", *lines[at + 1 :]]
        with pytest.raises(NoteFault):
            check("".join(f"{one}\n" for one in other), verifier_of(database))


def test_a_report_from_which_a_hole_was_taken_out_is_not_proven(
    database: Settings, superuser: Connection, as_desk
) -> None:
    superuser.execute("GRANT SELECT (code) ON land.parcel TO landreg_settlement")
    try:
        told = prove(as_desk(Desk.OWNER), signer_of(database))
    finally:
        superuser.execute("REVOKE SELECT (code) ON land.parcel FROM landreg_settlement")
    assert told.holes == 1
    assert "HOLE settlement_tables: " in told.text
    assert "    land.parcel\n" in told.text
    assert told.text.endswith(f"{len(CHECKS)} checks, 1 holes\n")
    assert check(told.text, verifier_of(database)).holes == 1
    with pytest.raises(NoteFault):
        check(told.text.replace("HOLE ", "OK ").replace(", 1 holes", ", 0 holes"), verifier_of(database))


def test_a_report_signed_with_another_key_is_not_the_log_s(database: Settings, as_desk) -> None:
    other = Signer(database.log_origin, bytes(32))
    told = prove(as_desk(Desk.AUDITOR), other)
    assert check(told.text, other.verifier).holes == 0
    with pytest.raises(NoteFault):
        check(told.text, verifier_of(database))


def test_a_report_never_passes_for_a_checkpoint_nor_a_checkpoint_for_a_report(database: Settings, proof: Proof) -> None:
    note = proof.text.rstrip("\n").rpartition("\n")[0] + "\n"
    with pytest.raises(NoteFault):
        open_checkpoint(note, verifier_of(database))
    signed = signer_of(database).sign(Checkpoint(database.log_origin, 7, bytes(32)))
    with pytest.raises(NoteFault):
        check(f"{signed}49 checks, 0 holes\n", verifier_of(database))


def test_the_report_names_the_checkpoint_of_the_log_that_it_was_asked_beside(
    database: Settings, as_desk, auditor
) -> None:
    from landreg.audit.service import log_export
    from landreg.core.db import unit_of_work

    with unit_of_work(auditor) as uow:
        log_export(uow, "wall", b"", {})
    size = seal(WORKER, database).size
    told = prove(as_desk(Desk.AUDITOR), signer_of(database))
    assert f"log checkpoint: {database.log_origin} {size} " in told.text


def test_proving_writes_nothing(database: Settings, superuser: Connection, proof: Proof) -> None:
    assert superuser.execute("SELECT count(*) FROM log.entry").fetchone() == (0,)


def test_the_command_prints_the_report_and_the_other_reads_it(database: Settings, tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["wall", "prove"])
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (0, f"{len(CHECKS)} checks, 0 holes")
    kept = tmp_path / "wall.txt"
    kept.write_text(told.stdout, "utf-8")
    assert CliRunner().invoke(main, ["wall", "check", str(kept)]).exit_code == 0
    kept.write_text(told.stdout.replace("OK bridge", "OK brigde"), "utf-8")
    assert CliRunner().invoke(main, ["wall", "check", str(kept)]).exit_code == 1
    kept.write_bytes(b"\xff\xfe\x00")
    assert CliRunner().invoke(main, ["wall", "check", str(kept)]).exit_code == 1


def test_the_command_ends_with_one_where_there_is_a_hole(database: Settings, superuser: Connection) -> None:
    superuser.execute("GRANT USAGE ON SCHEMA land TO landreg_settlement")
    try:
        told = CliRunner().invoke(main, ["wall", "prove", "--desk", "owner"])
    finally:
        superuser.execute("REVOKE USAGE ON SCHEMA land FROM landreg_settlement")
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (1, f"{len(CHECKS)} checks, 1 holes")


def test_an_auditor_signs_with_a_key_of_their_own(database: Settings, tmp_path: Path) -> None:
    key = tmp_path / "own.key"
    key.write_text("11" * 32, "ascii")
    told = CliRunner().invoke(main, ["wall", "prove", "--key", str(key), "--name", "auditor.example/own"])
    assert told.exit_code == 0
    assert check(told.stdout, Signer("auditor.example/own", bytes([0x11] * 32)).verifier).holes == 0
    assert CliRunner().invoke(main, ["wall", "prove", "--key", str(key)]).exit_code == 2
    key.write_text("no key", "ascii")
    assert CliRunner().invoke(main, ["wall", "prove", "--key", str(key), "--name", "own"]).exit_code == 2
