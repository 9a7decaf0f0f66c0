"""What the log says of an act of change: a digest of each row that it opened, the rows that it closed, the certificates it ended.

Rows that name people enter as personal facts, which the log salts (see `logged`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.leaves.rows import CLOCKED, FOUND, digest, finds, row_text

PERSONAL = frozenset(("party.household", "party.member", "party.holder", "party.collective", "registry.restriction"))
NOT_OF_CHANGE = ("survey_entry", "first_registration")
Told = tuple[dict[str, Any], dict[str, str]]


def change_facts(session: Session, county: str, act_ids: Sequence[UUID]) -> dict[UUID, Told]:
    """By act: facts for everybody, and personal facts; one query for any number of acts."""
    asked = {"county": county, "acts": list(act_ids)}
    facts: dict[UUID, dict[str, Any]] = {}
    personal: dict[UUID, dict[str, str]] = defaultdict(dict)
    for row in session.execute(text(_TOLD), asked):
        told = facts.setdefault(row.act_id, {"closed": [], "ended": {}})
        table = row.table_name.replace('"', "")
        match row.part:
            case "act":
                told |= {"act": row.key, "kind": row.kind, "case": row.case_number, "registered": digest(row.facts)}
            case "closed":
                told["closed"].append(f"{table} {row.key}")
            case found if found in FOUND:
                told[found] = json.loads(row.facts)
            case "ended":
                told["ended"][row.key] = digest(row.facts)
            case _ if table in PERSONAL:
                personal[row.act_id][f"{table.split('.')[1]}.{row.key}"] = row.facts
            case _:
                told.setdefault(table.split(".")[1], {})[row.key] = digest(row.facts)
    return {act_id: (told, personal[act_id]) for act_id, told in facts.items()}


def _opened(table: str, key: str) -> str:
    return f"""SELECT x.act_id, 'opened' AS part, '{table}' AS table_name, {key} AS key, {row_text("x", table)} AS facts,
            NULL AS kind, NULL AS case_number FROM {table} AS x WHERE x.county = :county AND x.act_id = ANY (:acts)"""


def _closed(table: str, key: str) -> str:
    return f"""SELECT x.ended_by_act, 'closed', '{table}', {key}, NULL, NULL, NULL FROM {table} AS x
        WHERE x.county = :county AND x.ended_by_act = ANY (:acts)"""


_TOLD = (
    " UNION ALL ".join(
        [
            *(_opened(table, key) for table, key in CLOCKED.items()),
            *(_closed(table, key) for table, key in CLOCKED.items()),
            """SELECT a.act_id, 'act', 'registry.act', a.number, (to_jsonb(a) - '{county,village}'::text[])::text, a.kind, c.number
            FROM registry.act AS a LEFT JOIN registry."case" AS c ON c.county = a.county AND c.case_id = a.case_id
            WHERE a.county = :county AND a.act_id = ANY (:acts)""",
            *(
                f"""SELECT x.act_id, '{what}', 'registry.case_event', x.number, x.found::text, NULL, NULL FROM (
                SELECT a.act_id, a.number, {finds("a", what)} AS found FROM registry.act AS a
                WHERE a.county = :county AND a.act_id = ANY (:acts)) AS x WHERE x.found IS NOT NULL"""
                for what in FOUND
            ),
            """SELECT e.act_id, 'ended', 'registry.certificate_end', coalesce(c.number, e.certificate_id::text),
            (to_jsonb(e) - '{county,village}'::text[])::text, NULL, NULL FROM registry.certificate_end AS e
            LEFT JOIN registry.certificate AS c ON c.county = e.county AND c.certificate_id = e.certificate_id
            WHERE e.county = :county AND e.act_id = ANY (:acts)""",
        ]
    )
    + " ORDER BY 1, 2, 3, 4"
)
