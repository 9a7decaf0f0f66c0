"""Complaints on the auditor's screen. They are on no other, in no file, and in no list that leaves the desk."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.audit import complaint_queries, complaints
from landreg.audit.complaint_queries import STATES
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.land.queries import division_names
from landreg.web import i18n, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("complaints", __name__)


@blueprint.get("/complaints")
@allow(Role.AUDITOR)
def index() -> Response:
    """The complaints of the jurisdiction, those that wait longest first; `state` narrows them."""
    state = request.args.get("state", "")
    with unit_of_work(current_actor()) as uow:
        page = pages.page_of(
            uow.session,
            complaint_queries.statement(state),
            number=pages.page_number(),
            size=pages.page_size(),
            scalars=False,
        )
        return _unkept(
            pages.render(
                "audit/complaints.html",
                page=page,
                counts=complaint_queries.counted(uow.session),
                states=STATES,
                names=division_names(uow.session, [row[0].village for row in page.items]),
            )
        )


def complaint_page(number: str, contact: str = "") -> Response:
    """One complaint, what was done with it, and what can be done next. contact: where it has just been opened."""
    with unit_of_work(current_actor()) as uow:
        found = complaint_queries.one(uow.session, number)
        if found is None:
            raise NotFound
        events = complaint_queries.events_of(uow.session, found)
        names = division_names(uow.session, [found.village])
        return _unkept(
            pages.render(
                "audit/complaint.html",
                complaint=found,
                events=events,
                state=complaint_queries.state_of(events),
                contact=contact,
                place=names.get(found.village, found.village),
                most=complaints.LONGEST,
            )
        )


@blueprint.get("/complaints/<number>")
@allow(Role.AUDITOR)
def one(number: str) -> Response:
    """One complaint. Raises NotFound outside the jurisdiction."""
    return complaint_page(number)


@blueprint.post("/complaints/<number>/contact")
@allow(Role.AUDITOR)
@problems.back_to(complaint_page)
def contact(number: str) -> Response:
    """How the farmer may be reached; that it was opened is in the log before it is shown."""
    return complaint_page(number, complaints.contact(current_actor(), number))


@dataclass(frozen=True)
class Step:
    """What a step says."""

    text: str = field(default="", metadata={"most": complaints.LONGEST})
    finding: str = field(default="", metadata={"most": 40})


@blueprint.post("/complaints/<number>/<step>")
@allow(Role.AUDITOR)
@problems.back_to(lambda number, step: complaint_page(number))
def go_on(number: str, step: str) -> Redirect:
    """Read, answer, link or close it. Raises NotFound for another step."""
    given = read_form(Step)
    complaints.go_on(current_actor(), number, step, given.text, given.finding)
    flash(_("已办：%(step)s。", step=i18n.shown_term(step, "complaint_step")))
    return redirect(url_for("audit.complaints.one", number=number), 303)


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
