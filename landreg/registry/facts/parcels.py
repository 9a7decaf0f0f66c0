"""Facts for acts on parcels: the parcels, what is drawn on them, their neighbours, and the rights that go with them.

A fixed number of queries for any number of cases; what is cut or measured is worked out here, and judged by the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from shapely import Polygon
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis.areas import decimal_m2
from landreg.core.tables import in_force
from landreg.core.units import mu_of
from landreg.land.model import Parcel
from landreg.land.queries import STRETCHED
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, RightBundle, Standing
from landreg.registry.effects import parcels as effects
from landreg.registry.facts import drawn, standing
from landreg.registry.facts.corrections import correction_proposals
from landreg.registry.facts.drawn import Piece, Undrawable
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted
from landreg.registry.model import Right, RightParcel
from landreg.registry.rules.parcel_requests import (
    PARCEL_REQUESTS,
    AreaChange,
    BoundaryCorrection,
    ParcelMerge,
    ParcelSplit,
    PartLoss,
)
from landreg.registry.rules.parcels import Ground, ParcelActFacts
from landreg.registry.rules.requests import read

AROUND_M = 1
"""How far around a parcel its neighbours are looked for, in metres."""
USE = ("land_class", "land_use", "basic_farmland")
Effect = Callable[[date], Changes]


@dataclass(frozen=True)
class OnGround:
    """The parcels of a case as they are in force, and what lies around and on them."""

    parcels: tuple[Standing, ...]
    bundles: tuple[RightBundle, ...]
    restrictions: tuple[Standing, ...]
    around: Mapping[str, Polygon]

    @property
    def shapes(self) -> list[Polygon]:
        """The parcels' shapes in their zone."""
        return [drawn.shape_of(parcel.row["geom"]) for parcel in self.parcels]

    @property
    def areas(self) -> list[Decimal]:
        """Their registered areas in m²."""
        return [parcel.row["registered_area_m2"] for parcel in self.parcels]

    @property
    def srid(self) -> int:
        """The zone of the first."""
        return int(drawn.zone_of(self.parcels[0].row["geom"]))

    def others(self, codes: Sequence[str]) -> dict[str, Polygon]:
        """The parcels around that are not these."""
        return {code: shape for code, shape in self.around.items() if code not in codes}


@dataclass(frozen=True)
class Outcome:
    """What a drawing comes to: facts for the rules, and what the act does."""

    facts: Mapping[str, Any]
    effect: Effect


def parcel_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases on acts that redraw, divide, join or measure parcels, and of corrections."""
    corrections = [case for case in cases if case.act_kind == "correction"]
    redrawing = [case for case in cases if case.act_kind != "correction"]
    return [*_redrawn(session, redrawing), *correction_proposals(session, corrections)]


def _redrawn(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    if not cases:
        return []
    county = cases[0].county
    asked = {case.case_id: read(case.act_kind, case.request) for case in cases}
    parcels = parcels_in_force(session, county, [code for one in asked.values() for code in one.parcels])  # type: ignore[union-attr]
    bundles = bundles_on(session, county, [parcel.row["parcel_id"] for parcel in parcels.values()])
    right_ids = [bundle.right_id for some in bundles.values() for bundle in some]
    restricted = standing.restrictions(session, county, right_ids)
    around = _around(session, county, {case_id: _looked_at(one, parcels) for case_id, one in asked.items()})
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
        before=tuple(_ground(parcel, ground.bundles) for parcel in ground.parcels),
        **outcome.facts,
    )
    first = ground.bundles[0] if ground.bundles else None
    rows = InForce(first, None, ground.restrictions, others=ground.bundles[1:])
    return ActProposal(case, rows, facts, outcome.effect)


def _gone(case: Case) -> Effect:
    def effect(on: date) -> Changes:
        raise ValueError(f"{case.subject_code} is not in force")

    return effect


def _ground(parcel: Standing, bundles: Sequence[RightBundle]) -> Ground:
    row = parcel.row
    rights = frozenset(b.right.row["code"] for b in bundles if row["parcel_id"] in b.codes)
    use = tuple(str(row[fact]) for fact in USE)
    return Ground(row["code"], row["registered_area_m2"], row["kind"], rights, use)


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


def _divided(asked: Any, ground: OnGround) -> Outcome:
    made = pieces(asked, ground)
    if len(made) != len(asked.codes):
        # The parcel was redrawn since the codes were drawn: another number of parts now.
        raise Undrawable("redrawn_since")
    sides = drawn.between([piece.shape for piece in made], asked.codes)
    if isinstance(asked, ParcelMerge):
        sides = [drawn.outer([(shape, one.row) for shape, one in zip(ground.shapes, ground.parcels, strict=True)])]
    parts = [
        effects.Part(
            code,
            drawn.hexed(piece.shape, ground.srid),
            piece.area_m2,
            {**drawn.measured(piece.shape, ground.srid), **side},
            piece.lost,
        )
        for code, piece, side in zip(asked.codes, made, sides, strict=True)
    ]
    after = tuple(Ground(part.code, part.area_m2, ground.parcels[0].row["kind"]) for part in parts)
    return Outcome(
        {"after": after, "bound": _bound(asked, ground)},
        lambda on: effects.redivide(ground.parcels, parts, ground.bundles, on, uuid4),
    )


def _bound(asked: Any, ground: OnGround) -> tuple[str, ...]:
    """Rights that cannot follow a parcel into others: a homestead right rests on the unit code of the one parcel (HS-1)."""
    if isinstance(asked, (BoundaryCorrection, AreaChange)):
        return ()
    return tuple(b.right.row["code"] for b in ground.bundles if b.right.row["kind"] == "homestead")


def _bounded(asked: BoundaryCorrection, ground: OnGround) -> Outcome:
    (was,), code = ground.shapes, asked.parcels[0]
    others = ground.others(asked.parcels)
    # Corners and sides that are not meant to move stay exactly, whatever was lost when they were written down.
    now = drawn.snapped(drawn.shape_of(asked.shape), [was, *others.values()])
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


def parcels_in_force(session: Session, county: str, codes: Sequence[str]) -> dict[str, Standing]:
    """The parcels in force among these codes."""
    found = select(Parcel).where(Parcel.county == county, Parcel.code.in_(codes), in_force(Parcel))
    return {row.code: standing.standing("parcel", row) for row in session.scalars(found)}


def bundles_on(session: Session, county: str, parcel_ids: Sequence[UUID]) -> dict[UUID, list[RightBundle]]:
    """By id of parcel: the rights in force that hold it."""
    found = (
        select(RightParcel.parcel_id, Right.right_id)
        .join(Right, (Right.county == RightParcel.county) & (Right.row_id == RightParcel.right_row))
        .where(
            RightParcel.county == county, RightParcel.parcel_id.in_(parcel_ids), in_force(RightParcel), in_force(Right)
        )
        .order_by(Right.kind, Right.code)
    )
    pairs = session.execute(found).all()
    rights = standing.rights(session, county, list({right_id for _, right_id in pairs}))
    by_parcel: dict[UUID, list[RightBundle]] = defaultdict(list)
    for parcel_id, right_id in pairs:
        by_parcel[parcel_id].append(rights[right_id])
    return by_parcel


def on_ground(session: Session, county: str, codes: Sequence[str], around_m: int = AROUND_M) -> OnGround:
    """The parcels of these codes with the rights on them and the parcels around, so far as `around_m`, for a form."""
    parcels = parcels_in_force(session, county, codes)
    own = tuple(parcels[code] for code in codes if code in parcels)
    on = bundles_on(session, county, [parcel.row["parcel_id"] for parcel in own])
    held = {bundle.right_id: bundle for some in on.values() for bundle in some}
    key = UUID(int=0)
    around = _around(session, county, {key: [parcel.row["geom"] for parcel in own]}, around_m).get(key, {})
    return OnGround(own, tuple(held.values()), (), around)


def redrawn_places(session: Session, county: str, case_ids: Sequence[UUID]) -> set[str]:
    """What is locked before parcels are redrawn: their villages, and the county, since a boundary may be a village's too."""
    found = select(Case.village).where(
        Case.county == county, Case.case_id.in_(case_ids), Case.act_kind.in_(PARCEL_REQUESTS)
    )
    villages = set(session.scalars(found))
    return villages | {county} if villages else villages


def _looked_at(asked: Any, parcels: Mapping[str, Standing]) -> list[str]:
    """The shapes around which an act looks for neighbours."""
    if not isinstance(asked, BoundaryCorrection):
        return []
    return [asked.shape, *(parcels[code].row["geom"] for code in asked.parcels if code in parcels)]


def _around(
    session: Session, county: str, shapes: Mapping[UUID, Sequence[str]], around_m: int = AROUND_M
) -> dict[UUID, dict[str, Polygon]]:
    pairs = [(str(key), shape) for key, some in shapes.items() for shape in some]
    if not pairs:
        return {}
    asked = {
        "county": county, "keys": [key for key, _ in pairs], "shapes": [s for _, s in pairs], "around": around_m,
        "stretched": STRETCHED * around_m,
    }  # fmt: skip
    found: dict[UUID, dict[str, Polygon]] = defaultdict(dict)
    for row in session.execute(text(_AROUND), asked):
        found[UUID(row.key)][row.code] = drawn.shape_of(bytes(row.shape))
    return found


# What was surveyed in another zone, or in other digits, is found on the map that all have in common and seen in the zone of
# what is drawn. OFFSET 0 keeps the two apart: a shape at a time finds what lies around it by the spatial index.
_AROUND = """
    SELECT a.key, l.code, ST_AsBinary(l.geom) AS shape
    FROM (SELECT key, CAST(shape AS geometry) AS geom
          FROM unnest(CAST(:keys AS text[]), CAST(:shapes AS text[])) AS a (key, shape)) AS a
    CROSS JOIN LATERAL (
        SELECT l.code,
               CASE WHEN ST_SRID(l.geom) = ST_SRID(a.geom) THEN l.geom ELSE ST_Transform(l.geom, ST_SRID(a.geom)) END AS geom
        FROM land.parcel AS l
        WHERE l.county = :county AND l.geom_3857 && ST_Expand(ST_Transform(a.geom, 3857), :stretched)
          AND upper_inf(l.recorded) AND upper_inf(l.valid)
        OFFSET 0) AS l
    WHERE l.geom && ST_Expand(a.geom, :around)
"""
