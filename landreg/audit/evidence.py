"""The evidence of one case as a ZIP that stands alone: papers, rows, proofs of the log, its key, and the verifier.

Whoever receives it needs Python and nothing of landreg: `verify.py` in it checks each proof against the public key, and
`SHA256SUMS` names every file. Rows show names masked, as every list of the auditor's desk does.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import resources
from pathlib import PurePath
from typing import IO
from uuid import uuid4

from sqlalchemy.orm import Session

from landreg.audit import restated, rows
from landreg.audit.service import log_export
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.core.files import Store
from landreg.exit import logged as exits
from landreg.log import queries as log
from landreg.log.recheck_queries import entries_of
from landreg.log.store import verifier_of
from landreg.registry.casebook import Case
from landreg.registry.leaves.coursed import TOLD as STEP_KINDS

FORMAT = "landreg-evidence/1"
LARGEST_PAPER = 256 * 1024 * 1024


@dataclass
class _Bundle:
    """The ZIP that is being written, and the SHA-256 of each file in it."""

    archive: zipfile.ZipFile
    sums: dict[str, str] = field(default_factory=dict)
    missing: list[dict[str, str]] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> None:
        self.archive.writestr(name, content)
        self.sums[name] = hashlib.sha256(content).hexdigest()

    def leave_out(self, name: str, sha256: str, why: str) -> None:
        self.missing.append({"file": name, "sha256": sha256, "why": why})

    def put_paper(self, store: Store, name: str, sha256: str, size: int) -> None:
        """A file of the store; one that is lost, changed or too large is named among the missing."""
        if size > LARGEST_PAPER:
            self.leave_out(name, sha256, "too large")
            return
        try:
            self.put(name, store.read(sha256))
        except NotFound:
            self.leave_out(name, sha256, "not in the store as its hash names it")


@dataclass(frozen=True)
class Evidence:
    """A bundle: its file's name, its content, the case, and how many files and proofs it holds."""

    name: str
    content: IO[bytes]
    case: str
    files: int
    proofs: int
    missing: int


def bundle(actor: Actor, settings: Settings, number: str) -> Evidence:
    """The evidence of a case by its number. That it was taken is staged in the log, and committed, before it is given.

    Raises BadInput for a number of no case of the jurisdiction (AUD-15) or without the log's public key (LOG-3), Conflict (LOG-8)
    while an entry of the case waits to be sealed.
    """
    key = verifier_of(settings)
    with ExitStack() as on_error:
        with unit_of_work(actor) as uow:
            case = rows.case_of(uow.session, number)
            if case is None:
                raise BadInput(Finding("AUD-15", "case", {"given": number}))
            content = on_error.enter_context(tempfile.TemporaryFile())
            with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
                made = _Bundle(archive)
                export = str(uuid4())
                proofs = _fill(made, uow, settings, case, key, export)
                sums = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(made.sums.items())).encode()
                archive.writestr("SHA256SUMS", sums)
            narrowed = {"case": number, "files": len(made.sums), "proofs": proofs}
            log_export(uow, "evidence", sums, narrowed, case=case, key=export)
            content.seek(0)
        on_error.pop_all()
    return Evidence(f"evidence-{number}.zip", content, number, len(made.sums) + 1, proofs, len(made.missing))


def _fill(made: _Bundle, uow: UnitOfWork, settings: Settings, case: Case, key: str, export: str) -> int:
    """Put everything in but the sums; how many proofs there are. export: the key of the entry that the bundle was given away."""
    _papers(made, uow.session, Store(settings.store), case)
    tables = rows.of_case(uow.session, case)
    behind = restated.acts_behind(uow.session, case, tables)
    tables["act"] = [*tables["act"], *behind]
    for name, found in {**tables, **exits.rows_of_case(uow.session, case)}.items():
        made.put(f"rows/{name}.json", rows.as_json(found))
    texts = restated.texts(uow.session, case, tables)
    made.put("told/rows.json", json.dumps(texts, ensure_ascii=False, indent=1).encode())
    proofs = _proofs(made, uow.session, [*_entries(uow.session, case), *(("act", act.number) for act in behind)])
    made.put("log/log.pub", f"{key}\n".encode())
    made.put("verify.py", resources.files("landreg.log").joinpath("verify.py").read_bytes())
    made.put("README.txt", _readme(case, proofs, uow.now.isoformat(), export).encode())
    made.put("missing.json", json.dumps(made.missing, ensure_ascii=False, indent=1).encode())
    return len(proofs)


def _papers(made: _Bundle, session: Session, store: Store, case: Case) -> None:
    documents = rows.documents_of(session, case)
    others_too = rows.documents_of_others_too(session, case, documents)
    for document in documents:
        ending = PurePath(document.name).suffix[:10]
        plain = ending if ending.removeprefix(".").isalnum() and ending.isascii() else ""
        name = f"papers/{document.kind}-{document.sha256[:16]}{plain}"
        if document.document_id in others_too:
            made.leave_out(name, document.sha256, "holds other households' data")
        else:
            made.put_paper(store, name, document.sha256, document.size)
    for certificate in rows.certificates_of(session, case):
        made.put_paper(store, f"papers/certificate-{certificate.serial}.pdf", certificate.pdf_sha256, 0)
    for paper in rows.papers_of(session, case):
        made.put_paper(store, f"papers/{paper.kind}-{paper.number}.pdf", paper.pdf_sha256, 0)
    notice = rows.notice_of(session, case)
    if notice is not None:
        name = f"papers/notice-{notice.number}.pdf"
        if notice.pdf_sha256:
            made.put_paper(store, name, notice.pdf_sha256, 0)
        else:
            made.leave_out(name, "", "not kept when it was published")


def _proofs(made: _Bundle, session: Session, entries: Iterable[tuple[str, str]]) -> list[str]:
    """A proof a leaf, with what a large leaf holds by its hash alone; and the checkpoint by itself."""
    names = []
    checkpoint = None
    for kind, key in entries:
        proof = log.prove(session, key, kind)
        name = f"log/{kind}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
        made.put(f"{name}.json", proof.to_json())
        detail = entries_of(session, kind, [key])[key].detail
        if detail is not None:
            made.put(f"{name}.detail", detail)
        names.append(f"{name}.json")
        checkpoint = proof.checkpoint
    if checkpoint is not None:
        made.put("log/checkpoint", checkpoint.encode())
    return names


def _entries(session: Session, case: Case) -> Iterator[tuple[str, str]]:
    """Kind and key of each entry that tells of the case."""
    for application in rows.applications_of(session, case):
        yield "application.made", application.number
        yield "application.taken", application.number
        if application.ended_at is not None:
            yield "application.ended", application.number
    for event in rows.events_of(session, case):
        if event.step in STEP_KINDS:
            yield STEP_KINDS[event.step], str(event.event_id)
    for objection in rows.objections_of(session, case):
        yield "objection.raised", str(objection.objection_id)
        if objection.outcome is not None:
            yield "objection.settled", str(objection.objection_id)
    for paper in rows.papers_of(session, case):
        yield "paper.issued", paper.number
    notice = rows.notice_of(session, case)
    if notice is not None:
        yield "notice.published", notice.number
    for act in rows.acts_of(session, case):
        yield "act", act.number
    for certificate in rows.certificates_of(session, case):
        yield "certificate.issued", certificate.number
    yield from exits.entries_of_case(session, case)


def _readme(case: Case, proofs: list[str], at: str, export: str) -> str:
    commands = "\n".join(f"  python3 -I -S verify.py {name} --key log/log.pub" for name in proofs) or "  -"
    whole = "  python3 -I -S verify.py --bundle . --key log/log.pub"
    return f"""{FORMAT}
业务 / Case: {case.number}
导出时刻 / Made at: {at}

papers/   业务档案中的文件、公告和证书 / papers of the case, its notice and certificates
rows/     登记簿中的记载，姓名已隐去 / rows of the register, names masked
told/     各行记入日志时的原文，含姓名的行除外 / rows as the log was told of them, but those that name people
log/      登记日志的包含证明、检查点和公钥 / inclusion proofs, checkpoint and public key of the log
missing.json  未能收入的文件 / papers that could not be included
SHA256SUMS    每个文件的 SHA-256（sha256sum -c SHA256SUMS）/ of every file

离线核验整个证据包，只需 Python，不联网 / To verify all of it, offline, with Python alone:
{whole}

姓名已隐去的行无法单独核验，核验结果逐一列出。整个证据包的导出记入日志（编号 {export}），登记机构可随时出具证明：
Rows that name people cannot be held against the log one by one; the verifier lists them. That this bundle was given away is
an entry of the log ({export}), whose proof the office gives at any time:
  landreg log prove {export} --kind audit.exported --out export.json
  python3 -I -S verify.py --bundle . --key log/log.pub --export ../export.json

逐条核验 / One proof at a time:
{commands}

公钥请从登记机构以外的途径核对 / Compare the public key with one obtained by another way than this file.
"""
