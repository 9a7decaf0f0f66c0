"""Batch registration of rights by acts, with its survey entry and leaves, against raw SQL that inserts the very same rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from bench import scratch
from landreg import migrate
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.registry import booking
from landreg.registry.casebook import Case
from landreg.registry.casework import cases, notices, opening
from landreg.registry.jobs import CHUNK
from tests.villages import COUNTY, VILLAGE, stage_village

CLERK = Actor(UUID(int=0x6109_0001), "登记员", Desk.REGISTRY, frozenset(), COUNTY)
REVIEWER = Actor(UUID(int=0x6109_0002), "审核员", Desk.REGISTRY, frozenset(), COUNTY)
WRITTEN = {
    "registry.act": "true",
    "party.collective": "true",
    "party.household": "true",
    "identity.person": "true",
    "party.member": "true",
    "land.parcel": "true",
    "registry.contract": "true",
    'registry."right"': "true",
    "registry.right_holder": "true",
    "registry.right_parcel": "true",
    "registry.case_event": "step = 'register'",
    "log.entry": "kind = 'act'",
}
"""Tables that a registration writes, in an order that keys allow, and which of their rows are its own."""


def run(size: int = 0, rights: int = 1000) -> dict[str, Any]:
    """Rights a second in one transaction and in the chunks of a job, statements a right, and the peer on the same rows.

    rights: half contract-management rights over two parcels, half homesteads; of chunks half as many are registered. size: not
    used, the same for any county.
    """
    with (
        scratch.database() as settings,
        psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as superuser,
    ):
        superuser.execute("INSERT INTO system.demo DEFAULT VALUES")
        on_notice(superuser, 1, rights // 2)
        whole_s, whole_statements = registered(in_state("noticed"), rights)
        inserted, peer_s = _peer(settings, superuser)
        on_notice(superuser, 5001, rights // 4)
        chunks_s, chunk_statements = registered(in_state("noticed"), CHUNK["register"])
    return {
        "rights": rights,
        "rows_written": inserted,
        "registered_per_second_in_one_transaction": round(rights / whole_s),
        "statements_per_right_in_one_transaction": round(whole_statements / rights, 3),
        f"registered_per_second_in_chunks_of_{CHUNK['register']}": round(rights / 2 / chunks_s),
        f"statements_per_right_in_chunks_of_{CHUNK['register']}": round(2 * chunk_statements / rights, 3),
        "raw_sql_per_second": round(rights / peer_s),
        "ratio_to_raw_sql": round(whole_s / peer_s, 2),
    }


def on_notice(superuser: psycopg.Connection[Any], first: int, households: int) -> None:
    """Stage so many households, and take their cases through a notice that has run its time."""
    with superuser.pipeline():
        staged = stage_village(superuser, households, first=first)
    superuser.execute("VACUUM ANALYZE")
    opening.open_batch(CLERK, COUNTY, staged.package_id, VILLAGE)
    cases.accept(CLERK, COUNTY, in_state("draft"))
    cases.review(REVIEWER, COUNTY, in_state("accepted"))
    notices.publish(CLERK, COUNTY, in_state("reviewed"), "首次登记公告")
    superuser.execute("UPDATE system.demo SET ahead = ahead + interval '60 days'")


def in_state(state: str) -> list[UUID]:
    with unit_of_work(CLERK) as uow:
        return list(
            uow.session.scalars(sa.select(Case.case_id).where(Case.state == state).order_by(Case.number.desc()))
        )


def registered(ids: Sequence[UUID], chunk: int) -> tuple[float, int]:
    """Seconds and statements of registering these cases, so many in a transaction."""
    began = time.perf_counter()
    with _counted() as statements:
        for first in range(0, len(ids), chunk):
            stepped = booking.register(REVIEWER, COUNTY, ids[first : first + chunk])
            if stepped.refused:
                raise SystemExit(f"refused: {dict(list(stepped.refused.items())[:3])}")
    return time.perf_counter() - began, len(statements)


@contextmanager
def _counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine: sa.Engine = db.engine_of(Desk.REGISTRY)
    event.listen(engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)


def _peer(settings: Settings, superuser: psycopg.Connection[Any]) -> tuple[int, float]:
    """Take out the rows that were registered, and time their insertion as they were by the same desk, in one transaction."""
    rows: dict[str, tuple[list[str], list[Any]]] = {}
    for table, own in WRITTEN.items():
        columns = _columns(superuser, table)
        as_text = ", ".join(f"{column}::text" for column in columns)
        rows[table] = columns, superuser.execute(f"SELECT {as_text} FROM {table} WHERE {own}").fetchall()
    superuser.execute("SET session_replication_role = replica")
    for table, own in WRITTEN.items():
        superuser.execute(f"DELETE FROM {table} WHERE {own}")
    superuser.execute("UPDATE registry.\"case\" SET state = 'noticed', act_id = NULL")
    superuser.execute("SET session_replication_role = origin")
    acts = rows["registry.act"]
    by_case = [(row[acts[0].index("act_id")], row[acts[0].index("case_id")]) for row in acts[1]]
    began = time.perf_counter()
    with psycopg.connect(migrate.plain_url(settings.urls[Desk.REGISTRY])) as desk, desk.cursor() as cursor:
        cursor.execute(f"SET LOCAL landreg.jurisdiction = '{COUNTY}'")
        for table, (columns, values) in rows.items():
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)
        cursor.executemany("UPDATE registry.\"case\" SET state = 'registered', act_id = %s WHERE case_id = %s", by_case)
    return sum(len(values) for _, values in rows.values()), time.perf_counter() - began


def _columns(superuser: psycopg.Connection[Any], table: str) -> list[str]:
    """Those that the desk writes: not what is generated, made by a trigger, or numbered when sealed."""
    found = superuser.execute(
        """SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0
           AND NOT attisdropped AND attgenerated = '' AND attname <> ALL ('{geom_3857,leaf_index,made_in}') ORDER BY attnum""",
        [table],
    )
    return [name for (name,) in found]


if __name__ == "__main__":
    for what, figure in run().items():
        print(f"{what:48} {figure}")
