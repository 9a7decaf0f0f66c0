"""Acts on parcels in the sample's year: what is drawn on a parcel, the same on every machine."""

from __future__ import annotations

from decimal import Decimal

from shapely import LineString

from landreg.access.service import SYSTEM
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.registry.facts import drawn
from landreg.registry.facts.parcels import on_ground
from landreg.registry.rules.parcel_requests import AreaChange, Corrected, Correction, ParcelRequest, ParcelSplit

KINDS = ("parcel_split", "area_change", "correction")


def asked_on(county: str, kind: str, parcel: str) -> ParcelRequest:
    """A parcel cut across its middle, measured a hundredth smaller, or with a neighbour that was written wrong."""
    with unit_of_work(SYSTEM) as uow:
        ground = on_ground(uow.session, county, [parcel])
    if not ground.parcels:
        raise NotFound
    match kind:
        case "parcel_split":
            shape = ground.shapes[0]
            west, south, east, north = shape.bounds
            middle = shape.representative_point()
            across = [(middle.x, south - 1), (middle.x, north + 1)]
            along = [(west - 1, middle.y), (east + 1, middle.y)]
            line = LineString(across if east - west > north - south else along)
            return ParcelSplit((parcel,), drawn.hexed(line, ground.srid))
        case "area_change":
            return AreaChange((parcel,), (ground.areas[0] * Decimal("0.99")).quantize(Decimal("0.01")))
    wrong = Corrected("neighbour_east", "机耕路")
    return Correction("parcel", "office", "外业核实：东至误记", (wrong,), (parcel,))
