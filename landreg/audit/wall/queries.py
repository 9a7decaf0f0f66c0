"""The wall asked of a database: every check's answer, what the schema is, and where the log stands. Nothing is written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import psycopg

from landreg.audit.wall import objects_queries, rights_queries, server_queries
from landreg.audit.wall.catalog_queries import Check, Connection, ask

CHECKS: tuple[Check, ...] = (*rights_queries.CHECKS, *objects_queries.CHECKS, *server_queries.CHECKS)


@dataclass(frozen=True)
class Answer:
    """A check, and the names of what was found at fault."""

    check: Check
    found: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where the wall was asked: the database, the login that asked, the server's version, the last migration, the instant."""

    database: str
    login: str
    server: str
    migration: str
    at: str


def answers(connection: Connection) -> list[Answer]:
    """Every check's answer, in one look at the catalog. Within the connection's transaction, if it has one."""
    with connection.transaction():
        # Names come out whole, whatever the login's own path is.
        connection.execute("SET LOCAL search_path = pg_catalog")
        return [Answer(check, tuple(ask(connection, check.question))) for check in CHECKS]


def place(connection: Connection) -> Place:
    """Where, by whom and when."""
    row = connection.execute(
        """SELECT current_database(), session_user, current_setting('server_version'),
                  to_char(system.clock() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    ).fetchone()
    database, login, server, at = row or ("", "", "", "")
    return Place(str(database), str(login), str(server), _migration(connection), str(at))


def checkpoint(connection: Connection) -> str:
    """The log's last signed checkpoint as a note; '' before the first, or for a login that does not read it."""
    try:
        with connection.transaction():
            row = connection.execute("SELECT note FROM log.read_checkpoint(NULL)").fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return ""
    return "" if row is None else str(row[0])


def fingerprint(connection: Connection) -> tuple[str, int]:
    """SHA-256 over a line for everything in the schema, and how many lines; the same for every login, and for every
    database that has the same schema.
    """
    with connection.transaction():
        connection.execute("SET LOCAL search_path = pg_catalog")
        lines = ask(connection, _LINES)
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest(), len(lines)


def _migration(connection: Connection) -> str:
    """The last migration, where this login may read it."""
    try:
        with connection.transaction():
            row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    except psycopg.Error:
        return "-"
    return "-" if row is None else str(row[0])


# Grants in an order of their own: as they are stored, they tell in which order they were given.
_ACL = "(SELECT string_agg(item::text, ' ' ORDER BY item::text) FROM unnest({0}) AS item)"
_LINES = f""", named AS (SELECT * FROM schema WHERE name NOT LIKE 'pg\\_%%' AND name NOT IN ('information_schema', 'public'))
    SELECT concat_ws('|', 'schema', name, nspowner::regrole, {_ACL.format("nspacl")}) FROM named
    UNION ALL SELECT concat_ws('|', 'relation', c.oid::regclass, c.relkind, c.relowner::regrole, c.relpersistence,
        c.relrowsecurity, c.relforcerowsecurity, array_to_string(c.reloptions, ' '), {_ACL.format("c.relacl")},
        CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) WHEN c.relkind IN ('i', 'I') THEN pg_get_indexdef(c.oid) END)
        FROM pg_class AS c JOIN named AS s ON s.oid = c.relnamespace
    UNION ALL SELECT concat_ws('|', 'column', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attidentity, a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid), {_ACL.format("a.attacl")})
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN named AS s ON s.oid = c.relnamespace
        LEFT JOIN pg_attrdef AS d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL SELECT concat_ws('|', 'constraint', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
        FROM pg_constraint AS c JOIN named AS s ON s.oid = c.connamespace
    UNION ALL SELECT concat_ws('|', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled)
        FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN named AS s ON s.oid = c.relnamespace
        WHERE NOT t.tgisinternal
    UNION ALL SELECT concat_ws('|', 'policy', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive,
        (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END, ' ' ORDER BY r::regrole::text)
         FROM unnest(p.polroles) AS r), pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
        FROM pg_policy AS p
    UNION ALL SELECT concat_ws('|', 'function', pg_get_functiondef(p.oid), p.proowner::regrole, {_ACL.format("p.proacl")})
        FROM pg_proc AS p JOIN named AS s ON s.oid = p.pronamespace WHERE p.prokind IN ('f', 'p')
    UNION ALL SELECT concat_ws('|', 'extension', extname, extversion) FROM pg_extension
    UNION ALL SELECT concat_ws('|', 'login', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
        rolbypassrls) FROM pg_roles WHERE rolname LIKE 'landreg\\_%%' AND rolname <> 'landreg_superuser'
    UNION ALL SELECT concat_ws('|', 'member', member::regrole, roleid::regrole) FROM pg_auth_members
        WHERE member::regrole::text LIKE 'landreg\\_%%'
"""
