"""At the office: the applications that households brought, to be taken up as cases or given back with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound
from landreg.land.queries import division_names
from landreg.law.book import terms
from landreg.registry.home import brought, brought_queries
from landreg.registry.routes.queues import READERS, chosen_ids
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("applications", __name__)


@blueprint.get("/applications")
@allow(*READERS)
def index() -> Response:
    """Applications by state; those that wait longest first."""
    actor = current_actor()
    asked = request.args.get("state", "")
    state = asked if asked in terms("application") else "open"
    with unit_of_work(actor) as uow:
        statement = brought_queries.statement(state)
        page = pages.page_of(uow.session, statement, number=pages.page_number(), size=pages.page_size())
        return pages.render(
            "registry/applications.html",
            page=page,
            state=state,
            states=terms("application"),
            names=division_names(uow.session, [row.village for row in page.items]),
            may_act=actor.has(Role.REGISTRAR),
        )


@dataclass(frozen=True)
class Chosen:
    """Applications chosen in the list, each as county/id."""

    case: tuple[str, ...]


@blueprint.post("/applications/take")
@allow(Role.REGISTRAR)
@problems.back_to(index)
def take() -> Redirect | Response:
    """Open the cases of the chosen ones; whichever could not be opened is named with the reason."""
    actor = current_actor()
    county, ids = chosen_ids(read_form(Chosen).case)
    stepped = brought.take_up(actor, county, ids)
    if stepped.refused:
        return pages.render("registry/applications_told.html", done=stepped.done, refused=stepped.refused)
    flash(_("已建立 %(n)s 件业务，收齐材料后受理。", n=stepped.done))
    with unit_of_work(actor) as uow:
        row = brought_queries.application(uow.session, county, ids[0])
    if len(ids) == 1 and row is not None and row.case_id is not None:
        return redirect(url_for("registry.cases.one", county=county, case_id=row.case_id), 303)
    return redirect(url_for(".index"), 303)


@dataclass(frozen=True)
class Declining:
    """Why an application is given back."""

    reason: str = field(default="", metadata={"most": 500})


@blueprint.get("/applications/<county>/<uuid:application_id>")
@allow(*READERS)
def one(county: str, application_id: UUID) -> Response:
    """One application: who brought it for whom, and what became of it."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        row = brought_queries.application(uow.session, county, application_id)
        if row is None:
            raise NotFound(Finding("ACC-17"))
        names = division_names(uow.session, [row.village])
    return pages.render(
        "registry/application.html", row=row, place=names.get(row.village, ""), may_act=actor.has(Role.REGISTRAR)
    )


@blueprint.post("/applications/<county>/<uuid:application_id>/decline")
@allow(Role.REGISTRAR)
@problems.back_to(one)
def decline(county: str, application_id: UUID) -> Redirect:
    """Give it back with the reason."""
    brought.decline(current_actor(), county, application_id, read_form(Declining).reason)
    flash(_("申请未接收，理由已告知申请人。"))
    return redirect(url_for(".index"), 303)
