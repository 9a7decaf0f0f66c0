"""Rights in the register whose own rows a later survey has otherwise, until an act on them has been registered since it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.facts.resurveyed import resurveyed_of


@dataclass(frozen=True)
class Contradicted:
    """A right, and the package in force that has rows of it otherwise: table and code of each."""

    right_id: UUID
    kind: str
    code: str
    household_code: str
    holder: str
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
    rows = session.execute(text(_OF_PACKAGE), {"county": county, "package": package_id}).all()
    return [one for one in _contradicted(session, county, rows) if one.package_id == package_id]


def packages(session: Session, most: int) -> list[tuple[str, UUID, str, int]]:
    """The packages in force, delivered after others of their place, that have rights otherwise, the newest first: county, id,
    name and how many rights.
    """
    later = session.execute(text(_LATER), {"most": most}).all()
    counted = (
        (row.county, row.package_id, row.name, len(by_package(session, row.county, row.package_id))) for row in later
    )
    return [one for one in counted if one[3]]


def of_right(session: Session, county: str, right_id: UUID) -> Contradicted | None:
    """What the survey in force has otherwise of a right; None where nothing is, or an act settled it."""
    rows = session.execute(text(_OF_RIGHT), {"county": county, "right": right_id}).all()
    return next(iter(_contradicted(session, county, rows)), None)


def _contradicted(session: Session, county: str, rows: Sequence[Any]) -> list[Contradicted]:
    later = resurveyed_of(session, county, [row.case_id for row in rows])
    return [
        Contradicted(
            row.right_id, row.kind, row.code, row.household_code, row.applicant,
            later[row.case_id].package_id, later[row.case_id].rows,
        )
        for row in rows
        if row.case_id in later
    ]  # fmt: skip


# A right that was divided, merged or renewed is another's, or its row was entered by that act.
_REGISTERED = """
    SELECT c.case_id, r.right_id, r.kind, r.code, c.household_code, c.applicant
    FROM registry."case" AS c
    JOIN registry."right" AS r ON r.county = c.county AND r.act_id = c.act_id AND upper_inf(r.recorded) AND upper_inf(r.valid)
    JOIN LATERAL (
        SELECT n.package_id, n.received_at FROM land.package AS n
        WHERE n.county = c.county AND n.state = 'staged' AND c.village >= n.village AND c.village <= n.village || '~'
        ORDER BY n.received_at DESC LIMIT 1) AS k ON k.package_id <> c.package_id
    WHERE c.county = :county AND c.act_kind = 'first_registration' AND c.state IN ('registered', 'certified') AND {which}
      AND NOT EXISTS (
        SELECT FROM registry."case" AS o JOIN registry.act AS a ON a.county = o.county AND a.act_id = o.act_id
        WHERE o.county = c.county AND o.case_id <> c.case_id AND a.registered_at > k.received_at
          AND (r.right_id = ANY (o.right_ids) OR o.household_code = c.household_code AND o.act_kind <> 'first_registration'))
    ORDER BY r.code
"""
_LATER = """
    SELECT county, package_id, name FROM land.package WHERE state = 'staged' AND supersedes IS NOT NULL
    ORDER BY received_at DESC LIMIT :most
"""
_OF_PACKAGE = _REGISTERED.format(which="k.package_id = :package")
_OF_RIGHT = _REGISTERED.format(which="r.right_id = :right")
