"""What the catalog's questions stand on: names for what is ours, and how one is asked. Any login may ask all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

# Tables and views of the register: not the catalog's, not PostGIS's own. `side`: a schema that is none of the shared ones is
# the land's, so that a new one stands behind the wall before anybody thinks of it.
OURS = """
    schema AS (
        SELECT oid, nspname AS name, nspowner, nspacl, CASE
            WHEN nspname LIKE 'pg\\_%%' OR nspname IN ('information_schema', 'public', 'law', 'access', 'log', 'system') THEN ''
            WHEN nspname = 'settlement' THEN 'settlement' ELSE 'land' END AS side
        FROM pg_namespace
    ),
    ours AS (
        SELECT c.oid, n.name AS schema, c.relname AS name, c.relkind AS kind, c.relowner AS owner, n.side,
               c.relrowsecurity AND c.relforcerowsecurity AS forced
        FROM pg_class AS c JOIN schema AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
          AND n.name NOT LIKE 'pg\\_%%' AND n.name <> 'information_schema'
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
    ),
    column_of AS (
        SELECT a.attrelid, a.attname, a.attnum, a.atttypid, a.attcollation FROM pg_attribute AS a
        WHERE a.attnum > 0 AND NOT a.attisdropped
    ),
    desk AS (SELECT oid, rolname FROM pg_roles WHERE rolname LIKE 'landreg\\_%%'
             AND rolname NOT IN ('landreg_owner', 'landreg_superuser', 'landreg_watch')),
    function AS (
        SELECT p.oid, p.oid::regprocedure::text AS name, n.name AS schema, n.side, p.proname, p.prosecdef, p.proconfig,
               p.proacl, p.prosrc, p.proowner
        FROM pg_proc AS p JOIN schema AS n ON n.oid = p.pronamespace
        WHERE n.name NOT LIKE 'pg\\_%%' AND n.name <> 'information_schema'
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
    )
"""
# What a text of code that reaches land, or settling, says.
LAND_SAID = """'\\m(land|registry|party|identity|exchange|exit|audit)"?\\s*\\.'"""
SETTLEMENT_SAID = """'\\msettlement"?\\s*\\.'"""


@dataclass(frozen=True)
class Check:
    """A question on the catalog: `question` selects the names of what is at fault, one a row; no row, and the wall stands.

    zh, en: what holds where nothing is found.
    """

    name: str
    zh: str
    en: str
    question: str


def ask(connection: Connection, question: str, *values: object) -> list[str]:
    """The first column of a question that may use `ours`, `column_of`, `desk`, `schema` and `function`, sorted."""
    return sorted(str(row[0]) for row in connection.execute(f"WITH {OURS} {question}", values))
