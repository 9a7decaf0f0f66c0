"""Findings on screen: the auditor writes and follows up, the bureau answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.audit import queries, service
from landreg.audit.model import AuditFinding
from landreg.audit.routes.asked import Narrowed
from landreg.audit.rules import FLAG_CODES
from landreg.audit.service import BUREAU, SUBJECTS, NewFinding, log_export
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.land.queries import division_names, division_path
from landreg.registry import queries as registry
from landreg.web import i18n, pages, problems, sheets
from landreg.web.forms import read_form, read_query
from landreg.web.sheets import Column

blueprint = Blueprint("findings", __name__)
READERS = (Role.AUDITOR, *BUREAU)
STEPS = {"answer": service.answer_finding, "close": service.close_finding, "reopen": service.reopen_finding}
LONGEST = 4000


@blueprint.get("/findings")
@allow(*READERS)
def index() -> Response:
    """The findings of the jurisdiction, those that wait longest first; `as=csv|xlsx` takes them away."""
    actor, asked = current_actor(), read_query(Narrowed)
    statement = queries.findings_statement(state=asked.state)
    with unit_of_work(actor) as uow:
        if request.args.get("as") in sheets.KINDS:
            rows = uow.session.execute(statement.limit(sheets.MOST_ROWS)).all()
            response = sheets.sheet(request.args["as"], _("审计意见"), _columns(), rows)
            log_export(uow, "findings", response.get_data(), {"state": asked.state, "rows": len(rows)})
            return response
        page = pages.page_of(uow.session, statement, number=pages.page_number(), size=pages.page_size(), scalars=False)
        return pages.render(
            "audit/findings.html",
            page=page,
            counts=queries.findings_counted(uow.session),
            state=asked.state,
            state_of=queries.STEPS_TO,
            names=division_names(uow.session, [row[0].village for row in page.items]),
        )


def _columns() -> list[Column]:
    return [
        Column(_("编号"), lambda row: row[0].number, 14),
        Column(_("标题"), lambda row: row[0].title, 40),
        Column(_("对象"), lambda row: row[0].subject_key, 26),
        Column(_("区划代码"), lambda row: row[0].village, 14),
        Column(_("状态"), lambda row: i18n.shown_term(queries.STEPS_TO[row[1].step], "audit_finding"), 10),
        Column(_("提出时间"), lambda row: row[0].written_at, 18),
        Column(_("最近办理"), lambda row: row[1].at, 18),
    ]


@blueprint.get("/findings/new")
@allow(Role.AUDITOR)
def new() -> Response:
    """The form of a finding; `kind`, `subject`, `rule` and `sample` of the address are filled in."""
    return pages.render("audit/new_finding.html", kinds=SUBJECTS, rules=FLAG_CODES, given=request.args, most=LONGEST)


@dataclass(frozen=True)
class Written:
    """A finding as the form sends it."""

    subject_kind: str
    subject: str = field(metadata={"most": 80})
    title: str = field(metadata={"most": 120})
    text: str = field(metadata={"most": LONGEST})
    rule: str = ""
    sample: str = ""


@blueprint.post("/findings/new")
@allow(Role.AUDITOR)
@problems.back_to(new)
def write() -> Redirect:
    """Write it; the bureau finds it on its first page."""
    given = read_form(Written)
    number = service.write_finding(current_actor(), NewFinding(**vars(given)))
    flash(_("审计意见已提出，登记机构首页会显示。"))
    return redirect(url_for("audit.findings.one", number=number), 303)


def finding_page(number: str) -> Response:
    """A finding with all its steps, and the one that this reader can take."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        found = queries.finding(uow.session, number)
        if found is None:
            raise NotFound
        events = queries.events_of(uow.session, found)
        state = queries.STEPS_TO[events[-1].step]
        if actor.has(Role.AUDITOR):
            offered = {"answered": ("close", "reopen"), "closed": ("reopen",)}.get(state, ())
        else:
            offered = ("answer",) if state == "open" and found.about != actor.account_id else ()
        return pages.render(
            "audit/finding.html",
            finding=found,
            events=events,
            state=state,
            offered=offered,
            most=LONGEST,
            address=_address(found),
            own=found.about == actor.account_id,
            took_part=_took_part(uow.session, found),
            path=division_path(uow.session, found.village),
        )


@blueprint.get("/findings/<number>")
@allow(*READERS)
def one(number: str) -> Response:
    """One finding. Raises NotFound outside the jurisdiction."""
    return finding_page(number)


@dataclass(frozen=True)
class Said:
    """What a step says."""

    text: str = field(metadata={"most": LONGEST})


@blueprint.post("/findings/<number>/<step>")
@allow(*READERS)
@problems.back_to(lambda number, step: finding_page(number))
def go_on(number: str, step: str) -> Redirect:
    """Answer, close or reopen it. Raises NotFound for another step."""
    if step not in STEPS:
        raise NotFound
    STEPS[step](current_actor(), number, read_form(Said).text)
    flash(_("已办：%(step)s。", step=i18n.shown_term(step, "audit_step")))
    return redirect(url_for("audit.findings.one", number=number), 303)


def _took_part(session: Session, found: AuditFinding) -> frozenset[UUID]:
    """Who took steps of the case that a finding is about: what they answer is told as their own."""
    events = registry.events(session, found.county, found.case_id) if found.case_id else ()
    return frozenset(event.by for event in events)


def _address(found: AuditFinding) -> str | None:
    """The page of a finding's subject; an officer has none."""
    match found.subject_kind:
        case "act":
            return url_for("registry.certificates.act", number=found.subject_key)
        case "certificate":
            return url_for("registry.certificates.one", number=found.subject_key)
        case "opening":
            return url_for("log.log_page", key=found.subject_key)
        case "officer":
            return None
        case _:
            return url_for("registry.cases.one", county=found.county, case_id=found.case_id)
