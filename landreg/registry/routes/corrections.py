"""Applying for a correction of a parcel, a household or a right: the form and what it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.land import queries as land
from landreg.party import queries as parties
from landreg.registry.casework import applications, parcel_applications
from landreg.registry.facts import standing
from landreg.registry.facts.correctable import as_text, foreign
from landreg.registry.routes import parcel_shown
from landreg.registry.routes.applying import opened, words
from landreg.registry.routes.parcel_acts import blueprint, ground_of
from landreg.registry.routes.restriction_forms import PartyForm, party_given
from landreg.registry.rules.identified import KINDS
from landreg.registry.rules.parcel_requests import (
    Corrected,
    Correction,
)
from landreg.registry.rules.parcels import CORRECTABLE, CORRECTED_BY
from landreg.web import pages, problems
from landreg.web.forms import read_form


@dataclass(frozen=True)
class CorrectionForm:
    """Who found the error, and what shows it; the facts themselves are read by their names. interest: what it is to an interested
    party.
    """

    by: str
    why: str = field(metadata={"most": 500})
    interest: str = field(default="", metadata={"most": 200})


@dataclass(frozen=True)
class InterestedForm:
    """Who an interested party is; their number beside the one that is corrected."""

    party_kind: str
    party: str = field(default="", metadata={"most": 100})
    uscc: str = field(default="", metadata={"most": 20})
    party_id_number: str = field(default="", metadata={"most": 20})
    household: str = field(default="", metadata={"most": 18})


@blueprint.get("/parcels/<code>/correction")
@allow(Role.REGISTRAR)
def correct_parcel(code: str) -> Response:
    """The form of a correction of a parcel. Raises NotFound for one that ended, BadInput (REG-25) where it bears no right."""
    row, right_kind, village = _parcel(code)
    return _correction_page("parcel", code, row, right_kind, village, url_for("land.parcel", code=code))


@blueprint.post("/parcels/<code>/correction")
@allow(Role.REGISTRAR)
@problems.back_to(correct_parcel)
def corrected_parcel(code: str) -> Redirect:
    """Open the case."""
    row, right_kind, _village = _parcel(code)
    asked = _correction("parcel", row, right_kind, (code,))
    case = parcel_applications.apply_on_parcel(current_actor(), code, "correction", asked)
    return opened(row["county"], case)


@blueprint.get("/households/<code>/correction")
@allow(Role.REGISTRAR)
def correct_household(code: str) -> Response:
    """The form of a correction of a household. Raises NotFound where it is not in force."""
    row = _household(code)
    back = url_for("registry.rights.household", code=code)
    return _correction_page("household", code, row, "contract_management", row["village"], back)


@blueprint.post("/households/<code>/correction")
@allow(Role.REGISTRAR)
@problems.back_to(correct_household)
def corrected_household(code: str) -> Redirect:
    """Open the case."""
    row = _household(code)
    asked = _correction("household", row, "contract_management", ())
    return opened(row["county"], applications.apply_on_household(current_actor(), code, "correction", asked))


@blueprint.get("/rights/<county>/<uuid:right_id>/correction")
@allow(Role.REGISTRAR)
def correct_right(county: str, right_id: UUID) -> Response:
    """The form of a correction of a right. Raises NotFound for one that ended."""
    row = _right(county, right_id)
    back = url_for("registry.rights.one", county=county, right_id=right_id)
    return _correction_page("right", row["code"], row, row["kind"], row["village"], back)


@blueprint.post("/rights/<county>/<uuid:right_id>/correction")
@allow(Role.REGISTRAR)
@problems.back_to(correct_right)
def corrected_right(county: str, right_id: UUID) -> Redirect:
    """Open the case."""
    row = _right(county, right_id)
    asked = _correction("right", row, row["kind"], ())
    return opened(county, applications.apply_on_right(current_actor(), county, right_id, "correction", asked))


def _parcel(code: str) -> tuple[dict[str, Any], str, str]:
    actor = current_actor()
    with unit_of_work(actor) as uow:
        seen, ground = ground_of(uow.session, actor.jurisdiction, code)
    if not ground.bundles:
        raise BadInput(Finding("REG-25", "kind", {"kind": "correction"}))
    row = {**ground.parcels[0].row, "county": seen.parcel.county}
    return row, ground.bundles[0].right.row["kind"], seen.parcel.village


def _household(code: str) -> dict[str, Any]:
    with unit_of_work(current_actor()) as uow:
        household = parties.household_by_code(uow.session, code)
        if household is None:
            raise NotFound
        return {**standing.standing("household", household).row, "county": household.county}


def _right(county: str, right_id: UUID) -> dict[str, Any]:
    with unit_of_work(current_actor()) as uow:
        bundle = standing.rights(uow.session, county, [right_id]).get(right_id)
    if bundle is None:
        raise NotFound
    signed = {} if bundle.contract is None else {"signed_on": bundle.contract.row["signed_on"]}
    return {**bundle.right.row, **signed}


def _facts(of: str, right_kind: str, code: str) -> list[str]:
    """The facts that a correction of this subject may set right. code: of the right."""
    other = foreign(right_kind, code)
    return [fact for fact in CORRECTABLE[of] if fact not in other]


def _correction_page(of: str, code: str, row: Mapping[str, Any], right_kind: str, village: str, back: str) -> Response:
    with unit_of_work(current_actor()) as uow:
        path = land.division_path(uow.session, village)
    return correcting(
        of=of,
        code=code,
        path=path,
        back=back,
        facts=[(fact, as_text(row[fact])) for fact in _facts(of, right_kind, code)],
        choices=parcel_shown.choices(right_kind),
    )


def correcting(
    of: str, code: str, back: str, path: Sequence[str], *, facts: Sequence[tuple[str, str]] = (), **more: Any
) -> Response:
    """The form of a correction of something. code: of its subject. back: where its page is. facts: what stands, by name. more: what
    the form asks of this alone."""
    return pages.render(
        "registry/correct.html",
        of=of,
        code=code,
        back=back,
        path=path,
        facts=facts,
        by=words("corrected_by", CORRECTED_BY),
        party_kinds=words("operator", KINDS),
        address=request.path,
        **{"choices": {}, **more},
    )


def _correction(of: str, row: Mapping[str, Any], right_kind: str, parcels: tuple[str, ...]) -> Correction:
    """What differs from the register is corrected; what a form leaves as it is, is not."""
    given = read_form(CorrectionForm)
    asked = read_form(_AnyFact)
    told = {
        fact: getattr(asked, fact)
        for fact in _facts(of, right_kind, row["code"])
        if _FIRST.get(fact, fact) in request.form
    }
    if "term" in told:
        told["term"] = f"{asked.starts_on}/{asked.last_day}"
    facts = tuple(Corrected(fact, value) for fact, value in told.items() if value != as_text(row[fact]))
    if not facts:
        raise BadInput(Finding("PAR-8", "facts"))
    return named(Correction(of, given.by, given.why, facts, parcels), given)


def named(asked: Correction, given: CorrectionForm) -> Correction:
    """A correction with who applies for it, where that is an interested party. Raises BadInput where they are not said in full."""
    if asked.by != "interested_party":
        return asked
    faults = [] if given.interest.strip() else [Finding("FORM-1", "interest")]
    try:
        said = read_form(InterestedForm)
        whom = PartyForm(said.party_kind, said.party, said.uscc, said.party_id_number, said.household)
        party, whose = party_given(current_actor(), whom)
    except BadInput as bad:
        own = {"id_number": "party_id_number"}
        faults += (replace(one, field=own.get(one.field or "", one.field)) for one in bad.findings)
    if faults:
        raise BadInput(faults)
    return replace(asked, party=party, whose=whose, interest=given.interest.strip())


_FIRST = {"term": "starts_on"}
"""The field that tells whether a form has a fact, where it is not called like it: a term has two days."""


@dataclass(frozen=True)
class _AnyFact:
    """Every fact that some correction may set right, as text."""

    name: str = field(default="", metadata={"most": 200})
    code: str = field(default="", metadata={"most": 28})
    registered_area_m2: str = field(default="", metadata={"most": 40})
    land_class: str = ""
    soil_grade: str = ""
    land_use: str = ""
    basic_farmland: str = ""
    neighbour_east: str = field(default="", metadata={"most": 200})
    neighbour_south: str = field(default="", metadata={"most": 200})
    neighbour_west: str = field(default="", metadata={"most": 200})
    neighbour_north: str = field(default="", metadata={"most": 200})
    address: str = field(default="", metadata={"most": 200})
    postcode: str = field(default="", metadata={"most": 20})
    nature: str = field(default="", metadata={"most": 60})
    term: str = ""
    starts_on: str = field(default="", metadata={"most": 10})
    last_day: str = field(default="", metadata={"most": 10})
    signed_on: str = field(default="", metadata={"most": 10})
    footprint_m2: str = field(default="", metadata={"most": 40})
    floor_area_m2: str = field(default="", metadata={"most": 40})
    floors: str = field(default="", metadata={"most": 2})
    built_on: str = field(default="", metadata={"most": 10})
    note: str = field(default="", metadata={"most": 200})
