"""A county on the edge of a zone: neighbours surveyed in the other zone, or in other digits, are on maps and seen by rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import shapely
from shapely import Polygon

from landreg.access.identity import Identity
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.land import queries
from landreg.registry import booking
from landreg.registry.casework import parcel_applications
from landreg.registry.facts import ground as lying
from landreg.registry.issued import certified
from landreg.registry.papers.certificate_data import CertifiedParcel
from landreg.registry.rules.parcel_requests import BoundaryCorrection, ParcelMerge
from tests.registry_kit import Connection, codes, one, to_notice
from tests.villages import COUNTY, EAST, NORTH, VILLAGE, citizen_id, stage_village

GROUP = f"{VILLAGE}01"
OWN, BESIDE = f"{GROUP}00002", f"{GROUP}00004"
"""Touching parcels of the first and the second household."""
OTHER_ZONES = (4525, 4545, 4546)
"""CM 111 in eight digits, CM 108 and CM 111 in six: the village's own is CM 108 in eight, 4524."""


def registered(registrar: Actor, reviewer: Actor, superuser: Connection, zone: int) -> list[UUID]:
    """A village whose second household was surveyed in another zone."""
    staged = stage_village(superuser, 2)
    for table, named in (("staged_parcel", staged.parcels[2:]), ("staged_homestead", staged.homesteads[1:])):
        superuser.execute(
            f"UPDATE land.{table} SET geom = ST_Transform(geom, %s) WHERE code = ANY (%s)", [zone, list(named)]
        )
    ids = to_notice(registrar, reviewer, superuser, staged)
    booking.register(reviewer, COUNTY, ids)
    return ids


def certificates(registrar: Actor, ids: list[UUID]) -> dict[str, CertifiedParcel]:
    with unit_of_work(registrar) as uow:
        members = certified.members_of(uow.session, COUNTY, ids)
        people = {person: Identity("某人", "1", citizen_id(1)) for persons in members.values() for person in persons}
        found = certified.certified(uow.session, COUNTY, ids, people)
    return {parcel.code: parcel for certificate in found for parcel in certificate.parcels}


@pytest.mark.parametrize("zone", OTHER_ZONES)
def test_a_certificate_s_map_draws_neighbours_of_another_zone_where_they_lie(
    registrar: Actor, reviewer: Actor, superuser: Connection, zone: int
) -> None:
    printed = certificates(registrar, registered(registrar, reviewer, superuser, zone))
    own, beside = printed[OWN].map, printed[BESIDE].map
    assert own is not None
    assert beside is not None
    shape = Polygon(own.rings[0])
    drawn = [Polygon(near.rings[0]) for near in own.neighbours if near.name == "户主2"]
    assert drawn
    assert all(shapely.distance(shape, near) < 15 for near in drawn)
    shared = max(shapely.length(shapely.intersection(shapely.buffer(shape, 0.01), near.exterior)) for near in drawn)
    assert shared == pytest.approx(20, abs=0.1)
    assert {near.name for near in beside.neighbours} >= {"户主1"}
    assert shapely.distance(Polygon(beside.rings[0]), Polygon(beside.neighbours[0].rings[0])) < 15


@pytest.mark.parametrize("zone", OTHER_ZONES)
def test_what_is_registered_keeps_the_zone_and_the_area_of_its_survey(
    registrar: Actor, reviewer: Actor, superuser: Connection, zone: int
) -> None:
    registered(registrar, reviewer, superuser, zone)
    kept: Any = "SELECT (ST_SRID(geom), registered_area_m2)::text FROM land.parcel WHERE code = :code"
    assert one(registrar, kept, code=OWN) == "(4524,400.00)"
    assert one(registrar, kept, code=BESIDE) == f"({zone},400.00)"


@pytest.mark.parametrize("zone", OTHER_ZONES)
def test_a_form_for_an_act_shows_neighbours_of_another_zone_and_its_rule_sees_them(
    registrar: Actor, reviewer: Actor, superuser: Connection, zone: int
) -> None:
    """PAR-6: a boundary is not drawn over a neighbour, in whatever zone that one was surveyed."""
    registered(registrar, reviewer, superuser, zone)
    with unit_of_work(registrar) as uow:
        ground = lying.on_ground(uow.session, COUNTY, [OWN], 30)
    assert shapely.distance(ground.shapes[0], ground.around[BESIDE]) < 0.001
    x, y = EAST + 20, NORTH
    over = f"{x} {y}, {x} {y + 20}, {x + 23} {y + 20}, {x + 23} {y}, {x} {y}"
    asked = BoundaryCorrection((OWN,), shape_of(over), tuple(ground.others([OWN])))
    with pytest.raises(Refused) as refused:
        parcel_applications.apply_on_parcel(registrar, OWN, "boundary_correction", asked)
    assert codes(refused) == {"PAR-6"}
    assert BESIDE in refused.value.findings[0].values["neighbours"][0]


def shape_of(ring: str) -> str:
    shape = shapely.set_srid(shapely.from_wkt(f"POLYGON(({ring}))"), 4524)
    return str(shapely.to_wkb(shape, hex=True, include_srid=True))


def test_parcels_of_two_zones_are_not_joined_before_they_are_surveyed_in_one(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    registered(registrar, reviewer, superuser, 4525)
    with pytest.raises(Refused) as refused:
        parcel_applications.apply_on_parcel(registrar, OWN, "parcel_merge", ParcelMerge((OWN, BESIDE)))
    said = [finding.values.get("fault") for finding in refused.value.findings]
    assert "zones_differ" in said


def test_the_county_s_map_reads_coordinates_in_the_zone_of_its_register(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    registered(registrar, reviewer, superuser, 4525)
    with unit_of_work(registrar) as uow:
        day = beijing_day(uow.now)
        assert queries.zone_of_county(uow.session, COUNTY, day) == 4524
