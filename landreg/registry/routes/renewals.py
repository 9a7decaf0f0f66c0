"""Pages of renewals (延包): rosters of collectives drawn up, and who goes with the others; their steps stand in `renewal_steps`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import STAFF, allow, current_actor
from landreg.access.queries import names_of
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.core.media import media
from landreg.land.queries import division_names, division_path
from landreg.law.queries import load_law
from landreg.registry import jobs, roster_queries
from landreg.registry.casebook import Notice
from landreg.registry.casework import desk
from landreg.registry.facts.renewal import stopped
from landreg.registry.renewal import rosters
from landreg.registry.roster_model import Roster
from landreg.registry.routes.queues import READERS
from landreg.registry.routes.shown import holder_name
from landreg.registry.routes.surroundings import store
from landreg.registry.rules.renewal import AFTER_DECISION, BY_HAND, COMPUTED, GROUNDS, latest
from landreg.registry.steps import RENEW
from landreg.web import i18n, pages, problems, sheets
from landreg.web.forms import Upload, read_form
from landreg.web.sheets import Column

blueprint = Blueprint("renewals", __name__)
SEEING = (*STAFF, Role.AUDITOR)
YEAR = timedelta(days=365)


@blueprint.get("/renewals")
@allow(*SEEING)
def index() -> Response:
    """The rosters of the jurisdiction, newest first, with how far each is."""
    with unit_of_work(current_actor()) as uow:
        page = pages.page_of(
            uow.session, roster_queries.rosters_statement(), number=pages.page_number(), size=pages.page_size()
        )
        return pages.render(
            "registry/renewals.html",
            page=page,
            counts=roster_queries.counts(uow.session, page.items),
            names=division_names(uow.session, [roster.village for roster in page.items]),
            may_act=current_actor().has(Role.REGISTRAR),
        )


@dataclass(frozen=True)
class Window:
    """Which contracts are looked for; without days, those that ended last year or may be renewed by now."""

    ends_from: date | None = None
    ends_until: date | None = None


@blueprint.get("/renewals/new")
@allow(Role.REGISTRAR)
def new() -> Response:
    """The collectives that have contracts ending in a window, to draw up their rosters."""
    actor = current_actor()
    asked = read_form(Window, request.args)
    with unit_of_work(actor) as uow:
        today = desk.today(uow.session)
        law = load_law(uow.session, actor.jurisdiction[:6].ljust(6, "0"), today)
        first, until = asked.ends_from or today - YEAR, asked.ends_until or latest(today, law)
        found = roster_queries.collectives_ending(uow.session, actor.jurisdiction, first, until)
        return pages.render(
            "registry/renewal_new.html",
            first=first,
            until=until,
            found=found,
            names=division_names(uow.session, [one.village for one in found]),
            grounds=[(ground, i18n.shown_term(ground, "ground")) for ground in GROUNDS],
        )


@dataclass(frozen=True)
class NewRoster:
    """Collectives to draw up for, as county/code; the window; the plan; whether land is moved, and why."""

    ends_from: date
    ends_until: date
    collective: tuple[str, ...] = ()
    plan: Upload | None = None
    adjusts: bool = False
    ground: str = ""
    approval: Upload | None = None


@blueprint.post("/renewals/new")
@allow(Role.REGISTRAR)
@problems.back_to(new)
def draw_up() -> Redirect:
    """Draw up a roster for each chosen collective."""
    given, actor = read_form(NewRoster), current_actor()
    plan = paper_of(given.plan, "plan")
    lacking = [
        Finding("FORM-1", name) for name, value in (("collective", given.collective), ("plan", plan)) if not value
    ]
    if plan is None or lacking:
        raise BadInput(lacking)
    asked = rosters.Asked(
        given.ends_from, given.ends_until, given.adjusts, given.ground, paper_of(given.approval, "approval")
    )
    chosen = [name.partition("/")[::2] for name in given.collective]
    made = [rosters.draw_up(actor, county, code, asked, plan) for county, code in chosen]
    flash(_("已编制 %(n)s 份名册。", n=len(made)))
    one_made = url_for(".one", county=chosen[0][0], renewal_id=made[0])
    return redirect(one_made if len(made) == 1 else url_for(".index"), 303)


@blueprint.get("/renewals/<county>/<uuid:renewal_id>")
@allow(*SEEING)
def one(county: str, renewal_id: UUID) -> Response:
    """A roster: its state and next step, who goes with the others, who is treated singly and why; `as=csv|xlsx` as a file."""
    actor = current_actor()
    shown, text = request.args.get("show", ""), request.args.get("q", "").strip()[:60]
    shown = shown if shown in ("in", "aside", *COMPUTED, *BY_HAND) else ""
    with unit_of_work(actor) as uow:
        session = uow.session
        roster = roster_of(session, county, renewal_id)
        statement = roster_queries.entries_statement(roster, shown, text)
        if request.args.get("as") in sheets.KINDS:
            return _sheet(session.execute(statement.limit(sheets.MOST_ROWS)).all())
        counts = roster_queries.counts(session, [roster])[renewal_id]
        notice = roster_queries.notice_of(session, roster)
        running = desk.jobs_of_batch(session, county, roster.batch_id) if roster.batch_id else ()
        number, size = pages.page_number(), pages.page_size()
        total = counts.entries if not shown and not text else len(session.execute(statement).all())
        rows = session.execute(statement.offset((number - 1) * size).limit(size)).all()
        return pages.render(
            "registry/renewal.html",
            roster=roster,
            counts=counts,
            reasons=roster_queries.reasons_counted(session, roster),
            page=pages.page_from(rows, total, number=number, size=size),
            shown=shown,
            text=text,
            path=division_path(session, roster.village),
            notice=notice,
            today=desk.today(session),
            step=(step := _next(roster, counts, notice, desk.today(session))),
            stopped=stopped(session, roster) if step in ("decide", "wait", "renew") else {},
            busy=next((job for job in running if job.state in jobs.UNDER_WAY), None),
            jobs=running,
            who=names_of(session, {roster.drawn_by, *((roster.decided_by,) if roster.decided_by else ())}),
            by_hand=[
                (reason, i18n.shown_term(reason, "aside"))
                for reason in (AFTER_DECISION if roster.state == "decided" else BY_HAND)
            ],
            requests=roster_queries.requests_of(session, county, [entry for entry, _state in rows]),
            counted=roster_queries.persons_counted(session, county, roster.collective_id),
            may_renew=actor.has(*RENEW.roles) and actor.account_id != roster.decided_by,
            may_act=actor.has(Role.REGISTRAR),
            may_review=actor.has(Role.REVIEWER),
            may_see_cases=actor.has(*READERS),
        )


def _next(roster: Roster, counts: roster_queries.Counts, notice: Notice | None, today: date) -> str:
    """The one step that comes next: a step of the batch, open, decide, wait, renew, or '' at the end."""
    if roster.state in ("drawn", "given_up"):
        return "open" if roster.state == "drawn" else ""
    for step, states in (("accept", ("draft",)), ("review", ("accepted",)), ("publish", ("reviewed",))):
        if any(counts.states.get(state) for state in states):
            return step
    if roster.state == "opened":
        return "decide"
    if notice is not None and today <= notice.last_day and counts.states.get("noticed"):
        return "wait"
    return "renew" if any(counts.states.get(state) for state in ("noticed", "objected", "registered")) else ""


def _sheet(rows: Any) -> Response:
    columns = [
        Column(_("合同代码"), lambda row: row[0].code, 24),
        Column(_("承包方代表"), lambda row: holder_name(row[0].holder)),
        Column(_("地块数"), lambda row: row[0].parcels, 8),
        Column(_("面积（亩）"), lambda row: row[0].mu, 10),
        Column(_("原承包期届满日"), lambda row: row[0].ends_on, 14),
        Column(_("办理方式"), lambda row: _("单独办理") if row[0].aside else _("随名册办理")),
        Column(_("原因"), lambda row: "、".join(i18n.shown_term(reason, "aside") for reason in row[0].reasons), 30),
        Column(_("说明"), lambda row: row[0].said, 30),
        Column(_("状态"), lambda row: i18n.shown_term(row[1], "case") if row[1] else ""),
    ]
    return sheets.sheet(request.args["as"], _("延包名册"), columns, rows)


def roster_of(session: Session, county: str, renewal_id: UUID) -> Roster:
    """A roster of the jurisdiction. Raises NotFound."""
    found = roster_queries.roster(session, county, renewal_id)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/renewals/<county>/<uuid:renewal_id>/requests/<uuid:document_id>")
@allow(*SEEING)
def request_of(county: str, renewal_id: UUID, document_id: UUID) -> Response:
    """The request of a household on a roster. Raises NotFound where there is none, or it is no longer what the hash names."""
    with unit_of_work(current_actor()) as uow:
        found = roster_queries.request_on(uow.session, roster_of(uow.session, county, renewal_id), document_id)
        if found is None:
            raise NotFound
    path = store().sound(found.sha256)
    return send_file(path, media(path), download_name=found.name)


def paper_of(sent: Upload | None, field: str) -> rosters.Paper | None:
    """The file in the store; None where none was sent. Raises BadInput for an empty one (FORM-7), and for what is neither a PDF
    nor a picture, whatever its name says (FORM-15).
    """
    if sent is None:
        return None
    sha256, size = store().put(sent.content)
    if not size:
        raise BadInput(Finding("FORM-7", field))
    if not media(store().path(sha256)):
        raise BadInput(Finding("FORM-15", field))
    return rosters.Paper(sha256, size, sent.name)
