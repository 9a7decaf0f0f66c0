"""What a desk asks a hundred times a day uses an index, as the desk's own login and under its row policy.

Each query is explained on a table of 12,000 parcels, of which the county asked for holds a half. A lost leakproof mark,
a policy that hides a range, or a wrong collation shows here as a sequential scan.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.land import deliveries, parcel_queries, queries, tiles
from tests.conftest import Connection
from tests.plans import plans_of, scanned_whole, used
from tests.villages import past_triggers

ROWS = 12_000
VILLAGE = "610902001003"
OFFICER = Actor(uuid4(), "登记员", Desk.REGISTRY, frozenset({Role.REGISTRAR}), "610902")
LARGE = {"parcel", "staged_parcel", "package_finding"}
# Every second parcel lies in the neighbouring county, and every village holds a hundred.
FILL = """
    INSERT INTO land.parcel (county, row_id, parcel_id, village, code, kind, name, geom, geom_3857, surveyed_area_m2,
        registered_area_m2, ellipsoidal_area_m2, mu, valid, recorded, act_id)
    SELECT c, gen_random_uuid(), gen_random_uuid(), c || lpad((1003 + i / 200)::text, 6, '0'),
        c || lpad(i::text, 13, '0'), 'contracted', '大坪' || i, g, ST_Transform(g, 3857), 900, 900, 900, 1.35,
        '[2026-01-01,)', '[2026-01-01,)', gen_random_uuid()
    FROM (SELECT i, CASE WHEN i %% 2 = 0 THEN '610902' ELSE '610921' END AS c,
              ST_MakeEnvelope(36560000 + (i %% 140) * 31, 3600000 + (i / 140) * 31,
                              36560030 + (i %% 140) * 31, 3600030 + (i / 140) * 31, 4524) AS g
          FROM generate_series(1, %s) AS i) AS made"""

PACKAGE = UUID(int=0x6109)
FILL_PACKAGE = """
    INSERT INTO land.package (county, package_id, village, sha256, name, state, received_at, received_by, epsg, refusals,
        warnings, counts, changes) VALUES ('610902', %(id)s, '610902', 'x', 'a.zip', 'staged', now(), %(id)s, 4524, 0, 0,
        '{}', '{}');
    INSERT INTO land.staged_parcel (county, package_id, village, code, name, ownership, category, soil_grade, land_class,
        land_use, neighbour_east, neighbour_south, neighbour_west, neighbour_north, boundary_witness, note,
        plane_area_m2, ellipsoidal_area_m2, geom, geom_3857)
    SELECT county, %(id)s, village, code, '', '', '', '', '', '', '', '', '', '', '', '', 900, 900, geom, geom_3857
    FROM land.parcel WHERE county = '610902';
    INSERT INTO land.package_finding (county, package_id, village, position, code, level, facts)
    SELECT '610902', %(id)s, '610902', i, 'GEO-1', 'warn', '{}' FROM generate_series(1, 20000) AS i"""


@pytest.fixture
def filled(superuser: Connection) -> Connection:
    """Parcels of two counties and a package of one of them, analysed."""
    with past_triggers(superuser):
        superuser.execute(FILL, [ROWS])
    with psycopg.ClientCursor(superuser) as cursor:
        cursor.execute(FILL_PACKAGE, {"id": PACKAGE})
    superuser.execute("ANALYZE land.parcel, land.staged_parcel, land.package_finding")
    return superuser


@pytest.fixture
def session() -> Iterator[Session]:
    """The officer's transaction."""
    with unit_of_work(OFFICER) as uow:
        yield uow.session


def _middle_tile(zoom: int) -> tiles.Tile:
    lon, lat, count = 108.66, 32.527, 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * count
    return tiles.Tile(zoom, int((lon + 180) / 360 * count), int(y))


def _drawn(session: Session, zoom: int) -> Any:
    """The statement of a tile, which the program sends by another way than those whose plans are looked at."""
    return session.scalar(text(tiles.REGISTERED), _middle_tile(zoom).parameters)


HOT: dict[str, Callable[[Session], Any]] = {
    "a tile from far": lambda s: _drawn(s, 14),
    "a tile from near": lambda s: _drawn(s, 17),
    "a tile of a package": lambda s: tiles.package_tile(s, "610902", PACKAGE, _middle_tile(15)),
    "a parcel by its code": lambda s: parcel_queries.parcel(s, "610902", "6109020000000000100"),
    "parcels by the beginning of a code": lambda s: parcel_queries.find_parcels(s, "610902", "61090200000000101"),
    "parcels by the beginning of a name": lambda s: parcel_queries.find_parcels(s, "610902", "大坪1010"),
    "the parcels of a village": lambda s: parcel_queries.parcels(
        s, parcel_queries.ParcelFilter(VILLAGE), number=1, size=50
    ),
    "the villages of the map": lambda s: queries.village_marks(s, "610902"),
    "what the map shows first": lambda s: queries.extent_of(s, "610902"),
    "the findings of a package": lambda s: deliveries.findings(
        s, "610902", UUID(int=1), deliveries.FindingFilter(), number=1, size=50
    ),
}


def test_a_hot_query_never_reads_a_large_table_from_end_to_end(filled: Connection, session: Session) -> None:
    plans = {name: plans_of(OFFICER, lambda ask=ask: ask(session)) for name, ask in HOT.items()}  # type: ignore[misc]
    assert all(plans.values())
    assert {name: found for name, told in plans.items() if (found := scanned_whole(told, LARGE))} == {}
    assert "parcel_on_map" in used(plans_of(OFFICER, lambda: _drawn(session, 16)))


def test_without_the_leakproof_mark_a_tile_would_be_read_otherwise(filled: Connection, session: Session) -> None:
    """The test above can fail: this is the mistake that it is there to find."""
    mark = "ALTER FUNCTION public.geometry_overlaps(public.geometry, public.geometry) {} LEAKPROOF"
    filled.execute(mark.format("NOT"))
    try:
        assert "parcel_on_map" not in used(plans_of(OFFICER, lambda: _drawn(session, 16)))
    finally:
        filled.execute(mark.format(""))


def test_tiles_searches_and_lists_hold_what_is_the_officers_county_s_only(
    filled: Connection, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = tiles.parcel_tile(OFFICER, _middle_tile(16))
    assert b"610902000" in drawn
    assert b"610921000" not in drawn
    assert tiles.parcel_tile(OFFICER, tiles.Tile(16, 1, 1)) == b""
    assert parcel_queries.parcel(session, "610902", "6109210000000000101") is None
    assert [row.name for row in parcel_queries.find_parcels(session, "610902", "6109020000000000100")] == ["大坪100"]
    assert {row.county for row in parcel_queries.find_parcels(session, "610902", "大坪10")} == {"610902"}
    # A long list says that it is longer than was counted.
    for room in (queries, parcel_queries):
        monkeypatch.setattr(room, "COUNTED", 500)
    page = parcel_queries.parcels(session, parcel_queries.ParcelFilter("610902"), number=2, size=50)
    assert (len(page.items), page.total) == (50, 500)
