"""A register of as many acts as wanted: one village registered through the services, and copied under other codes and ids.

Every row of a copy is one that the services wrote, with its ids and codes made anew; its leaves are made as the services
make them and sealed, so that a recheck finds nothing. Written by a superuser, whom triggers do not slow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.registration import CLERK, REVIEWER, in_state, on_notice
from landreg.config import Settings
from landreg.core.actor import WORKER
from landreg.core.db import unit_of_work
from landreg.log.leaf import Entry
from landreg.log.store import seal, stage_all
from landreg.registry import booking
from landreg.registry.leaves.logged import entry_facts, right_facts
from tests.villages import COUNTY

HOUSEHOLDS = 250
MOST_COPIES = 890
COPIED = (
    "registry.act", "party.collective", "party.household", "identity.person", "party.member", "land.parcel",
    "registry.contract", 'registry."right"', "registry.right_holder", "registry.right_parcel", 'registry."case"',
    "registry.case_parcel", "registry.case_document", "registry.case_event",
)  # fmt: skip
KEPT = {
    "by", "registered_by", "prepared_by", "accepted_by", "reviewed_by", "package_id", "batch_id", "notice_id", "document_id",
}  # fmt: skip
"""Ids that are not the village's own."""
AT_ONCE = 1000
_UNTOLD = """NOT EXISTS (SELECT FROM log.entry AS l WHERE l.county = e.county AND l.key = e.event_id::text)"""
_COURSES = f"""
    UPDATE registry.case_event AS e SET told = registry.told_by(e.county, e.case_id) WHERE e.step = 'accept' AND {_UNTOLD};
    UPDATE registry.case_event AS e SET told = e.told || jsonb_build_object('steps', (
            SELECT coalesce(jsonb_object_agg(k.key, k.value), '{{}}') FROM jsonb_each(registry.steps_told(e.county, e.case_id)) AS k
            JOIN registry.case_event AS x ON x.county = e.county AND x.event_id = k.key::uuid
            WHERE x.at <= e.at AND x.event_id <> e.event_id))
        WHERE e.step IN ('review', 'register') AND {_UNTOLD} AND EXISTS (
            SELECT FROM jsonb_object_keys(e.told -> 'steps') AS k WHERE NOT EXISTS (
                SELECT FROM registry.case_event AS x WHERE x.county = e.county AND x.case_id = e.case_id AND x.event_id = k::uuid));
    UPDATE registry.case_event AS e
        SET told = e.told || jsonb_build_object('notes', registry.notes_told(e.county, e.case_id, e.salt))
        WHERE e.told ? 'notes' AND {_UNTOLD};
    SELECT count(registry.tell_step(e, e.at)) FROM registry.case_event AS e WHERE e.step IN ('accept', 'review') AND {_UNTOLD}
"""
"""The courses of the copies' cases, told as the database tells of those that a desk took."""


def load(settings: Settings, acts: int, told: Callable[[str, int, int], None] = lambda *_: None) -> int:
    """Fill an empty register with at least so many acts, sealed; how many there are."""
    with psycopg.connect(settings.superuser_url or "", autocommit=True) as superuser:
        superuser.execute("INSERT INTO system.demo DEFAULT VALUES")
        on_notice(superuser, 1, HOUSEHOLDS)
        booking.register(REVIEWER, COUNTY, in_state("noticed"))
        seal(WORKER, settings)
        copies = min(MOST_COPIES, -(-acts // (2 * HOUSEHOLDS + 1)) - 1)
        superuser.execute(
            "CREATE FUNCTION pg_temp.other(copy integer, id uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS "
            "$$ SELECT md5(copy || id::text)::uuid $$"
        )
        superuser.execute("SET session_replication_role = replica")
        for done, table in enumerate(COPIED):
            told("rows", done, len(COPIED))
            superuser.execute(_copying(superuser, table), {"copies": copies})
        superuser.execute("VACUUM ANALYZE")
        superuser.execute(_COURSES)
        _stage(superuser, told)
    seal(WORKER, settings)
    with psycopg.connect(settings.superuser_url or "", autocommit=True) as superuser:
        superuser.execute("VACUUM ANALYZE")
        row = superuser.execute("SELECT count(*) FROM registry.act").fetchone()
    return 0 if row is None else int(row[0])


def _copying(superuser: psycopg.Connection[Any], table: str) -> sql.Composed:
    columns = superuser.execute(
        """SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0
           AND NOT attisdropped AND attgenerated = '' ORDER BY attnum""",
        [table],
    ).fetchall()
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    values = sql.SQL(", ").join(sql.SQL(_other(name, kind)) for name, kind in columns)
    statement = (
        "INSERT INTO " + table + " ({}) SELECT {} FROM " + table + " AS t, generate_series(1, %(copies)s) AS n (copy)"
    )
    return sql.SQL(statement).format(names, values)


def _other(name: str, kind: str) -> str:
    """The column of a copy, as SQL."""
    column = f't."{name}"'
    if kind == "uuid" and name not in KEPT:
        return f"pg_temp.other(n.copy, {column})"
    if name == "right_ids":
        return f"ARRAY(SELECT pg_temp.other(n.copy, x) FROM unnest({column}) AS x)"
    if name == "id_digest":
        return f"sha256({column} || n.copy::text::bytea)"
    if name == "number":
        return f"{column} || '-' || n.copy"
    if name == "village" or (name.endswith("code") and name != "postcode"):
        # The township's three digits; the village that is copied has 104.
        return f"overlay({column} PLACING (105 + n.copy)::text FROM 7 FOR 3)"
    moved = 'public.ST_Translate(t."geom", 3000 * (n.copy %% 30), 3000 * (n.copy / 30))'
    if name in ("geom", "geom_3857"):
        return moved if name == "geom" else f"public.ST_Transform({moved}, 3857)"
    return column


def _stage(superuser: psycopg.Connection[Any], told: Callable[[str, int, int], None]) -> None:
    """The leaves of the copies, from their rows, as a registration stages them."""
    bare = superuser.execute(
        """SELECT a.act_id, a.number, a.village, a.kind FROM registry.act AS a WHERE NOT EXISTS (
           SELECT FROM log.entry AS e WHERE e.county = a.county AND e.kind = 'act' AND e.key = a.number)
           ORDER BY a.village, a.kind DESC, a.number"""
    ).fetchall()
    for first in range(0, len(bare), AT_ONCE):
        told("leaves", first, len(bare))
        part: list[tuple[UUID, str, str, str]] = bare[first : first + AT_ONCE]
        with unit_of_work(CLERK) as uow:
            facts: dict[UUID, tuple[dict[str, Any], dict[str, str]]] = {
                act: (said, {}) for act, said in right_facts(uow.session, COUNTY, [row[0] for row in part]).items()
            }
            for act, number, _, kind in part:
                if kind == "survey_entry":
                    facts[act] = entry_facts(uow.session, COUNTY, act, number)
            stage_all(uow, [Entry("act", COUNTY, village, number, *facts[act]) for act, number, village, _ in part])
