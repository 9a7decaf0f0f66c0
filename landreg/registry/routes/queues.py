"""The queue of cases: filters and order, the list as a file, a step over many with its summary first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.land.queries import division_names
from landreg.law.book import term as law_term
from landreg.law.book import terms
from landreg.registry import desk, jobs, queries, steps
from landreg.registry.casebook import Case
from landreg.registry.desk import CaseFilter
from landreg.registry.routes.shown import holder_name
from landreg.registry.routes.surroundings import press
from landreg.registry.steps import STEPS, Step
from landreg.web import i18n, pages, problems, sheets
from landreg.web.forms import read_form
from landreg.web.sheets import Column

blueprint = Blueprint("queue", __name__)
blueprint.add_app_template_filter(holder_name, "holder")
OFFICERS = (Role.REGISTRAR, Role.REVIEWER)
READERS = (*OFFICERS, Role.AUDITOR)
QUEUES = ("mine", "review", "due", "all")


def asked_filter(actor: Actor, batch_id: UUID | None = None) -> CaseFilter:
    """The list that the address asks for; without a word, the queue of the actor's role."""
    own = "review" if actor.has(Role.REVIEWER) else "mine" if actor.has(Role.REGISTRAR) else "all"
    narrowed = batch_id or any(request.args.get(name) for name in ("state", "kind", "within", "q"))
    queue = request.args.get("queue", "")
    queue = queue if queue in QUEUES else "all" if narrowed else own
    sort, down = pages.sort_asked("-number")
    state, kind, within = (request.args.get(name, "") for name in ("state", "kind", "within"))
    return CaseFilter(
        "" if queue == "all" else queue,
        state if state in terms("case") else "",
        kind if kind in terms("right") else "",
        within if within.isdigit() and within.startswith(actor.jurisdiction) else "",
        request.args.get("q", "").strip()[:60],
        batch_id,
        sort,
        down,
    )


@blueprint.get("/cases")
@allow(*READERS)
def index() -> Response:
    """The cases of the jurisdiction by queue, state, kind, village and text; `as=csv|xlsx` takes the list away."""
    actor = current_actor()
    asked = asked_filter(actor)
    with unit_of_work(actor) as uow:
        today = desk.today(uow.session)
        statement = desk.cases_statement(asked, actor.account_id, today)
        if request.args.get("as") in sheets.KINDS:
            return sheet_of_cases(uow.session, uow.session.scalars(statement.limit(sheets.MOST_ROWS)).all())
        page = pages.page_of(uow.session, statement, number=pages.page_number(), size=pages.page_size())
        return pages.render(
            "registry/cases.html",
            page=page,
            asked=asked,
            queues=desk.queue_counts(uow.session, actor.account_id, today),
            states=queries.states_counted(uow.session),
            names=division_names(uow.session, [case.village for case in page.items] + [asked.within]),
            today=today,
            offered=steps_of(actor),
        )


def steps_of(actor: Actor) -> list[Step]:
    """The steps that the actor's roles take."""
    return [step for step in STEPS.values() if actor.has(*step.roles)]


def sheet_of_cases(session: Session, rows: Sequence[Case]) -> Response:
    """The cases as a file."""
    names, lang = division_names(session, [case.village for case in rows]), i18n.language()
    columns = [
        Column(_("业务号"), lambda case: case.number, 22),
        Column(_("权利"), lambda case: law_term("right", case.right_kind, lang), 18),
        Column(_("申请人"), lambda case: holder_name(case.applicant)),
        Column(_("合同或单元代码"), lambda case: case.subject_code, 24),
        Column(_("所在村"), lambda case: names.get(case.village, case.village), 20),
        Column(_("状态"), lambda case: law_term("case", case.state, lang)),
        Column(_("受理日期"), lambda case: case.accepted_on, 12),
        Column(_("应办结日期"), lambda case: case.due_on, 12),
        Column(_("提示"), lambda case: len(case.findings), 8),
    ]
    return sheets.sheet(request.args["as"], _("登记业务清单"), columns, rows)


@dataclass(frozen=True)
class Chosen:
    """Cases chosen in a list, each as county/id, and the step that is asked for."""

    step: str
    case: tuple[str, ...]
    title: str = field(default="", metadata={"most": 80})


@blueprint.post("/cases/summary")
@allow(*OFFICERS)
@problems.back_to(index)
def summary() -> Response:
    """What a step would do with the chosen cases, before anything is done."""
    given = read_form(Chosen)
    county, ids = chosen_ids(given.case)
    step = step_named(given.step)
    return shown_summary(county, ids, step, url_for(".take"), given.case, url_for(".index"))


def shown_summary(
    county: str, ids: Sequence[UUID], step: Step, action: str, chosen: Sequence[str], back: str, title: str = ""
) -> Response:
    """The summary page of a step: who goes on, who does not and why, and the button that does it."""
    foreseen = steps.foresee(current_actor(), county, ids, step)
    return pages.render(
        "registry/summary.html",
        step=step,
        go=[seen for seen in foreseen if not seen.stopped],
        stopped=[seen for seen in foreseen if seen.stopped],
        action=action,
        chosen=chosen,
        back=back,
        title=title,
        directly=jobs.DIRECTLY,
    )


@blueprint.post("/cases/take")
@allow(*OFFICERS)
@problems.back_to(index)
def take() -> Redirect:
    """Take the step with the chosen cases: a few at once, many as a job."""
    given = read_form(Chosen)
    county, ids = chosen_ids(given.case)
    return taken(county, ids, step_named(given.step), url_for(".index"), title=given.title)


def taken(
    county: str, ids: Sequence[UUID], step: Step, back: str, *, title: str = "", batch_id: UUID | None = None
) -> Redirect:
    """Do it, and go to the page that shows it. A notice is one act of the desk, however many cases it names."""
    actor = current_actor()
    if len(ids) > jobs.DIRECTLY and step.name != "publish":
        job_id = jobs.ask(actor, county, ids, step, batch_id)
        return redirect(url_for("registry.jobs.one", county=county, job_id=job_id), 303)
    if step.name == "publish" and not title:
        raise BadInput(Finding("FORM-1", "title"))
    stepped = steps.take(actor, county, ids, step, press=press, title=title)
    flash(_("%(step)s：已办 %(n)s 件。", step=i18n.shown_term(step.name, "step"), n=stepped.done))
    if stepped.refused:
        flash(_("%(n)s 件未能继续，原因已记入各件业务。", n=len(stepped.refused)))
    return redirect(back, 303)


def chosen_ids(chosen: Sequence[str]) -> tuple[str, list[UUID]]:
    """County and ids of chosen cases. Raises BadInput when there is none, or they belong to several counties."""
    try:
        pairs = {(county, UUID(case_id)) for county, _slash, case_id in (text.partition("/") for text in chosen)}
    except ValueError:
        raise BadInput(Finding("FORM-6", "case", {"given": ""})) from None
    counties = {county for county, _id in pairs}
    if len(counties) != 1:
        raise BadInput(Finding("REG-11", "case"))
    return counties.pop(), [case_id for _county, case_id in pairs]


def step_named(name: str) -> Step:
    """The step of an address or a form. Raises NotFound for another."""
    if name not in STEPS:
        raise NotFound
    return STEPS[name]
