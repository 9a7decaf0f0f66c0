"""Vector tiles of parcels, made by the database, and the few features that stand in for them when zoomed out.

A tile is cut from the stored EPSG:3857 copy of a geometry; nothing is measured on it. The test `geom_3857 && box` uses
the partial spatial index under row-level security because `&&` is marked leakproof (architecture.md 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.db import answered

FIRST_ZOOM = 13
LAST_ZOOM = 18
WORLD_M = 20037508.342789244
BUFFER = 1 / 64
# Zoomed out, a coarser grid drops the vertices that no screen could tell apart, and parcels that fall into one point.
EXTENTS: Mapping[int, int] = {13: 1024, 14: 2048}
FULL_EXTENT = 4096
NAMED_FROM_ZOOM = 15

REGISTERED = """
    SELECT ST_AsMVT(tile, 'parcel', :extent, 'shape') FROM (
        SELECT CASE WHEN :named THEN code END AS code, kind,
               ST_AsMVTGeom(geom_3857, ST_MakeEnvelope(:west, :south, :east, :north, 3857)::box2d,
                            :extent, :buffer, true) AS shape
        FROM land.parcel
        WHERE geom_3857 && ST_MakeEnvelope(:west - :margin, :south - :margin, :east + :margin, :north + :margin, 3857)
          AND upper_inf(recorded) AND valid @> (SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date)
    ) AS tile WHERE shape IS NOT NULL"""

# The same on another day; open and closed rows are asked apart, each by its own spatial index.
STANDING = """
    SELECT ST_AsMVT(tile, 'parcel', :extent, 'shape') FROM (
        SELECT CASE WHEN :named THEN code END AS code, kind,
               ST_AsMVTGeom(geom_3857, ST_MakeEnvelope(:west, :south, :east, :north, 3857)::box2d,
                            :extent, :buffer, true) AS shape
        FROM (SELECT code, kind, geom_3857, valid, recorded FROM land.parcel WHERE upper_inf(recorded)
              UNION ALL
              SELECT code, kind, geom_3857, valid, recorded FROM land.parcel WHERE NOT upper_inf(recorded)) AS said
        WHERE geom_3857 && ST_MakeEnvelope(:west - :margin, :south - :margin, :east + :margin, :north + :margin, 3857)
          AND recorded @> CAST(:said AS timestamptz) AND valid @> CAST(:valid AS date)
    ) AS tile WHERE shape IS NOT NULL"""

STAGED = """
    SELECT ST_AsMVT(tile, 'parcel', :extent, 'shape') FROM (
        SELECT CASE WHEN :named THEN code END AS code, kind,
               ST_AsMVTGeom(geom_3857, ST_MakeEnvelope(:west, :south, :east, :north, 3857)::box2d,
                            :extent, :buffer, true) AS shape
        FROM (SELECT code, 'contracted' AS kind, county, package_id, geom_3857 FROM land.staged_parcel
              UNION ALL
              SELECT code, 'homestead', county, package_id, geom_3857 FROM land.staged_homestead
              UNION ALL
              SELECT code, kind, county, package_id, geom_3857 FROM land.refused_plot) AS staged
        WHERE geom_3857 && ST_MakeEnvelope(:west - :margin, :south - :margin, :east + :margin, :north + :margin, 3857)
          AND county = :county AND package_id = :package_id
    ) AS tile WHERE shape IS NOT NULL"""


@dataclass(frozen=True)
class Tile:
    """A tile of the usual web-map grid: zoom z, x from the west, y from the north."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether it is one that parcels are drawn on."""
        return FIRST_ZOOM <= self.z <= LAST_ZOOM and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    @property
    def parameters(self) -> dict[str, float | int]:
        """Box in EPSG:3857 metres, a margin around it for lines that run along its edge, and the tile's own grid."""
        size = 2 * WORLD_M / 2**self.z
        west, north = self.x * size - WORLD_M, WORLD_M - self.y * size
        extent = EXTENTS.get(self.z, FULL_EXTENT)
        return {
            "west": west,
            "south": north - size,
            "east": west + size,
            "north": north,
            "margin": size * BUFFER,
            "extent": extent,
            "buffer": int(extent * BUFFER),
            "named": self.z >= NAMED_FROM_ZOOM,
        }


def parcel_tile(actor: Actor, tile: Tile) -> bytes:
    """Today's parcels of a tile in the actor's jurisdiction: layer `parcel`, `kind` and, close by, `code`; maybe none."""
    return bytes(answered(actor, REGISTERED, tile.parameters))


def parcel_tile_then(session: Session, tile: Tile, asked: AsOf) -> bytes:
    """The same on another day."""
    return _bytes(session, STANDING, {**tile.parameters, "said": asked.said, "valid": asked.valid})


def package_tile(session: Session, county: str, package_id: UUID, tile: Tile) -> bytes:
    """The staged parcels and homesteads of a package on a tile, in the same layer; of a refused one those around findings."""
    return _bytes(session, STAGED, {**tile.parameters, "county": county, "package_id": package_id})


def _bytes(session: Session, statement: str, parameters: Mapping[str, Any]) -> bytes:
    made = session.execute(sa.text(statement), parameters).scalar_one()
    return bytes(made)
