"""Where a staged survey lies on the ground of parcels that another survey brought into the register, told to who can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.law.book import Law


def findings_of(session: Session, county: str, package_id: UUID, law: Law) -> Sequence[Finding]:
    """PKG-26: a parcel of a package whose rows are staged and a registered one under it, the largest overlap first; PKG-17
    where there are more than are kept.

    Parcels that the package has too are no strangers: what the register has of them an act of change sets right (REG-18).
    """
    most, kept = Decimal(law.number("TOP-1.overlap", "m2")), law.days("PKG-17.findings_most")
    asked = {"county": county, "package": package_id, "most": most}
    rows = session.execute(text(_OVERLAPS), asked).all()
    found = [
        Finding(
            "PKG-26", "DKBM", {"other": row.other, "area": str(row.area_m2)}, row.layer, row.own, (row.lon, row.lat)
        )
        for row in rows[:kept]
    ]
    if len(rows) > kept:
        found.append(Finding("PKG-17", None, {"code": "PKG-26", "count": len(rows), "kept": kept}))
    return found


# What lies near is found on the map that all surveys have in common, and measured in the survey's zone. A survey of land that is
# registered under the same codes has few strangers, so that these are found first.
_OVERLAPS = """
    WITH ground AS MATERIALIZED (
        SELECT ST_SetSRID(ST_Extent(geom_3857)::geometry, 3857) AS box FROM (
            SELECT geom_3857 FROM land.staged_parcel WHERE county = :county AND package_id = :package
            UNION ALL SELECT geom_3857 FROM land.staged_homestead WHERE county = :county AND package_id = :package) AS s
    ), stranger AS MATERIALIZED (
        SELECT l.code, l.geom, l.geom_3857 FROM land.parcel AS l
        WHERE l.county = :county AND l.geom_3857 && (SELECT box FROM ground) AND upper_inf(l.recorded) AND upper_inf(l.valid)
          AND NOT EXISTS (SELECT FROM land.staged_parcel AS s
                          WHERE s.county = :county AND s.package_id = :package AND s.code = l.code)
          AND NOT EXISTS (SELECT FROM land.staged_homestead AS s
                          WHERE s.county = :county AND s.package_id = :package AND s.code = l.code)
    ), met AS MATERIALIZED (
        SELECT own.layer, own.code AS own, l.code AS other, ST_Intersection(own.geom,
            CASE WHEN ST_SRID(l.geom) = ST_SRID(own.geom) THEN l.geom ELSE ST_Transform(l.geom, ST_SRID(own.geom)) END) AS geom
        FROM stranger AS l CROSS JOIN LATERAL (
            SELECT 'DK' AS layer, s.code, s.geom FROM land.staged_parcel AS s
            WHERE s.county = :county AND s.package_id = :package AND s.geom_3857 && l.geom_3857
            UNION ALL SELECT 'ZJD', s.code, s.geom FROM land.staged_homestead AS s
            WHERE s.county = :county AND s.package_id = :package AND s.geom_3857 && l.geom_3857
            OFFSET 0) AS own
    )
    SELECT layer, own, other, round(ST_Area(geom)::numeric, 2) AS area_m2,
        ST_X(ST_Transform(ST_PointOnSurface(geom), 4326)) AS lon, ST_Y(ST_Transform(ST_PointOnSurface(geom), 4326)) AS lat
    FROM met WHERE ST_Area(geom) > :most ORDER BY 4 DESC, 2, 3
"""
