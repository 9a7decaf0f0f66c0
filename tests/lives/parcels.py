"""Acts on parcels: cut, joined, redrawn, measured anew, corrected, partly lost; each from its application to the register."""

from __future__ import annotations

from decimal import Decimal

from shapely import LineString, Polygon

from landreg.core.errors import Refused
from landreg.registry.casework.parcel_applications import apply_on_parcel
from landreg.registry.facts import drawn
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
from tests.life_kit import Life, Stage, act
from tests.registry_kit import one, pass_days, to_rights
from tests.villages import EAST, NORTH, VILLAGE

LOWER, UPPER = (f"{VILLAGE}01{number:05d}" for number in (2, 3))
"""The two parcels of the first household, of 20 m by 20, one above the other."""
ZONE = 4524
X, Y = EAST + 20, NORTH


def parcels(on: Stage) -> Life:
    """The lower one cut and joined again; the upper one measured, corrected, redrawn, and a part of it lost."""
    to_rights(on.registrar, on.reviewer, on.superuser, 2)
    pass_days(on.superuser, 5)
    across = drawn.hexed(LineString([(X + 7, Y - 1), (X + 7, Y + 21)]), ZONE)
    yield from _on(on, "parcel_split", ParcelSplit((LOWER,), across))
    parts = one(on.registrar, _PARTS)
    yield from _on(on, "parcel_merge", ParcelMerge(tuple(parts)))
    yield from _on(on, "area_change", AreaChange((UPPER,), Decimal("395.50")))
    wrong = Correction("parcel", "office", "外业核实", (Corrected("land_class", "011"),), (UPPER,))
    yield from _on(on, "correction", wrong)
    redrawn = _face((-2, 20), (-2, 40), (20, 40), (20, 20))
    yield from _on(on, "boundary_correction", BoundaryCorrection((UPPER,), redrawn, _neighbours(on, redrawn)))
    yield from _on(on, "part_loss", PartLoss((UPPER,), _face((-3, 19), (-3, 41), (5, 41), (5, 19)), "expropriation"))


def _on(on: Stage, kind: str, asked: ParcelRequest) -> Life:
    yield from act(on, kind, lambda: apply_on_parcel(on.registrar, asked.parcels[0], kind, asked))
    pass_days(on.superuser, 1)


def _neighbours(on: Stage, redrawn: str) -> tuple[str, ...]:
    """Whose signatures the register asks for."""
    try:
        apply_on_parcel(on.registrar, UPPER, "boundary_correction", BoundaryCorrection((UPPER,), redrawn))
    except Refused as refused:
        return tuple(refused.findings[0].values["codes"])
    raise AssertionError("nobody was asked to sign")


def _face(*corners: tuple[float, float]) -> str:
    """A face given from the lower parcel's corner, as a request keeps it."""
    return drawn.hexed(Polygon([(X + x, Y + y) for x, y in corners]), ZONE)


_PARTS = """SELECT array_agg(p.code ORDER BY p.code) FROM land.parcel AS p JOIN land.parcel_origin AS o
    ON o.county = p.county AND o.parcel_id = p.parcel_id WHERE upper_inf(p.recorded) AND upper_inf(p.valid)"""
