"""Rights in the register whose own rows a later survey has otherwise, until an act since it came has written those rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.land.staging_changed import BY, hashed
from landreg.land.staging_rows import STAGED
from landreg.registry.facts.resurveyed import KINDS


@dataclass(frozen=True)
class Contradicted:
    """A right, the package that it was registered from and the one in force, which has rows of it otherwise: table and code of
    each.
    """

    right_id: UUID
    kind: str
    code: str
    household_code: str
    holder: str
    old: UUID
    package_id: UUID
    rows: tuple[tuple[str, str], ...]

    @property
    def of_people(self) -> bool:
        """Whether any of them is of the household and its members."""
        return any(table in ("CBF", "CBF_JTCY") for table, _ in self.rows)

    @property
    def of_land(self) -> bool:
        """Whether any of them is of the right itself or its ground."""
        return any(table not in ("CBF", "CBF_JTCY") for table, _ in self.rows)


def by_package(session: Session, county: str, package_id: UUID) -> list[Contradicted]:
    """The rights that a package in force has otherwise, in the order of their codes."""
    return _contradicted(session, _OF_PACKAGE, {"county": county, "package": package_id})


def packages(session: Session, most: int) -> list[tuple[str, UUID, str, int]]:
    """The packages in force that have rights otherwise, the newest first: county, id, name and how many rights."""
    return [tuple(row) for row in session.execute(text(_COUNTED), {"most": most})]


def of_right(session: Session, county: str, right_id: UUID) -> Contradicted | None:
    """What the survey in force has otherwise of a right; None where nothing is, or acts settled it."""
    return next(iter(_contradicted(session, _OF_RIGHT, {"county": county, "right": right_id})), None)


def _contradicted(session: Session, statement: str, asked: Mapping[str, Any]) -> list[Contradicted]:
    # What a survey has of persons is read by the register's desk alone: any other hears of no contradiction.
    if not session.scalar(text("SELECT has_table_privilege('land.staged_household', 'SELECT')")):
        return []
    rights: dict[UUID, Contradicted] = {}
    rows: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for row in session.execute(text(statement), asked):
        rights[row.right_id] = Contradicted(
            row.right_id, row.kind, row.code, row.household_code, row.applicant, row.old, row.package_id, ()
        )
        rows[row.right_id].append((row.layer, row.subject))
    return [replace(right, rows=tuple(rows[right_id])) for right_id, right in rights.items()]


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
    "CBF": "SELECT w.act_id FROM party.household AS w WHERE w.county = d.county AND w.code = d.household_code",
    "CBF_JTCY": """SELECT w.act_id FROM party.household AS h JOIN party.member AS w USING (county, household_id)
        WHERE h.county = d.county AND h.code = d.household_code""",
    "CBHT": "SELECT w.act_id FROM registry.contract AS w WHERE w.county = d.county AND w.code = d.subject_code",
    "CBDKXX": "SELECT w.act_id FROM registry.right_parcel AS w WHERE w.county = d.county AND w.right_row = d.row_id",
    "DK": "SELECT w.act_id FROM land.parcel AS w WHERE w.county = d.county AND w.code = d.subject",
    "ZJD": "SELECT w.act_id FROM land.parcel AS w WHERE w.county = d.county AND w.code = d.subject",
}
"""By table or layer: the acts that wrote what the register has of a row."""


def _otherwise(kind: str) -> str:
    """Of each right: the rows of a table or layer that the two packages have otherwise; of those that one of them alone has,
    where the newer has the right itself: a delivery that lacks the right only adds to the older one."""
    table, key = STAGED[kind][0], BY.get(kind, "code")
    by, whose = _ASKED[kind]
    asked = f"SELECT o.*, o.{by} AS asked FROM own AS o WHERE {whose}"
    if kind == "DK":
        asked = f"""SELECT o.*, p.parcel_code AS asked FROM own AS o
            JOIN registry.case_parcel AS p ON p.county = o.county AND p.case_id = o.case_id WHERE {whose}"""
    return f"""
    SELECT d.* FROM (
        SELECT o.right_id, o.county, o.received_at, o.subject_code, o.household_code, o.row_id, '{kind}' AS layer, t.subject
        FROM ({asked}) AS o JOIN (
            SELECT county, package_id, {"contract_code" if kind == "CBDKXX" else key} AS asked, {key} AS subject,
                {hashed(kind)} AS facts
            FROM land.{table}) AS t ON t.county = o.county AND t.package_id IN (o.old, o.package_id) AND t.asked = o.asked
        GROUP BY 1, 2, 3, 4, 5, 6, 8, o.whole
        HAVING sum(t.facts) FILTER (WHERE t.package_id = o.old) IS DISTINCT FROM sum(t.facts) FILTER (WHERE t.package_id <> o.old)
            AND (o.whole OR count(DISTINCT t.package_id) = 2)) AS d
    WHERE NOT EXISTS (SELECT FROM registry.act AS a WHERE a.county = d.county AND a.act_id IN ({_WRITTEN[kind]})
        AND a.kind NOT IN ('first_registration', 'survey_entry') AND a.registered_at > d.received_at)"""


# A right that was divided, merged or renewed is another's, or its row was entered by that act.
_OWN = """
    WITH own AS MATERIALIZED (
        SELECT c.county, c.case_id, c.right_kind, c.subject_code, c.household_code, c.applicant, c.package_id AS old,
            r.right_id, r.row_id, r.kind, r.code, k.package_id, k.received_at, k.name,
            EXISTS (SELECT FROM land.staged_contract AS s
                WHERE s.county = c.county AND s.package_id = k.package_id AND s.code = c.subject_code)
            OR EXISTS (SELECT FROM land.staged_homestead AS s
                WHERE s.county = c.county AND s.package_id = k.package_id AND s.code = c.subject_code) AS whole
        FROM registry."case" AS c
        JOIN registry."right" AS r ON r.county = c.county AND r.act_id = c.act_id AND upper_inf(r.recorded) AND upper_inf(r.valid)
        JOIN LATERAL (
            SELECT n.package_id, n.received_at, n.name FROM land.package AS n
            WHERE n.county = c.county AND n.state = 'staged' AND c.village >= n.village AND c.village <= n.village || '~'
            ORDER BY n.received_at DESC LIMIT 1) AS k ON k.package_id <> c.package_id
        WHERE c.act_kind = 'first_registration' AND c.state IN ('registered', 'certified') AND {which})"""
_ROWS = " UNION ALL ".join(_otherwise(kind) for kind in KINDS)
_NAMED = f"""{_OWN}
    SELECT o.right_id, o.kind, o.code, o.household_code, o.applicant, o.old, o.package_id, d.layer, d.subject
    FROM own AS o JOIN ({_ROWS}) AS d USING (county, right_id)
    ORDER BY o.code, o.right_id, array_position(ARRAY{list(KINDS)}, d.layer), d.subject"""
_OF_PACKAGE = _NAMED.format(which="c.county = :county AND k.package_id = :package")
_OF_RIGHT = _NAMED.format(which="c.county = :county AND r.right_id = :right")
_COUNTED = f"""{_OWN}
    SELECT o.county, o.package_id, o.name, count(DISTINCT o.right_id) AS rights
    FROM own AS o JOIN ({_ROWS}) AS d USING (county, right_id)
    GROUP BY o.county, o.package_id, o.name, o.received_at ORDER BY o.received_at DESC LIMIT :most
""".format(which="true")
