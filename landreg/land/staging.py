"""Put a sound package's rows into the staged tables: each block by COPY into a table of this transaction, and on by an INSERT.

COPY into a table under a forced row policy is refused by the database, and the policy is to be asked of every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb

from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding
from landreg.land.model import Package as PackageRow
from landreg.land.refused import Plot
from landreg.land.rules.facts import Survey
from landreg.land.staging_binary import HEAD, TAIL
from landreg.land.staging_rows import STAGED
from landreg.law.book import Law

TYPES: Mapping[str, str] = {
    "geom_3857": "geometry", "lines": "geometry", "facts": "jsonb", "numbers": "text[]", "marks": "text[]",
    "kinds": "text[]", "natures": "text[]", "positions": "text[]", "descriptions": "text[]", "neighbours": "text[]",
    "witnesses": "text[]", "east": "double precision[]", "north": "double precision[]",
}  # fmt: skip
"""Columns that are never blank: COPY reads them as what they are."""
CASTS: Mapping[str, str] = {
    "id_sealed": "decode(NULLIF({}, ''), 'hex')", "id_digest": "decode(NULLIF({}, ''), 'hex')",
    "name_sealed": "decode(NULLIF({}, ''), 'hex')", "name_digest": "decode(NULLIF({}, ''), 'hex')",
    "holds_right": "{} <> 'f'", "by_shares": "{} = 't'", "basic_farmland": "NULLIF({}, '')::boolean",
    "geom": "NULLIF({}, '')::geometry",
}  # fmt: skip
"""How another column's text becomes its value; what is not here is told by its ending (ENDINGS), or stays text."""
ENDINGS = (("_on", "date"), ("_by", "date"), ("_m2", "numeric"), ("mu", "numeric"), ("_count", "integer"), ("storeys", "integer"),
           ("position", "integer"))  # fmt: skip
SHAPED_ALWAYS = {"staged_parcel", "staged_homestead"}


def driver_of(uow: UnitOfWork) -> psycopg.Connection[Any]:
    """The driver's own connection of a unit of work: COPY does not pass through SQLAlchemy."""
    connection: psycopg.Connection[Any] = uow.session.connection().connection.driver_connection  # type: ignore[assignment]
    return connection


def fill(
    uow: UnitOfWork, key: tuple[str, UUID], table: str, columns: Sequence[str], blocks: Iterable[bytes]
) -> None:  # fmt: skip
    """Stage one table. key: county and package. blocks: rows as `staging_binary` makes them; while one is staged the next is
    made."""
    passing = sql.Identifier("pg_temp", f"passing_{table}")
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    with driver_of(uow).cursor() as cursor:
        typed = {**TYPES, "geom": "geometry"} if table in SHAPED_ALWAYS else TYPES
        of_text = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(typed.get(name, "text"))) for name in columns
        )
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(
            sql.Identifier(f"passing_{table}"), of_text))  # fmt: skip
        passed = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(passing, listed)
        values = sql.SQL(", ").join(sql.Identifier(name) if name in typed else sql.SQL(_cast(name)) for name in columns)
        staged = sql.SQL("INSERT INTO land.{} (county, package_id, {}) SELECT %s, %s, {} FROM {}").format(
            sql.Identifier(table), listed, values, passing)  # fmt: skip
        for block in blocks:
            with cursor.copy(passed) as copy:
                for piece in (HEAD, block, TAIL):
                    copy.write(piece)
            cursor.execute(staged, key)
            cursor.execute(sql.SQL("TRUNCATE {}").format(passing))
        cursor.execute(sql.SQL("DROP TABLE {}").format(passing))


def kind_of(table: str) -> str:
    """The delivered table or layer that a staged one is filled from; "" of what has none of its own."""
    kinds = {"staged_boundary_point": "JZD", "staged_boundary_line": "JZX"}
    return kinds.get(table) or next((kind for kind, entry in STAGED.items() if entry[0] == table), "")


def _cast(name: str) -> str:
    if name in CASTS:
        return CASTS[name].format(f'"{name}"')
    kind = next((kind for ending, kind in ENDINGS if name.endswith(ending)), None)
    return f'"{name}"' if kind is None else f"NULLIF(\"{name}\", '')::{kind}"


def record(
    uow: UnitOfWork, package_id: UUID, county: str, findings: Sequence[Finding], law: Law, **facts: Any
) -> PackageRow:
    """The package's own row and its findings."""
    levels = [law.level(finding) for finding in findings]
    row = PackageRow(
        county=county, package_id=package_id, received_at=uow.now, received_by=uow.actor.account_id,
        refusals=levels.count("refuse"), warnings=levels.count("warn"), changes={}, supersedes=None, **facts,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    if findings:
        _record_findings(uow, row, findings, levels)
    return row


def _record_findings(uow: UnitOfWork, row: PackageRow, findings: Sequence[Finding], levels: Sequence[str]) -> None:
    passing = "passing_finding"
    with driver_of(uow).cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {passing} (position integer, code text, level text, layer text, subject text, "
            "field text, facts jsonb, lon double precision, lat double precision) ON COMMIT DROP"
        )
        with cursor.copy(f"COPY {passing} FROM STDIN") as copy:
            for position, (finding, level) in enumerate(zip(findings, levels, strict=True)):
                lon, lat = finding.place or (None, None)
                copy.write_row((position, finding.code, level, finding.layer, finding.subject, finding.field,
                                Jsonb(dict(finding.values)), lon, lat))  # fmt: skip
        cursor.execute(
            f"""INSERT INTO land.package_finding
                    (county, package_id, village, position, code, level, layer, subject, field, facts, place)
                SELECT %s, %s, %s, position, code, level, layer, subject, field, facts,
                       ST_SetSRID(ST_Point(lon, lat), 4326) FROM {passing}""",
            (row.county, row.package_id, row.village),
        )
        cursor.execute(f"DROP TABLE {passing}")


def keep_plots(uow: UnitOfWork, row: PackageRow, plots: Iterable[Plot]) -> None:
    """Keep the plots that the map of a refused package shows."""
    of = {"county": row.county, "package_id": row.package_id, "village": row.village}
    rows = [
        {**of, "position": n, "code": plot.code, "kind": plot.kind, "shape": plot.shape} for n, plot in enumerate(plots)
    ]
    if rows:
        uow.session.execute(sa.text(_PLOT), rows)


_PLOT = """
    INSERT INTO land.refused_plot (county, package_id, village, position, code, kind, geom_3857)
    VALUES (:county, :package_id, :village, :position, :code, :kind, CAST(:shape AS geometry))
"""


def village_of(survey: Survey) -> str:
    """The smallest division that holds every issuer of a package: 12, 9 or 6 digits of today's code."""
    codes = survey.today(survey.table("FBF").key)
    villages = np.unique(codes)
    texts = [bytes(code).decode("ascii", "replace")[:12] for code in villages.tolist()]
    for digits in (12, 9):
        if len({text[:digits] for text in texts}) == 1 and len(texts[0]) >= digits:
            return texts[0][:digits]
    return survey.county
