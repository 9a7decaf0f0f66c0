"""Rights in the register whose own rows the survey in force has otherwise, until an act since it came has written those rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.land.staging_changed import BY, hashed
from landreg.land.staging_rows import STAGED
from landreg.registry.facts.resurveyed import KINDS


class Otherwise(NamedTuple):
    """A row of a survey's table, by its code, that the package in force has otherwise than the older one on which the register
    rests.
    """

    table: str
    code: str
    old: UUID


@dataclass(frozen=True)
class Contradicted:
    """A right, the package in force, and the rows of it that this one has otherwise."""

    right_id: UUID
    kind: str
    code: str
    household_code: str
    holder: str
    package_id: UUID
    rows: tuple[Otherwise, ...]

    @property
    def of_people(self) -> bool:
        """Whether any of them is of the household and its members."""
        return any(row.table in ("CBF", "CBF_JTCY") for row in self.rows)

    @property
    def of_land(self) -> bool:
        """Whether any of them is of the right itself, or of a homestead."""
        return any(row.table in ("CBHT", "CBDKXX", "ZJD") for row in self.rows)

    @property
    def parcels(self) -> tuple[str, ...]:
        """The codes of those that are parcels, of a contract or of a homestead."""
        return tuple(row.code for row in self.rows if row.table in ("DK", "ZJD"))


def of_village(session: Session, county: str, package_id: UUID, village: str) -> list[Contradicted]:
    """The rights of a village that a package in force has otherwise, in the order of their codes."""
    return _contradicted(session, _OF_VILLAGE, {"county": county, "package": package_id, "village": village})


def by_village(session: Session, county: str, package_id: UUID) -> dict[str, int]:
    """How many rights of which villages a package in force has otherwise, as the worker counted them last."""
    if not _reads_surveys(session):
        return {}
    rows = session.execute(text(_COUNTED_BY_VILLAGE), {"county": county, "package": package_id})
    return {row.village: row.rights for row in rows}


def packages(session: Session, most: int) -> list[tuple[str, UUID, str, int]]:
    """The packages in force that have rights otherwise, the newest first: county, id, name and how many rights, as the worker
    counted them last.
    """
    return [tuple(row) for row in session.execute(text(_COUNTED), {"most": most})]


class Place(NamedTuple):
    """A village whose rights are to be held against the survey in force."""

    county: str
    village: str
    package_id: UUID


def to_count(session: Session) -> list[Place]:
    """Villages whose rights rest on an older survey than the one in force, where acts or a survey came since they were counted."""
    return [Place(*row) for row in session.execute(text(_TO_COUNT))]


def count(session: Session, place: Place) -> None:
    """Write down how many rights of a village the survey in force has otherwise."""
    session.execute(text(_COUNT), place._asdict())


def of_right(session: Session, county: str, right_id: UUID) -> Contradicted | None:
    """What the survey in force has otherwise of a right; None where nothing is, or acts settled it."""
    return next(iter(_contradicted(session, _OF_RIGHT, {"county": county, "right": right_id})), None)


def _contradicted(session: Session, statement: str, asked: Mapping[str, Any]) -> list[Contradicted]:
    if not _reads_surveys(session):
        return []
    rights: dict[UUID, Contradicted] = {}
    rows: dict[UUID, list[Otherwise]] = defaultdict(list)
    for row in session.execute(text(statement), asked):
        rights[row.right_id] = Contradicted(
            row.right_id, row.kind, row.code, row.household_code, row.applicant, row.package_id, ()
        )
        rows[row.right_id].append(Otherwise(row.layer, row.subject, row.old))
    return [replace(right, rows=tuple(rows[right_id])) for right_id, right in rights.items()]


def _reads_surveys(session: Session) -> bool:
    """What a survey has of persons is read by the register's desk alone: any other hears of no contradiction."""
    return bool(session.scalar(text("SELECT has_table_privilege('land.staged_household', 'SELECT')")))


_ASKED = {
    "CBF": ("household_code", "true"),
    "CBF_JTCY": ("household_code", "true"),
    "CBHT": ("subject_code", "o.right_kind <> 'homestead'"),
    "CBDKXX": ("subject_code", "o.right_kind <> 'homestead'"),
    "DK": ("parcel_code", "o.right_kind = 'contract_management'"),
    "ZJD": ("subject_code", "o.right_kind = 'homestead'"),
}
"""By table or layer: the code by which a right has its rows, and of which rights."""
_WRITTEN = {
    "CBF": "SELECT w.act_id FROM party.household AS w WHERE w.county = o.county AND w.code = o.household_code",
    "CBF_JTCY": """SELECT w.act_id FROM party.household AS h JOIN party.member AS w USING (county, household_id)
        WHERE h.county = o.county AND h.code = o.household_code""",
    "CBHT": "SELECT w.act_id FROM registry.contract AS w WHERE w.county = o.county AND w.code = o.subject_code",
    "CBDKXX": "SELECT w.act_id FROM registry.right_parcel AS w WHERE w.county = o.county AND w.right_row = o.row_id",
    "DK": "SELECT w.act_id FROM land.parcel AS w WHERE w.county = o.county AND w.code = o.asked",
    "ZJD": "SELECT w.act_id FROM land.parcel AS w WHERE w.county = o.county AND w.code = o.asked",
}
"""By table or layer: the acts that wrote what the register has of a row."""
_SAID = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_AS_REGISTERED = {
    "CBF": """SELECT FROM party.household AS w WHERE w.county = s.county AND w.code = s.code AND upper_inf(w.recorded)
        AND upper_inf(w.valid) AND (w.name, w.address, w.postcode) = (s.name, s.address, s.postcode)""",
    "DK": """SELECT FROM land.parcel AS w WHERE w.county = s.county AND w.code = s.code AND upper_inf(w.recorded)
        AND upper_inf(w.valid) AND w.geom = s.geom AND w.basic_farmland IS NOT DISTINCT FROM s.basic_farmland
        AND (w.name, w.land_class, w.soil_grade, w.land_use, w.registered_area_m2)
            = (s.name, s.land_class, s.soil_grade, s.land_use, coalesce(s.surveyed_area_m2, s.plane_area_m2))
        AND (w.neighbour_east, w.neighbour_south, w.neighbour_west, w.neighbour_north)
            = (s.neighbour_east, s.neighbour_south, s.neighbour_west, s.neighbour_north)""",
    # All members of the household, since each is one of its rows: nobody more or less, and each as the survey has them.
    "CBF_JTCY": f"""SELECT FROM party.household AS h WHERE h.county = s.county AND h.code = s.household_code AND {_SAID.format("h")}
        AND array(SELECT (m.id_digest, m.name_digest, m.relation, m.holds_right)::text FROM land.staged_member AS m
                  WHERE m.county = s.county AND m.package_id = s.package_id AND m.household_code = s.household_code ORDER BY 1)
          = array(SELECT (i.id_digest, i.name_digest, m.relation, m.holds_right)::text
                  FROM party.member AS m JOIN identity.person AS i ON i.person_id = m.person_id
                  WHERE m.county = h.county AND m.household_id = h.household_id AND {_SAID.format("m")} ORDER BY 1)""",
    "CBHT": f"""SELECT FROM registry.contract AS w
        JOIN party.household AS h ON h.county = w.county AND h.household_id = w.household_id AND {_SAID.format("h")}
        JOIN party.collective AS c ON c.county = w.county AND c.collective_id = w.collective_id AND {_SAID.format("c")}
        WHERE w.county = s.county AND w.code = s.code AND {_SAID.format("w")}
        AND (h.code, c.code, w.mode) = (s.household_code, s.issuer_code, s.way)
        AND w.term = daterange(s.starts_on, s.ends_on, '[]') AND w.signed_on IS NOT DISTINCT FROM s.signed_on
        AND (w.area_m2, w.mu) = (coalesce(s.area_m2, w.area_m2), coalesce(s.mu, w.mu))""",
    "CBDKXX": f"""SELECT FROM registry.right_parcel AS w
        JOIN registry."right" AS r ON r.county = w.county AND r.row_id = w.right_row
        JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_SAID.format("h")}
        JOIN land.parcel AS l ON l.county = w.county AND l.parcel_id = w.parcel_id AND {_SAID.format("l")}
        WHERE w.county = s.county AND r.code = s.contract_code AND l.code = s.parcel_code AND {_SAID.format("w")}
        AND (h.code, r.nature) = (s.household_code, s.way)
        AND (w.area_m2, w.mu) = (coalesce(s.area_m2, l.registered_area_m2), coalesce(s.mu, w.mu))""",
    # What was approved and since when it is built the register says by what it confirmed: it is as the older survey had it.
    "ZJD": f"""SELECT FROM land.parcel AS l
        JOIN registry.right_parcel AS w ON w.county = l.county AND w.parcel_id = l.parcel_id AND {_SAID.format("w")}
        JOIN registry."right" AS r ON r.county = w.county AND r.row_id = w.right_row AND r.kind = 'homestead'
        JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_SAID.format("h")}
        JOIN land.staged_homestead AS b ON b.county = s.county AND b.package_id = o.base AND b.code = s.code
        WHERE l.county = s.county AND l.code = s.code AND {_SAID.format("l")} AND l.geom = s.geom
        AND (b.approved_area_m2, b.built_by) IS NOT DISTINCT FROM (s.approved_area_m2, s.built_by)
        AND (h.code, h.name, r.code, r.nature) = (s.household_code, s.holder, s.unit_code, s.nature)
        AND l.registered_area_m2 = coalesce(s.area_m2, s.plane_area_m2)
        AND (r.footprint_m2, r.floor_area_m2, r.floors, r.built_on)
            IS NOT DISTINCT FROM (s.footprint_m2, s.building_area_m2, s.storeys, s.built_on)""",
}
"""By table or layer: the register's own row, where it says what the staged one does, in the columns that it has."""
_OF_MEMBERS = frozenset(("id_kind", "id_sealed", "id_digest", "member_count"))
"""What the row of a household repeats of the rows of its members."""


def _otherwise(kind: str) -> str:
    """Of each right: the rows of a table or layer that the package in force has otherwise than what the register rests on: the
    survey that it was registered from, or the one that was known when an act last wrote those rows. Of those that one of the two
    alone has, where the newer has the right itself: a delivery that lacks the right only adds to the older one. Nothing where
    the newer says what the register does."""
    table, key = STAGED[kind][0], BY.get(kind, "code")
    mine = "contract_code" if kind == "CBDKXX" else key
    by, whose = _ASKED[kind]
    asked = f"SELECT o.*, o.{by} AS asked FROM own AS o WHERE {whose}"
    if kind == "DK":
        asked = f"""SELECT o.*, p.parcel_code AS asked FROM own AS o
            JOIN registry.case_parcel AS p ON p.county = o.county AND p.case_id = o.case_id WHERE {whose}"""
    facts = hashed(kind, _OF_MEMBERS if kind == "CBF" else frozenset())
    registered = f"EXISTS ({_AS_REGISTERED[kind]})" if kind in _AS_REGISTERED else "false"
    return f"""
    SELECT o.county, o.right_id, '{kind}' AS layer, t.subject, o.base AS old
    FROM (
        SELECT o.*, coalesce((
            SELECT n.package_id FROM land.package AS n
            WHERE n.county = o.county AND n.state IN ('staged', 'superseded') AND n.received_at <= (
                SELECT max(a.registered_at) FROM registry.act AS a WHERE a.county = o.county AND a.act_id IN ({_WRITTEN[kind]})
                AND a.kind NOT IN ('first_registration', 'survey_entry'))
            AND EXISTS (SELECT FROM land.{table} AS x
                WHERE x.county = n.county AND x.package_id = n.package_id AND x.{mine} = o.asked)
            ORDER BY n.received_at DESC LIMIT 1), o.old) AS base
        FROM ({asked}) AS o OFFSET 0) AS o
    CROSS JOIN LATERAL (
        SELECT {key} AS subject, package_id = o.package_id AS newer, {facts} AS facts,
            package_id = o.package_id AND {registered} AS registered
        FROM land.{table} AS s
        WHERE county = o.county AND package_id IN (o.base, o.package_id) AND {mine} = o.asked) AS t
    WHERE o.base <> o.package_id
    GROUP BY o.county, o.right_id, t.subject, o.base, o.whole
    HAVING sum(t.facts) FILTER (WHERE NOT t.newer) IS DISTINCT FROM sum(t.facts) FILTER (WHERE t.newer)
        AND (o.whole OR count(DISTINCT t.newer) = 2) AND NOT bool_or(t.registered)"""


_IN_FORCE = """SELECT n.package_id, n.received_at, n.name FROM land.package AS n
            WHERE n.county = {county} AND n.state = 'staged' AND {village} >= n.village AND {village} <= n.village || '~'
            ORDER BY n.received_at DESC LIMIT 1"""
"""The newest survey of a village that is in force."""
_REGISTERED = "c.act_kind = 'first_registration' AND c.state IN ('registered', 'certified')"
# A right that was divided, merged or renewed is another's, or its row was entered by that act.
_OWN = f"""
    WITH own AS MATERIALIZED (
        SELECT c.county, c.case_id, c.right_kind, c.subject_code, c.household_code, c.applicant, c.package_id AS old,
            r.right_id, r.row_id, r.kind, r.code, k.package_id, k.received_at, k.name,
            EXISTS (SELECT FROM land.staged_contract AS s
                WHERE s.county = c.county AND s.package_id = k.package_id AND s.code = c.subject_code)
            OR EXISTS (SELECT FROM land.staged_homestead AS s
                WHERE s.county = c.county AND s.package_id = k.package_id AND s.code = c.subject_code) AS whole
        FROM registry."case" AS c
        JOIN registry."right" AS r ON r.county = c.county AND r.act_id = c.act_id AND upper_inf(r.recorded) AND upper_inf(r.valid)
        JOIN LATERAL ({_IN_FORCE.format(county="c.county", village="c.village")}) AS k ON k.package_id <> c.package_id
        WHERE {_REGISTERED} AND {{which}})"""
# Once for all rights: how few they are the planner can't know, who would ask it anew for each.
_OTHERWISE = f"otherwise AS MATERIALIZED ({' UNION ALL '.join(_otherwise(kind) for kind in KINDS)})"
_NAMED = f"""{_OWN}, {_OTHERWISE}
    SELECT o.right_id, o.kind, o.code, o.household_code, o.applicant, o.package_id, d.layer, d.subject, d.old
    FROM own AS o JOIN otherwise AS d USING (county, right_id)
    ORDER BY o.code, o.right_id, array_position(ARRAY{list(KINDS)}, d.layer), d.subject"""
_OF_VILLAGE = _NAMED.format(which="c.county = :county AND c.village = :village AND k.package_id = :package")
_OF_RIGHT = _NAMED.format(which="c.county = :county AND r.right_id = :right")
_COUNT = f"""{_OWN}, {_OTHERWISE}
    INSERT INTO registry.contradicted_village AS v (county, village, package_id, rights, counted_at)
    SELECT :county, :village, :package_id, count(DISTINCT right_id), system.clock() FROM otherwise
    ON CONFLICT (county, village) DO UPDATE SET package_id = EXCLUDED.package_id, rights = EXCLUDED.rights,
        counted_at = EXCLUDED.counted_at
""".format(which="c.county = :county AND c.village = :village")
_COUNTED = """
    SELECT county, package_id, n.name, sum(v.rights) AS rights
    FROM registry.contradicted_village AS v JOIN land.package AS n USING (county, package_id)
    WHERE v.rights > 0 AND n.state = 'staged'
    GROUP BY county, package_id, n.name, n.received_at ORDER BY n.received_at DESC LIMIT :most
"""
_COUNTED_BY_VILLAGE = """
    SELECT village, rights FROM registry.contradicted_village
    WHERE county = :county AND package_id = :package AND rights > 0 ORDER BY village
"""
_OTHER = f"""EXISTS (SELECT FROM registry."case" AS c WHERE c.county = p.county AND c.village = p.village AND {_REGISTERED}
            AND c.package_id {{}} k.package_id)"""
LATE = "interval '10 minutes'"
"""How long an act may be under way after its instant: so long after the latest one a village is counted once more."""
# From a village of the index straight to the next, and of each a survey before or behind the one in force.
_TO_COUNT = f"""
    WITH RECURSIVE place AS (
        (SELECT c.county, c.village FROM registry."case" AS c WHERE {_REGISTERED} ORDER BY c.county, c.village LIMIT 1)
        UNION ALL
        SELECT next.county, next.village FROM place AS p CROSS JOIN LATERAL (
            SELECT c.county, c.village FROM registry."case" AS c
            WHERE (c.county, c.village) > (p.county, p.village) AND {_REGISTERED} ORDER BY c.county, c.village LIMIT 1) AS next)
    SELECT p.county, p.village, k.package_id
    FROM place AS p CROSS JOIN LATERAL ({_IN_FORCE.format(county="p.county", village="p.village")}) AS k
    LEFT JOIN registry.contradicted_village AS v USING (county, village)
    CROSS JOIN LATERAL (SELECT max(a.registered_at) AS latest FROM registry.act AS a
        WHERE a.county = p.county AND a.village = p.village) AS a
    WHERE CASE WHEN v.village IS NULL THEN {_OTHER.format("<")} OR {_OTHER.format(">")}
        ELSE v.package_id <> k.package_id OR v.counted_at <= a.latest
            OR v.counted_at < a.latest + {LATE} AND system.clock() >= a.latest + {LATE} END
"""
