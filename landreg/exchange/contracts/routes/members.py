"""The village's written notice to the members of land that goes to somebody outside their collective: printed, and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.exchange.contracts import deal_queries, members, notices, project_queries, queries
from landreg.exchange.contracts.routes import projects
from landreg.exchange.contracts.routes.forms import kept
from landreg.registry.routes.surroundings import desk_of, page_day
from landreg.web import problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("contract_members", __name__)


@dataclass(frozen=True)
class Posting:
    """From which day a notice is posted; from today where none is said."""

    first: date | None = None

    def day(self, today: date) -> date:
        """Raises BadInput (FORM-5) for one after the next year."""
        first = self.first or today
        if first.year > today.year + 1:
            raise BadInput(Finding("FORM-5", "first", {"given": str(first)}))
        return first


@blueprint.get("/contracts/<county>/<uuid:contract_id>/members-notice.pdf")
@allow(Role.OPERATOR)
def members_notice(county: str, contract_id: UUID) -> Response:
    """The village's written notice to the members, to be posted. Raises NotFound where they are not to be told."""
    given = read_form(Posting, request.args)
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        found = None if row is None else queries.whole(uow.session, row)
        if row is None or found is None or not members.outside(uow.session, found).told_is_due:
            raise NotFound
        desk, first = desk_of(uow.session, county), given.day(page_day(uow.session))
        pdf = notices.to_members(uow.session, desk, found, first)
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{row.number}-members.pdf")


@blueprint.get("/contracts/projects/<county>/<uuid:project_id>/members-notice.pdf")
@allow(Role.OPERATOR)
def project_notice(county: str, project_id: UUID) -> Response:
    """The same of a project, of all the land that it asks for. Raises NotFound where its taker is of the collective."""
    given = read_form(Posting, request.args)
    with unit_of_work(current_actor()) as uow:
        found = project_queries.one(uow.session, county, project_id)
        taker = None if found is None else deal_queries.taker(uow.session, county, found.taker_id)
        if found is None or taker is None:
            raise NotFound
        asked = project_queries.parcels(uow.session, county, project_id)
        if not members.project_outside(found, taker.kind, taker.code, asked):
            raise NotFound
        first = given.day(page_day(uow.session))
        pdf = notices.of_project(uow.session, desk_of(uow.session, county), found, asked, taker.kind, first)
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{found.number}-members.pdf")


@dataclass(frozen=True)
class Telling:
    """The village's written notice to the members, and the day of its posting."""

    on_day: date
    notice: Upload | None = None


@blueprint.post("/contracts/projects/<county>/<uuid:project_id>/members-told")
@allow(Role.OPERATOR)
@problems.back_to(projects.one)
def members_told(county: str, project_id: UUID) -> Redirect:
    """Record it for all contracts of the project."""
    given = read_form(Telling)
    count = members.project_told(current_actor(), county, project_id, given.on_day, kept(given.notice, "notice"))
    flash(_("村里的书面公示已记录，%(n)s 份合同。", n=count))
    return redirect(url_for("contract_projects.one", county=county, project_id=project_id), 303)
