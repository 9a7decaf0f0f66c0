"""The rows of single codes as an older and a newer package have them, for showing what changed in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.land.staging_compared import UNLIKE
from landreg.land.staging_rows import STAGED, names

Item = Mapping[str, Any]
BY = {"CBDKXX": "contract_code || '/' || parcel_code", "CBF_JTCY": "household_code"}
"""What tells the rows of a table apart, where it is not their code."""
WORK = {"phone", "surveyor", "surveyed_on", "survey_note", "notice_note", "notice_recorder", "notice_reviewer", "notice_on",
        "boundary_witness", "village"}  # fmt: skip
"""What a delivery tells of its own making: it says nothing of land, holder or contract."""
AREAS = ("ZJQY", "CJQY", "XJQY", "XJXZQ", "JBNTBHQ")
"""Layers among the rest that are few rows: the others have no index by code."""


def pairs(
    session: Session, county: str, packages: tuple[UUID, UUID], kind: str, codes: Sequence[str]
) -> dict[str, tuple[list[Item], list[Item]]]:
    """By code the rows of the older and of the newer package, of some codes of one table or layer; a boundary point or line
    is a row. packages: the older, the newer. Nothing of what is not staged by code."""
    statement = _statement(kind)
    if statement is None or not codes:
        return {}
    asked = {"county": county, "old": packages[0], "new": packages[1], "codes": list(codes), "layer": kind,
             "firsts": [code.partition("/")[0] for code in codes]}  # fmt: skip
    bound = {name: value for name, value in asked.items() if f":{name}" in statement}
    found: dict[str, tuple[list[Item], list[Item]]] = {code: ([], []) for code in codes}
    for row in session.execute(sa.text(statement), bound).mappings():
        found[row["code_"]][1 if row["newer_"] else 0].append(dict(row))
    return found


def unlike(
    session: Session,
    county: str,
    packages: tuple[UUID, UUID],
    kind: str,
    *,
    village: str,
    codes: Sequence[str] | None = None,
) -> set[str]:
    """Codes of a table, or layer of STAGED, whose rows the two packages have otherwise, or one of them alone; what a delivery
    tells of its own making (WORK) is no difference. village: where. codes: of these alone; a contract's parcels by its code.
    """
    key = BY.get(kind, "code")
    of = "" if codes is None else f"AND {'contract_code' if kind == 'CBDKXX' else key} = ANY (:codes)"
    statement = _DIFFERING.format(key=key, hashed=hashed(kind), table=STAGED[kind][0], of=of)
    asked = {"county": county, "old": packages[0], "new": packages[1], "from": village, "to": village + "~"}
    return set(session.scalars(sa.text(statement), asked if codes is None else {**asked, "codes": list(codes)}))


def hashed(kind: str, without: frozenset[str] = frozenset()) -> str:
    """As SQL: a number of a row, of whose sum one tells whether the rows of a code are as they were, whatever their order;
    nothing of WORK, nor of columns that are left out."""
    listed = ", ".join(name for name in names(kind) if name not in UNLIKE | WORK | without)
    return f"hashtextextended(ROW({listed})::text, 0)"


def _statement(kind: str) -> str | None:
    if kind in STAGED:
        listed = ", ".join(_plain(name) for name in names(kind) if name not in {*UNLIKE, "village"})
        found = _ROWS.format(key=BY.get(kind, "code"), listed=listed, table=STAGED[kind][0], more="")
        return f"{found} AND contract_code = ANY(:firsts)" if kind == "CBDKXX" else found
    if kind in AREAS:
        listed = "facts, ST_AsBinary(geom) AS geom"
        return _ROWS.format(key="code", listed=listed, table="staged_extra", more="") + " AND layer = :layer"
    return {"JZD": _POINTS, "JZX": _LINES}.get(kind)


def _plain(name: str) -> str:
    return f"ST_AsBinary({name}) AS {name}" if name == "geom" else name


_ROWS = """
    SELECT package_id = :new AS newer_, {key} AS code_, {listed} FROM land.{table}{more}
    WHERE county = :county AND package_id IN (:old, :new) AND {key} = ANY(:codes)"""
_POINTS = _ROWS.format(
    key="parcel_code", listed="number, mark, kind, point.east, point.north", table="staged_boundary_point",
    more=", unnest(numbers, marks, kinds, east, north) AS point (number, mark, kind, east, north)",
)  # fmt: skip
_LINES = _ROWS.format(
    key="parcel_code", table="staged_boundary_line",
    listed="number, nature, kind, position, description, neighbour, witness,"
    " ST_AsBinary(ST_GeometryN(lines, place::integer)) AS geom",
    more=", unnest(numbers, natures, kinds, positions, descriptions, neighbours, witnesses) WITH ORDINALITY"
    " AS line (number, nature, kind, position, description, neighbour, witness, place)",
)  # fmt: skip
_DIFFERING = """
    WITH side AS (
        SELECT package_id = :new AS newer, {key} AS code, sum({hashed}) AS facts
        FROM land.{table} WHERE county = :county AND package_id IN (:new, :old) AND village BETWEEN :from AND :to {of}
        GROUP BY 1, 2)
    SELECT code FROM (SELECT code, facts FROM side WHERE newer) AS n
    FULL JOIN (SELECT code, facts FROM side WHERE NOT newer) AS o USING (code) WHERE n.facts IS DISTINCT FROM o.facts
"""
