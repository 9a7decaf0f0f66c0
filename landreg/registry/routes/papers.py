"""Documents of a case, in and out, and the papers that its page prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound
from landreg.registry import documents
from landreg.registry.casework import cases, creditors, desk, telling
from landreg.registry.casework.objectors import SETTLE
from landreg.registry.facts.telling import TELL
from landreg.registry.guarded import Attached, text_of, ties_nothing
from landreg.registry.issued import handed_out
from landreg.registry.routes.cases import found_case, one
from landreg.registry.routes.queues import OFFICERS, READERS
from landreg.registry.routes.surroundings import desk_of, store
from landreg.web import problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("papers", __name__)
# What a browser may show by itself; everything else is handed over as a file.
SHOWN = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True)
class Evidence:
    """A file for a case's folder. letter: of a proof of delivery, which one was delivered. restriction: of a later creditor's
    consent, which mortgage is theirs.
    """

    kind: str
    file: Upload
    letter: UUID | None = None
    restriction: UUID | None = None
    number: str = field(default="", metadata={"most": 60})


@blueprint.post("/cases/<county>/<uuid:case_id>/documents")
@allow(*OFFICERS)
@problems.back_to(one)
def put(county: str, case_id: UUID) -> Redirect:
    """Put a document into the folder: the file under its hash first, then the row that names it."""
    given, actor = read_form(Evidence), current_actor()
    case = found_case(actor, county, case_id)
    if case.state in cases.FINISHED:
        raise Conflict(Finding("REG-8", "file", {"state": case.state, "step": "document"}, subject=case.number))
    name = documents.called(given.kind, given.number, given.file.name)
    sha256, size = store().put(given.file.content)
    if not size:
        raise BadInput(Finding("FORM-7", "file"))
    documents.must_open(store(), sha256)
    of_exit = case.act_kind == cases.EXIT
    said = Attached(sha256, size, given.file.name, text_of(store().path(sha256), "file") if of_exit else "")
    with unit_of_work(actor) as uow:
        # Held, so that it comes before or after a step, whose leaf tells what the folder held.
        (case,) = cases.locked(uow, county, [case_id])
        if case.state in cases.FINISHED:
            raise Conflict(Finding("REG-8", "file", {"state": case.state, "step": "document"}, subject=case.number))
        if of_exit:
            ties_nothing(desk.today(uow.session), said, "file")
        letter = telling.letter_proved(uow.session, case, given.kind, given.letter)
        documents.enter(
            uow, county=county, village=case.village, sha256=sha256, size=size, kind=given.kind, name=name,
            cases=[case_id], letter=letter, restriction=creditors.consenting(uow.session, case, given.kind, given.restriction),
        )  # fmt: skip
    flash(_("材料已收入业务档案。"))
    return redirect(url_for("registry.cases.one", county=county, case_id=case_id), 303)


@blueprint.get("/cases/<county>/<uuid:case_id>/documents/<uuid:document_id>")
@allow(*READERS)
def fetch(county: str, case_id: UUID, document_id: UUID) -> Response:
    """A document of the folder. Raises NotFound when it is not there, or its content is no longer what the hash names."""
    with unit_of_work(current_actor()) as uow:
        found = desk.document_in_case(uow.session, county, case_id, document_id)
        if found is None:
            raise NotFound
    path = store().sound(found.sha256)
    kind = SHOWN.get("." + found.name.rsplit(".", 1)[-1].lower())
    return send_file(path, kind or "application/octet-stream", as_attachment=kind is None, download_name=found.name)


@blueprint.get("/cases/<county>/<uuid:case_id>/receipt.pdf")
@allow(*READERS)
def receipt(county: str, case_id: UUID) -> Response:
    """The receipt of acceptance. Raises Conflict before the case is accepted."""
    return _handed_out(county, case_id, "accept")


@blueprint.get("/cases/<county>/<uuid:case_id>/told.pdf")
@allow(*READERS)
def told(county: str, case_id: UUID) -> Response:
    """The notice to the applicant of a return or a refusal. Raises Conflict when there was none."""
    return _handed_out(county, case_id, "return", "refuse")


@blueprint.get("/cases/<county>/<uuid:case_id>/proof.pdf")
@allow(*READERS)
def proof(county: str, case_id: UUID) -> Response:
    """The certificate of registration. Raises NotFound for a case that has entered no restriction."""
    return _handed_out(county, case_id, "register")


@blueprint.get("/cases/<county>/<uuid:case_id>/error-letters/<uuid:event_id>.pdf")
@allow(*READERS)
def error_letter(county: str, case_id: UUID, event_id: UUID) -> Response:
    """The letter to a party on an error that the office found. Raises Conflict where none was written."""
    return _handed_out(county, case_id, TELL, event_id=event_id)


@blueprint.get("/cases/<county>/<uuid:case_id>/objection-answers/<uuid:event_id>.pdf")
@allow(*READERS)
def objection_answer(county: str, case_id: UUID, event_id: UUID) -> Response:
    """The letter to who objected, on the outcome. Raises Conflict where that step settled no objection."""
    return _handed_out(county, case_id, SETTLE, event_id=event_id)


def _handed_out(county: str, case_id: UUID, *steps: str, event_id: UUID | None = None) -> Response:
    """The paper of the last of these steps, or of this one: as it was handed out, or printed now for the first time."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        made_at = desk_of(uow.session, county)
    paper = handed_out.paper_of(actor, county, case_id, steps, made_at, store(), event_id)
    pdf = store().read(paper.pdf_sha256)
    names = {
        "receipt": _("受理凭证"),
        "completion": _("补正通知书"),
        "refusal": _("不予登记告知书"),
        "proof": _("不动产登记证明"),
        "error_letter": _("更正登记通知书"),
        "objection_answer": _("异议处理告知书"),
    }
    return pdf_file(pdf, f"{names[paper.kind]}-{paper.number}")


def pdf_file(pdf: bytes, name: str) -> Response:
    """A PDF that the browser shows, with a name to keep it under."""
    response = Response(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename=\"paper.pdf\"; filename*=UTF-8''{quote(name)}.pdf"
    return response
