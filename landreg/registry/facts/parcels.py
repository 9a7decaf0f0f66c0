"""Facts for acts on parcels: the parcels, what is drawn on them, their neighbours, and the rights that go with them.

A fixed number of queries for any number of cases; what is cut or measured is worked out here, and judged by the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from shapely import Polygon
from sqlalchemy.orm import Session

from gis.areas import decimal_m2
from landreg.core.units import mu_of
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, Standing
from landreg.registry.effects import parcels as effects
from landreg.registry.facts import drawn, standing
from landreg.registry.facts.corrections import correction_proposals
from landreg.registry.facts.drawn import Piece, Undrawable
from landreg.registry.facts.ground import OnGround, around_shapes, bundles_on, parcels_in_force
from landreg.registry.facts.held_by import held_proposals
from landreg.registry.facts.holders import holder_proposals
from landreg.registry.facts.land_corrected import land_proposals
from landreg.registry.facts.limit_corrected import limit_proposals
from landreg.registry.facts.members import member_proposals
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted
from landreg.registry.rules.parcel_requests import (
    CORRECTIONS,
    AreaChange,
    BoundaryCorrection,
    ParcelMerge,
    ParcelSplit,
    PartLoss,
)
from landreg.registry.rules.parcels import Ground, ParcelActFacts
from landreg.registry.rules.requests import read

OPERATION = "land_operation"
USE = ("land_class", "land_use", "basic_farmland")
_APART = {
    "member": member_proposals,
    "holder": holder_proposals,
    "land": land_proposals,
    "held": held_proposals,
    "restriction": limit_proposals,
}
"""By what is corrected: what reads its cases, where that is a module of its own."""
Effect = Callable[[date], Changes]


@dataclass(frozen=True)
class Outcome:
    """What a drawing comes to: facts for the rules, and what the act does."""

    facts: Mapping[str, Any]
    effect: Effect


def parcel_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases on acts that redraw, divide, join or measure parcels, and of corrections."""
    corrections = [case for case in cases if case.act_kind in CORRECTIONS]
    apart = [case for case in corrections if case.request.get("of") in _APART]
    others = [case for case in corrections if case not in apart]
    redrawing = [case for case in cases if case.act_kind not in CORRECTIONS]
    found = [*_redrawn(session, redrawing), *correction_proposals(session, others)]
    for of, reading in _APART.items():
        found += reading(session, [case for case in apart if case.request["of"] == of])
    return found


def _redrawn(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    if not cases:
        return []
    county = cases[0].county
    asked = {case.case_id: read(case.act_kind, case.request) for case in cases}
    parcels = parcels_in_force(session, county, [code for one in asked.values() for code in one.parcels])  # type: ignore[union-attr]
    bundles = bundles_on(session, county, [parcel.row["parcel_id"] for parcel in parcels.values()])
    right_ids = [bundle.right_id for some in bundles.values() for bundle in some]
    restricted = standing.restrictions(session, county, right_ids)
    around = around_shapes(session, county, {case_id: _looked_at(one, parcels) for case_id, one in asked.items()})
    papers = folders(session, county, [case.case_id for case in cases])
    made = []
    for case in cases:
        own = tuple(parcels[code] for code in asked[case.case_id].parcels if code in parcels)  # type: ignore[union-attr]
        held = {b.right_id: b for parcel in own for b in bundles.get(parcel.row["parcel_id"], ())}
        ground = OnGround(
            own,
            tuple(held.values()),
            tuple(row for right_id in held for row in restricted.get(right_id, ())),
            around.get(case.case_id, {}),
        )
        made.append(_proposal(case, asked[case.case_id], ground, papers[case.case_id]))
    return made


def _proposal(case: Case, asked: Any, ground: OnGround, folder: frozenset[str]) -> ActProposal:
    still = len(ground.parcels) == len(asked.parcels) > 0 and {b.right_id for b in ground.bundles} == {*case.right_ids}
    outcome = _outcome(asked, ground) if still else Outcome({}, _gone(case))
    facts = ParcelActFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=still,
        right_kind=case.right_kind,
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(ground.restrictions),
        parcels=tuple(asked.parcels),
        operated={
            code: bundle.right.row["code"]
            for bundle in ground.bundles
            if bundle.right.row["kind"] == OPERATION
            for code in bundle.codes.values()
        },
        before=tuple(_ground(parcel, ground) for parcel in ground.parcels),
        **outcome.facts,
    )
    first = ground.bundles[0] if ground.bundles else None
    rows = InForce(first, None, ground.restrictions, others=ground.bundles[1:])
    return ActProposal(case, rows, facts, outcome.effect)


def _gone(case: Case) -> Effect:
    def effect(on: date) -> Changes:
        raise ValueError(f"{case.subject_code} is not in force")

    return effect


def _ground(parcel: Standing, ground: OnGround) -> Ground:
    row, parcel_id = parcel.row, parcel.row["parcel_id"]
    held = [one for one in ground.bundles if parcel_id in one.codes]
    rights, right_ids = frozenset(one.right.row["code"] for one in held), {one.right_id for one in held}
    limits = frozenset(
        one.row["restriction_id"]
        for one in ground.restrictions
        if one.row["right_id"] in right_ids and (one.row["parcels"] is None or parcel_id in one.row["parcels"])
    )
    use = tuple(str(row[fact]) for fact in USE)
    return Ground(row["code"], row["registered_area_m2"], row["kind"], rights, use, limits)


def _outcome(asked: Any, ground: OnGround) -> Outcome:
    """What the drawing comes to; where nothing can come of it, its fault."""
    try:
        match asked:
            case BoundaryCorrection():
                return _bounded(asked, ground)
            case AreaChange():
                return _measured(asked, ground)
        return _divided(asked, ground)
    except Undrawable as fault:
        return Outcome({"fault": fault.word, "bound": _bound(asked, ground)}, lambda on: Changes((), on))


def pieces(asked: ParcelSplit | ParcelMerge | PartLoss, ground: OnGround) -> list[Piece]:
    """The parcels that come of a division or a merger, from west to east. Raises Undrawable."""
    shapes, areas = ground.shapes, ground.areas
    match asked:
        case ParcelSplit():
            return drawn.cut(shapes[0], drawn.shape_of(asked.line), areas[0])
        case PartLoss():
            return drawn.cut_face(shapes[0], drawn.shape_of(asked.shape), areas[0])
    return drawn.joined(shapes, areas)


def drawn_pieces(asked: Any, ground: OnGround) -> list[Piece]:
    """What a drawing makes of the parcel, before any case: as its case will say it. Raises Undrawable."""
    if isinstance(asked, BoundaryCorrection):
        now = _redrawn_shape(asked, ground)
        return [Piece(now, decimal_m2(now.area))]
    return pieces(asked, ground)


def _redrawn_shape(asked: BoundaryCorrection, ground: OnGround) -> Polygon:
    """Corners and sides that are not meant to move stay exactly, whatever was lost when they were written down."""
    return drawn.snapped(drawn.shape_of(asked.shape), [*ground.shapes, *ground.others(asked.parcels).values()])


def _divided(asked: Any, ground: OnGround) -> Outcome:
    parts = parts_of(asked, ground)
    after = tuple(Ground(part.code, part.area_m2, ground.parcels[0].row["kind"], lost=part.lost) for part in parts)
    return Outcome(
        {"after": after, "bound": _bound(asked, ground)},
        lambda on: effects.redivide(ground.parcels, parts, ground.bundles, on, uuid4),
    )


def parts_of(asked: ParcelSplit | ParcelMerge | PartLoss, ground: OnGround) -> list[effects.Part]:
    """The parcels that come of it, with their codes, as they will be registered. Raises Undrawable."""
    made = pieces(asked, ground)
    if len(made) != len(asked.codes):
        # The parcel was redrawn since the codes were drawn: another number of parts now.
        raise Undrawable("redrawn_since")
    sides = drawn.between([piece.shape for piece in made], asked.codes)
    if isinstance(asked, ParcelMerge):
        sides = [drawn.outer([(shape, one.row) for shape, one in zip(ground.shapes, ground.parcels, strict=True)])]
    return [
        effects.Part(
            code,
            drawn.hexed(piece.shape, ground.srid),
            piece.area_m2,
            {**drawn.measured(piece.shape, ground.srid), **side},
            piece.lost,
        )
        for code, piece, side in zip(asked.codes, made, sides, strict=True)
    ]


def _bound(asked: Any, ground: OnGround) -> tuple[str, ...]:
    """Rights that cannot follow a parcel into others: a homestead right rests on the unit code of the one parcel (HS-1)."""
    if isinstance(asked, (BoundaryCorrection, AreaChange)):
        return ()
    return tuple(b.right.row["code"] for b in ground.bundles if b.right.row["kind"] == "homestead")


def _bounded(asked: BoundaryCorrection, ground: OnGround) -> Outcome:
    (was,), code = ground.shapes, asked.parcels[0]
    others = ground.others(asked.parcels)
    now = _redrawn_shape(asked, ground)
    area = decimal_m2(now.area)
    changed = {
        "geom": drawn.hexed(now, ground.srid),
        "registered_area_m2": area,
        "mu": mu_of(area),
        "package_id": None,
        **drawn.measured(now, ground.srid),
    }
    unsigned = tuple(one for one in drawn.touched(was, now, others) if one not in asked.signed)
    return Outcome(
        {
            "after": (Ground(code, area), *_rights_after(ground, area)),
            "overlapped": drawn.covered(now, others),
            "unsigned": unsigned,
            "changed_m2": decimal_m2(drawn.changed(was, now).area),
            "shared_m2": decimal_m2(was.intersection(now).area),
            "drawn_m2": area,
        },
        lambda on: effects.redraw(ground.parcels[0], changed, ground.bundles, on, uuid4),
    )


def _measured(asked: AreaChange, ground: OnGround) -> Outcome:
    area = asked.area_m2
    changed = {"registered_area_m2": area, "surveyed_area_m2": area, "mu": mu_of(area)}
    return Outcome(
        {
            "after": (Ground(asked.parcels[0], area), *_rights_after(ground, area)),
            "drawn_m2": decimal_m2(ground.shapes[0].area),
        },
        lambda on: effects.redraw(ground.parcels[0], changed, ground.bundles, on, uuid4),
    )


def _rights_after(ground: OnGround, area_m2: Decimal) -> tuple[Ground, ...]:
    """The rights on the parcel, and their parts on it, with the area that each would have."""
    found = []
    for bundle in ground.bundles:
        right, parcels = effects.resized(
            bundle.right.row, [one.row for one in bundle.parcels], ground.parcels[0].row, area_m2
        )
        found.append(Ground(bundle.right.row["code"], min(right["area_m2"], *(row["area_m2"] for row in parcels))))
    return tuple(found)


def _looked_at(asked: Any, parcels: Mapping[str, Standing]) -> list[str]:
    """The shapes around which an act looks for neighbours."""
    if not isinstance(asked, BoundaryCorrection):
        return []
    return [asked.shape, *(parcels[code].row["geom"] for code in asked.parcels if code in parcels)]
