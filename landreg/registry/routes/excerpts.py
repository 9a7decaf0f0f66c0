"""Excerpts from the register: handed out by the registrar from the page of a right, household or parcel."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response, redirect, send_file, url_for
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import STAFF, allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.registry import queries
from landreg.registry.issued import excerpts, excerpts_whole
from landreg.registry.routes.rights import right_page
from landreg.registry.routes.surroundings import desk_of, store
from landreg.web import clocks, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("excerpts", __name__)


@dataclass(frozen=True)
class Asked:
    """Who asks for the excerpt, and what for."""

    applicant: str = field(default="", metadata={"most": 60})
    purpose: str = field(default="", metadata={"most": 200})


@blueprint.post("/rights/<county>/<uuid:right_id>/excerpts")
@allow(Role.REGISTRAR)
@problems.back_to(right_page)
def issue(county: str, right_id: UUID) -> Redirect:
    """Hand out an excerpt as of `?day=` and as said on `?said=`. Raises NotFound where there was no such right."""
    given, actor = read_form(Asked), current_actor()
    with unit_of_work(actor) as uow:
        asked = clocks.asked(uow.now).as_of
        desk = desk_of(uow.session, county)
    number = excerpts.issue(actor, county, right_id, asked, given.applicant, given.purpose, desk, store())
    return redirect(url_for("registry.excerpts.paper", number=number), 303)


@blueprint.get("/excerpts/new/<about>/<code>")
@allow(Role.REGISTRAR)
def new(about: str, code: str) -> Response:
    """The form of an excerpt about a household or parcel, on the days that its page shows. Raises NotFound for another kind."""
    if about not in excerpts_whole.ABOUT:
        raise NotFound
    with unit_of_work(current_actor()) as uow:
        shown_days = clocks.asked(uow.now)
    return pages.render("registry/new_excerpt.html", about=about, code=code, clocks=shown_days)


@blueprint.post("/excerpts/new/<about>/<code>")
@allow(Role.REGISTRAR)
@problems.back_to(new)
def issue_whole(about: str, code: str) -> Redirect:
    """Hand it out. Raises NotFound where there was no such household or parcel."""
    if about not in excerpts_whole.ABOUT:
        raise NotFound
    given, actor = read_form(Asked), current_actor()
    with unit_of_work(actor) as uow:
        asked = clocks.asked(uow.now).as_of
        desk = desk_of(uow.session, actor.jurisdiction[:6].ljust(6, "0"))
    asker = excerpts.Asker(given.applicant.strip(), given.purpose.strip())
    number = excerpts_whole.issue(actor, about, code, asked, asker, desk, store())
    return redirect(url_for("registry.excerpts.paper", number=number), 303)


@blueprint.get("/excerpts/<number>")
@allow(*STAFF, Role.AUDITOR)
def paper(number: str) -> Response:
    """The excerpt as it was handed out. Raises NotFound when the store has lost or changed it."""
    with unit_of_work(current_actor()) as uow:
        found = queries.excerpt(uow.session, number)
    if found is None:
        raise NotFound
    path = store().sound(found.pdf_sha256)
    return send_file(path, "application/pdf", download_name=f"{number}.pdf")
