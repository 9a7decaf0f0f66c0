"""Evidence stands alone: it verifies on a machine without landreg, with the network and every package out of reach."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import defer

from landreg import keys
from landreg.audit.evidence import bundle
from landreg.audit.logged import register
from landreg.cli import main
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict
from landreg.core.files import Store
from landreg.law.book import national_law
from landreg.log.leaf import Entry
from landreg.log.recheck import recheck_register
from landreg.log.store import seal, stage
from landreg.registry import documents
from landreg.registry.casework import cases, notices, opening
from landreg.registry.issued import certificates, handed_out, noticed
from landreg.registry.issued.certificates import Press
from landreg.registry.leaves.applied import Application, made_facts, taken_facts
from landreg.registry.papers.office import Desk as Office
from landreg.registry.rules.requests import RestrictionAsked
from tests.kept_kit import kept
from tests.registry_kit import BANK, Connection, applied, booked, codes, in_state, one, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers, stage_village


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
    assert {proof.name.rsplit("-", 1)[0] for proof in proofs} == {
        "act",
        "case.accepted",
        "case.reviewed",
        "certificate.issued",
        "notice.published",
    }
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


@pytest.mark.parametrize("kept_then", [True, False])
def test_the_paper_of_a_notice_is_in_the_bundle_or_named_as_missing(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, auditor: Actor, database: Settings,
    tmp_path: Path, *, kept_then: bool,
) -> None:  # fmt: skip
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    board = noticed.board(Store(database.store), "http://127.0.0.1:8000") if kept_then else None
    number, _ = notices.publish(registrar, COUNTY, ids, "公告", board)
    seal(worker, database)
    folder = unpacked(auditor, database, ids[0], tmp_path)
    missing = json.loads((folder / "missing.json").read_text("utf-8"))
    paper = folder / "papers" / f"notice-{number}.pdf"
    why = [row["why"] for row in missing if row["file"] == f"papers/{paper.name}"]
    assert (paper.exists(), why) == ((True, []) if kept_then else (False, ["not kept when it was published"]))
    assert whole(folder).returncode != 1, whole(folder).stderr
    if kept_then:
        row = json.loads((folder / "rows" / "notice.json").read_text("utf-8"))
        row[0]["pdf_sha256"] = hashlib.sha256(b"another").hexdigest()
        (folder / "rows" / "notice.json").write_text(json.dumps(row, ensure_ascii=False))
        paper.write_bytes(b"another")
        put_right(folder)
        assert whole(folder).returncode == 1
        with past_triggers(superuser):
            superuser.execute("UPDATE registry.notice SET pdf_sha256 = repeat('ab', 32)")
        told = recheck_register(worker, database, register()).findings
        assert [(one.layer, one.subject) for one in told] == [("registry.notice", number)]


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
    with pytest.raises(BadInput) as refused:
        bundle(stranger, database, number_of(auditor, certified[0]))
    assert codes(refused) == {"AUD-15"}


def test_the_command_writes_the_same_bundle(certified: list[UUID], auditor: Actor, tmp_path: Path) -> None:
    out = tmp_path / "case.zip"
    done = CliRunner().invoke(main, ["export", "evidence", number_of(auditor, certified[0]), "--out", str(out)])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        assert {"verify.py", "README.txt", "SHA256SUMS", "log/log.pub", "log/checkpoint"} <= set(archive.namelist())
    assert one(auditor, "SELECT count(*) FROM log.entry WHERE kind = 'audit.exported'") == 1
    assert CliRunner().invoke(main, ["export", "evidence", "没有", "--out", str(out)]).exit_code == 1


def put_right(folder: Path) -> None:
    """The sums made anew, as whoever changes a bundle would."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "SHA256SUMS")
    lines = (
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}\n" for file in files
    )
    (folder / "SHA256SUMS").write_text("".join(lines))


def whole(folder: Path) -> subprocess.CompletedProcess[str]:
    return alone(folder, "verify.py", "--bundle", ".", "--key", "log/log.pub")


@pytest.fixture
def mortgaged(
    certified: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> str:
    """The case of a mortgage that its household asked for by an agent, with its receipt, after an objection; its number."""

    def make() -> str:
        right = right_of(registrar)
        asked = RestrictionAsked(
            "mortgage",
            "样本农村信用社",
            "抵押合同1号",
            amount=Decimal("50000.00"),
            until=date(2027, 12, 31),
            whose=BANK,
        )
        case = applied(registrar, "mortgage", asked, right)
        with past_triggers(superuser):
            superuser.execute(_BROUGHT, {"case": case, "at": one(registrar, "SELECT system.clock()")})
        booked(registrar, reviewer, superuser, case, "mortgage")
        store, desk = (
            Store(database.store),
            Office(national_law(COUNTY, date(2026, 11, 1)), "http://127.0.0.1:8000", sample=False),
        )
        handed_out.paper_of(registrar, COUNTY, case, ("accept",), desk, store)
        applications = select(Application).where(Application.case_id == case)
        with unit_of_work(registrar) as uow:
            (row,) = uow.session.scalars(applications.options(defer(Application.typed_sealed)))
            for step, facts in (("made", made_facts), ("taken", taken_facts)):
                stage(uow, Entry(f"application.{step}", COUNTY, VILLAGE, row.number, *facts(row)))
        seal(worker, database)
        return number_of(registrar, case)

    return kept(superuser, "mortgaged", make)


_BROUGHT = """
    INSERT INTO registry.application (county, application_id, village, number, household_id, household_code, applicant, act_kind,
        right_id, subject_code, request, typed_sealed, by_account, by_name, made_at, state, taken_at, taken_by, case_id)
    SELECT c.county, gen_random_uuid(), c.village, 'SQ-1', h.household_id, h.code, h.name, c.act_kind, c.right_ids[1],
        c.subject_code, c.request, '', c.prepared_by, '林农户', %(at)s, 'taken', %(at)s, c.prepared_by, c.case_id
    FROM registry."case" AS c JOIN party.household AS h ON h.county = c.county AND h.code = c.household_code
    WHERE c.case_id = %(case)s
"""


def test_a_bundle_tells_of_application_papers_restriction_and_household_and_is_verified_as_a_whole(
    mortgaged: str, auditor: Actor, database: Settings, tmp_path: Path
) -> None:
    with bundle(auditor, database, mortgaged).content as content, zipfile.ZipFile(content) as archive:
        archive.extractall(tmp_path)
    rows = {file.stem: json.loads(file.read_text("utf-8")) for file in (tmp_path / "rows").glob("*.json")}
    assert {name: len(rows[name]) for name in ("application", "paper", "restriction", "household")} == dict.fromkeys(
        ("application", "paper", "restriction", "household"), 1
    )
    # The right's own registration beside the mortgage.
    assert [row["kind"] for row in rows["act"]] == ["mortgage", "first_registration"]
    assert (rows["restriction"][0]["party"], rows["application"][0]["by_name"]) == ("样本农村信用社", "林*户")
    assert "typed_sealed" not in rows["application"][0]
    assert [file.name for file in (tmp_path / "papers").glob("receipt-*.pdf")] == [f"receipt-{mortgaged}-S1.pdf"]
    proven = whole(tmp_path)
    assert proven.returncode == 3, proven.stderr
    kinds = {file.name.rsplit("-", 1)[0] for file in (tmp_path / "log").glob("*.json")}
    assert {"application.made", "application.taken", "paper.issued", "case.accepted", "case.reviewed", "act"} <= kinds


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("case_event", "at", "2026-01-01 08:00:00+00:00"),
        ("case_event", "told", {"due_on": "2030-01-01", "orders": {}}),
        ("application", "made_at", "2026-01-01 08:00:00+00:00"),
        ("paper", "pdf_sha256", "00" * 32),
        ("restriction", "row_id", "11111111-1111-4111-8111-111111111111"),
        ("act", "kind", "seizure"),
    ],
)
def test_a_row_of_a_bundle_that_says_otherwise_than_the_log_is_named(
    mortgaged: str, auditor: Actor, database: Settings, tmp_path: Path, table: str, column: str, value: object
) -> None:
    with bundle(auditor, database, mortgaged).content as content, zipfile.ZipFile(content) as archive:
        archive.extractall(tmp_path)
    file = tmp_path / "rows" / f"{table}.json"
    rows = json.loads(file.read_text("utf-8"))
    which = next(row for row in rows if row.get("step", "accept") == "accept")
    which[column] = value
    file.write_text(json.dumps(rows))
    assert "SHA256SUMS" in whole(tmp_path).stderr
    put_right(tmp_path)
    said = whole(tmp_path)
    assert said.returncode == 1
    assert table in said.stderr


def test_a_bundle_without_a_proof_or_with_another_paper_is_not_proven(
    mortgaged: str, auditor: Actor, database: Settings, tmp_path: Path
) -> None:
    with bundle(auditor, database, mortgaged).content as content, zipfile.ZipFile(content) as archive:
        archive.extractall(tmp_path / "one")
        archive.extractall(tmp_path / "two")
        archive.extractall(tmp_path / "three")
    (proof,) = (tmp_path / "one" / "log").glob("case.accepted-*.json")
    proof.unlink()
    (paper,) = (tmp_path / "two" / "papers").glob("receipt-*.pdf")
    paper.write_bytes(b"%PDF another")
    (tmp_path / "three" / "papers" / "more.pdf").write_bytes(b"%PDF")
    put_right(tmp_path / "one")
    put_right(tmp_path / "two")
    for folder, named in (("one", "case_event"), ("two", "paper"), ("three", "papers/more.pdf")):
        said = whole(tmp_path / folder)
        assert (said.returncode, named in said.stderr) == (1, True), said.stderr


@pytest.mark.parametrize("done", ["another", "gone", "more", "said missing"])
def test_a_paper_that_an_applicant_brought_is_the_one_that_its_row_names_and_no_other_is_there(
    mortgaged: str, registrar: Actor, auditor: Actor, database: Settings, tmp_path: Path, done: str
) -> None:
    case = one(registrar, 'SELECT case_id FROM registry."case" WHERE number = :number', number=mortgaged)
    sha256 = put_paper(registrar, database, case, b"%PDF contract")
    with bundle(auditor, database, mortgaged).content as content, zipfile.ZipFile(content) as archive:
        archive.extractall(tmp_path)
    documents = json.loads((tmp_path / "rows" / "document.json").read_text("utf-8"))
    row = next(one for one in documents if one["sha256"] == sha256)
    paper = tmp_path / "papers" / f"contract-{sha256[:16]}.pdf"
    assert whole(tmp_path).returncode != 1
    if done == "another":
        paper.write_bytes(b"%PDF another")
    elif done == "gone":
        paper.unlink()
    elif done == "more":
        (tmp_path / "papers" / "more.pdf").write_bytes(b"%PDF")
    else:
        missing = json.loads((tmp_path / "missing.json").read_text("utf-8"))
        more = {"file": "more.pdf", "sha256": "ab" * 32, "why": "lost"}
        (tmp_path / "missing.json").write_text(json.dumps([*missing, more]))
    put_right(tmp_path)
    said = whole(tmp_path)
    named = row["document_id"] if done in ("another", "gone") else "more.pdf"
    assert (said.returncode, named in said.stderr) == (1, True), said.stderr


@pytest.mark.parametrize(("table", "step"), [("case_event", "open"), ("document", "")])
def test_a_row_that_was_taken_out_of_a_bundle_is_named(
    mortgaged: str, auditor: Actor, database: Settings, tmp_path: Path, table: str, step: str
) -> None:
    with bundle(auditor, database, mortgaged).content as content, zipfile.ZipFile(content) as archive:
        archive.extractall(tmp_path)
    file = tmp_path / "rows" / f"{table}.json"
    rows = json.loads(file.read_text("utf-8"))
    gone = next(row for row in rows if row.get("step", "") == step)
    file.write_text(json.dumps([row for row in rows if row is not gone]))
    put_right(tmp_path)
    said = whole(tmp_path)
    assert (said.returncode, table in said.stderr) == (1, True), said.stderr


def test_a_paper_that_stands_for_a_whole_batch_is_named_and_not_handed_out(
    registrar: Actor, reviewer: Actor, auditor: Actor, superuser: Connection, worker: Actor, database: Settings,
    tmp_path: Path,
) -> None:  # fmt: skip
    ids = to_rights(registrar, reviewer, superuser, 2)
    seal(worker, database)
    stored = put_paper(registrar, database, ids[0], b"a list of many")
    superuser.execute(
        "INSERT INTO registry.case_document (county, case_id, document_id, village) "
        "SELECT d.county, c.case_id, d.document_id, c.village FROM registry.document AS d "
        'JOIN registry."case" AS c USING (county) WHERE d.sha256 = %s AND c.case_id <> %s',
        [stored, ids[0]],
    )
    folder = unpacked(auditor, database, ids[0], tmp_path)
    missing = json.loads((folder / "missing.json").read_text("utf-8"))
    assert [row["why"] for row in missing if row["sha256"] == stored] == ["holds other households' data"]
