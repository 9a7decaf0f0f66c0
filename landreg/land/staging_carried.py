"""What a package has nothing of goes on as the packages in force have it: their rows are staged with it, in its transaction.

Homesteads are surveyed by themselves, and so is contracted land: a package takes the place of the layers that it brings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding
from landreg.land.model import Package
from landreg.land.staging_blocks import BOUNDARIES
from landreg.land.staging_extra import COLUMNS
from landreg.land.staging_rows import STAGED, names
from landreg.land.survey_package import CONTRACTED
from landreg.law.book import Law

LAND = ("DK", "CBHT", "CBDKXX", "CBJYQZDJB", "LZHT")
PARTIES = ("CBF_JTCY", "CBF", "FBF")
"""In this order: whose household the package brings is asked before those of other households are there."""
CARRIED = "carried"
"""What among a package's changes is no table: by right kind, the packages that its carried rows first came with."""


@dataclass(frozen=True)
class Carried:
    """What was carried over. findings: of the check of those rows, that they were carried, and where they do not go with what
    the package brings. origins: by kind of right the packages that they first came with."""

    findings: list[Finding] = field(default_factory=list)
    origins: dict[str, list[str]] = field(default_factory=dict)


def carry_over(uow: UnitOfWork, row: Package, brought: Collection[str], law: Law) -> Carried:
    """Stage with a package of homesteads alone the land, with one without homesteads the homesteads, that the packages in force
    have in its villages, and the households of those. brought: the tables and layers of the package, whose rows are staged.
    """
    made = Carried()
    alone = not CONTRACTED & set(brought)
    kinds = [kind for kind in LAND if kind not in brought] if alone else ["ZJD"]
    if not alone and "ZJD" in brought:
        return made
    if _of_more_than_is_seen(uow, row, STAGED[kinds[0]][0]):
        return Carried([Finding("PKG-34", None, {"place": row.village}, kinds[0])])
    for old, asked in _sides(uow, row):
        counts = {kind: _carry(uow, STAGED[kind][0], names(kind), asked) for kind in kinds}
        if not any(counts.values()):
            continue
        if old.epsg != row.epsg:
            values = {"file": row.name, "zone": row.epsg, "other": old.epsg}
            return Carried([Finding("ZON-13", None, values, "ZJD" if alone else "DK")])
        in_two = _IN_TWO.format(more="" if alone else _OF_HOMESTEADS["CBF_JTCY"])
        strangers = uow.session.execute(sa.text(in_two), {**asked, "most": law.days("PKG-17.findings_most")}).all()
        noted = _noted_before(uow, old, asked, (*kinds, *BOUNDARIES) if alone else kinds)
        made.findings.extend([_told(old, counts, alone=alone), *_persons(strangers), *noted])
        _carry_what_belongs(uow, asked, alone=alone, brought=brought)
        kind = "contract_management" if alone else "homestead"
        made.origins.setdefault(kind, []).extend(old.changes.get(CARRIED, {}).get(kind) or [str(old.package_id)])
    if made.origins:
        made.findings.extend(_on_parcels(uow, row, law))
    return made


def _sides(uow: UnitOfWork, row: Package) -> Iterator[tuple[Package, dict[str, Any]]]:
    """The packages in force in a package's villages, the latest first, each with what is asked of it: where no later one is."""
    in_force = uow.session.scalars(
        sa.select(Package)
        .where(Package.county == row.county, Package.state == "staged", Package.package_id != row.package_id)
        .order_by(Package.received_at.desc())
    ).all()
    later: list[str] = []
    for old in in_force:
        if old.village.startswith(row.village) or row.village.startswith(old.village):
            yield old, {
                "county": row.county, "new": row.package_id, "old": old.package_id, "from": row.village,
                "to": row.village + "~", "later": [f"{village}%" for village in later],
            }  # fmt: skip
            later.append(old.village)


def _of_more_than_is_seen(uow: UnitOfWork, row: Package, table: str) -> bool:
    """Whether villages have rows of a package for more than who sends this one has to do with: what holds there is not seen."""
    if len(uow.actor.jurisdiction) <= len(row.county):
        return False
    asked = {"county": row.county, "new": row.package_id, "from": row.village, "to": row.village + "~"}
    return bool(uow.session.scalar(sa.text(_UNSEEN.format(table=table)), asked))


def _carry(uow: UnitOfWork, table: str, columns: Sequence[str], asked: Mapping[str, Any], more: str = "") -> int:
    listed = ", ".join(columns)
    carried = uow.session.execute(sa.text(_ROWS.format(table=table, listed=listed, values=listed, more=more)), asked)
    return int(carried.rowcount)  # type: ignore[attr-defined]


def _carry_what_belongs(uow: UnitOfWork, asked: Mapping[str, Any], *, alone: bool, brought: Collection[str]) -> None:
    """Households, members and issuers that the package does not bring; with land its boundaries and whatever else came with it."""
    for kind in PARTIES:
        belongs = _UNLESS_BROUGHT[kind] + ("" if alone else _OF_HOMESTEADS[kind])
        _carry(uow, STAGED[kind][0], names(kind), asked, belongs)
    if not alone:
        return
    for table, columns in BOUNDARIES.values():
        _carry(uow, table, ("village", *columns), asked)
    values = ", ".join(f"{_BEHIND} + s.position" if name == "position" else name for name in COLUMNS)
    statement = _ROWS.format(
        table="staged_extra", listed=", ".join(COLUMNS), values=values, more="AND s.layer <> ALL (:brought)"
    )
    uow.session.execute(sa.text(statement), {**asked, "brought": sorted(brought)})


def _told(old: Package, counts: Mapping[str, int], *, alone: bool) -> Finding:
    if alone:
        values = {"file": old.name, "parcels": counts.get("DK", 0), "contracts": counts.get("CBHT", 0)}
        return Finding("PKG-32", None, values, "DK")
    return Finding("PKG-33", None, {"file": old.name, "count": counts["ZJD"]}, "ZJD")


def _persons(rows: Sequence[Any]) -> list[Finding]:
    """REL-10 of a member whom the package brings and who is in another household that goes on."""
    return [
        Finding("REL-10", "CYZJHM", {"name": row.name, "given": "—", "other": row.other}, "CBF_JTCY", row.own)
        for row in rows
    ]


def _noted_before(uow: UnitOfWork, old: Package, asked: Mapping[str, Any], kinds: Sequence[str]) -> list[Finding]:
    """What the check of the former package noted of the rows that go on, and of households that the package does not bring."""
    rows = uow.session.execute(
        sa.text(_NOTED), {**asked, "kinds": list(kinds), "whole": old.village.startswith(asked["from"])}
    )
    return [
        Finding(one.code, one.field, one.facts, one.layer, one.subject, None if one.lon is None else (one.lon, one.lat))
        for one in rows
    ]


def _on_parcels(uow: UnitOfWork, row: Package, law: Law) -> list[Finding]:
    """TOP-13: homesteads on contracted land, of which either goes on."""
    asked = {"county": row.county, "new": row.package_id, "most": law.number("TOP-1.overlap", "m2"),
             "kept": law.days("PKG-17.findings_most")}  # fmt: skip
    return [
        Finding("TOP-13", "ZDDM", {"area": str(one.area), "other": one.other}, "ZJD", one.own, (one.lon, one.lat))
        for one in uow.session.execute(sa.text(_ON_PARCELS), asked)
    ]


def origins_of(changes: Mapping[str, Any], right_kind: str) -> list[UUID]:
    """The packages that the rows of a kind of right first came with, where a later package carries them on."""
    return [UUID(one) for one in changes.get(CARRIED, {}).get(right_kind, ())]


_ROWS = """
    INSERT INTO land.{table} (county, package_id, {listed}) SELECT s.county, :new, {values} FROM land.{table} AS s
    WHERE s.county = :county AND s.package_id = :old AND s.village BETWEEN :from AND :to
      AND NOT s.village LIKE ANY (CAST(:later AS text[])) {more}
"""
_UNSEEN = """
    SELECT EXISTS (SELECT FROM land.{table} AS s
        WHERE s.county = :county AND s.village BETWEEN :from AND :to AND s.package_id <> :new
          AND NOT EXISTS (SELECT FROM land.package AS p WHERE p.county = s.county AND p.package_id = s.package_id))
"""
_NOTED = """
    SELECT f.code, f.field, f.facts, f.layer, f.subject, ST_X(f.place) AS lon, ST_Y(f.place) AS lat
    FROM land.package_finding AS f WHERE f.county = :county AND f.package_id = :old AND f.code NOT LIKE 'PKG-%'
      AND (:whole OR f.subject BETWEEN :from AND :to)
      AND (f.layer = ANY (:kinds) OR f.layer IN ('CBF', 'CBF_JTCY') AND NOT EXISTS (
          SELECT FROM land.staged_household AS b WHERE b.county = f.county AND b.package_id = :new AND b.code = f.subject))
    ORDER BY f.position
"""
_BEHIND = """(SELECT coalesce(max(x.position), 0) FROM land.staged_extra AS x
    WHERE x.county = s.county AND x.package_id = :new AND x.layer = s.layer)"""
_UNLESS = "AND NOT EXISTS (SELECT FROM land.{table} AS b WHERE b.county = s.county AND b.package_id = :new AND b.code = {code}) "
_UNLESS_BROUGHT = {
    "CBF_JTCY": _UNLESS.format(table="staged_household", code="s.household_code"),
    "CBF": _UNLESS.format(table="staged_household", code="s.code"),
    "FBF": _UNLESS.format(table="staged_issuer", code="s.code"),
}
_NAMED = """AND {code} IN (SELECT {named} FROM land.staged_homestead AS z WHERE z.county = :county AND z.package_id = :old) """
_OF_HOMESTEADS = {
    "CBF_JTCY": _NAMED.format(code="s.household_code", named="z.household_code"),
    "CBF": _NAMED.format(code="s.code", named="z.household_code"),
    "FBF": _NAMED.format(code="s.code", named="left(z.household_code, 14)"),
}
# A household that the package brings takes the place of the one before: only others go on beside it.
_IN_TWO = """
    SELECT DISTINCT m.name_masked AS name, m.household_code AS own, s.household_code AS other
    FROM land.staged_member AS m JOIN land.staged_member AS s ON s.county = m.county AND s.id_digest = m.id_digest
    WHERE m.county = :county AND m.package_id = :new AND s.package_id = :old AND s.village BETWEEN :from AND :to
      AND NOT s.village LIKE ANY (CAST(:later AS text[]))
      AND NOT EXISTS (SELECT FROM land.staged_household AS b
                      WHERE b.county = s.county AND b.package_id = :new AND b.code = s.household_code) {more}
    ORDER BY own, other LIMIT :most
"""
_ON_PARCELS = """
    SELECT own, other, round(ST_Area(geom)::numeric, 2) AS area,
        ST_X(ST_Transform(ST_PointOnSurface(geom), 4326)) AS lon, ST_Y(ST_Transform(ST_PointOnSurface(geom), 4326)) AS lat
    FROM (SELECT z.code AS own, d.code AS other, ST_Intersection(z.geom, d.geom) AS geom
          FROM land.staged_homestead AS z JOIN land.staged_parcel AS d
              ON d.county = z.county AND d.package_id = z.package_id AND d.geom_3857 && z.geom_3857
          WHERE z.county = :county AND z.package_id = :new) AS met
    WHERE ST_Area(geom) >= :most ORDER BY area DESC, own, other LIMIT :kept
"""
