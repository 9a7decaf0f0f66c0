"""What a case's survey says of each parcel's use: kind, use, class, soil grade, basic farmland (NY/T 2539, table DK)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import nyt2539
from landreg.registry.casebook import Case


class Use(NamedTuple):
    """Words of the standard, '' where the survey is silent; basic_farmland: None where it is."""

    category: str
    land_use: str
    land_class: str
    soil_grade: str
    basic_farmland: bool | None


def uses_of(session: Session, case: Case) -> Mapping[str, Use]:
    """By code: the parcels that a case on a contract asks for, as its package has them."""
    rows = session.execute(text(_USES), {"county": case.county, "case": case.case_id})
    return {
        row.code: Use(
            _word("DKLB", row.category), _word("TDYT", row.land_use),
            nyt2539.LAND_CLASSES.get(row.land_class or "", row.land_class or ""), _word("DLDJ", row.soil_grade), row.basic_farmland,
        )
        for row in rows
    }  # fmt: skip


def _word(field: str, code: str | None) -> str:
    known = nyt2539.FIELDS.get(("DK", field))
    table = {} if known is None or known.code_table is None else nyt2539.code_table(known.code_table)
    return table.get(code or "", code or "")


_USES = """
    SELECT s.code, s.category, s.land_use, s.land_class, s.soil_grade, s.basic_farmland FROM registry."case" AS c
    JOIN registry.case_parcel AS p ON p.county = c.county AND p.case_id = c.case_id
    JOIN land.staged_parcel AS s ON s.county = c.county AND s.package_id = c.package_id AND s.code = p.parcel_code
    WHERE c.county = :county AND c.case_id = :case AND c.act_kind = 'first_registration'
"""
