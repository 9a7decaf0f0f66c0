"""Objections to a case: taken at the window, settled and answered, and how the objector may be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.access.sealing import seal
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.registry import documents, queries
from landreg.registry.casework import notices, objectors
from landreg.registry.guarded import Attached
from landreg.registry.issued import handed_out
from landreg.registry.routes.cases import case_page, one, page_of
from landreg.registry.routes.queues import OFFICERS
from landreg.registry.routes.surroundings import desk_of, store
from landreg.registry.rules.objections import IN_WRITING, TakenBack, receipt_of
from landreg.web import problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("objections", __name__)
blueprint.add_app_template_filter(receipt_of, "receipt_number")


@dataclass(frozen=True)
class Objecting:
    """An objection taken at the window."""

    raised_by: str = field(metadata={"most": 60})
    reason: str = field(metadata={"most": 2000})
    contact: str = field(default="", metadata={"most": 100})


@blueprint.post("/cases/<county>/<uuid:case_id>/objections")
@allow(*OFFICERS)
@problems.back_to(one)
def take_objection(county: str, case_id: UUID) -> Redirect:
    """Record an objection that somebody brought to the window; it stops the case."""
    given = read_form(Objecting)
    contact = seal(given.contact) if given.contact else None
    raised = notices.object_to(current_actor(), county, case_id, given.raised_by, given.reason, contact)
    flash(_("异议已受理，回执号 %(number)s。本业务暂停，处理完毕后才能登簿。", number=receipt_of(raised)))
    return redirect(page_of(county, case_id), 303)


@dataclass(frozen=True)
class Settling:
    """How an objection ends. withdrawn_by, withdrawn_on, paper: of one that its objector took back."""

    outcome: str
    settlement: str = field(metadata={"most": 2000})
    withdrawn_by: str = field(default="", metadata={"most": 20})
    withdrawn_on: date | None = None
    paper: Upload | None = None


@blueprint.post("/cases/<county>/<uuid:case_id>/objections/<uuid:objection_id>")
@allow(*OFFICERS)
@problems.back_to(lambda county, case_id, objection_id: one(county, case_id))
def settle(county: str, case_id: UUID, objection_id: UUID) -> Redirect:
    """Settle an objection: upheld returns the case, dismissed or withdrawn lets it go on. The objector's letter is printed."""
    given, actor = read_form(Settling), current_actor()
    taken_back = TakenBack(given.withdrawn_by, given.withdrawn_on)
    paper = _kept(given.paper) if given.outcome == "withdrawn" and given.withdrawn_by == IN_WRITING else None
    notices.settle(
        actor, county, objection_id, given.outcome, given.settlement,
        case_id=case_id, taken_back=taken_back, paper=paper,
    )  # fmt: skip
    with unit_of_work(actor) as uow:
        made_at = desk_of(uow.session, county)
        events = queries.events(uow.session, county, case_id)
        raised = queries.objections(uow.session, county, case_id)
    step = objectors.answers(raised, events)[objection_id]
    handed_out.paper_of(actor, county, case_id, (objectors.SETTLE,), made_at, store(), step)
    flash(_("异议已处理。告知书已出具，请送交异议人。"))
    return redirect(page_of(county, case_id), 303)


def _kept(sent: Upload | None) -> Attached | None:
    """The objector's writing, kept under its hash. Raises BadInput (FORM-7, FORM-15)."""
    if sent is None:
        return None
    sha256, size = store().put(sent.content)
    if not size:
        raise BadInput(Finding("FORM-7", "paper"))
    documents.must_open(store(), sha256, "paper")
    return Attached(sha256, size, sent.name)


@dataclass(frozen=True)
class Why:
    """Why a contact is opened."""

    reason: str = field(metadata={"most": 200})


@blueprint.post("/cases/<county>/<uuid:case_id>/objections/<uuid:objection_id>/contact")
@allow(*OFFICERS)
@problems.back_to(lambda county, case_id, objection_id: one(county, case_id))
def contact(county: str, case_id: UUID, objection_id: UUID) -> Response:
    """The same page with how the objector may be reached. Who opened it and why is in the log first."""
    opened = objectors.contact(current_actor(), county, case_id, objection_id, read_form(Why).reason)
    return case_page(county, case_id, {objection_id: opened})
