"""Whose a later survey says the contract or homestead of a case is: of the household that the case is of, or of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.codes import masked_name


class OtherHolder(NamedTuple):
    """A household that a case is of, and the other one that a later survey names in its place; both masked."""

    was: str
    now: str


def other_holders(
    session: Session, county: str, packages: tuple[UUID, UUID], case_ids: Sequence[UUID]
) -> Mapping[UUID, OtherHolder]:
    """By case whose contract or homestead the newer of two packages gives to another household. A household is the same where its
    representative is, by the identity number, or where its code is and a member or the name.
    """
    if not case_ids:
        return {}
    asked = {"county": county, "old": packages[0], "new": packages[1], "ids": list(case_ids)}
    found = session.execute(text(_OTHER_HOLDERS), asked)
    return {row.case_id: OtherHolder(masked_name(row.was), masked_name(row.now)) for row in found}


_HOLDER = """
    SELECT s.household_code AS code, coalesce(h.name, s.holder) AS name, h.id_digest AS head, array(
        SELECT m.id_digest FROM land.staged_member AS m WHERE m.county = c.county AND m.package_id = {package}
        AND m.household_code = s.household_code AND m.id_digest IS NOT NULL) AS people
    FROM (SELECT t.household_code, '' AS holder FROM land.staged_contract AS t
          WHERE t.county = c.county AND t.package_id = {package} AND t.code = c.subject_code
            AND c.right_kind = 'contract_management'
          UNION ALL SELECT t.household_code, t.holder FROM land.staged_homestead AS t
          WHERE t.county = c.county AND t.package_id = {package} AND t.code = c.subject_code
            AND c.right_kind = 'homestead') AS s
    LEFT JOIN land.staged_household AS h ON h.county = c.county AND h.package_id = {package} AND h.code = s.household_code
"""
_OTHER_HOLDERS = f"""
    SELECT c.case_id, o.name AS was, n.name AS now FROM registry."case" AS c
    CROSS JOIN LATERAL ({_HOLDER.format(package=":old")}) AS o
    CROSS JOIN LATERAL ({_HOLDER.format(package=":new")}) AS n
    WHERE c.county = :county AND c.case_id = ANY (:ids)
      AND NOT coalesce(o.head = n.head, false)
      AND NOT (o.code = n.code AND (o.people && n.people OR o.name = n.name))
"""
