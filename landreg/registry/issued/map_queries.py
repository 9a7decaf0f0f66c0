"""The maps of certificates: shapes as registered, points by their surveyed numbers, neighbours as far as each map reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.zones import ZONES
from landreg.land.parcel_queries import STRETCHED
from landreg.registry.papers.drawing import Neighbour, ParcelMap
from landreg.registry.papers.framing import ground_shown

Rings = tuple[tuple[tuple[float, float], ...], ...]
OfRight = tuple[UUID, UUID]
"""The row of a right, and one of its parcels."""


def maps(
    session: Session, county: str, parcels: Mapping[UUID, Sequence[Any]], homesteads: Iterable[UUID]
) -> dict[OfRight, ParcelMap]:
    """The map of each parcel of some rights, whose certificates they are on; one query for any number.

    parcels: by row of the right, its parcels in their order: parcel_id, shape, srid, numbers, east, north.
    homesteads: which of the rights are homestead use rights.
    """
    bare = {(right, row.parcel_id): _map(row) for right, rows in parcels.items() for row in rows}
    of_homesteads = set(homesteads)
    ground = {
        (right, row.parcel_id): box
        for right, rows in parcels.items()
        for row, box in zip(
            rows,
            ground_shown([bare[right, row.parcel_id] for row in rows], homestead=right in of_homesteads),
            strict=True,
        )
    }
    west, south, east, north = zip(*ground.values(), strict=True) if ground else ((),) * 4
    asked = {
        "county": county, "rights": [right for right, _ in ground], "parcels": [parcel for _, parcel in ground],
        "west": list(west), "south": list(south), "east": list(east), "north": list(north), "stretched": STRETCHED,
    }  # fmt: skip
    around: dict[OfRight, list[Neighbour]] = defaultdict(list)
    for row in session.execute(text(_NEIGHBOURS), asked):
        for part in shapely.get_parts(shapely.from_wkb(bytes(row.shape))):
            if part.geom_type == "Polygon":
                around[row.right_row, row.parcel_id].append(Neighbour(_rings(part), row.name))
    return {
        key: ParcelMap(one.rings, one.zone, tuple(around[key]), one.points) if key in around else one
        for key, one in bare.items()
    }


def _map(row: Any) -> ParcelMap:
    """The map of a parcel without its neighbours."""
    rings = _rings(shapely.from_wkb(bytes(row.shape)))
    return ParcelMap(rings, _zone(row.srid), (), _points(rings, row.numbers, row.east, row.north))


def _points(
    rings: Rings,
    numbers: Sequence[str] | None,
    east: Sequence[float] | None,
    north: Sequence[float] | None,
) -> tuple[str, ...]:
    """The surveyed numbers of the ring's points in their order; empty, so that the map numbers them, where one is missing."""
    if not numbers or east is None or north is None:
        return ()
    known = {(round(e, 2), round(n, 2)): number for number, e, n in zip(numbers, east, north, strict=True)}
    found = tuple(known.get((round(x, 2), round(y, 2)), "") for ring in rings for x, y in ring[:-1])
    return found if all(found) else ()


def _rings(shape: Any) -> Rings:
    return tuple(
        tuple((float(x), float(y)) for x, y in shapely.get_coordinates(ring))
        for ring in (shape.exterior, *shape.interiors)
    )


def _zone(srid: int) -> str:
    zone = ZONES.get(srid)
    return f"CGCS2000 3度带 中央子午线{zone.central_meridian}°E" if zone else f"EPSG:{srid}"


# Parcels at the edge of a zone have neighbours that were surveyed in the next one: they are found on the map that all have in
# common, and drawn in the zone of the parcel. Nothing is measured on what was transformed.
_NEIGHBOURS = """
    SELECT f.right_row, f.parcel_id, coalesce(h.name, s.holder, '') AS name,
           ST_AsBinary(ST_ClipByBox2D(n.geom, f.ground::box2d)) AS shape
    FROM (
        SELECT f.right_row, l.parcel_id, l.county, l.geom, l.geom_3857,
               ST_SetSRID(ST_MakeBox2D(ST_Point(f.west, f.south), ST_Point(f.east, f.north)), ST_SRID(l.geom)) AS ground,
               :stretched * greatest(f.east - f.west, f.north - f.south) / 2 AS reach
        FROM unnest(CAST(:rights AS uuid[]), CAST(:parcels AS uuid[]), CAST(:west AS float8[]), CAST(:south AS float8[]),
                    CAST(:east AS float8[]), CAST(:north AS float8[])) AS f (right_row, parcel_id, west, south, east, north)
        JOIN land.parcel AS l ON l.county = :county AND l.parcel_id = f.parcel_id AND upper_inf(l.recorded) AND upper_inf(l.valid)
    ) AS f
    -- OFFSET 0 keeps the two apart: a parcel at a time finds its neighbours by the spatial index, never all against all.
    CROSS JOIN LATERAL (
        SELECT n.county, n.parcel_id, n.code, n.kind, n.package_id,
               CASE WHEN ST_SRID(n.geom) = ST_SRID(f.geom) THEN n.geom ELSE ST_Transform(n.geom, ST_SRID(f.geom)) END AS geom
        FROM land.parcel AS n
        WHERE n.county = f.county AND n.geom_3857 && ST_Expand(ST_Centroid(f.geom_3857), f.reach)
          AND upper_inf(n.recorded) AND upper_inf(n.valid) AND n.parcel_id <> f.parcel_id OFFSET 0) AS n
    LEFT JOIN registry.right_parcel AS y ON y.county = n.county AND y.parcel_id = n.parcel_id
         AND upper_inf(y.recorded) AND upper_inf(y.valid)
         AND y.kind = CASE n.kind WHEN 'homestead' THEN 'homestead' ELSE 'contract_management' END
    LEFT JOIN registry."right" AS q ON q.county = y.county AND q.row_id = y.right_row
    LEFT JOIN party.household AS h ON h.county = q.county AND h.household_id = q.household_id
         AND upper_inf(h.recorded) AND upper_inf(h.valid)
    LEFT JOIN land.staged_homestead AS s ON n.kind = 'homestead' AND s.county = n.county AND s.package_id = n.package_id
         AND s.code = n.code
    WHERE n.geom && f.ground
    ORDER BY f.right_row, f.parcel_id, n.code
"""
