"""A register of as many parcels as asked for: villages registered by the service, then the same rows again under ids and
codes of their own. Every index, constraint and policy stands; what is asked of it is asked as a desk. Of the log the leaves
of acts are copied, not those of a case's steps, which are twice as many and asked for by nothing here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pyogrio
import shapely

from bench.registration import CLERK, in_state, on_notice, registered
from bench.replicate import SAMPLE, STEP_M
from landreg import migrate
from landreg.config import Settings
from landreg.core.db import unit_of_work
from landreg.law.book import act_type
from landreg.registry import documents
from tests.villages import COUNTY, VILLAGE

PARCELS_OF_HOUSEHOLD = 3
LEAST, MOST = 300, 2_000
"""Households that the service registers; the rest are made of their rows."""
COPIED = (
    "party.collective", "party.household", "identity.person", "party.member", "land.parcel", "registry.contract",
    "registry.right", "registry.right_holder", "registry.right_parcel", "registry.case", "registry.case_parcel",
    "registry.act", "log.entry",
)  # fmt: skip
KEPT_IDS = {
    "registered_by",
    "prepared_by",
    "accepted_by",
    "reviewed_by",
    "taken_by",
    "package_id",
    "batch_id",
    "notice_id",
}
CODES = {"code", "subject_code", "household_code", "parcel_code"}
NUMBERS = {"number", "key"}
NAMES = {"name", "applicant"}
DIGESTS = {"id_digest", "name_digest"}
OF_PARCEL = {"geom": "moved.geom", "geom_3857": "ST_Transform(moved.geom, 3857)"}


LEFT_OUT = {
    "cod_90_parcel_has_one_open_row", "ct_2_one_right_per_parcel", "ct_5_contract_code_once", "pt_3_household_code_once",
}  # fmt: skip
"""Exclusion constraints that are not made again: of a million rows they take minutes. The acts that are measured do not write
into the first three tables; of households the other one (`pt_2`) stands."""
STAND_INS = {"ct_5_contract_code_once": "CREATE INDEX contract_by_code ON registry.contract (county, code)"}
"""What finds by them, in their place."""


@dataclass(frozen=True)
class Filled:
    """households: of the base, registered by the service; copies: how often its rows stand in the register."""

    households: int
    copies: int

    @property
    def parcels(self) -> int:
        return self.households * self.copies * PARCELS_OF_HOUSEHOLD


def fill(settings: Settings, parcels: int) -> Filled:
    """Fill an empty register of a scratch database, take its statistics."""
    households = min(max(parcels // 500, LEAST), MOST)
    copies = max(round(parcels / (households * PARCELS_OF_HOUSEHOLD)), 1)
    with psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as superuser:
        superuser.execute("INSERT INTO system.demo DEFAULT VALUES")
        on_notice(superuser, 1, households)
        registered(in_state("noticed"), chunk=1000)
        _shapes(superuser)
        dropped = list(_drop_indexes(superuser))
        _at_once(settings, [_copy_of(superuser, table, copies, households) for table in COPIED])
        _at_once(settings, dropped)
        superuser.execute("VACUUM (ANALYZE)")
    return Filled(households, copies)


def _shapes(superuser: psycopg.Connection[Any]) -> None:
    """The sample's parcels, to be drawn instead of the squares of a synthetic village."""
    with zipfile.ZipFile(SAMPLE) as archive:
        layer = next(name for name in archive.namelist() if re.search(r"/DK\d*\.shp$", name))
    frame = pyogrio.read_dataframe(f"/vsizip/{SAMPLE}/{layer}")
    shapes = [shapely.to_wkb(shape).hex() for shape in frame.geometry if shapely.is_valid(shape)]
    superuser.execute("CREATE TABLE public.bench_shape (n integer PRIMARY KEY, geom geometry)")
    with superuser.cursor().copy("COPY public.bench_shape FROM STDIN") as copy:
        for row in enumerate(shapes):
            copy.write_row(row)


def _drop_indexes(superuser: psycopg.Connection[Any]) -> Iterator[str]:
    """Drop what makes rows slow to come in, but keys that others refer to; the statements that make it again."""
    names = [_quoted(table) for table in COPIED]
    found = superuser.execute(
        """SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint AS c
           WHERE c.contype = 'x' AND c.conrelid = ANY (%s::regclass[])""",
        [names],
    ).fetchall()
    for table, name, definition in found:
        superuser.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        if name not in LEFT_OUT:
            yield f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
        elif name in STAND_INS:
            yield STAND_INS[name]
    found = superuser.execute(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i
           WHERE i.indrelid = ANY (%s::regclass[]) AND NOT i.indisunique
             AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)""",
        [names],
    ).fetchall()
    for name, definition in found:
        superuser.execute(f"DROP INDEX {name}")
        yield definition


def _quoted(table: str) -> str:
    schema, name = table.split(".")
    return f'{schema}."{name}"'


def _copy_of(superuser: psycopg.Connection[Any], table: str, copies: int, households: int) -> str:
    """The statement that writes every row of a table again, `copies - 1` times."""
    schema, name = table.split(".")
    columns = superuser.execute(
        """SELECT column_name, udt_name FROM information_schema.columns
           WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
        [schema, name],
    ).fetchall()
    listed = ", ".join(f'"{column}"' for column, _ in columns)
    values = ", ".join(_value(table, column, kind) for column, kind in columns)
    source = f"{_quoted(table)} AS t"
    if table == "log.entry":
        source = f"(SELECT * FROM {_quoted(table)} WHERE kind = 'act') AS t"
    if table == "land.parcel":
        a_copy = households * PARCELS_OF_HOUSEHOLD
        source = f"""(SELECT *, row_number() OVER (ORDER BY code) - 1 AS place FROM land.parcel) AS t
            CROSS JOIN LATERAL (SELECT c::bigint * {a_copy} + t.place AS n) AS at
            CROSS JOIN (SELECT count(*) AS shapes FROM public.bench_shape) AS whole
            JOIN public.bench_shape AS s ON s.n = at.n % whole.shapes
            CROSS JOIN LATERAL (SELECT at.n / whole.shapes AS block) AS b
            CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_Translate(s.geom, (b.block % 20) * {STEP_M[0]},
                (b.block / 20) * {STEP_M[1]}), 4524) AS geom) AS moved"""
        source = f"generate_series(1, {copies - 1}) AS c CROSS JOIN {source}"
    else:
        source = f"{source} CROSS JOIN generate_series(1, {copies - 1}) AS c"
    return f"INSERT INTO {_quoted(table)} ({listed}) SELECT {values} FROM {source}"


def _value(table: str, column: str, kind: str) -> str:
    """What stands in a column of copy `c`."""
    own = f't."{column}"'
    village = f"'{COUNTY}' || (300000 + c)"
    if table == "land.parcel" and column in OF_PARCEL:
        return OF_PARCEL[column]
    if column == "leaf_index":
        return "NULL"
    if kind == "uuid" and column not in KEPT_IDS:
        return f"md5({own}::text || c)::uuid"
    if column in DIGESTS:
        return f"sha256({own} || int4send(c))"
    if column == "village":
        return f"CASE WHEN {own} = '{VILLAGE}' THEN {village} ELSE {own} END"
    if column in CODES:
        return f"CASE WHEN left({own}, 12) = '{VILLAGE}' THEN {village} || substr({own}, 13) ELSE {own} END"
    if column in NUMBERS:
        serial = f"(substring({own} FROM '\\d+$')::bigint + c * 100000)::text"
        return f"regexp_replace({own}, '\\d+$', '') || {serial}"
    if column in NAMES and table != "land.parcel":
        return f"{own} || c"
    return own


def _at_once(settings: Settings, statements: Sequence[Any]) -> None:
    """Run statements on two connections, whichever is free."""

    def run(statement: Any) -> None:
        with psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
            connection.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'")
            connection.execute(statement)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, statements))


def hand_in(case_ids: Sequence[UUID]) -> None:
    """Put the papers that a change of a household asks for into the folders of cases."""
    with unit_of_work(CLERK) as uow:
        for kind in act_type("household_change").documents:
            documents.enter(
                uow, county=COUNTY, village=VILLAGE, sha256="0" * 64, size=1, kind=kind, name=f"{kind}.pdf", cases=list(case_ids)
            )  # fmt: skip
