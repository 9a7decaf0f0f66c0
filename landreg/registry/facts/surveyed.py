"""What the survey behind a first registration has drawn and listed: each parcel with what lies around it, and the household."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import shapely
from shapely import Polygon
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.nyt2539 import member_note
from landreg.registry.casebook import Case
from landreg.registry.facts.drawn import shape_of

AROUND = 15
"""How many metres of the map of EPSG:3857 around a parcel are looked at for neighbours."""


@dataclass(frozen=True)
class Surveyed:
    """A parcel as drawn, in metres of its zone. around: code and shape of what lies near it in the same survey, cut off where the
    drawing ends. neighbours: what the survey names to the east, south, west and north; none of a homestead.
    """

    code: str
    name: str
    shape: Polygon
    around: Sequence[tuple[str, Polygon]]
    neighbours: tuple[str, str, str, str] | None


def parcels_of(session: Session, case: Case) -> list[Surveyed]:
    """The parcels that a first registration asks for, by code."""
    asked = {"county": case.county, "package": case.package_id, "case": case.case_id, "around": AROUND}
    return [_surveyed(row) for row in session.execute(text(_OF_KIND[case.right_kind]), asked)]


class Listed(NamedTuple):
    """A member of a household as a survey lists them, the note in the words of the certificate."""

    name_masked: str
    sex: str
    relation: str
    holds_right: bool
    note: str


def members_of(session: Session, case: Case) -> list[Listed]:
    """The members that the survey lists for the case's household, in its order."""
    asked = {"county": case.county, "package": case.package_id, "household": case.household_code}
    rows = session.execute(text(_MEMBERS), asked)
    return [
        Listed(row.name_masked, row.sex, row.relation, row.holds_right, member_note(row.note_kind, row.note))
        for row in rows
    ]


def _surveyed(row: Any) -> Surveyed:
    shape = shape_of(row.shape)
    neighbours = None if row.east is None else (row.east, row.south, row.west, row.north)
    return Surveyed(row.code, row.name, shape, _cut(shape, zip(row.codes, row.shapes, strict=True)), neighbours)


def _cut(shape: Polygon, around: Any) -> list[tuple[str, Polygon]]:
    """What lies around within the square of the drawing; of what falls into pieces there the largest."""
    west, south, east, north = shape.bounds
    reach = AROUND + max(east - west, north - south) / 2
    x, y = (west + east) / 2, (south + north) / 2
    square = shapely.box(x - reach, y - reach, x + reach, y + reach)
    cut = [(code, square.intersection(shape_of(other))) for code, other in around]
    parts = [(code, max(shapely.get_parts(one), key=shapely.area, default=one)) for code, one in cut]
    return [(code, one) for code, one in parts if isinstance(one, Polygon) and not one.is_empty]


_DRAWN = """
    SELECT s.code, {columns}, ST_AsBinary(s.geom) AS shape, n.codes, n.shapes
    FROM registry.case_parcel AS p
    JOIN land.{table} AS s ON s.county = p.county AND s.package_id = :package AND s.code = p.parcel_code
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(o.code ORDER BY o.code), '{{}}') AS codes,
               coalesce(array_agg(ST_AsBinary(o.geom) ORDER BY o.code), '{{}}') AS shapes
        FROM (SELECT county, package_id, code, geom, geom_3857 FROM land.staged_parcel
              UNION ALL SELECT county, package_id, code, geom, geom_3857 FROM land.staged_homestead) AS o
        WHERE o.geom_3857 && ST_Expand(s.geom_3857, :around) AND o.county = :county AND o.package_id = :package
          AND o.code <> s.code) AS n
    WHERE p.county = :county AND p.case_id = :case ORDER BY s.code
"""
_OF_KIND = {
    "contract_management": _DRAWN.format(
        table="staged_parcel",
        columns="s.name, s.neighbour_east AS east, s.neighbour_south AS south, s.neighbour_west AS west, "
        "s.neighbour_north AS north",
    ),
    "homestead": _DRAWN.format(
        table="staged_homestead",
        columns="s.holder AS name, NULL AS east, NULL AS south, NULL AS west, NULL AS north",
    ),
}
_MEMBERS = """
    SELECT name_masked, sex, relation, holds_right, note_kind, note FROM land.staged_member
    WHERE county = :county AND package_id = :package AND household_code = :household ORDER BY position
"""
