"""The queue of cases: filters and order, a step over many with its summary first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access import filters
from landreg.access.policy import allow, current_actor
from landreg.access.queries import names_of
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.land.queries import division_names
from landreg.law.book import terms
from landreg.law.queries import load_law
from landreg.registry import jobs, steps
from landreg.registry.casework import desk, worklist
from landreg.registry.casework.cases import Stepped
from landreg.registry.casework.worklist import QUEUES, CaseFilter
from landreg.registry.facts import first_papers, objected, successors, survey_notes
from landreg.registry.facts.applicants import applicants
from landreg.registry.papers.office import telephone
from landreg.registry.routes import later_shown
from landreg.registry.routes.case_sheets import sheet_of_cases
from landreg.registry.routes.shown import addressee_shown, hints, holder_name
from landreg.registry.routes.surroundings import board, looking_of, press, reachable
from landreg.registry.rules.desk import WAITING
from landreg.registry.steps import EVERY, STEPS, TAKE_UP, Step
from landreg.web import i18n, pages, problems, sheets
from landreg.web.forms import read_form

blueprint = Blueprint("queue", __name__)
blueprint.add_app_template_filter(holder_name, "holder")
blueprint.add_app_template_filter(addressee_shown, "addressee")
blueprint.add_app_template_filter(hints, "hints")
OFFICERS = (Role.REGISTRAR, Role.REVIEWER)
READERS = (*OFFICERS, Role.AUDITOR)
LIST = "cases"
"""The name under which filters of this list are kept."""
NARROWED_BY = ("state", "kind", "act", "within", "officer", "q")
KEPT = ("queue", *NARROWED_BY, "sort", "size")
"""What of the address a kept filter holds."""


def asked_filter(actor: Actor, batch_id: UUID | None = None) -> CaseFilter:
    """The list that the address asks for; without a word, the queue of the actor's role."""
    own = "review" if actor.has(Role.REVIEWER) else "mine" if actor.has(Role.REGISTRAR) else "all"
    narrowed = batch_id or any(request.args.get(name) for name in NARROWED_BY)
    queue = request.args.get("queue", "")
    queue = queue if queue in (*QUEUES, "all") else "all" if narrowed else own
    sort, down = pages.sort_asked("-number")
    state, kind, act, within = (request.args.get(name, "") for name in ("state", "kind", "act", "within"))
    return CaseFilter(
        "" if queue == "all" else queue,
        state if state in terms("case") else "",
        kind if kind in terms("right") else "",
        within if within.isdigit() and within.startswith(actor.jurisdiction) else "",
        request.args.get("q", "").strip()[:60],
        batch_id,
        sort,
        down,
        act if act in terms("act") else "",
        request.args.get("officer", type=_uuid),
        bool(batch_id and request.args.get("noted")),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@blueprint.get("/cases")
@allow(*READERS)
def index() -> Response:
    """The cases of the jurisdiction by queue, state, kind, village and text; `as=csv|xlsx` takes the list away."""
    actor = current_actor()
    asked = asked_filter(actor)
    with unit_of_work(actor) as uow:
        session = uow.session
        looking = looking_of(session, actor)
        asked = worklist.with_other_sides(session, actor.jurisdiction, asked)
        statement = worklist.cases_statement(asked, looking)
        if request.args.get("as") in sheets.KINDS:
            return sheet_of_cases(session, session.scalars(statement.limit(sheets.MOST_ROWS)).all())
        queues = worklist.queue_counts(session, looking)
        narrowed = any((asked.state, asked.kind, asked.act, asked.text, asked.within, asked.officer))
        known = None if narrowed else queues.get(asked.queue)
        page = pages.page_of(
            session, statement, number=pages.page_number(), size=pages.page_size(), most=worklist.COUNTED, counted=known
        )
        waiting = worklist.since(session, page.items, looking.law)
        officers = {case.officer for case in page.items} | {asked.officer or actor.account_id}
        return pages.render(
            "registry/cases.html",
            page=page,
            asked=asked,
            queues=queues,
            states=list(terms("case")),
            most=worklist.COUNTED,
            acts=[kind for kind in terms("act") if kind != "survey_entry"],
            names=division_names(session, [case.village for case in page.items] + [asked.within]),
            today=looking.today,
            offered=steps_of(actor),
            waiting=waiting,
            applied=applicants(session, page.items),
            rebuilt=successors.rebuilt(session, page.items),
            late=worklist.late(page.items, waiting, looking.law),
            officers=names_of(session, officers),
            filters=filters.kept(session, actor.account_id, LIST),
            narrowed=narrowed,
        )


@dataclass(frozen=True)
class Kept:
    """The name under which the filter of the address is kept."""

    name: str = field(default="", metadata={"most": filters.NAME_MOST})


@blueprint.post("/cases/filters")
@allow(*READERS)
@problems.back_to(index)
def keep_filter() -> Redirect:
    """Keep the filter of this address under a name of the account's own."""
    query = {name: request.args[name] for name in KEPT if request.args.get(name)}
    filters.keep(current_actor(), LIST, read_form(Kept).name, urlencode(query))
    flash(_("筛选条件已保存。"))
    return redirect(f"{url_for('.index')}?{urlencode(query)}", 303)


@blueprint.post("/cases/filters/<uuid:filter_id>/remove")
@allow(*READERS)
@problems.back_to(lambda filter_id: index())
def remove_filter(filter_id: UUID) -> Redirect:
    """Take a kept filter away."""
    filters.remove(current_actor(), filter_id)
    flash(_("筛选条件已删去。"))
    return redirect(url_for(".index"), 303)


@blueprint.get("/cases/team")
@allow(*OFFICERS)
def team() -> Response:
    """Who works on how much: cases that wait, by officer and state, and how many of them wait too long."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        looking = looking_of(uow.session, actor)
        loads = worklist.team(uow.session, looking)
    limits = {state: looking.law.days("DSK-3.step_working_days", state) for state in WAITING}
    return pages.render("registry/team.html", loads=loads, states=WAITING, limits=limits, today=looking.today)


def steps_of(actor: Actor) -> list[Step]:
    """The steps that the actor's roles take with many cases; taking them up is the first."""
    return [step for step in (TAKE_UP, *STEPS.values()) if actor.has(*step.roles)]


@dataclass(frozen=True)
class Chosen:
    """Cases chosen in a list, each as county/id, and the step that is asked for."""

    step: str
    case: tuple[str, ...]
    title: str = field(default="", metadata={"most": 80})
    without: str = field(default="", metadata={"most": 500})


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
    county: str,
    ids: Sequence[UUID],
    step: Step,
    action: str,
    chosen: Sequence[str],
    back: str,
    titled: Callable[[frozenset[str]], str] = lambda _rights: "",
) -> Response:
    """The summary page of a step: who goes on, who does not and why, and the button that does it, for the roles of the step.
    titled: what a notice is called that is of rights of these kinds.
    """
    foreseen = steps.foresee(current_actor(), county, ids, step)
    with unit_of_work(current_actor()) as uow:
        found = [one.case for one in foreseen]
        applied, noted = applicants(uow.session, found), survey_notes.notes(uow.session, found)
        answered, upheld = survey_notes.answers(uow.session, found), objected.upheld(uow.session, found)
        lacking, by_list = first_papers.looked_at(uow.session, found, step.name)
        rebuilt = later_shown.came_from(uow.session, found, current_actor())
        on_tables = survey_notes.on_tables(uow.session, county, {one.package_id for one in found if one.package_id})
    return pages.render(
        "registry/summary.html",
        step=step,
        go=sorted((seen for seen in foreseen if not seen.stopped), key=lambda seen: seen.case.case_id not in answered),
        stopped=[seen for seen in foreseen if seen.stopped],
        applied=applied,
        noted=noted,
        on_tables=on_tables,
        answered=answered,
        objected=upheld,
        rebuilt=rebuilt,
        lacking=lacking,
        by_list=by_list,
        action=action,
        chosen=chosen,
        back=back,
        title=titled(frozenset(seen.case.right_kind for seen in foreseen if not seen.stopped)),
        directly=jobs.DIRECTLY,
        mine=current_actor().has(*step.roles),
    )


@blueprint.app_template_global()
def no_telephone(county: str) -> bool:
    """Whether a county's notice would name no telephone to whom objects."""
    with unit_of_work(current_actor()) as uow:
        return not telephone(load_law(uow.session, county, beijing_day(uow.now)))


@blueprint.post("/cases/take")
@allow(*OFFICERS)
@problems.back_to(index)
def take() -> Redirect | Response:
    """Take the step with the chosen cases: a few at once, many as a job."""
    given = read_form(Chosen)
    county, ids = chosen_ids(given.case)
    return taken(county, ids, step_named(given.step), url_for(".index"), title=given.title, said=given.without)


def taken(
    county: str,
    ids: Sequence[UUID],
    step: Step,
    back: str,
    *,
    title: str = "",
    said: str = "",
    batch_id: UUID | None = None,
) -> Redirect | Response:
    """Do it, and go to the page that shows it; to one that names each case that did not go on, where there is one.

    A notice is one act of the desk, however many cases it names.
    """
    actor = current_actor()
    reachable(step.name)
    if len(ids) > jobs.DIRECTLY and step.name in jobs.CHUNK:
        job_id = jobs.ask(actor, county, ids, step, batch_id, said)
        return redirect(url_for("registry.jobs.one", county=county, job_id=job_id), 303)
    if step.name == "publish" and not title:
        raise BadInput(Finding("FORM-1", "title"))
    try:
        stepped = steps.take(actor, county, ids, step, press=press, board=board(), title=title, said=said)
    except Refused as error:
        if any(finding.code != "REG-13" for finding in error.findings):
            raise
        flash(_("登簿已完成，正在写入日志封存，一般几秒钟。请稍等再点“发证”。"))
        return redirect(back, 303)
    if stepped.refused:
        return _told(actor, county, ids, step, stepped, back, said)
    flash(_("%(step)s：已办 %(n)s 件。", step=i18n.shown_term(step.name, "step"), n=stepped.done))
    return redirect(back, 303)


def _told(
    actor: Actor, county: str, ids: Sequence[UUID], step: Step, stepped: Stepped, back: str, words: str
) -> Response:
    """What became of each case of a step over many: none is half done. words: by what a review without papers was checked."""
    with unit_of_work(actor) as uow:
        found = desk.cases_by_id(uow.session, county, ids)
        applied = applicants(uow.session, found)
    failed = [(case, stepped.refused[case.number]) for case in found if case.number in stepped.refused]
    done = [case for case in found if case.number not in stepped.refused]
    status = 422 if not done else 200
    return pages.render(
        "registry/told.html", status, step=step, done=done, failed=failed, back=back, applied=applied, words=words
    )


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
    if name not in EVERY:
        raise NotFound
    return EVERY[name]
