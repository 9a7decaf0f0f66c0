"""Applying for an act on a parcel: the forms and what they open; those of corrections stand beside (`corrections`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from shapely import Polygon
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor, known_actor
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotAllowed, NotFound
from landreg.land import parcel_queries
from landreg.land import queries as land
from landreg.land import shown as land_shown
from landreg.law.book import act_types
from landreg.registry.casebook import Case
from landreg.registry.casework import parcel_applications, under_way_queries
from landreg.registry.facts import drawn
from landreg.registry.facts.drawn import Undrawable
from landreg.registry.facts.ground import AROUND_M, OnGround, on_ground, parcels_in_force
from landreg.registry.routes import parcel_shown
from landreg.registry.routes.applying import opened, words
from landreg.registry.rules.ends import END_REASONS
from landreg.registry.rules.parcel_requests import (
    AreaChange,
    BoundaryCorrection,
    ParcelMerge,
    ParcelRequest,
    ParcelSplit,
    PartLoss,
)
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("parcel_acts", __name__)
DRAWN = {"parcel_split": "line", "part_loss": "face", "boundary_correction": "boundary", "parcel_merge": "pick"}
"""By kind of act: how the map helps to fill the form in."""
FORESEEN = {"parcel_split": "line", "part_loss": "shape", "boundary_correction": "shape"}
"""By kind of act that shows what its drawing comes to: the field that is drawn into."""
LONG = {"most": 200_000}
MEASURED = ("parcel_split", "parcel_merge", "boundary_correction", "area_change")
"""Kinds of act whose draft a surveyor may enter: what they measured. A registrar takes it in."""
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
    """The part that is lost, and why. noticed_on: of land that is given back."""

    shape: str = field(metadata=LONG)
    reason: str
    noticed_on: date | None = None


@blueprint.app_template_global()
def offered_on_parcel(code: str, parcel_kind: str, *, gone: bool = False) -> dict[str, str]:
    """The acts that may be applied for on a parcel of a kind, with the address of each form; none for who may not apply. gone: it
    is no land of the collective any more, and can only be corrected.
    """
    right_kind = {"contracted": "contract_management", "homestead": "homestead"}.get(parcel_kind)
    actor = known_actor()
    if right_kind is None:
        return {}
    kinds = [
        kind.kind
        for kind in act_types()
        if not gone and kind.on == "parcel" and right_kind in kind.rights and _may(actor, kind.kind)
    ]
    offered = {kind: url_for("registry.parcel_acts.on_parcel", code=code, kind=kind) for kind in kinds}
    if not actor.has(Role.REGISTRAR):
        return offered
    return offered | {"correction": url_for("registry.parcel_acts.correct_parcel", code=code)}


def _may(actor: Actor, kind: str) -> bool:
    return actor.has(Role.REGISTRAR) or (actor.has(Role.SURVEYOR) and kind in MEASURED)


@blueprint.app_template_global()
def cases_on_parcel(county: str, code: str) -> Sequence[Case]:
    """The cases that are under way on a parcel; a surveyor's own drafts, and none for who may not open them."""
    actor = known_actor()
    if not actor.has(Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR, Role.SURVEYOR):
        return ()
    with unit_of_work(actor) as uow:
        found = under_way_queries.on_parcel(uow.session, county, code)
    if actor.has(Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR):
        return found
    return [case for case in found if case.prepared_by == actor.account_id]


@blueprint.app_template_global()
def correction_of(of: str, **keys: Any) -> dict[str, str]:
    """The address of the form of a correction of a household or right; none for who may not apply."""
    if not known_actor().has(Role.REGISTRAR):
        return {}
    return {"correction": url_for(f"registry.parcel_acts.correct_{of}", **keys)}


@blueprint.get("/parcels/<code>/acts/<kind>")
@allow(Role.REGISTRAR, Role.SURVEYOR)
def on_parcel(code: str, kind: str) -> Response:
    """The form of an act on a parcel, with a map to draw on. Raises NotFound for a parcel that ended or another kind of act,
    NotAllowed for a surveyor and what is not measured.
    """
    return _page(code, kind, None)


def _page(code: str, kind: str, preview: parcel_shown.Foreseen | None) -> Response:
    actor = _allowed(kind)
    with unit_of_work(actor) as uow:
        seen, ground = ground_of(uow.session, actor.jurisdiction, code, SHOWN_AROUND_M)
        path = land.division_path(uow.session, seen.parcel.village)
        names = _names(uow.session, seen.parcel.county, ground)
    return pages.render(
        "registry/parcel_apply.html",
        kind=kind,
        seen=seen,
        parcel=seen.parcel,
        path=path,
        preview=preview,
        zone=land_shown.zone(seen.epsg),
        edit=DRAWN.get(kind, ""),
        shapes=parcel_shown.features(ground, seen.epsg),
        sketch=parcel_shown.sketch_of(ground.shapes, [], list(ground.others([code]).items())),
        corners=parcel_shown.corners(ground.shapes[0]),
        others=[(other, f"{other}{names.get(other, '')}") for other in _near(kind, code, ground)],
        reasons=words("end_reason", END_REASONS),
    )


def _allowed(kind: str) -> Actor:
    if kind not in _ON_PARCEL:
        raise NotFound
    actor = current_actor()
    if not _may(actor, kind):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.REGISTRAR.value]}))
    return actor


@blueprint.post("/parcels/<code>/acts/<kind>")
@allow(Role.REGISTRAR, Role.SURVEYOR)
@problems.back_to(on_parcel)
def apply_on_parcel(code: str, kind: str) -> Redirect | Response:
    """Open the case; or show what the drawing comes to: on the page before it is sent (`step=preview`), or, while it is drawn,
    by itself (`step=drawn`).
    """
    actor, step = _allowed(kind), request.form.get("step", "open")
    with unit_of_work(actor) as uow:
        seen, ground = ground_of(uow.session, actor.jurisdiction, code)
    if step == "drawn":
        return pages.render("registry/parcel_foreseen.html", **_while_drawn(code, kind, seen.epsg, ground))
    asked = _ON_PARCEL[kind](code, ground.shapes[0], seen.epsg)
    if step == "preview":
        return _page(code, kind, _foreseen(kind, asked, ground))
    return opened(seen.parcel.county, parcel_applications.apply_on_parcel(actor, code, kind, asked))


def _while_drawn(code: str, kind: str, srid: int, ground: OnGround) -> dict[str, Any]:
    """What is drawn so far comes to, or what is wrong with it."""
    try:
        asked = _ON_PARCEL[kind](code, ground.shapes[0], srid)
        return {"preview": _foreseen(kind, asked, ground), "faults": ()}
    except BadInput as bad:
        return {"preview": None, "faults": bad.findings}


def _foreseen(kind: str, asked: ParcelRequest, ground: OnGround) -> parcel_shown.Foreseen | None:
    """What a drawing comes to; None of an act on which nothing is drawn. Raises BadInput (PAR-1)."""
    if kind not in FORESEEN:
        return None
    try:
        return parcel_shown.foreseen(asked, ground)
    except Undrawable as fault:
        raise BadInput(Finding("PAR-1", FORESEEN[kind], {"fault": fault.word})) from None


def _near(kind: str, code: str, ground: OnGround) -> list[str]:
    """The parcels that a form offers: to join, those that touch; to sign, those around and any that a refusal named."""
    others = ground.others([code])
    if kind == "parcel_merge":
        return sorted(other for other, shape in others.items() if shape.distance(ground.shapes[0]) <= TOUCHING_M)
    named = [finding.values["codes"] for finding in g.get("findings", ()) if finding.code == "PAR-7"]
    return sorted({*others, *(other for codes in named for other in codes)})


def ground_of(
    session: Any, jurisdiction: str, code: str, around_m: int = AROUND_M
) -> tuple[parcel_queries.ParcelSeen, OnGround]:
    """A parcel in force, and what lies around it. Raises NotFound for none."""
    seen = parcel_queries.parcel(session, jurisdiction, code)
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
        raise BadInput(Finding("FORM-14", "area_m2", {"given": str(given.area_m2)[:40], "most": f"{MOST_M2:f}"}))
    return AreaChange((code,), given.area_m2.quantize(Decimal("0.01")))


def _loss(code: str, parcel: Polygon, srid: int) -> ParcelRequest:
    given = read_form(LossForm)
    face = _drawn("shape", lambda: drawn.read_face(given.shape, parcel), srid)
    return PartLoss((code,), face, given.reason, noticed_on=given.noticed_on)


_ON_PARCEL: Mapping[str, Callable[[str, Polygon, int], ParcelRequest]] = {
    "parcel_split": _split,
    "parcel_merge": _merge,
    "boundary_correction": _boundary,
    "area_change": _area,
    "part_loss": _loss,
}
