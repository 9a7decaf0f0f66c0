"""The desk: what waits, receiving, papers, the decision, what is handed out."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.access.sample import mark
from landreg.config import Settings
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.law.book import term
from landreg.law.divisions import path_of
from landreg.settlement import opinion, papers, queries, service
from landreg.settlement.routes import forms
from landreg.settlement.rules import Ground, Outcome, Tenure
from landreg.web import pages, problems
from landreg.web.forms import read_form
from landreg.web.i18n import language, say

blueprint = Blueprint("desk", __name__)
OFFICER = Role.SETTLEMENT_OFFICER


@blueprint.get("/applications")
@allow(OFFICER)
def listed() -> Response:
    """Applications: those that wait, with the days left, before all others."""
    state = next((one for one in queries.STATES if one == request.args.get("state", "waiting")), "")
    number = request.args.get("q", "").strip().upper()[:40]
    with unit_of_work(current_actor()) as uow:
        today = beijing_day(uow.now)
        counts = queries.counts(uow.session, today)
        statement = queries.applications("" if number else state, number, today)
        page = pages.page_of(uow.session, statement, number=pages.page_number(), size=pages.page_size(), scalars=False)
    return pages.render(
        "applications.html", page=page, state=state, counts=counts, number=number, days_left=_days_left(today)
    )


@blueprint.get("/applications/new")
@allow(OFFICER)
def new() -> Response:
    """The one page of an application."""
    return pages.render("new.html", **_choices(), refused=_refused_just_now())


@blueprint.post("/applications/new")
@allow(OFFICER)
@problems.back_to(new)
def received() -> Redirect:
    """Take an application with its papers."""
    county, application_id = service.receive(current_actor(), forms.application(), forms.papers(), _store())
    flash(_("申请已受理，请打印受理回执交给申请人。"))
    return redirect(url_for(".one", county=county, application_id=application_id), 303)


@blueprint.get("/applications/<county>/<uuid:application_id>")
@allow(OFFICER)
def one(county: str, application_id: UUID) -> Response:
    """An application: how it stands, what it lacks, the one next step."""
    actor = current_actor()
    standing = service.look_at(actor, county, application_id)
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
        handed = queries.handed_out(uow.session, county, application_id)
        not_taken = queries.refusals_of(uow.session, county, application_id)
    return pages.render(
        "application.html", standing=standing, row=standing.application, handed=handed, not_taken=not_taken,
        kinds=_named("settlement_evidence", opinion.papers()), days_left=_days_left(today), refused=_refused_just_now(),
        holding=opinion.conditions_of(standing.application.division, standing.application.received_on),
    )  # fmt: skip


@blueprint.post("/applications/<county>/<uuid:application_id>/evidence")
@allow(OFFICER)
@problems.back_to(one)
def evidence_added(county: str, application_id: UUID) -> Redirect:
    """Take further papers."""
    service.add_evidence(current_actor(), county, application_id, forms.papers(), _store())
    flash(_("材料已登记。"))
    return redirect(url_for(".one", county=county, application_id=application_id), 303)


@blueprint.post("/applications/<county>/<uuid:application_id>/decision")
@allow(OFFICER)
@problems.back_to(one)
def decided(county: str, application_id: UUID) -> Redirect:
    """Decide, or put down that the applicant withdrew."""
    given = read_form(forms.DecisionForm)
    for finding in service.decide(current_actor(), county, application_id, given.outcome, given.reason):
        flash(say(finding), "warn")
    flash(
        _("决定已作出，请打印决定书交给申请人。")
        if given.outcome != Outcome.WITHDRAWN
        else _("申请已按申请人的意思撤回。")
    )
    return redirect(url_for(".one", county=county, application_id=application_id), 303)


@blueprint.post("/applications/<county>/<uuid:application_id>/papers/<kind>")
@allow(OFFICER)
def handed_out(county: str, application_id: UUID, kind: str) -> Response:
    """Print a paper; that names and numbers were opened for it, and that it was handed out, is in the log."""
    return _pdf(
        papers.hand_out(current_actor(), county, application_id, kind, sample=mark() is not None, window=_window())
    )


@blueprint.get("/applications/<county>/<uuid:application_id>/evidence/<uuid:evidence_id>")
@allow(OFFICER)
def copy(county: str, application_id: UUID, evidence_id: UUID) -> Response:
    """The copy of a paper that was shown."""
    with unit_of_work(current_actor()) as uow:
        shown = queries.evidence(uow.session, county, application_id)
    found = next((row for row in shown if row.evidence_id == evidence_id), None)
    if found is None or found.sha256 is None:
        raise NotFound
    headers = {"Content-Disposition": f"attachment; filename={found.kind}-{found.sha256[:8]}"}
    return Response(_store().read(found.sha256), mimetype=found.media, headers=headers)


@blueprint.get("/not-taken")
@allow(OFFICER)
def not_taken() -> Response:
    """What was offered and not taken, newest first."""
    with unit_of_work(current_actor()) as uow:
        page = pages.page_of(uow.session, queries.refusals(), number=pages.page_number(), size=pages.page_size())
    return pages.render("not_taken.html", page=page)


@blueprint.post("/not-taken/<number>/notice")
@allow(OFFICER)
def told_in_writing(number: str) -> Response:
    """Print the notice that something is not taken and may not be asked for."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        found = uow.session.scalars(queries.refusals(number)).first()
    if found is None:
        raise NotFound
    return _pdf(papers.tell_refused(actor, found, sample=mark() is not None, window=_window()))


@blueprint.get("/conditions")
@allow(OFFICER)
def conditions() -> Response:
    """What is asked for where, and which papers are taken: all of it."""
    return pages.render("conditions.html", conditions=opinion.all_conditions(), kinds=opinion.papers())


def _choices() -> dict[str, Any]:
    actor = current_actor()
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
    places = opinion.places_within(actor.jurisdiction, today)
    return {
        "places": [(code, "".join(path_of(code)[1:])) for code in places],
        "grounds": _named("settlement_ground", tuple(Ground)),
        "tenures": _named("settlement_tenure", tuple(Tenure)),
        "relations": _named("settlement_relation", opinion.relations()),
        "kinds": _named("settlement_evidence", opinion.papers()),
        "along": range(1, forms.MOST_ALONG + 1),
    }


def _named(kind: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(str(value), term(kind, str(value), language())) for value in values]


def _refused_just_now() -> list[str]:
    """Numbers of the notices about what this form offered and was not taken."""
    return [str(one.values["number"]) for one in g.get("findings", ()) if one.code in ("SET-9", "SET-10")]


def _days_left(today: date) -> Any:
    return lambda row: (row.due_on - today).days


def _window() -> papers.Window:
    settings: Settings = current_app.extensions["landreg"]
    return papers.Window(settings.window_office, settings.window_phone)


def _store() -> Store:
    settings: Settings = current_app.extensions["landreg"]
    return Store(settings.store)


def _pdf(printed: papers.Printed) -> Response:
    headers = {"Content-Disposition": f"inline; filename={printed.name}"}
    return Response(printed.content, mimetype="application/pdf", headers=headers)
