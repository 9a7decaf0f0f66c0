"""No sequence of acts on parcels breaks the ground: areas of lineage add up, nothing overlaps, rights are as large as their
parcels, codes are used once, and what was once said stays said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import LandregError
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
from tests.registry_kit import Connection, booked, one, pass_days, put_papers, to_rights

KINDS = (
    "parcel_split",
    "parcel_split",
    "parcel_merge",
    "part_loss",
    "boundary_correction",
    "area_change",
    "correction",
)
STEP = st.tuples(st.sampled_from(KINDS), st.integers(0, 20), st.integers(1, 19), st.booleans())
# Each is empty where the ground holds together.
BROKEN = {
    "parcels on the same ground": """
        SELECT a.code FROM land.parcel AS a JOIN land.parcel AS b ON a.geom && b.geom AND a.code < b.code
        AND upper_inf(a.recorded) AND upper_inf(a.valid) AND upper_inf(b.recorded) AND upper_inf(b.valid)
        AND a.kind <> 'homestead' AND b.kind <> 'homestead' AND ST_Area(ST_Intersection(a.geom, b.geom)) > 0.2""",
    "a code of two parcels": "SELECT code FROM land.parcel GROUP BY code HAVING count(DISTINCT parcel_id) > 1",
    "two rows of a parcel on one day": """
        SELECT a.code FROM land.parcel AS a JOIN land.parcel AS b ON a.parcel_id = b.parcel_id AND a.row_id < b.row_id
        AND a.valid && b.valid AND upper_inf(a.recorded) AND upper_inf(b.recorded)""",
    "an act whose parts are not as large as what they come from": """
        SELECT o.act_id FROM land.parcel_origin AS o GROUP BY o.act_id HAVING
        (SELECT sum(p.registered_area_m2) FROM land.parcel AS p WHERE p.act_id = o.act_id AND upper_inf(p.valid)
         AND p.parcel_id IN (SELECT k.parcel_id FROM land.parcel_origin AS k WHERE k.act_id = o.act_id))
        <> (SELECT sum(p.registered_area_m2) FROM land.parcel AS p WHERE p.ended_by_act = o.act_id AND upper_inf(p.valid)
            AND p.parcel_id IN (SELECT k.origin_id FROM land.parcel_origin AS k WHERE k.act_id = o.act_id))""",
    "a right that is not as large as its parcels": """
        SELECT r.row_id::text FROM registry."right" AS r LEFT JOIN registry.right_parcel AS p ON p.right_row = r.row_id
        AND upper_inf(p.recorded) WHERE upper_inf(r.recorded) AND r.kind = 'contract_management'
        GROUP BY r.row_id, r.area_m2 HAVING coalesce(sum(p.area_m2), 0) <> r.area_m2""",
    "a right over a parcel that is none": """
        SELECT x.parcel_id::text FROM registry.right_parcel AS x WHERE upper_inf(x.recorded) AND upper_inf(x.valid)
        AND NOT EXISTS (SELECT FROM land.parcel AS l WHERE l.parcel_id = x.parcel_id AND upper_inf(l.recorded)
                        AND upper_inf(l.valid))""",
}
TODAY = """
    SELECT jsonb_agg(jsonb_build_object('code', l.code, 'geom', encode(ST_AsEWKB(l.geom), 'hex'), 'right', r.code)
                     ORDER BY l.code)
    FROM land.parcel AS l JOIN registry.right_parcel AS x ON x.parcel_id = l.parcel_id AND upper_inf(x.recorded)
    AND upper_inf(x.valid) JOIN registry."right" AS r ON r.row_id = x.right_row
    WHERE l.kind = 'contracted' AND upper_inf(l.recorded) AND upper_inf(l.valid)
"""
SAID = """
    SELECT string_agg(concat_ws(' ', code, valid, registered_area_m2, land_class, md5(ST_AsEWKB(geom))), ';' ORDER BY code, valid)
    FROM land.parcel WHERE recorded @> CAST(:said AS timestamptz)
"""


def test_no_sequence_of_acts_on_parcels_breaks_the_ground_or_changes_what_was_said(
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    _emptying: Callable[[], object],  # noqa: PT019
) -> None:
    use_key(database.keys["identity"])
    taken: set[str] = set()

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(sequence=st.lists(STEP, min_size=3, max_size=6))
    def holds(sequence: list[tuple[str, int, int, bool]]) -> None:
        _emptying()
        to_rights(registrar, reviewer, superuser, 2)
        said: dict[datetime, Any] = {}
        for kind, which, at, across in sequence:
            pass_days(superuser, 1)
            now = one(registrar, "SELECT system.clock()")
            said[now] = one(registrar, SAID, said=now)
            try:
                asked = _asked(one(registrar, TODAY), kind, which, at, across)
                case = apply_on_parcel(registrar, asked.parcels[0], kind, asked)
                put_papers(registrar, case, kind)
                booked(registrar, reviewer, superuser, case, kind)
                taken.add(kind)
            except LandregError:
                # What a rule refuses is not done, and is no fault.
                pass
            assert {name: one(registrar, query) for name, query in BROKEN.items()} == dict.fromkeys(BROKEN)
        for instant, answer in said.items():
            assert one(registrar, SAID, said=instant) == answer

    holds()
    assert "parcel_split" in taken


def _asked(today: list[dict[str, str]], kind: str, which: int, at: int, across: bool) -> ParcelRequest:
    """An act on one of today's parcels; at: of twentieths across it."""
    parcel = today[which % len(today)]
    shape = drawn.shape_of(parcel["geom"])
    west, south, east, north = shape.bounds
    x, y = west + (east - west) * at / 20, south + (north - south) * at / 20
    line = [(west - 1, y), (east + 1, y + 0.5)] if across else [(x, south - 1), (x - 0.5, north + 1)]
    part = Polygon([(west - 1, south - 1), (west - 1, north + 1), (x, north + 1), (x, south - 1)])
    moved = Polygon([(west - at / 10, south), (west - at / 10, north), (east, north), (east, south)])
    code = parcel["code"]
    kin = [one["code"] for one in today if one["right"] == parcel["right"] and one["code"] != code]
    made: dict[str, ParcelRequest] = {
        "parcel_split": ParcelSplit((code,), drawn.hexed(LineString(line), 4524)),
        "parcel_merge": ParcelMerge((code, *kin[:1])),
        "part_loss": PartLoss((code,), drawn.hexed(part, 4524), "land_lost"),
        "boundary_correction": BoundaryCorrection(
            (code,), drawn.hexed(moved, 4524), tuple(one["code"] for one in today)
        ),
        "area_change": AreaChange((code,), Decimal(100 + at)),
        "correction": Correction(
            "parcel",
            "office",
            "外业",
            (Corrected("registered_area_m2", f"{200 + at}.25"), Corrected("land_class", "011")),
            (code,),
        ),
    }
    return made[kind]
