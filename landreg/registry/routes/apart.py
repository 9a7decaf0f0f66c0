"""Pages of a survey's contracts by other means: their land enters the register, and the case of a right under one is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.land.queries import division_path
from landreg.registry.casework import apart, apart_queries
from landreg.registry.casework.land_applications import KIND
from landreg.registry.routes.applying import opened, words
from landreg.registry.routes.household_forms import operator_named
from landreg.registry.rules.household_requests import OtherMeans
from landreg.registry.rules.other_means import MEANS
from landreg.web import i18n, pages, problems
from landreg.web.forms import collected, read_form

blueprint = Blueprint("apart", __name__)
_BY_WAY = {way: means for means, way in MEANS.items()}
_CONTRACTORS = {"1": "household", "2": "person", "3": "organization"}
"""By the survey's kind of contractor: as which the register has who operates the land."""


@blueprint.get("/batches/apart/<county>/<uuid:package_id>/<code>")
@allow(Role.REGISTRAR)
def one(county: str, package_id: UUID, code: str) -> Response:
    """The form of a contract's right. Raises NotFound for one that is not by other means."""
    with unit_of_work(current_actor()) as uow:
        found = apart_queries.by_other_means(uow.session, county, package_id, code)
        if found is None:
            raise NotFound
        return pages.render(
            "registry/apart.html",
            county=county,
            package_id=package_id,
            contract=found,
            kind=KIND,
            path=division_path(uow.session, found.village),
            means=[(means, i18n.shown_term(way, "land_mode")) for means, way in MEANS.items()],
            said=_BY_WAY.get(found.way, ""),
            operators=words("operator", ("organization", "person", "household")),
            contractor=_CONTRACTORS.get(found.kind, ""),
        )


@dataclass(frozen=True)
class ContractForm:
    """The contract: how the land was given out, its number, when it was signed, from when to when it runs."""

    means: str
    basis: str = field(metadata={"most": 100})
    signed_on: date
    starts_on: date
    last_day: date


@blueprint.post("/batches/apart/<county>/<uuid:package_id>/<code>")
@allow(Role.REGISTRAR)
@problems.back_to(one)
def applied(county: str, package_id: UUID, code: str) -> Redirect:
    """Open the case."""
    actor, faults = current_actor(), list[Finding]()
    with collected(faults):
        given = read_form(ContractForm)
    with collected(faults):
        operator = operator_named(actor, county)
        if operator is None:
            raise BadInput(Finding("FORM-1", "operator"))
    if faults:
        raise BadInput(faults)
    days = (given.signed_on, given.starts_on, given.last_day)
    asked = OtherMeans("", operator, given.means, given.basis, *days, (), "")
    return opened(county, apart.apply(actor, county, package_id, code, asked))


@dataclass(frozen=True)
class Village:
    """Whose land is to be entered."""

    village: str


@blueprint.post("/batches/apart/<county>/<uuid:package_id>")
@allow(Role.REGISTRAR)
def entered(county: str, package_id: UUID) -> Redirect:
    """Enter the land of a village's contracts by other means."""
    apart.enter(current_actor(), county, package_id, read_form(Village).village)
    flash(_("地块和承包方已录入登记簿，还没有登记任何权利。请逐份申请登记。"))
    return redirect(url_for("registry.open_batch", county=county, package_id=package_id, _anchor="apart"), 303)
