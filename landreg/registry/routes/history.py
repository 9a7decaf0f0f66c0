"""The history of a right, a parcel or a household: each act as a difference, with who entered it, why, and its proof."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for

from landreg.access.policy import STAFF, allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.land import parcel_queries
from landreg.party import queries as parties
from landreg.registry import past, queries
from landreg.registry.routes.asked_shown import asked_shown
from landreg.web import pages

blueprint = Blueprint("history", __name__)
blueprint.add_app_template_filter(asked_shown, "asked_for")
READERS = (*STAFF, Role.AUDITOR)


@blueprint.get("/rights/<county>/<uuid:right_id>/history")
@allow(*READERS)
def right(county: str, right_id: UUID) -> Response:
    """What each act did to a right. Raises NotFound outside the jurisdiction."""
    with unit_of_work(current_actor()) as uow:
        rows = queries.right_rows(uow.session, county, right_id)
        if not rows:
            raise NotFound
        told = past.right_history(uow.session, county, right_id)
    back = url_for("registry.rights.one", county=county, right_id=right_id)
    return _page("right", rows[-1].code, rows[-1].kind, back, told)


@blueprint.get("/parcels/<code>/history")
@allow(*READERS)
def parcel(code: str) -> Response:
    """What each act did to a parcel. Raises NotFound outside the jurisdiction."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        last = parcel_queries.last_row(uow.session, actor.jurisdiction, code)
        if last is None:
            raise NotFound
        told = past.parcel_history(uow.session, last.county, last.parcel_id)
    return _page("parcel", code, last.name, url_for("land.parcel", code=code), told)


@blueprint.get("/households/<code>/history")
@allow(*READERS)
def household(code: str) -> Response:
    """What each act did to a household, its members and its rights. Raises NotFound outside the jurisdiction."""
    with unit_of_work(current_actor()) as uow:
        last = parties.last_row(uow.session, code)
        if last is None:
            raise NotFound
        told = past.household_history(uow.session, last.county, last.household_id)
    return _page("household", code, last.name, url_for("registry.rights.household", code=code), told)


def _page(subject: str, code: str, name: str, back: str, told: Any) -> Response:
    return pages.render("registry/history.html", subject=subject, code=code, name=name, back=back, told=told)
