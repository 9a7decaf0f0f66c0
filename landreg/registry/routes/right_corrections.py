"""Applying for a correction of what a right is: which parcels stand under it, and which household holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.codes import tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.land import queries as land
from landreg.party import queries as parties
from landreg.party.model import Household
from landreg.registry.casework import applications, household_queries
from landreg.registry.effects import RightBundle
from landreg.registry.facts import standing
from landreg.registry.facts.correctable import LONGEST_LIST
from landreg.registry.routes.applying import opened, words
from landreg.registry.routes.corrections import CorrectionForm, named
from landreg.registry.routes.parcel_acts import blueprint
from landreg.registry.rules.identified import KINDS
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.parcels import CORRECTED_BY
from landreg.web import pages, problems
from landreg.web.forms import read_form

_BETWEEN = re.compile(r"[\s,，、;；]+")
"""What stands between codes that somebody types or pastes."""


@dataclass(frozen=True)
class LandForm:
    """The codes of parcels that were left out, and which parcels are under the right by error."""

    parcels_added: str = field(default="", metadata={"most": LONGEST_LIST})
    parcels_off: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeldForm:
    """Who held the right from the start, the day of the paper that shows it, and the other right where two were exchanged."""

    holder: str = field(metadata={"most": 18})
    proved_on: date
    exchanged: str = field(default="", metadata={"most": 40})


@blueprint.get("/rights/<county>/<uuid:right_id>/parcels/correction")
@allow(Role.REGISTRAR)
def correct_land(county: str, right_id: UUID) -> Response:
    """The form. Raises NotFound for a right that ended, or another than a household's contract right."""
    bundle = _contracted(county, right_id)
    with unit_of_work(current_actor()) as uow:
        path = land.division_path(uow.session, bundle.right.row["village"])
    return pages.render(
        "registry/correct.html",
        of="land",
        code=bundle.right.row["code"],
        path=path,
        back=url_for("registry.rights.one", county=county, right_id=right_id),
        facts=[],
        parcels=[(code, code) for code in bundle.codes.values()],
        longest=LONGEST_LIST,
        choices={},
        by=words("corrected_by", CORRECTED_BY),
        party_kinds=words("operator", KINDS),
        address=request.path,
    )


@blueprint.post("/rights/<county>/<uuid:right_id>/parcels/correction")
@allow(Role.REGISTRAR)
@problems.back_to(correct_land)
def corrected_land(county: str, right_id: UUID) -> Redirect:
    """Open the case."""
    _contracted(county, right_id)
    given, told = read_form(CorrectionForm), read_form(LandForm)
    added = tuple(dict.fromkeys(code for code in _BETWEEN.split(told.parcels_added) if code))
    said = {"parcels_added": added, "parcels_off": tuple(dict.fromkeys(told.parcels_off))}
    facts = tuple(Corrected(fact, " ".join(codes)) for fact, codes in said.items() if codes)
    if not facts:
        raise BadInput(Finding("PAR-8", "facts"))
    asked = named(Correction("land", given.by, given.why, facts, (*added, *told.parcels_off)), given)
    return opened(county, applications.apply_on_right(current_actor(), county, right_id, "correction", asked))


def _contracted(county: str, right_id: UUID) -> RightBundle:
    """A household's contract right in force."""
    with unit_of_work(current_actor()) as uow:
        bundle = standing.rights(uow.session, county, [right_id]).get(right_id)
    if bundle is None or bundle.right.row["kind"] != "contract_management":
        raise NotFound
    return bundle


@blueprint.get("/rights/<county>/<uuid:right_id>/household/correction")
@allow(Role.REGISTRAR)
def correct_held(county: str, right_id: UUID) -> Response:
    """The form. Raises NotFound for a right that ended, or that no household holds."""
    bundle, was = _held(county, right_id)
    with unit_of_work(current_actor()) as uow:
        path = land.division_path(uow.session, bundle.right.row["village"])
        others = household_queries.households_of(uow.session, county, was.collective_id, was.code)
    return pages.render(
        "registry/correct.html",
        of="held",
        code=bundle.right.row["code"],
        path=path,
        back=url_for("registry.rights.one", county=county, right_id=right_id),
        facts=[],
        was=was,
        right_kind=bundle.right.row["kind"],
        choices={},
        households=[(code, f"{name} {code}") for code, name in others],
        by=words("corrected_by", CORRECTED_BY),
        party_kinds=words("operator", KINDS),
        address=request.path,
    )


@blueprint.post("/rights/<county>/<uuid:right_id>/household/correction")
@allow(Role.REGISTRAR)
@problems.back_to(correct_held)
def corrected_held(county: str, right_id: UUID) -> Redirect:
    """Open the case."""
    _held(county, right_id)
    given, told = read_form(CorrectionForm), read_form(HeldForm)
    said = {"holder": tidy(told.holder), "exchanged": tidy(told.exchanged)}
    facts = tuple(Corrected(fact, value) for fact, value in said.items() if value)
    with unit_of_work(current_actor()) as uow:
        found = household_queries.household_of(uow.session, said["holder"])
    name = "" if found is None else found.name
    asked = named(Correction("held", given.by, given.why, facts, name=name, proved_on=told.proved_on), given)
    return opened(county, applications.apply_on_right(current_actor(), county, right_id, "correction", asked))


def _held(county: str, right_id: UUID) -> tuple[RightBundle, Household]:
    """A right in force that a household holds by itself, and the household."""
    with unit_of_work(current_actor()) as uow:
        bundle = standing.rights(uow.session, county, [right_id]).get(right_id)
        kept = bundle is not None and bundle.right.row["kind"] != "land_operation"
        holder = parties.household(uow.session, county, bundle.right.row["household_id"]) if bundle and kept else None
    if bundle is None or holder is None:
        raise NotFound
    return bundle, holder
