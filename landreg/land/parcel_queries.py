"""Reads of the land room: registered parcels as of a day, in lists, by their code, with what they came from and became.

Lists find rows by `village`, `county` and `code`, whose comparisons are leakproof, so that the indexes serve under
row-level security; whatever else a list is narrowed by is tested on the rows found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.asof import AsOf
from landreg.core.tables import in_force, standing_then
from landreg.land.model import Division, Parcel, ParcelOrigin
from landreg.land.queries import COUNTED, counted, counties, prefixed
from landreg.web.pages import Page, page_from

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


def parcels_ended(session: Session, jurisdiction: str, tail: str, most: int) -> Sequence[Any]:
    """Today's parcels whose code is a village's and then this, one probe of the index a village; rows of LISTED."""
    villages = sa.and_(prefixed(Division.code, jurisdiction), Division.level == "village")
    coded = sa.and_(Parcel.county == sa.func.left(Division.code, 6), Parcel.code == Division.code + tail)
    within = sa.and_(Parcel.county.in_(counties(session, jurisdiction)), prefixed(Parcel.village, jurisdiction))
    found = sa.select(*LISTED).select_from(Division).join(Parcel, coded).where(villages, within, OPEN)
    return session.execute(found.order_by(Division.code).limit(most)).all()


def gone_by(session: Session, county: str, codes: Sequence[str]) -> Sequence[Any]:
    """Of these parcels those whose last right ended by expropriation or with the land: parcel_code, reason, number of the case,
    on_day.
    """
    asked = {"county": county, "codes": list(codes)}
    return session.execute(sa.text("SELECT * FROM registry.gone_by(:county, CAST(:codes AS text[]))"), asked).all()


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
    values = {"counties": counties(session, jurisdiction), "code": code, **(asked.values if asked else {})}
    row = session.execute(_parcel(then=asked is not None), values).first()
    return None if row is None else ParcelSeen(row[0], bytes(row[1]), row[2], row[3], (row[4], row[5], row[6], row[7]))


@cache
def _parcel(*, then: bool) -> Any:
    degrees = sa.func.ST_Transform(Parcel.geom_3857, 4326)
    statement = sa.select(
        Parcel, sa.func.ST_AsBinary(Parcel.geom), sa.func.ST_SRID(Parcel.geom),
        sa.cast(sa.func.ST_AsGeoJSON(degrees, 8), sa.JSON),
        *(getattr(sa.func, name)(degrees) for name in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")),
    ).where(*_coded(), standing_then(Parcel) if then else OPEN)  # fmt: skip
    return statement.order_by(sa.func.lower(Parcel.recorded).desc()).limit(1)


def _coded() -> tuple[Any, ...]:
    """The rows of the parameters `counties` and `code`."""
    return Parcel.county.in_(sa.bindparam("counties", expanding=True)), Parcel.code == sa.bindparam("code")


def last_row(session: Session, jurisdiction: str, code: str) -> Any:
    """The newest row that a parcel's code ever had: a row of LISTED with `parcel_id`; None for a code of no parcel."""
    return session.execute(_last_row(), {"counties": counties(session, jurisdiction), "code": code}).first()


@cache
def _last_row() -> Any:
    return sa.select(*LISTED, Parcel.parcel_id).where(*_coded()).order_by(*_newest()).limit(1)


def _newest() -> tuple[Any, ...]:
    return sa.func.lower(Parcel.recorded).desc(), sa.func.lower(Parcel.valid).desc().nulls_last()


def versions(session: Session, county: str, parcel_id: Any) -> Sequence[Any]:
    """Every row that the register ever held of a parcel, newest first, without shapes."""
    return session.execute(_versions(), {"county": county, "parcel": parcel_id}).all()


@cache
def _versions() -> Any:
    columns = (*LISTED, Parcel.row_id, Parcel.valid, Parcel.recorded, Parcel.act_id, Parcel.ended_by_act)
    own = Parcel.county == sa.bindparam("county"), Parcel.parcel_id == sa.bindparam("parcel")
    return sa.select(*columns).where(*own).order_by(*_newest())


def adjacent(session: Session, seen: ParcelSeen, asked: AsOf) -> Sequence[Any]:
    """The parcels that on the day asked for touched this one or lay within about a metre: code, name, kind.

    Open and closed rows are asked apart: each has its own spatial index.
    """
    own = {"county": seen.parcel.county, "row": seen.parcel.row_id, "parcel": seen.parcel.parcel_id}
    return session.execute(_adjacent(), {**own, **asked.values}).all()


@cache
def _adjacent() -> Any:
    this = Parcel.county == sa.bindparam("county"), Parcel.row_id == sa.bindparam("row")
    own = sa.select(Parcel.geom_3857).where(*this).scalar_subquery()
    near = (
        sa.select(Parcel.code, Parcel.name, Parcel.kind)
        .where(Parcel.geom_3857.op("&&")(sa.func.ST_Expand(own, ADJACENT_M)), standing_then(Parcel))
        .where(Parcel.parcel_id != sa.bindparam("parcel"), sa.func.ST_DWithin(Parcel.geom_3857, own, ADJACENT_M))
    )
    open_ = sa.func.upper_inf(Parcel.recorded)
    return near.where(open_).union_all(near.where(~open_)).order_by("code")


@dataclass(frozen=True)
class Lineage:
    """The parcels that a parcel came from, and those that came of it: code, name, and the day of the act."""

    origins: Sequence[Any]
    descendants: Sequence[Any]


def lineage(session: Session, county: str, parcel_id: Any) -> Lineage:
    """Where a parcel came from and what became of it, as the register says now."""
    kin = session.execute(_kin(), {"county": county, "parcel": parcel_id}).all()
    return Lineage([row for row in kin if row.origin], [row for row in kin if not row.origin])


@cache
def _kin() -> Any:
    def kin(this: Any, other: Any, *, origin: bool) -> Any:
        columns = Parcel.code, Parcel.name, sa.func.lower(ParcelOrigin.valid).label("day")
        return (
            sa.select(*columns, sa.literal(origin).label("origin"))
            .distinct()
            .join(Parcel, sa.and_(Parcel.county == ParcelOrigin.county, Parcel.parcel_id == other))
            .where(ParcelOrigin.county == sa.bindparam("county"), this == sa.bindparam("parcel"))
            .where(sa.func.upper_inf(ParcelOrigin.recorded), sa.func.upper_inf(Parcel.recorded))
        )

    came_from = kin(ParcelOrigin.parcel_id, ParcelOrigin.origin_id, origin=True)
    return came_from.union_all(kin(ParcelOrigin.origin_id, ParcelOrigin.parcel_id, origin=False)).order_by("code")


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
