"""Applying for an act on a parcel, and for a correction of a parcel, a household or a right: the forms and what they open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from shapely import Polygon
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor, known_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.land import queries as land
from landreg.land import shown as land_shown
from landreg.law.book import act_types
from landreg.party import queries as parties
from landreg.registry.casework import applications, parcel_applications
from landreg.registry.facts import drawn, standing
from landreg.registry.facts.corrections import CONTRACT_ONLY, HOMESTEAD_ONLY, as_text
from landreg.registry.facts.drawn import Undrawable
from landreg.registry.facts.parcels import AROUND_M, OnGround, on_ground, parcels_in_force
from landreg.registry.routes import parcel_shown
from landreg.registry.routes.applying import opened, words
from landreg.registry.rules.acts import END_REASONS
from landreg.registry.rules.parcel_requests import (
    AreaChange,
    BoundaryCorrection,
    Corrected,
    Correction,
    ParcelMerge,
    ParcelRequest,
    ParcelSplit,
    PartLoss,
)
from landreg.registry.rules.parcels import CORRECTABLE, CORRECTED_BY
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("parcel_acts", __name__)
DRAWN = {"parcel_split": "line", "part_loss": "face", "boundary_correction": "boundary", "parcel_merge": "pick"}
"""By kind of act: how the map helps to fill the form in."""
LONG = {"most": 200_000}
SHOWN_AROUND_M, TOUCHING_M = 10, 0.1
"""How far around a parcel a form shows its neighbours, and how near one lies that can be joined, in metres."""
MOST_M2 = Decimal("1E12")


@dataclass(frozen=True)
class SplitForm:
    """The dividing line, as coordinates."""

    line: str = field(metadata=LONG)


@dataclass(frozen=True)
class MergeForm:
    """The neighbours that the parcel is joined with."""

    others: tuple[str, ...]


@dataclass(frozen=True)
class BoundaryForm:
    """The boundary as it truly runs, and whose holders signed for it."""

    shape: str = field(metadata=LONG)
    signed: tuple[str, ...] = ()


@dataclass(frozen=True)
class AreaForm:
    """The area measured anew, in m²."""

    area_m2: Decimal


@dataclass(frozen=True)
class LossForm:
    """The part that is lost, and why."""

    shape: str = field(metadata=LONG)
    reason: str


@dataclass(frozen=True)
class CorrectionForm:
    """Who found the error, and what shows it; the facts themselves are read by their names."""

    by: str
    why: str = field(metadata={"most": 500})


@blueprint.app_template_global()
def offered_on_parcel(code: str, parcel_kind: str) -> dict[str, str]:
    """The acts that may be applied for on a parcel of a kind, with the address of each form; none for who may not apply."""
    right_kind = {"contracted": "contract_management", "homestead": "homestead"}.get(parcel_kind)
    if right_kind is None or not known_actor().has(Role.REGISTRAR):
        return {}
    kinds = [kind.kind for kind in act_types() if kind.on == "parcel" and right_kind in kind.rights]
    return {kind: url_for("registry.parcel_acts.on_parcel", code=code, kind=kind) for kind in kinds} | {
        "correction": url_for("registry.parcel_acts.correct_parcel", code=code)
    }


@blueprint.app_template_global()
def correction_of(of: str, **keys: Any) -> dict[str, str]:
    """The address of the form of a correction of a household or right; none for who may not apply."""
    if not known_actor().has(Role.REGISTRAR):
        return {}
    return {"correction": url_for(f"registry.parcel_acts.correct_{of}", **keys)}


@blueprint.get("/parcels/<code>/acts/<kind>")
@allow(Role.REGISTRAR)
def on_parcel(code: str, kind: str) -> Response:
    """The form of an act on a parcel, with a map to draw on. Raises NotFound for a parcel that ended or another kind of act."""
    if kind not in _ON_PARCEL:
        raise NotFound
    actor = current_actor()
    with unit_of_work(actor) as uow:
        seen, ground = _ground(uow.session, actor.jurisdiction, code, SHOWN_AROUND_M)
        path = land.division_path(uow.session, seen.parcel.village)
        names = _names(uow.session, seen.parcel.county, ground)
    return pages.render(
        "registry/parcel_apply.html",
        kind=kind,
        seen=seen,
        parcel=seen.parcel,
        path=path,
        zone=land_shown.zone(seen.epsg),
        edit=DRAWN.get(kind, ""),
        shapes=parcel_shown.features(ground, seen.epsg),
        sketch=parcel_shown.sketch_of(ground.shapes, [], list(ground.others([code]).items())),
        corners=parcel_shown.corners(ground.shapes[0]),
        others=[(other, f"{other}{names.get(other, '')}") for other in _near(kind, code, ground)],
        reasons=words("end_reason", END_REASONS),
    )


@blueprint.post("/parcels/<code>/acts/<kind>")
@allow(Role.REGISTRAR)
@problems.back_to(on_parcel)
def apply_on_parcel(code: str, kind: str) -> Redirect:
    """Open the case."""
    if kind not in _ON_PARCEL:
        raise NotFound
    actor = current_actor()
    with unit_of_work(actor) as uow:
        seen, ground = _ground(uow.session, actor.jurisdiction, code)
    asked = _ON_PARCEL[kind](code, ground.shapes[0], seen.epsg)
    return opened(seen.parcel.county, parcel_applications.apply_on_parcel(actor, code, kind, asked))


def _near(kind: str, code: str, ground: OnGround) -> list[str]:
    """The parcels that a form offers: to join, those that touch; to sign, those around and any that a refusal named."""
    others = ground.others([code])
    if kind == "parcel_merge":
        return sorted(other for other, shape in others.items() if shape.distance(ground.shapes[0]) <= TOUCHING_M)
    named = [finding.values["codes"] for finding in g.get("findings", ()) if finding.code == "PAR-7"]
    return sorted({*others, *(other for codes in named for other in codes)})


def _ground(session: Any, jurisdiction: str, code: str, around_m: int = AROUND_M) -> tuple[land.ParcelSeen, OnGround]:
    seen = land.parcel(session, jurisdiction, code)
    if seen is None:
        raise NotFound
    return seen, on_ground(session, seen.parcel.county, [code], around_m)


def _names(session: Any, county: str, ground: OnGround) -> dict[str, str]:
    """By code of a parcel around: the name that people call it by."""
    around = parcels_in_force(session, county, list(ground.around))
    return {code: f" {one.row['name']}" for code, one in around.items() if one.row["name"]}


def _drawn(name: str, read: Callable[[], Any], srid: int) -> str:
    try:
        return drawn.hexed(read(), srid)
    except Undrawable as fault:
        raise BadInput(Finding("PAR-1", name, {"fault": fault.word})) from None


def _split(code: str, parcel: Polygon, srid: int) -> ParcelRequest:
    given = read_form(SplitForm)
    return ParcelSplit((code,), _drawn("line", lambda: drawn.read_line(given.line, parcel), srid))


def _merge(code: str, parcel: Polygon, srid: int) -> ParcelRequest:
    return ParcelMerge((code, *(other for other in read_form(MergeForm).others if other != code)))


def _boundary(code: str, parcel: Polygon, srid: int) -> ParcelRequest:
    given = read_form(BoundaryForm)
    return BoundaryCorrection(
        (code,), _drawn("shape", lambda: drawn.read_boundary(given.shape, parcel), srid), given.signed
    )


def _area(code: str, parcel: Polygon, srid: int) -> ParcelRequest:
    given = read_form(AreaForm)
    if abs(given.area_m2) >= MOST_M2 or given.area_m2 != given.area_m2.quantize(Decimal("0.01")):
        raise BadInput(Finding("FORM-3", "area_m2", {"given": str(given.area_m2)[:40]}))
    return AreaChange((code,), given.area_m2.quantize(Decimal("0.01")))


def _loss(code: str, parcel: Polygon, srid: int) -> ParcelRequest:
    given = read_form(LossForm)
    return PartLoss((code,), _drawn("shape", lambda: drawn.read_face(given.shape, parcel), srid), given.reason)


_ON_PARCEL: Mapping[str, Callable[[str, Polygon, int], ParcelRequest]] = {
    "parcel_split": _split,
    "parcel_merge": _merge,
    "boundary_correction": _boundary,
    "area_change": _area,
    "part_loss": _loss,
}


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
        seen, ground = _ground(uow.session, actor.jurisdiction, code)
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


def _facts(of: str, right_kind: str) -> list[str]:
    """The facts that a correction of this subject may set right."""
    other = CONTRACT_ONLY if right_kind == "homestead" else HOMESTEAD_ONLY
    return [fact for fact in CORRECTABLE[of] if fact not in other]


def _correction_page(of: str, code: str, row: Mapping[str, Any], right_kind: str, village: str, back: str) -> Response:
    with unit_of_work(current_actor()) as uow:
        path = land.division_path(uow.session, village)
    return pages.render(
        "registry/correct.html",
        of=of,
        code=code,
        path=path,
        back=back,
        facts=[(fact, as_text(row[fact])) for fact in _facts(of, right_kind)],
        choices=parcel_shown.choices(right_kind),
        by=words("corrected_by", CORRECTED_BY),
        address=request.path,
    )


def _correction(of: str, row: Mapping[str, Any], right_kind: str, parcels: tuple[str, ...]) -> Correction:
    """What differs from the register is corrected; what a form leaves as it is, is not."""
    given = read_form(CorrectionForm)
    asked = read_form(_AnyFact)
    told = {fact: getattr(asked, fact) for fact in _facts(of, right_kind) if fact in request.form}
    facts = tuple(Corrected(fact, value) for fact, value in told.items() if value != as_text(row[fact]))
    if not facts:
        raise BadInput(Finding("PAR-8", "facts"))
    return Correction(of, given.by, given.why, facts, parcels)


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
    signed_on: str = field(default="", metadata={"most": 10})
    footprint_m2: str = field(default="", metadata={"most": 40})
    floor_area_m2: str = field(default="", metadata={"most": 40})
    floors: str = field(default="", metadata={"most": 2})
    built_on: str = field(default="", metadata={"most": 10})
    note: str = field(default="", metadata={"most": 200})
