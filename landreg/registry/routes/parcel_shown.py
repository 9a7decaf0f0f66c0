"""How acts on parcels are shown: shapes for the map, a drawing of before and after that needs no script, and areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from flask_babel import gettext as _
from shapely import Polygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis import nyt2539
from gis.areas import decimal_m2
from gis.zones import ZONES, to_lonlat
from landreg.core.units import mu_of
from landreg.land.model import Parcel
from landreg.registry.casebook import Case
from landreg.registry.facts import drawn, surveyed
from landreg.registry.facts.correctable import natures
from landreg.registry.facts.ground import OnGround
from landreg.registry.facts.parcels import drawn_pieces
from landreg.registry.facts.proposals import ActProposal
from landreg.web import i18n

MARGIN = Decimal("0.08")
WIDE, HIGH = 600, 320
LEAST_M = 4
"""What is smaller is drawn as if it were that large, in metres."""


@dataclass(frozen=True)
class Face:
    """A parcel in a drawing: path, code, where its label stands."""

    path: str
    label: str
    x: str
    y: str


@dataclass(frozen=True)
class Sketch:
    """A drawing in metres on paper: its size, and the parcels before, after and around."""

    width: int
    height: int
    before: Sequence[Face]
    after: Sequence[Face]
    around: Sequence[Face]


@dataclass(frozen=True)
class Drawing:
    """What an act does to parcels: the drawing, and the areas before and after."""

    sketch: Sketch
    before: Sequence[Mapping[str, Any]]
    after: Sequence[Mapping[str, Any]]

    @property
    def mus(self) -> tuple[Decimal, Decimal]:
        """Their mu together, each parcel's rounded by itself, before and after."""
        was, is_ = (sum((row["mu"] for row in rows), Decimal(0)) for rows in (self.before, self.after))
        return was, is_

    @property
    def totals(self) -> tuple[Decimal, Decimal]:
        """Registered areas together, before and after, in m²."""
        was, is_ = (sum((row["registered_area_m2"] for row in rows), Decimal(0)) for rows in (self.before, self.after))
        return was, is_


@dataclass(frozen=True)
class PartDrawn:
    """A parcel that a drawing makes: what would be registered in m² and mu, what it measures, its sides in metres from the
    north-west on; whether it is the part that is lost.
    """

    area_m2: Decimal
    mu: Decimal
    measured_m2: Decimal
    sides_m: Sequence[Decimal]
    lost: bool


@dataclass(frozen=True)
class Foreseen:
    """What a drawing makes of a parcel before any case: its parts from west to east, and the drawing."""

    parts: Sequence[PartDrawn]
    registered_m2: Decimal
    registered_mu: Decimal
    sketch: Sketch

    @property
    def area_m2(self) -> Decimal:
        """What all parts together would be registered with."""
        return sum((part.area_m2 for part in self.parts), Decimal(0))

    @property
    def mu(self) -> Decimal:
        """The mu of all parts together, each rounded by itself."""
        return sum((part.mu for part in self.parts), Decimal(0))

    @property
    def measured_m2(self) -> Decimal:
        """What all parts together measure."""
        return sum((part.measured_m2 for part in self.parts), Decimal(0))


def foreseen(asked: Any, ground: OnGround) -> Foreseen:
    """What a drawing makes of the parcel. Raises Undrawable."""
    made = drawn_pieces(asked, ground)
    parts = [
        PartDrawn(one.area_m2, mu_of(one.area_m2), decimal_m2(one.shape.area), _sides(one.shape), one.lost)
        for one in made
    ]
    shapes = [one.shape for one in made]
    sketch = _sketch(ground.shapes, shapes, [], [""] * len(ground.shapes), [str(n) for n in range(1, len(made) + 1)])
    row = ground.parcels[0].row
    return Foreseen(parts, row["registered_area_m2"], row["mu"], sketch)


def _sides(shape: Polygon) -> list[Decimal]:
    """The lengths of the outer ring's sides in metres, clockwise from the corner that lies farthest to the north-west."""
    ring = shapely.get_coordinates(shapely.orient_polygons(shape, exterior_cw=True).exterior)[:-1]
    first = int((ring[:, 1] - ring[:, 0]).argmax())
    turned = np.roll(ring, -first, axis=0)
    lengths = np.hypot(*(np.roll(turned, -1, axis=0) - turned).T)
    return [Decimal(f"{length:.2f}") for length in lengths]


def drawing(session: Session, proposal: ActProposal, on: Any) -> Drawing | None:
    """What the act of a case does, or did, to the shapes and areas of parcels; None where it touches none."""
    case = proposal.case
    if case.act_id is not None:
        before, after = _of_act(session, case.county, case.act_id)
    elif proposal.facts.in_force:
        changes = proposal.changes(on)
        before = [dict(row.row) for row in changes.closes if row.table == "parcel"]
        after = [dict(row.row) for row in changes.opens if row.table == "parcel" and row.until is None]
    else:
        return None
    if not before or not after:
        return None
    shapes = [[drawn.shape_of(row["geom"]) for row in rows] for rows in (before, after)]
    labels = [[row["code"][-5:] for row in rows] for rows in (before, after)]
    return Drawing(_sketch(shapes[0], shapes[1], [], labels[0], labels[1]), before, after)


def _of_act(session: Session, county: str, act_id: UUID) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows = []
    for which in (Parcel.ended_by_act, Parcel.act_id):
        found = select(Parcel).where(Parcel.county == county, which == act_id, func.upper_inf(Parcel.valid))
        rows.append(
            [
                {
                    "code": row.code,
                    "geom": row.geom.desc,
                    "registered_area_m2": row.registered_area_m2,
                    "mu": row.mu,
                    "parcel_id": row.parcel_id,
                }
                for row in session.scalars(found.order_by(Parcel.code))
            ]
        )
    return rows[0], rows[1]


def sketch_of(before: Sequence[Polygon], after: Sequence[Polygon], around: Sequence[tuple[str, Polygon]]) -> Sketch:
    """A drawing of shapes of one zone, north up; the parcels around bear the end of their codes."""
    return _sketch(before, after, around, [""] * len(before), [""] * len(after))


def _sketch(
    before: Sequence[Polygon],
    after: Sequence[Polygon],
    around: Sequence[tuple[str, Polygon]],
    was: Sequence[str],
    is_: Sequence[str],
) -> Sketch:
    west, south, east, north = shapely.total_bounds([*before, *after])
    wide, high = max(east - west, LEAST_M), max(north - south, LEAST_M)
    margin = float(MARGIN) * max(wide, high)
    scale = min(WIDE / (wide + 2 * margin), HIGH / (high + 2 * margin))
    left, top = west - margin, north + margin

    def face(shape: Polygon, label: str) -> Face:
        rings = [shapely.get_coordinates(ring) for ring in (shape.exterior, *shape.interiors)]
        path = " ".join(
            "M" + " L".join(f"{(x - left) * scale:.1f} {(top - y) * scale:.1f}" for x, y in ring) + "Z"
            for ring in rings
        )
        spot = shape.representative_point()
        return Face(path, label, f"{(spot.x - left) * scale:.1f}", f"{(top - spot.y) * scale:.1f}")

    return Sketch(
        round((wide + 2 * margin) * scale),
        round((high + 2 * margin) * scale),
        [face(shape, label) for shape, label in zip(before, was, strict=True)],
        [face(shape, label) for shape, label in zip(after, is_, strict=True)],
        [face(shape, code[-5:]) for code, shape in around],
    )


def plots(session: Session, case: Case) -> list[Mapping[str, Any]]:
    """The parcels that a first registration asks for as its survey has them: each drawn with what lies around it."""
    return [
        {"parcel": one, "sketch": _sketch([], [one.shape], one.around, [], [one.code[-5:]])}
        for one in surveyed.parcels_of(session, case)
    ]


def features(ground: OnGround, epsg: int) -> dict[str, Any]:
    """The parcel and those around it, for the map to snap to: GeoJSON in degrees."""
    own = [parcel.row["code"] for parcel in ground.parcels]
    named = [*zip(own, ground.shapes, strict=True), *ground.others(own).items()]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "own": code in own},
                "geometry": shapely.geometry.mapping(shapely.transform(shape, lambda xy: to_lonlat(xy, ZONES[epsg]))),
            }
            for code, shape in named
        ],
    }


def corners(shape: Polygon) -> str:
    """The outer ring as the form's lines of `east north`."""
    return "\n".join(f"{x:.3f} {y:.3f}" for x, y in shapely.get_coordinates(shape.exterior)[:-1])


def choices(right_kind: str) -> dict[str, list[tuple[str, str]]]:
    """The values that a fact of a code table may be corrected to, with their words."""
    tables = {
        "land_class": nyt2539.LAND_USE_2007,
        "soil_grade": nyt2539.code_table("C.8"),
        "land_use": nyt2539.code_table("C.9"),
    }
    found = {fact: [(code, f"{code} {name}") for code, name in table.items()] for fact, table in tables.items()}
    found["basic_farmland"] = [("1", _("是")), ("0", _("否"))]
    if right_kind != "homestead":
        kind, values = natures(right_kind)
        found["nature"] = [(value, i18n.shown_term(value, kind)) for value in values]
    return found
