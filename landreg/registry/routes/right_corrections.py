"""Applying for a correction of what a right is: which parcels stand under it, which household holds it, what restricts it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor, known_actor
from landreg.core.actor import Role
from landreg.core.codes import tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.land import queries as land
from landreg.party import queries as parties
from landreg.party.model import Household
from landreg.registry.casework import applications, household_queries
from landreg.registry.effects import RightBundle, Standing
from landreg.registry.facts import standing
from landreg.registry.facts.correctable import LONGEST_LIST, as_text
from landreg.registry.facts.limit_corrected import facts_of
from landreg.registry.routes.applying import opened
from landreg.registry.routes.corrections import CorrectionForm, correcting, named
from landreg.registry.routes.parcel_acts import blueprint
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.web import problems
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


@dataclass(frozen=True)
class LimitForm:
    """A restriction as its paper says it, and the day of that."""

    proved_on: date
    limit_party: str = field(default="", metadata={"most": 100})
    limit_code: str = field(default="", metadata={"most": 20})
    basis: str = field(default="", metadata={"most": 100})
    amount: Decimal | None = None
    until: date | None = None


def _form(of: str, county: str, bundle: RightBundle, **more: Any) -> Response:
    """The form of a correction of what a right is, or what lies on it."""
    right = bundle.right.row
    with unit_of_work(current_actor()) as uow:
        path = land.division_path(uow.session, right["village"])
    back = url_for("registry.rights.one", county=county, right_id=right["right_id"])
    return correcting(of, right["code"], back, path, **more)


@blueprint.get("/rights/<county>/<uuid:right_id>/parcels/correction")
@allow(Role.REGISTRAR)
def correct_land(county: str, right_id: UUID) -> Response:
    """The form. Raises NotFound for a right that ended, or another than a household's contract right."""
    bundle = _contracted(county, right_id)
    codes = [(code, code) for code in bundle.codes.values()]
    return _form("land", county, bundle, parcels=codes, longest=LONGEST_LIST)


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
        others = household_queries.households_of(uow.session, county, was.collective_id, was.code)
    households = [(code, f"{name} {code}") for code, name in others]
    return _form("held", county, bundle, was=was, right_kind=bundle.right.row["kind"], households=households)


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


@blueprint.app_template_global()
def corrections_of_limits(right: Any, restrictions: Sequence[Any]) -> dict[UUID, str]:
    """By restriction on a right: the form of its correction; none for who may not apply."""
    if not known_actor().has(Role.REGISTRAR):
        return {}
    form, key = "registry.parcel_acts.correct_limit", {"county": right.county, "right_id": right.right_id}
    return {
        row.restriction_id: url_for(form, restriction_id=row.restriction_id, **key)
        for row in restrictions
        if facts_of({"kind": row.kind, "party_kind": row.party_kind})
    }


@blueprint.get("/rights/<county>/<uuid:right_id>/restrictions/<uuid:restriction_id>/correction")
@allow(Role.REGISTRAR)
def correct_limit(county: str, right_id: UUID, restriction_id: UUID) -> Response:
    """The form. Raises NotFound for a restriction that does not stand on the right, or of which nothing can be corrected."""
    bundle, limit = _limit(county, right_id, restriction_id)
    return _form("restriction", county, bundle, limit=limit.row, limit_facts=facts_of(limit.row))


@blueprint.post("/rights/<county>/<uuid:right_id>/restrictions/<uuid:restriction_id>/correction")
@allow(Role.REGISTRAR)
@problems.back_to(correct_limit)
def corrected_limit(county: str, right_id: UUID, restriction_id: UUID) -> Redirect:
    """Open the case. What the form leaves as it is, is not corrected."""
    _bundle, limit = _limit(county, right_id, restriction_id)
    given, told = read_form(CorrectionForm), read_form(LimitForm)
    said = {
        "party": told.limit_party.strip(),
        "party_code": tidy(told.limit_code),
        "basis": told.basis.strip(),
        "amount": as_text(limit.row["amount"] if told.amount == limit.row["amount"] else told.amount),
        "until": as_text(told.until),
    }
    facts = tuple(
        Corrected(fact, said[fact])
        for fact in facts_of(limit.row)
        if _LIMIT_FIELDS.get(fact, fact) in request.form and said[fact] != as_text(limit.row[fact])
    )
    if not facts:
        raise BadInput(Finding("PAR-8", "facts"))
    limit_of = {"limit_id": restriction_id, "limit": limit.row["kind"]}
    asked = named(Correction("restriction", given.by, given.why, facts, proved_on=told.proved_on, **limit_of), given)
    return opened(county, applications.apply_on_right(current_actor(), county, right_id, "correction", asked))


_LIMIT_FIELDS = {"party": "limit_party", "party_code": "limit_code"}
"""The fields of a restriction's form whose names are those of who applies."""


def _limit(county: str, right_id: UUID, restriction_id: UUID) -> tuple[RightBundle, Standing]:
    """A right in force, and the restriction that stands on it."""
    with unit_of_work(current_actor()) as uow:
        bundle = standing.rights(uow.session, county, [right_id]).get(right_id)
        limits = standing.restrictions(uow.session, county, [right_id]).get(right_id, ())
    limit = next((row for row in limits if row.row["restriction_id"] == restriction_id), None)
    if bundle is None or limit is None or not facts_of(limit.row):
        raise NotFound
    return bundle, limit
