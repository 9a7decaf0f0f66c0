"""Reads of the land room: divisions, how lists are narrowed and counted, and what the map needs; parcels: `parcel_queries`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gis.zones import ZONES
from landreg.land.model import Division
from landreg.law.queries import load_law

COUNTED = 10_000
"""Lists count up to here; beyond, a reader narrows the list instead of leafing."""
LAST = "\U0010ffff"


def prefixed(column: Any, prefix: str) -> sa.ColumnElement[bool]:
    """Codes that begin so, as a range that an index and a row policy both can use."""
    return sa.and_(column >= prefix, column <= prefix + LAST)


def prefixed_by(column: Any, name: str) -> sa.ColumnElement[bool]:
    """`prefixed`, by parameters of a statement that is built once (`prefixes`)."""
    return sa.and_(column >= sa.bindparam(name), column <= sa.bindparam(f"{name}_last"))


def prefixes(**given: str) -> dict[str, str]:
    """The parameters of `prefixed_by`, by name."""
    return given | {f"{name}_last": prefix + LAST for name, prefix in given.items()}


def counted(session: Session, statement: sa.Select[Any]) -> int:
    """How many rows a list has; COUNTED + 1 when there are more than can be told quickly."""
    some = statement.order_by(None).with_only_columns(sa.literal(1)).limit(COUNTED + 1).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def counties(session: Session, jurisdiction: str) -> list[str]:
    """Codes of the counties that a jurisdiction lies in or holds."""
    if len(jurisdiction) >= 6:
        return [jurisdiction[:6]]
    return list(session.scalars(sa.select(Division.code).where(Division.level == "county").order_by(Division.code)))


@dataclass(frozen=True)
class Branch:
    """A division in the tree of a list's filter. `children` is filled along the way to the chosen one."""

    code: str
    name: str
    level: str
    children: tuple[Branch, ...] = ()


def tree(session: Session, root: str, chosen: str) -> Branch | None:
    """The division `root`, opened down to `chosen`: siblings along the way and the chosen one's own children."""
    path = [code for code in _ancestors(chosen or root) if code.startswith(root)] or [root]
    found = session.execute(
        sa.select(Division.code, Division.name, Division.level, Division.parent)
        .where(sa.or_(Division.code == root, Division.parent.in_(path)))
        .order_by(Division.code)
    ).all()
    by_parent: dict[str, list[Any]] = {}
    for row in found:
        by_parent.setdefault(row.parent, []).append(row)

    def branch(row: Any) -> Branch:
        return Branch(row.code, row.name, row.level, tuple(branch(child) for child in by_parent.get(row.code, ())))

    top = next((row for row in found if row.code == root), None)
    return None if top is None else branch(top)


def _ancestors(code: str) -> list[str]:
    return [code[:length] for length in (4, 6, 9, 12) if length <= len(code)]


def division_names(session: Session | sa.Connection, codes: Sequence[str]) -> dict[str, str]:
    """Names by code, for the divisions of a page."""
    wanted = sorted({code for code in codes if code})
    if not wanted:
        return {}
    return {row.code: row.name for row in session.execute(_names(), {"codes": wanted})}


@cache
def _names() -> Any:
    return sa.select(Division.code, Division.name).where(Division.code.in_(sa.bindparam("codes", expanding=True)))


def divisions_named(session: Session, jurisdiction: str, name: str, most: int) -> Sequence[Any]:
    """Townships and villages of a jurisdiction whose name begins so: rows of code and name. Read by the jurisdiction's codes."""
    named = prefixed(Division.name.collate("C"), name)
    below = Division.level.in_(("township", "village"))
    found = sa.select(Division.code, Division.name).where(prefixed(Division.code, jurisdiction), below, named)
    return session.execute(found.order_by(Division.code).limit(most)).all()


def division_path(session: Session, code: str) -> list[str]:
    """The names from the county down to a division: 汉滨区, 老城街道, ..."""
    codes = [part for part in _ancestors(code) if len(part) > 4]
    names = division_names(session, codes)
    return [names[part] for part in codes if part in names]


def boundaries(session: Session, jurisdiction: str) -> list[dict[str, Any]]:
    """County boundaries around a jurisdiction as GeoJSON features, thinned to some 30 m."""
    statement = """
        SELECT code, name, ST_AsGeoJSON(ST_SimplifyPreserveTopology(boundary, 0.0003), 5)::json AS shape
        FROM land.division WHERE level = 'county' AND boundary IS NOT NULL ORDER BY code"""
    rows = session.execute(sa.text(statement))
    near = jurisdiction[:6]
    return [
        {
            "type": "Feature",
            "id": row.code,
            "geometry": row.shape,
            "properties": {"name": row.name, "own": row.code == near},
        }
        for row in rows
    ]


def village_marks(session: Session, jurisdiction: str) -> list[dict[str, Any]]:
    """A named point for each village that has registered parcels: one index probe a village, whatever the county's size."""
    statement = """
        SELECT d.code, d.name, ST_AsGeoJSON(ST_Transform(ST_PointOnSurface(p.geom_3857), 4326), 5)::json AS shape
        FROM land.division AS d
        CROSS JOIN LATERAL (SELECT geom_3857 FROM land.parcel
                            WHERE village = d.code AND upper_inf(recorded) AND upper_inf(valid) LIMIT 1) AS p
        WHERE d.code >= :low AND d.code <= :high AND d.level = 'village' ORDER BY d.code"""
    rows = session.execute(sa.text(statement), {"low": jurisdiction, "high": jurisdiction + LAST})
    return [
        {
            "type": "Feature",
            "id": row.code,
            "geometry": row.shape,
            "properties": {"name": row.name, "village": row.code},
        }
        for row in rows
    ]


def extent_of(session: Session, county: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees of what the map should show first: some registered parcels, else the county."""
    statement = """
        SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM (SELECT coalesce(
            (SELECT ST_Transform(ST_SetSRID(ST_Extent(geom_3857)::geometry, 3857), 4326) FROM (
                SELECT geom_3857 FROM land.parcel
                WHERE village >= :county AND village <= :last
                     AND upper_inf(recorded) AND upper_inf(valid) LIMIT 5000) AS first),
            (SELECT ST_Envelope(boundary) FROM land.division WHERE code = :county)) AS b) AS box WHERE b IS NOT NULL"""
    row = session.execute(sa.text(statement), {"county": county, "last": county + LAST}).first()
    return None if row is None else (row[0], row[1], row[2], row[3])


def villages_gone(session: Session, county: str, new: UUID, old: UUID, within: str) -> Sequence[str]:
    """The villages of a package that the one which took its place within a division has nothing of."""
    asked = {"county": county, "new": new, "old": old, "from": within, "to": within + LAST}
    return session.scalars(sa.text(_GONE), asked).all()


_GONE = """
    SELECT village FROM land.staged_issuer WHERE county = :county AND package_id = :old AND village BETWEEN :from AND :to
    EXCEPT SELECT village FROM land.staged_issuer WHERE county = :county AND package_id = :new ORDER BY village
"""


def extent_of_package(session: Session, county: str, package_id: UUID) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees of a package's parcels (of the first few thousand), else of its county."""
    statement = """
        SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM (SELECT coalesce(
            (SELECT ST_Transform(ST_SetSRID(ST_Extent(geom_3857)::geometry, 3857), 4326) FROM (
                SELECT geom_3857 FROM land.staged_parcel
                WHERE county = :county AND package_id = :package_id LIMIT 5000) AS first),
            (SELECT ST_Envelope(boundary) FROM land.division WHERE code = :county)) AS b) AS box WHERE b IS NOT NULL"""
    row = session.execute(sa.text(statement), {"county": county, "package_id": package_id}).first()
    return None if row is None else (row[0], row[1], row[2], row[3])


def zone_of_county(session: Session, county: str, on: date) -> int | None:
    """EPSG code of the zone of the county's register: its first meridian (ZON-9), in as many digits as its parcels have; None
    before the first is registered."""
    statement = """SELECT ST_SRID(geom) FROM land.parcel
                   WHERE village >= :county AND village <= :last AND upper_inf(recorded) AND upper_inf(valid) LIMIT 1"""
    found = session.execute(sa.text(statement), {"county": county, "last": county + LAST}).scalar()
    if found is None:
        return None
    meridian = int(load_law(session, county, on).text("ZON-9.meridians", county).split()[0])
    return next(
        zone.epsg
        for zone in ZONES.values()
        if zone.central_meridian == meridian and zone.prefixed == ZONES[found].prefixed
    )


def unknown_villages(session: Session, county: str, package_id: UUID, within: str) -> list[str]:
    """Villages of a package's contracts and homesteads in a division that the divisions do not have; none where these are
    not loaded. What a township holds itself, whose village is noughts, is known by its township."""
    asked = {"county": county, "package": package_id, "from": within, "to": within + "~"}
    return list(session.scalars(sa.text(_UNKNOWN_VILLAGES), asked))


_UNKNOWN_VILLAGES = """
    SELECT s.village FROM (
        SELECT village FROM land.staged_contract
        WHERE county = :county AND package_id = :package AND village >= :from AND village < :to
        UNION SELECT village FROM land.staged_homestead
        WHERE county = :county AND package_id = :package AND village >= :from AND village < :to) AS s
    WHERE EXISTS (SELECT FROM land.division WHERE code = :county)
      AND NOT EXISTS (SELECT FROM land.division AS d
                      WHERE d.code = s.village OR (s.village LIKE '%000' AND d.code = left(s.village, 9)))
    ORDER BY s.village
"""
