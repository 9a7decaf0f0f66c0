"""Evidence stands alone: it verifies on a machine without landreg, with the network and every package out of reach."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from landreg import keys
from landreg.audit.evidence import bundle
from landreg.cli import main
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound
from landreg.core.files import Store
from landreg.log.store import seal
from landreg.registry import documents
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from tests.kept_kit import kept
from tests.registry_kit import Connection, codes, one, to_rights
from tests.villages import COUNTY, VILLAGE


@pytest.fixture
def certified(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> list[UUID]:
    def make() -> list[UUID]:
        ids = to_rights(registrar, reviewer, superuser, 1)
        seal(worker, database)
        press = Press(keys.certificate_signer(database), Store(database.store), "http://127.0.0.1:8000")
        certificates.issue(registrar, COUNTY, ids, press)
        seal(worker, database)
        return ids

    return kept(superuser, "certified", make)


def number_of(actor: Actor, case: UUID) -> str:
    return str(one(actor, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case))


def put_paper(registrar: Actor, database: Settings, case: UUID, content: bytes) -> str:
    sha256, size = Store(database.store).put(BytesIO(content))
    with unit_of_work(registrar) as uow:
        documents.enter(
            uow,
            county=COUNTY,
            village=VILLAGE,
            sha256=sha256,
            size=size,
            kind="contract",
            name="合同.pdf",
            cases=[case],
        )
    return sha256


def unpacked(actor: Actor, database: Settings, case: UUID, folder: Path) -> Path:
    with bundle(actor, database, number_of(actor, case)).content as content, zipfile.ZipFile(content) as archive:
        archive.extractall(folder)
    return folder


def alone(folder: Path, *line: str) -> subprocess.CompletedProcess[str]:
    """Python without site packages, environment or the folder of this program."""
    return subprocess.run(
        [sys.executable, "-I", "-S", *line],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.defpath},
    )


def test_every_proof_of_a_bundle_verifies_offline_without_landreg(
    certified: list[UUID], auditor: Actor, database: Settings, tmp_path: Path
) -> None:
    folder = unpacked(auditor, database, certified[0], tmp_path)
    assert alone(folder, "-c", "import landreg").returncode != 0
    proofs = sorted((folder / "log").glob("*.json"))
    assert {proof.name.rsplit("-", 1)[0] for proof in proofs} == {"act", "certificate.issued", "notice.published"}
    for proof in proofs:
        said = alone(folder, "verify.py", f"log/{proof.name}", "--key", "log/log.pub")
        assert said.returncode == 0, said.stderr
        assert f"verify.py log/{proof.name} --key log/log.pub" in (folder / "README.txt").read_text("utf-8")


def test_a_proof_that_was_touched_does_not_verify(
    certified: list[UUID], auditor: Actor, database: Settings, tmp_path: Path
) -> None:
    folder = unpacked(auditor, database, certified[0], tmp_path)
    (proof,) = (folder / "log").glob("act-*.json")
    changed = json.loads(proof.read_text("utf-8"))
    changed["index"] += 1
    proof.write_text(json.dumps(changed))
    assert alone(folder, "verify.py", f"log/{proof.name}", "--key", "log/log.pub").returncode == 1


def test_the_sums_name_every_file_and_the_log_holds_their_own(
    certified: list[UUID], auditor: Actor, database: Settings, tmp_path: Path
) -> None:
    folder = unpacked(auditor, database, certified[0], tmp_path)
    sums = (folder / "SHA256SUMS").read_bytes()
    named = dict(reversed(line.split("  ")) for line in sums.decode().splitlines())
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    assert set(named) == set(files) - {"SHA256SUMS"}
    assert {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in named} == named
    leaf = one(auditor, "SELECT convert_from(leaf, 'UTF8') FROM log.entry WHERE kind = 'audit.exported'")
    facts = json.loads(leaf)["facts"]
    assert facts["sha256"] == hashlib.sha256(sums).hexdigest()
    assert (facts["list"], facts["case"]) == ("evidence", number_of(auditor, certified[0]))


def test_rows_and_papers_of_the_case_are_there_and_no_name_or_sealed_column(
    certified: list[UUID], registrar: Actor, auditor: Actor, database: Settings, tmp_path: Path
) -> None:
    paper = put_paper(registrar, database, certified[0], b"%PDF contract")
    folder = unpacked(auditor, database, certified[0], tmp_path)
    assert (folder / "papers" / f"contract-{paper[:16]}.pdf").read_bytes() == b"%PDF contract"
    assert len(list((folder / "papers").glob("certificate-*.pdf"))) == 1
    rows = {file.stem: json.loads(file.read_text("utf-8")) for file in (folder / "rows").glob("*.json")}
    assert {name: len(rows[name]) for name in ("case", "act", "right", "certificate", "household")} == dict.fromkeys(
        ("case", "act", "right", "certificate", "household"), 1
    )
    applicant = one(registrar, 'SELECT applicant FROM registry."case" WHERE case_id = :case', case=certified[0])
    told = "".join(file.read_text("utf-8") for file in (folder / "rows").glob("*.json"))
    assert applicant not in told
    assert "token" not in rows["certificate"][0]
    assert "contact_sealed" not in told


def test_a_paper_that_the_store_lost_is_named_and_stops_nothing(
    certified: list[UUID], registrar: Actor, auditor: Actor, database: Settings, tmp_path: Path
) -> None:
    sha256 = put_paper(registrar, database, certified[0], b"lost")
    Store(database.store).path(sha256).unlink()
    folder = unpacked(auditor, database, certified[0], tmp_path)
    assert sha256 in {row["sha256"] for row in json.loads((folder / "missing.json").read_text("utf-8"))}


def test_the_survey_package_of_a_whole_village_is_named_and_not_handed_out(
    certified: list[UUID], auditor: Actor, superuser: Connection, database: Settings, tmp_path: Path
) -> None:
    stored = Store(database.store).put_bytes(b"a village")
    superuser.execute("UPDATE registry.document SET sha256 = %s WHERE kind = 'survey_package'", [stored])
    folder = unpacked(auditor, database, certified[0], tmp_path)
    missing = json.loads((folder / "missing.json").read_text("utf-8"))
    assert [row["why"] for row in missing if row["sha256"] == stored] == ["holds other households' data"]
    assert not list((folder / "papers").glob("survey_package*"))


def test_nothing_is_exported_while_an_entry_of_the_case_waits_to_be_sealed(
    registrar: Actor, reviewer: Actor, superuser: Connection, auditor: Actor, worker: Actor, database: Settings
) -> None:
    (case, _) = to_rights(registrar, reviewer, superuser, 1)
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(database.store), "http://127.0.0.1:8000")
    certificates.issue(registrar, COUNTY, [case], press)
    with pytest.raises(Conflict) as conflict:
        bundle(auditor, database, number_of(auditor, case))
    assert codes(conflict) == {"LOG-8"}
    assert one(auditor, "SELECT count(*) FROM log.entry WHERE kind = 'audit.exported'") == 0


def test_another_county_s_case_is_not_found(certified: list[UUID], auditor: Actor, database: Settings) -> None:
    stranger = Actor(auditor.account_id, auditor.name, auditor.desk, auditor.roles, "610921")
    with pytest.raises(NotFound):
        bundle(stranger, database, number_of(auditor, certified[0]))


def test_the_command_writes_the_same_bundle(certified: list[UUID], auditor: Actor, tmp_path: Path) -> None:
    out = tmp_path / "case.zip"
    done = CliRunner().invoke(main, ["export", "evidence", number_of(auditor, certified[0]), "--out", str(out)])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        assert {"verify.py", "README.txt", "SHA256SUMS", "log/log.pub", "log/checkpoint"} <= set(archive.namelist())
    assert one(auditor, "SELECT count(*) FROM log.entry WHERE kind = 'audit.exported'") == 1
    assert CliRunner().invoke(main, ["export", "evidence", "没有", "--out", str(out)]).exit_code == 1
