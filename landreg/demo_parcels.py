"""Acts on parcels in the sample's year: what is drawn on a parcel, the same on every machine."""

from __future__ import annotations

from decimal import Decimal

from shapely import LineString, Polygon, box
from sqlalchemy import text

from landreg.access.service import SYSTEM
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import beijing_day
from landreg.law.queries import load_law
from landreg.registry.casework import telling
from landreg.registry.casework.parcel_applications import apply_on_parcel
from landreg.registry.documents import Store
from landreg.registry.facts import drawn
from landreg.registry.facts.ground import on_ground
from landreg.registry.issued import handed_out
from landreg.registry.papers.office import Desk
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

KINDS = ("parcel_split", "area_change", "correction", "boundary_correction", "part_loss", "parcel_merge")


def kinds_of_month(number: int) -> tuple[str, ...]:
    """Three kinds a month in turn, and never a merger before there is a parcel that was cut."""
    half = len(KINDS) // 2
    return KINDS[:half] if number % 2 == 0 else KINDS[half:]


def asked_on(county: str, kind: str, parcel: str) -> ParcelRequest:
    """What is drawn: a parcel cut across its middle, without its western edge, or without its western tip; parts that were
    cut joined again; a parcel measured a hundredth smaller, or with a neighbour that was written wrong.
    """
    with unit_of_work(SYSTEM) as uow:
        cut = uow.session.scalar(text(_CUT), {"county": county}) if kind == "parcel_merge" else None
        ground = on_ground(uow.session, county, cut or [parcel])
    if not ground.parcels or (kind == "parcel_merge" and cut is None):
        raise NotFound
    shape, codes = ground.shapes[0], tuple(row.row["code"] for row in ground.parcels)
    west, south, east, north = shape.bounds
    match kind:
        case "parcel_split":
            return ParcelSplit(codes, drawn.hexed(_across(shape), ground.srid))
        case "parcel_merge":
            return ParcelMerge(codes)
        case "area_change":
            return AreaChange(codes, (ground.areas[0] * Decimal("0.99")).quantize(Decimal("0.01")))
        case "boundary_correction":
            within = shape.intersection(box(west + 0.2, south, east, north))
            return BoundaryCorrection(codes, drawn.hexed(within, ground.srid), tuple(ground.others(codes)))
        case "part_loss":
            lost = box(west - 1, south - 1, west + (east - west) / 8, north + 1)
            return PartLoss(codes, drawn.hexed(lost, ground.srid), "expropriation")
    wrong = Corrected("neighbour_east", "机耕路")
    return Correction("parcel", "holder", "外业核实：东至误记，权利人申请更正", (wrong,), codes)


def write_to_a_holder(registrar: Actor, county: str, base_url: str, store: Store) -> None:
    """An error that the office found itself, told to the holder by a letter, and no more yet; done once."""
    with unit_of_work(SYSTEM) as uow:
        parcel = uow.session.scalar(text(_TO_BE_TOLD), {"county": county})
        made_at = Desk(load_law(uow.session, county, beijing_day(uow.now)), base_url, sample=True)
    if parcel is None:
        return
    wrong = Corrected("neighbour_south", "排水渠")
    asked = Correction("parcel", "office", "核对航片发现：南至误记", (wrong,), (parcel,))
    case = apply_on_parcel(registrar, parcel, "correction", asked)
    telling.tell(registrar, county, case)
    handed_out.letters_of(registrar, county, case, made_at, store)


def _across(shape: Polygon) -> LineString:
    """A line over the middle of a parcel, across its longer side."""
    west, south, east, north = shape.bounds
    middle = shape.representative_point()
    upright = [(middle.x, south - 1), (middle.x, north + 1)]
    level = [(west - 1, middle.y), (east + 1, middle.y)]
    return LineString(upright if east - west > north - south else level)


# The parts of the first parcel that was cut and not joined again.
_CUT = """
    SELECT ARRAY(SELECT jsonb_array_elements_text(c.request -> 'codes') ORDER BY 1) FROM registry."case" AS c
    WHERE c.county = :county AND c.act_kind = 'parcel_split' AND c.state = 'registered' AND NOT EXISTS (
        SELECT FROM registry."case" AS m WHERE m.county = c.county AND m.act_kind = 'parcel_merge'
          AND m.request -> 'parcels' <@ (c.request -> 'codes'))
    ORDER BY c.number LIMIT 1
"""
# The first parcel of which nobody has applied for anything; none where somebody was told already.
_TO_BE_TOLD = """
    SELECT min(l.code) FROM land.parcel AS l
    JOIN registry.right_parcel AS x ON x.county = l.county AND x.parcel_id = l.parcel_id
        AND upper_inf(x.recorded) AND upper_inf(x.valid) AND x.kind = 'contract_management'
    WHERE l.county = :county AND upper_inf(l.recorded) AND upper_inf(l.valid)
      AND NOT EXISTS (SELECT FROM registry.case_parcel AS p JOIN registry."case" AS c ON c.county = p.county
          AND c.case_id = p.case_id WHERE p.county = l.county AND p.parcel_code = l.code AND c.act_kind <> 'first_registration')
      AND NOT EXISTS (SELECT FROM registry."case" AS c WHERE c.county = :county AND c.act_kind = 'office_correction')
"""
