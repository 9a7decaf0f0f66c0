"""Contracts by other means that a package holds (CT-13): where each stands on its way to the register, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.casework.desk import SET_APART
from landreg.registry.rules.household_requests import SIGN

HOUSEHOLD = "1"
"""The kind of contractor who is a farm household. NY/T 2539 table C.7."""


class SetApart(NamedTuple):
    """A contract by other means: it is in no batch (CT-13). entered: the register has its land. Then its case, or its right."""

    village: str
    code: str
    way: str
    holder: str
    entered: bool
    case_id: UUID | None
    number: str | None
    right_id: UUID | None


class Land(NamedTuple):
    """A parcel of a contract, as the survey has it."""

    code: str
    name: str
    area_m2: Decimal | None


@dataclass(frozen=True)
class ByOtherMeans:
    """Such a contract as the package has it. kind: of its contractor. ends_on: the last day."""

    village: str
    code: str
    issuer: str
    way: str
    household_code: str
    holder: str
    kind: str
    signed_on: date | None
    starts_on: date | None
    ends_on: date | None
    parcels: tuple[Land, ...]
    entered: bool

    @property
    def right_code(self) -> str:
        """Under which its right is registered: the sign of household contracting is not a sign of it."""
        return f"{self.code.rstrip('JQ')}{SIGN}"


def set_apart(session: Session, county: str, package_id: UUID) -> list[SetApart]:
    """Those of a staged package, in the order of their codes."""
    rows = session.execute(text(_ALL), {"county": county, "package": package_id})
    return [SetApart(*row) for row in rows]


def by_other_means(session: Session, county: str, package_id: UUID, code: str) -> ByOtherMeans | None:
    """One of them; None of a contract that is none such, or not there."""
    asked = {"county": county, "package": package_id, "code": code}
    row = session.execute(text(_ONE), asked).one_or_none()
    if row is None:
        return None
    parcels = tuple(Land(*one) for one in session.execute(text(_LAND), asked))
    return ByOtherMeans(**row._mapping, parcels=parcels)


def rests_on(session: Session, county: str, package_id: UUID, village: str) -> dict[str, list[str]]:
    """Codes of the land of a village's contracts by other means, and of the households that have them."""
    asked = {"county": county, "package": package_id, "village": village}
    return {
        "household": list(session.scalars(text(_HOUSEHOLDS), {**asked, "kind": HOUSEHOLD})),
        "parcel": list(session.scalars(text(_PARCELS), asked)),
    }


_OF = f"s.county = :county AND s.package_id = :package AND {SET_APART}"
_CONTRACTOR = """LEFT JOIN land.staged_household AS h
        ON h.county = s.county AND h.package_id = s.package_id AND h.code = s.household_code"""
_OF_CONTRACT = "p.county = s.county AND p.package_id = s.package_id AND p.contract_code = s.code"
# What is none of the three ways of the law (129) reads like a way that is not said (120).
_WAY = "CASE s.way WHEN '129' THEN '120' ELSE s.way END"
_ENTERED = f"""NOT EXISTS (SELECT FROM land.staged_contract_parcel AS p WHERE {_OF_CONTRACT}
        AND NOT EXISTS (SELECT FROM land.parcel AS l WHERE l.county = p.county AND l.code = p.parcel_code))"""
_ALL = f"""
    SELECT s.village, s.code, {_WAY}, coalesce(h.name, ''), {_ENTERED}, c.case_id, c.number, r.right_id
    FROM land.staged_contract AS s {_CONTRACTOR}
    LEFT JOIN LATERAL (
        SELECT k.case_id, k.number FROM registry."case" AS k
        WHERE k.county = s.county AND k.subject_code = rtrim(s.code, 'JQ') || '{SIGN}' AND k.act_kind = 'other_means'
        AND k.state NOT IN ('certified', 'withdrawn', 'refused', 'registered') ORDER BY k.number LIMIT 1) AS c ON true
    LEFT JOIN registry."right" AS r ON r.county = s.county AND r.code = rtrim(s.code, 'JQ') || '{SIGN}'
        AND upper_inf(r.recorded) AND upper_inf(r.valid)
    WHERE {_OF} ORDER BY s.code
"""
_ONE = f"""
    SELECT s.village, s.code, s.issuer_code AS issuer, {_WAY} AS way, s.household_code, coalesce(h.name, '') AS holder,
           coalesce(h.kind, '') AS kind, s.signed_on, s.starts_on, s.ends_on, {_ENTERED} AS entered
    FROM land.staged_contract AS s {_CONTRACTOR} WHERE {_OF} AND s.code = :code
"""
_LAND = """
    SELECT p.parcel_code, coalesce(d.name, ''), p.area_m2 FROM land.staged_contract_parcel AS p
    LEFT JOIN land.staged_parcel AS d ON d.county = p.county AND d.package_id = p.package_id AND d.code = p.parcel_code
    WHERE p.county = :county AND p.package_id = :package AND p.contract_code = :code ORDER BY p.parcel_code
"""
_HOUSEHOLDS = f"""
    SELECT DISTINCT h.code FROM land.staged_contract AS s {_CONTRACTOR} WHERE {_OF} AND s.village = :village AND h.kind = :kind
"""
_PARCELS = f"""
    SELECT DISTINCT p.parcel_code FROM land.staged_contract AS s JOIN land.staged_contract_parcel AS p ON {_OF_CONTRACT}
    WHERE {_OF} AND s.village = :village
"""
