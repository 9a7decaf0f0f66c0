"""Parcels as they lie on the ground: those in force, the rights that hold them, and what lies around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shapely import Polygon
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from landreg.core.tables import in_force
from landreg.land.model import Parcel
from landreg.land.parcel_queries import STRETCHED
from landreg.registry.casebook import Case
from landreg.registry.effects import RightBundle, Standing
from landreg.registry.facts import drawn, standing
from landreg.registry.model import Right, RightParcel
from landreg.registry.rules.parcel_requests import PARCEL_REQUESTS

AROUND_M = 1
"""How far around a parcel its neighbours are looked for, in metres."""


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
    around = around_shapes(session, county, {key: [parcel.row["geom"] for parcel in own]}, around_m).get(key, {})
    return OnGround(own, tuple(held.values()), (), around)


def redrawn_places(session: Session, county: str, case_ids: Sequence[UUID]) -> set[str]:
    """What is locked before parcels are redrawn: their villages, and the county, since a boundary may be a village's too."""
    cut = (Case.act_kind == "exit") & (Case.request["cut"].as_string() != "")
    found = select(Case.village).where(
        Case.county == county, Case.case_id.in_(case_ids), Case.act_kind.in_(PARCEL_REQUESTS) | cut
    )
    villages = set(session.scalars(found))
    return villages | {county} if villages else villages


def places_surveyed(session: Session, county: str, case_ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """Package and village of all that the cases name: a homestead may lie in another village than its household.

    Of one village the package received last comes first: the latest survey is the one that is entered.
    """
    asked = {"county": county, "cases": list(case_ids)}
    return [(row.package_id, row.village) for row in session.execute(text(_SURVEYED), asked)]


def around_shapes(
    session: Session, county: str, shapes: Mapping[UUID, Sequence[str]], around_m: int = AROUND_M
) -> dict[UUID, dict[str, Polygon]]:
    """By key: the parcels that lie within `around_m` metres of its shapes, by code."""
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
# Looked up by key row for row: joined, the planner guesses at the CTE and pairs every case with every parcel of its package.
_SURVEYED = """
    WITH c AS MATERIALIZED (
        SELECT case_id, package_id, village, subject_code, household_code FROM registry."case"
        WHERE county = :county AND case_id = ANY (:cases)
    ), places AS (
        SELECT package_id, village FROM c
        UNION SELECT package_id, (SELECT h.village FROM land.staged_household AS h
            WHERE h.county = :county AND h.package_id = c.package_id AND h.code = c.household_code) FROM c
        UNION SELECT c.package_id, (SELECT p.village FROM land.staged_parcel AS p
            WHERE p.county = :county AND p.package_id = c.package_id AND p.code = x.parcel_code)
        FROM c JOIN registry.case_parcel AS x ON x.county = :county AND x.case_id = c.case_id
        UNION SELECT package_id, (SELECT i.village FROM land.staged_issuer AS i
            WHERE i.county = :county AND i.package_id = c.package_id AND i.code = left(c.household_code, 14)) FROM c
        UNION SELECT package_id, (SELECT i.village FROM land.staged_contract AS s JOIN land.staged_issuer AS i
            ON i.county = s.county AND i.package_id = s.package_id AND i.code = s.issuer_code
            WHERE s.county = :county AND s.package_id = c.package_id AND s.code = c.subject_code) FROM c
    )
    SELECT o.package_id, o.village FROM places AS o
    JOIN land.package AS k ON k.county = :county AND k.package_id = o.package_id
    WHERE o.village IS NOT NULL ORDER BY o.village, k.received_at DESC, o.package_id
"""
