"""Pages of batches: the cases of a village that go through the steps together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.access.queries import names_of
from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.land.queries import division_names, division_path
from landreg.law.book import Law, act_type
from landreg.law.queries import load_law
from landreg.registry import documents, jobs, queries, roster_queries, steps
from landreg.registry.casebook import Batch, Case
from landreg.registry.casework import batch_papers, cases, desk, weighing
from landreg.registry.casework.worklist import cases_statement
from landreg.registry.facts import first_papers
from landreg.registry.facts.resurveyed import overtaken
from landreg.registry.facts.survey_notes import notes, on_tables
from landreg.registry.routes import batch_notes
from landreg.registry.routes.case_sheets import sheet_of_cases
from landreg.registry.routes.case_shown import PACKAGE
from landreg.registry.routes.queues import (
    OFFICERS,
    READERS,
    asked_filter,
    chosen_ids,
    shown_summary,
    step_named,
    taken,
)
from landreg.registry.routes.surroundings import looking_of, store
from landreg.registry.steps import STEPS
from landreg.web import i18n, pages, problems, sheets
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("batches", __name__)
OTHER = "other"
LIFE = ("draft", "accepted", "reviewed", "noticed", "registered", "certified")


@blueprint.get("/batches")
@allow(*READERS)
def index() -> Response:
    """The batches of the jurisdiction with their progress, newest first."""
    with unit_of_work(current_actor()) as uow:
        page = pages.page_of(uow.session, desk.batches_statement(), number=pages.page_number(), size=pages.page_size())
        return pages.render(
            "registry/batches.html",
            page=page,
            states=desk.states_of_batches(uow.session, page.items),
            names=division_names(uow.session, [batch.village for batch in page.items]),
            who=names_of(uow.session, {batch.opened_by for batch in page.items}),
            life=LIFE,
        )


@blueprint.get("/batches/<county>/<uuid:batch_id>")
@allow(*READERS)
def one(county: str, batch_id: UUID) -> Response:
    """A batch: how many cases in which state, its next step, its members."""
    actor = current_actor()
    asked = asked_filter(actor, batch_id)
    with unit_of_work(actor) as uow:
        session = uow.session
        progress = queries.batch(session, county, batch_id)
        if progress is None:
            raise NotFound
        looking = looking_of(session, actor)
        statement = cases_statement(asked, looking)
        if request.args.get("as") in sheets.KINDS:
            return sheet_of_cases(session, session.scalars(statement.limit(sheets.MOST_ROWS)).all())
        ready = queries.with_notice_over(session, county, batch_id, looking.today)
        step, others = _to_do(actor, progress.states, ready)
        running = desk.jobs_of_batch(session, county, batch_id)
        busy = next((job for job in running if job.state in jobs.UNDER_WAY), None)
        open_now = step is not None and step.mine and step.now and not busy
        ahead = _ahead(uow, progress.batch, step.step) if step and open_now else None
        page = pages.page_of(session, statement, number=pages.page_number(), size=pages.page_size())
        return pages.render(
            "registry/batch.html",
            progress=progress,
            batch=progress.batch,
            asked=asked,
            page=page,
            noted=notes(session, page.items),
            on_tables=on_tables(session, county, [progress.batch.package_id] if progress.batch.package_id else []),
            lacking=first_papers.lacking(session, page.items),
            later={} if actor.has(Role.AUDITOR) else overtaken(session, page.items),
            lacking_in_all=first_papers.lacking_in_batch(session, county, batch_id),
            registered_without=first_papers.lacking_in_batch(session, county, batch_id, registered=True),
            kinds=_kinds(),
            path=division_path(session, progress.batch.village),
            who=names_of(session, {progress.batch.opened_by}),
            life=LIFE,
            today=looking.today,
            step=step,
            others=others,
            jobs=running,
            busy=busy,
            ahead=ahead,
            may_act=actor.has(*OFFICERS),
            to_answer=batch_notes.waiting(session, progress.batch) if actor.has(*OFFICERS) else {},
            together=weighing.TOGETHER,
            roster=roster_queries.roster_of_batch(session, county, batch_id),
        )


def _kinds() -> list[tuple[str, str]]:
    """The papers that may stand for a batch: one for all that lies in the archive first, then those that the act asks for."""
    act = act_type(first_papers.FIRST)
    asked = (
        *reversed([*act.instead]),
        *act.documents,
        *(paper for papers in act.also.values() for paper in papers),
        OTHER,
    )
    kinds = [kind for kind in dict.fromkeys(asked) if kind != PACKAGE]
    return [(kind, i18n.shown_term(kind, "document")) for kind in kinds]


@dataclass(frozen=True)
class _Waiting:
    """A step that cases of a batch wait for: how many, whether who looks takes it, and whether it can be taken now."""

    step: steps.Step
    cases: int
    mine: bool
    now: bool


@dataclass(frozen=True)
class _Held:
    """Cases that the same rules would stop, and what the first of them is told."""

    why: Sequence[Finding]
    cases: Sequence[Case]


@dataclass(frozen=True)
class _Ahead:
    """How many of a batch would take the step that who looks can take now, and who would stay, by what stops them, most first."""

    going: int
    held: Sequence[_Held]

    @property
    def staying(self) -> int:
        return sum(len(one.cases) for one in self.held)


def _ahead(uow: UnitOfWork, batch: Batch, step: steps.Step) -> _Ahead:
    ids = queries.case_ids(uow.session, batch.county, batch.batch_id, *step.states)
    law = load_law(uow.session, batch.county, beijing_day(uow.now))
    seen = steps.foreseen(uow, desk.cases_by_id(uow.session, batch.county, ids), step, law)
    by_rules: dict[tuple[str, ...], list[steps.Foreseen]] = defaultdict(list)
    for one in seen:
        if one.stopped:
            by_rules[tuple(finding.code for finding in _stopping(one, law))].append(one)
    held = [_Held(_stopping(ones[0], law), [one.case for one in ones]) for ones in by_rules.values()]
    return _Ahead(sum(not one.stopped for one in seen), sorted(held, key=lambda one: -len(one.cases)))


def _stopping(seen: steps.Foreseen, law: Law) -> list[Finding]:
    return [finding for finding in seen.findings if law.level(finding) == "refuse"]


def _to_do(actor: Actor, states: Mapping[str, int], ready: int) -> tuple[_Waiting | None, list[_Waiting]]:
    """The step to go on with, and the others that some of the batch wait for. Where members are held up, the rest go on: what
    who looks can do now comes first, of that what most wait for. ready: how many have had their notice."""
    waiting = []
    for step in STEPS.values():
        found = sum(states.get(state, 0) for state in step.states)
        now = step.name != "register" or ready > 0
        if found:
            waiting.append(
                _Waiting(step, ready if step.name == "register" and now else found, actor.has(*step.roles), now)
            )
    best = max(waiting, key=lambda one: (one.mine and one.now, one.cases if one.mine and one.now else 0), default=None)
    return best, [one for one in waiting if one is not best]


@blueprint.get("/batches/<county>/<uuid:batch_id>/steps/<step>")
@allow(*OFFICERS)
def summary(county: str, batch_id: UUID, step: str) -> Response | Redirect:
    """What a step would do with the whole batch, before anything is done; back to the batch where there is nothing to do."""
    wanted, actor = step_named(step), current_actor()
    ids = _ids(actor, county, batch_id, wanted)
    back = url_for(".one", county=county, batch_id=batch_id)
    if not ids:
        if problems.wants_json():
            raise Refused(Finding("REG-11"))
        flash(i18n.say(Finding("REG-11")), "warn")
        return redirect(back, 303)
    with unit_of_work(actor) as uow:
        progress = queries.batch(uow.session, county, batch_id)
        path = division_path(uow.session, progress.batch.village) if progress else []
        roster = roster_queries.roster_of_batch(uow.session, county, batch_id)

    def titled(rights: frozenset[str]) -> str:
        village = "".join(path[-2:])
        if roster:
            title = _("%(name)s延包名册公示", name=roster.collective)
        elif "homestead" not in rights:
            title = _("%(village)s土地承包经营权首次登记公告", village=village)
        elif len(rights) == 1:
            title = _("%(village)s宅基地使用权首次登记公告", village=village)
        else:
            title = _("%(village)s土地承包经营权、宅基地使用权首次登记公告", village=village)
        return str(title)

    action = url_for(".take", county=county, batch_id=batch_id, step=step)
    return shown_summary(county, ids, wanted, action, (), back, titled)


@dataclass(frozen=True)
class Titled:
    """Only a notice has a title, and a review without papers says by what it was checked."""

    title: str = field(default="", metadata={"most": 80})
    without: str = field(default="", metadata={"most": 500})


@blueprint.post("/batches/<county>/<uuid:batch_id>/steps/<step>")
@allow(*OFFICERS)
@problems.back_to(summary)
def take(county: str, batch_id: UUID, step: str) -> Redirect | Response:
    """Take the step with every case of the batch that it lets through."""
    given, wanted = read_form(Titled), step_named(step)
    actor = current_actor()
    waiting = _ids(actor, county, batch_id, wanted)
    if not waiting:
        raise Refused(Finding("REG-11"))
    foreseen = steps.foresee(actor, county, waiting, wanted)
    ids = [seen.case.case_id for seen in foreseen if not seen.stopped]
    back = url_for(".one", county=county, batch_id=batch_id)
    return taken(county, ids, wanted, back, title=given.title, said=given.without, batch_id=batch_id)


def _ids(actor: Actor, county: str, batch_id: UUID, step: steps.Step) -> list[UUID]:
    """The cases of a batch that wait for a step. Raises NotFound outside the jurisdiction."""
    with unit_of_work(actor) as uow:
        if queries.batch(uow.session, county, batch_id) is None:
            raise NotFound
        return queries.case_ids(uow.session, county, batch_id, *step.states)


@dataclass(frozen=True)
class TakingOut:
    """Members to take out, with the reason."""

    case: tuple[str, ...] = ()
    reason: str = field(default="", metadata={"most": 2000})


@blueprint.post("/batches/<county>/<uuid:batch_id>/members")
@allow(*OFFICERS)
@problems.back_to(one)
def take_out(county: str, batch_id: UUID) -> Redirect:
    """Take members out of the batch; each goes on by itself."""
    given = read_form(TakingOut)
    _county, ids = chosen_ids(given.case)
    cases.take_out(current_actor(), county, ids, given.reason)
    flash(_("已移出 %(n)s 件，各自单独办理。", n=len(ids)))
    return redirect(url_for(".one", county=county, batch_id=batch_id), 303)


@dataclass(frozen=True)
class ForAll:
    """A paper that stands for all members of a batch. number: in the archive, of its list."""

    kind: str
    file: Upload
    number: str = field(default="", metadata={"most": 60})


@blueprint.post("/batches/<county>/<uuid:batch_id>/documents")
@allow(*OFFICERS)
@problems.back_to(one)
def put(county: str, batch_id: UUID) -> Redirect:
    """Put one paper into the folders of all members that take it: the file under its hash first, then the rows that name it."""
    given = read_form(ForAll)
    sha256, size = store().put(given.file.content)
    if not size:
        raise BadInput(Finding("FORM-7", "file"))
    documents.must_open(store(), sha256)
    count = batch_papers.put_into_batch(
        current_actor(),
        county,
        batch_id,
        kind=given.kind,
        name=given.file.name,
        sha256=sha256,
        size=size,
        number=given.number,
    )
    flash(_("“%(paper)s”已收入 %(n)s 件业务的档案。", paper=i18n.shown_term(given.kind, "document"), n=count))
    return redirect(url_for(".one", county=county, batch_id=batch_id), 303)
