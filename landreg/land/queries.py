"""Reads of the land room: divisions, registered parcels as of a day, and what the map needs.

Lists find rows by `village`, `county` and `code`, whose comparisons are leakproof, so that the indexes serve under
row-level security; whatever else a list is narrowed by is tested on the rows found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gis.zones import ZONES
from landreg.core.asof import AsOf
from landreg.core.tables import in_force, standing
from landreg.land.model import Division, Parcel, ParcelOrigin
from landreg.law.queries import load_law
from landreg.web.pages import Page, page_from

COUNTED = 10_000
"""Lists count up to here; beyond, a reader narrows the list instead of leafing."""
LAST = "\U0010ffff"
ADJACENT_M = 1.2
STRETCHED = 2
"""No metre of China's ground is longer than so many on the map of EPSG:3857, on which neighbours of any zone are found."""
OPEN = in_force(Parcel)
LISTED: tuple[Any, ...] = (
    Parcel.county, Parcel.code, Parcel.kind, Parcel.name, Parcel.village, Parcel.mu, Parcel.registered_area_m2,
    Parcel.land_class, Parcel.soil_grade, Parcel.land_use, Parcel.basic_farmland,
)  # fmt: skip
OF_VILLAGE = 12
"""Digits of a village's code, with which the codes of its parcels begin."""
SORTS: Mapping[str, tuple[sa.ColumnElement[Any], ...]] = {
    "code": (sa.type_coerce(Parcel.village, sa.Text), sa.type_coerce(Parcel.code, sa.Text)),
    "name": (sa.type_coerce(Parcel.name, sa.Text).collate("C"),),
    "area": (sa.type_coerce(Parcel.registered_area_m2, sa.Numeric),),
    "mu": (sa.type_coerce(Parcel.mu, sa.Numeric),),
}


def prefixed(column: Any, prefix: str) -> sa.ColumnElement[bool]:
    """Codes that begin so, as a range that an index and a row policy both can use."""
    return sa.and_(column >= prefix, column <= prefix + LAST)


def counted(session: Session, statement: sa.Select[Any]) -> int:
    """How many rows a list has; COUNTED + 1 when there are more than can be told quickly."""
    some = statement.order_by(None).with_only_columns(sa.literal(1)).limit(COUNTED + 1).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


# Divisions


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


def parcels_ended(session: Session, jurisdiction: str, tail: str, most: int) -> Sequence[Any]:
    """Today's parcels whose code is a village's and then this, one probe of the index a village; rows of LISTED."""
    villages = sa.and_(prefixed(Division.code, jurisdiction), Division.level == "village")
    coded = sa.and_(Parcel.county == sa.func.left(Division.code, 6), Parcel.code == Division.code + tail)
    within = sa.and_(Parcel.county.in_(counties(session, jurisdiction)), prefixed(Parcel.village, jurisdiction))
    found = sa.select(*LISTED).select_from(Division).join(Parcel, coded).where(villages, within, OPEN)
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


# Parcels


@dataclass(frozen=True)
class ParcelFilter:
    """What a list of parcels is narrowed and ordered by. within: a division's code. text: code, its beginning, or name."""

    within: str
    kind: str = ""
    text: str = ""
    sort: str = "code"
    down: bool = False


def parcels(session: Session, asked: ParcelFilter, *, number: int, size: int) -> Page[Any]:
    """One page of today's parcels: rows of LISTED. Raises nothing; an unknown sort is the code's."""
    statement = _parcels(session, asked)
    rows = session.execute(statement.limit(size).offset((number - 1) * size)).all()
    return page_from(rows, min(counted(session, statement), COUNTED), number=number, size=size)


def all_parcels(session: Session, asked: ParcelFilter, most: int) -> Sequence[Any]:
    """The same list without pages, for a table to take away."""
    return session.execute(_parcels(session, asked).limit(most)).all()


def _parcels(session: Session, asked: ParcelFilter) -> sa.Select[Any]:
    statement: sa.Select[Any] = sa.select(*LISTED).where(prefixed(Parcel.village, asked.within), OPEN)
    if asked.kind:
        statement = statement.where(Parcel.kind == asked.kind)
    if asked.text[:1].isdigit():
        statement = statement.where(
            prefixed(Parcel.code, asked.text), Parcel.county.in_(counties(session, asked.within))
        )
    elif asked.text:
        statement = statement.where(prefixed(Parcel.name.collate("C"), asked.text))
    # What begins with the division's code, or with a village's, lies together by code alone; of what is wider the division's own
    # are found by villages.
    narrow = asked.text.startswith(asked.within) or len(asked.text) >= OF_VILLAGE
    by_code = SORTS["code"][1:] if narrow else SORTS["code"]
    order = by_code if asked.sort == "code" else SORTS.get(asked.sort, by_code)
    ordered = [column.desc() if asked.down else column for column in order]
    return statement.order_by(*ordered, *([] if order is by_code else by_code))


def find_parcels(session: Session, jurisdiction: str, text: str, most: int = 20) -> Sequence[Any]:
    """Today's parcels whose code or name begins so, shortest way; rows of LISTED."""
    if not text:
        return []
    within = [jurisdiction]
    if text[:1].isdigit() and len(known := counties(session, jurisdiction)) > 1:
        # County by county: an index tells the codes of one in their order, and those of several in none.
        within = [county for county in known if text.startswith(county)] or sorted(known)
    found: list[Any] = []
    for place in within:
        found += all_parcels(session, ParcelFilter(place, text=text), most - len(found)) if len(found) < most else ()
    return found


@dataclass(frozen=True)
class ParcelSeen:
    """A parcel, its shape in its own zone (WKB) and as GeoJSON in degrees."""

    parcel: Parcel
    wkb: bytes
    epsg: int
    shape: dict[str, Any]
    extent: tuple[float, float, float, float]


def parcel(session: Session, jurisdiction: str, code: str, asked: AsOf | None = None) -> ParcelSeen | None:
    """The parcel of a code in the jurisdiction, as of a day (none: the row that is open); None when there is none."""
    degrees = sa.func.ST_Transform(Parcel.geom_3857, 4326)
    statement = sa.select(
        Parcel, sa.func.ST_AsBinary(Parcel.geom), sa.func.ST_SRID(Parcel.geom),
        sa.cast(sa.func.ST_AsGeoJSON(degrees, 8), sa.JSON),
        *(getattr(sa.func, name)(degrees) for name in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")),
    ).where(
        Parcel.county.in_(counties(session, jurisdiction)), Parcel.code == code,
        OPEN if asked is None else standing(Parcel, asked),
    )  # fmt: skip
    row = session.execute(statement.order_by(sa.func.lower(Parcel.recorded).desc()).limit(1)).first()
    return None if row is None else ParcelSeen(row[0], bytes(row[1]), row[2], row[3], (row[4], row[5], row[6], row[7]))


def last_row(session: Session, jurisdiction: str, code: str) -> Any:
    """The newest row that a parcel's code ever had: a row of LISTED with `parcel_id`; None for a code of no parcel."""
    statement = sa.select(*LISTED, Parcel.parcel_id).where(
        Parcel.county.in_(counties(session, jurisdiction)), Parcel.code == code
    )
    newest = (sa.func.lower(Parcel.recorded).desc(), sa.func.lower(Parcel.valid).desc().nulls_last())
    return session.execute(statement.order_by(*newest).limit(1)).first()


def versions(session: Session, county: str, parcel_id: Any) -> Sequence[Any]:
    """Every row that the register ever held of a parcel, newest first, without shapes."""
    columns = (*LISTED, Parcel.row_id, Parcel.valid, Parcel.recorded, Parcel.act_id, Parcel.ended_by_act)
    return session.execute(
        sa.select(*columns)
        .where(Parcel.county == county, Parcel.parcel_id == parcel_id)
        .order_by(sa.func.lower(Parcel.recorded).desc(), sa.func.lower(Parcel.valid).desc().nulls_last())
    ).all()


def adjacent(session: Session, seen: ParcelSeen, asked: AsOf) -> Sequence[Any]:
    """The parcels that on the day asked for touched this one or lay within about a metre: code, name, kind.

    Open and closed rows are asked apart: each has its own spatial index.
    """
    shape = sa.select(Parcel.geom_3857).where(Parcel.county == seen.parcel.county, Parcel.row_id == seen.parcel.row_id)
    own = shape.scalar_subquery()
    near = (
        sa.select(Parcel.code, Parcel.name, Parcel.kind)
        .where(Parcel.geom_3857.op("&&")(sa.func.ST_Expand(own, ADJACENT_M)), standing(Parcel, asked))
        .where(Parcel.parcel_id != seen.parcel.parcel_id, sa.func.ST_DWithin(Parcel.geom_3857, own, ADJACENT_M))
    )
    open_ = sa.func.upper_inf(Parcel.recorded)
    return session.execute(near.where(open_).union_all(near.where(~open_)).order_by("code")).all()


@dataclass(frozen=True)
class Lineage:
    """The parcels that a parcel came from, and those that came of it: code, name, and the day of the act."""

    origins: Sequence[Any]
    descendants: Sequence[Any]


def lineage(session: Session, county: str, parcel_id: Any) -> Lineage:
    """Where a parcel came from and what became of it, as the register says now."""

    def kin(this: Any, other: Any) -> Sequence[Any]:
        found = (
            sa.select(Parcel.code, Parcel.name, sa.func.lower(ParcelOrigin.valid).label("day"))
            .distinct()
            .join(Parcel, sa.and_(Parcel.county == ParcelOrigin.county, Parcel.parcel_id == other))
            .where(ParcelOrigin.county == county, this == parcel_id, sa.func.upper_inf(ParcelOrigin.recorded))
            .where(sa.func.upper_inf(Parcel.recorded))
        )
        return session.execute(found.order_by(Parcel.code)).all()

    return Lineage(
        kin(ParcelOrigin.parcel_id, ParcelOrigin.origin_id), kin(ParcelOrigin.origin_id, ParcelOrigin.parcel_id)
    )


_HEIRS = """
    WITH RECURSIVE heir AS (
        SELECT o.parcel_id FROM land.parcel_origin AS o
        WHERE o.county = :county AND o.origin_id = :parcel AND upper_inf(o.recorded)
        UNION
        SELECT o.parcel_id FROM land.parcel_origin AS o JOIN heir ON o.origin_id = heir.parcel_id
        WHERE o.county = :county AND upper_inf(o.recorded))
    SELECT p.code, p.name FROM land.parcel AS p JOIN heir USING (parcel_id)
    WHERE p.county = :county AND upper_inf(p.recorded) AND upper_inf(p.valid) ORDER BY p.code"""


@dataclass(frozen=True)
class Gone:
    """A parcel that is no more: the day since when it is none, and the parcels of today that came of it, however often the
    land was cut and joined since: code and name."""

    since: date | None
    heirs: Sequence[Any]


def gone(session: Session, jurisdiction: str, code: str) -> Gone | None:
    """What became of a parcel that the register had and has no more today; None for one of which it never heard."""
    last = last_row(session, jurisdiction, code)
    if last is None:
        return None
    ended = [row.valid.upper for row in versions(session, last.county, last.parcel_id) if row.recorded.upper is None]
    heirs = session.execute(sa.text(_HEIRS), {"county": last.county, "parcel": last.parcel_id}).all()
    return Gone(max(filter(None, ended), default=None), heirs)


def shapes(session: Session, jurisdiction: str, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Today's parcels of these codes as GeoJSON features in degrees."""
    rows = session.execute(
        sa.select(Parcel.code, sa.cast(sa.func.ST_AsGeoJSON(sa.func.ST_Transform(Parcel.geom_3857, 4326), 8), sa.JSON))
        .where(Parcel.county.in_(counties(session, jurisdiction)), Parcel.code.in_(codes), OPEN)
        .order_by(Parcel.code)
    )
    return [{"type": "Feature", "id": code, "geometry": shape, "properties": {"code": code}} for code, shape in rows]


@dataclass(frozen=True)
class SurveyedPoints:
    """Boundary points of a parcel as surveyed: number, mark, kind, east and north in metres, in order."""

    numbers: Sequence[str]
    marks: Sequence[str]
    kinds: Sequence[str]
    east: Sequence[float]
    north: Sequence[float]


def surveyed_points(session: Session, registered: Parcel) -> SurveyedPoints | None:
    """The boundary points of the package that the parcel came in; None when it had none."""
    statement = """SELECT numbers, marks, kinds, east, north FROM land.staged_boundary_point
                   WHERE county = :county AND package_id = :package_id AND parcel_code = :code"""
    values = {"county": registered.county, "package_id": registered.package_id, "code": registered.code}
    row = session.execute(sa.text(statement), values).first()
    return None if row is None else SurveyedPoints(*row)


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
