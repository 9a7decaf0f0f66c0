"""What became of each table of a package since an older one, row by row, in the database: a county's rows do not pass here.

A row is compared by a hash of its text, so that what is sorted and joined is small whatever the row holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from landreg.core.db import UnitOfWork
from landreg.land.model import Package as PackageRow
from landreg.land.rules.facts import KEY
from landreg.land.staging_extra import ELSEWHERE
from landreg.land.staging_rows import LINES, POINTS, STAGED, names

LISTED = 5_000
"""Codes of one kind of change that are kept by name; how many there are is always kept."""
UNLIKE = {"id_sealed", "name_sealed", "position", "geom_3857"}
"""What is made anew each time: sealed numbers and names, the order of rows, the map's copy."""


@dataclass(frozen=True)
class _Side:
    """kind: the delivered table. table: where its rows are staged. key, row: as SQL. where: of which rows, as SQL."""

    kind: str
    table: str
    key: str
    row: str
    where: str = ""


def compare(uow: UnitOfWork, new: PackageRow, old: PackageRow) -> dict[str, dict[str, Any]]:
    """What became of each table since an older package: counts, and codes added, removed, changed (at most LISTED)."""
    made = {}
    for side in _sides():
        statement = _COMPARISON.format(table=side.table, key=side.key, row=side.row, where=side.where)
        rows = uow.session.execute(
            sa.text(statement),
            {"county": new.county, "new": new.package_id, "old": old.package_id, "from": new.village,
             "to": new.village + "~", "most": LISTED},
        ).all()  # fmt: skip
        found = {row.what: (row.count, row.codes) for row in rows}
        if found:
            entry: dict[str, Any] = {what: codes for what, (_, codes) in found.items()}
            made[side.kind] = {**entry, "counts": {what: count for what, (count, _) in found.items()}}
    return made


def _sides() -> Iterator[_Side]:
    keys: Mapping[str, str] = {"CBDKXX": "contract_code || '/' || parcel_code", "CBF_JTCY": "household_code"}
    for kind, entry in STAGED.items():
        listed = ", ".join(name for name in names(kind) if name not in UNLIKE)
        yield _Side(kind, entry[0], keys.get(kind, "code"), f"ROW({listed})")
    for kind, table, columns in (("JZD", "staged_boundary_point", POINTS), ("JZX", "staged_boundary_line", LINES)):
        yield _Side(kind, table, "parcel_code", f"ROW({', '.join(columns)})")
    for kind in KEY:
        if kind not in ELSEWHERE:
            where = f"AND layer = '{kind}' AND code <> ''"
            yield _Side(kind, "staged_extra", "code", "ROW(facts - 'BSM', geom)", where)


# Rows of one code (the members of a household) are compared as a whole, whatever their order: their hashes add up.
_COMPARISON = """
    WITH side AS (
        SELECT package_id = :new AS newer, {key} AS code, sum(hashtextextended({row}::text, 0)) AS facts FROM land.{table}
        WHERE county = :county AND package_id IN (:new, :old) AND village BETWEEN :from AND :to {where} GROUP BY 1, 2),
    pair AS (
        SELECT code, CASE WHEN o.code IS NULL THEN 'added' WHEN n.code IS NULL THEN 'removed' ELSE 'changed' END AS what
        FROM (SELECT code, facts FROM side WHERE newer) AS n
        FULL JOIN (SELECT code, facts FROM side WHERE NOT newer) AS o USING (code)
        WHERE n.facts IS DISTINCT FROM o.facts)
    SELECT what, count(*) AS count, (array_agg(code ORDER BY code))[1:CAST(:most AS integer)] AS codes
    FROM pair GROUP BY what ORDER BY what
"""
