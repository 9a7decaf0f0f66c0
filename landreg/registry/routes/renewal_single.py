"""The form by which one contract is renewed by itself (逐户延包)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.land.queries import division_path
from landreg.law.queries import load_law
from landreg.registry.casework import desk
from landreg.registry.renewal import roster_cases
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("renewal_single", __name__)


@dataclass(frozen=True)
class Single:
    """When the renewed contract was signed."""

    signed_on: date | None = None


@blueprint.get("/rights/<county>/<uuid:right_id>/acts/renewal_single")
@allow(Role.REGISTRAR)
def form(county: str, right_id: UUID) -> Response:
    """The form of a renewal of one contract, with the term that the law gives."""
    with unit_of_work(current_actor()) as uow:
        law = load_law(uow.session, county, desk.today(uow.session))
        found = roster_cases.foreseen(uow.session, county, right_id, law)
        if found is None:
            raise NotFound
        return pages.render(
            "registry/renewal_single.html",
            county=county,
            right_id=right_id,
            ending=found[0],
            term=found[1],
            path=division_path(uow.session, found[0].village),
            today=desk.today(uow.session),
        )


@blueprint.post("/rights/<county>/<uuid:right_id>/acts/renewal_single")
@allow(Role.REGISTRAR)
@problems.back_to(form)
def applied(county: str, right_id: UUID) -> Redirect:
    """Open the case."""
    given = read_form(Single)
    case_id = roster_cases.apply_singly(current_actor(), county, right_id, given.signed_on)
    flash(_("业务已建立。收齐材料后受理。"))
    return redirect(url_for("registry.cases.one", county=county, case_id=case_id), 303)
