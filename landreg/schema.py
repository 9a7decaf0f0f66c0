"""What the database's own walls are made of, a line a piece, held against what the migrations made (`migrations/schema.txt`).

The rules of the database (constraints, triggers, functions, policies, and the two tables that say which step of a case may follow
which and which act is noticed) hold only while they stand. Whoever has the superuser's login can take one down and leave no row
behind: this names the piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from landreg.config import CHECKOUT
from landreg.core.errors import Finding

_OURS = """n.nspname !~ '^(pg_|information_schema)' AND NOT EXISTS (
    SELECT FROM pg_depend AS d WHERE d.objid = {oid} AND d.classid = '{catalog}'::regclass AND d.deptype = 'e')"""
_OF_TABLES = _OURS.format(oid="c.oid", catalog="pg_class")
_TIMELESS = r"regexp_replace(f.prosrc, '''\d{4}-\d\d-\d\d \d\d:\d\d:[^'']*''', '', 'g')"
"""A function's text without the instant at which a migration wrote it (0092), which each database has of its own."""


def _hash(*texts: str) -> str:
    """Of what makes a piece up: sixteen digits of its SHA-256, which a change of any part changes."""
    return f"left(encode(sha256(convert_to(concat_ws(chr(10), {', '.join(texts)}), 'UTF8')), 'hex'), 16)"


def _granted(acl: str) -> str:
    return f"(SELECT string_agg(g::text, ',' ORDER BY g::text) FROM unnest({acl}) AS g)"


_COLUMNS = f"""(SELECT string_agg(concat_ws(' ', a.attname, a.atttypid::regtype, a.attnotnull, {_granted("a.attacl")}), ','
    ORDER BY a.attname) FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)"""
_ROLES = "(SELECT string_agg(r.rolname, ',' ORDER BY r.rolname) FROM pg_roles AS r WHERE r.oid = ANY (p.polroles))"
_PIECES = f"""
    SELECT format('table %I.%I row security %s, forced %s, columns and grants %s', n.nspname, c.relname, c.relrowsecurity,
                  c.relforcerowsecurity, {_hash(_COLUMNS, _granted("c.relacl"))})
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND {_OF_TABLES}
    UNION ALL
    SELECT format('view %I.%I, text and grants %s', n.nspname, c.relname,
                  {_hash("pg_get_viewdef(c.oid)", "c.reloptions::text", _granted("c.relacl"))})
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND c.relpersistence = 'p' AND {_OF_TABLES}
    UNION ALL
    SELECT format('constraint %I.%I %I valid %s, text %s', n.nspname, c.relname, o.conname, o.convalidated,
                  {_hash("pg_get_constraintdef(o.oid)")})
    FROM pg_constraint AS o JOIN pg_class AS c ON c.oid = o.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE o.contype <> 'n' AND c.relpersistence = 'p' AND {_OF_TABLES}
    UNION ALL
    SELECT format('unique index %I.%I of %I valid %s, text %s', n.nspname, x.relname, c.relname, i.indisvalid,
                  {_hash("pg_get_indexdef(i.indexrelid)")})
    FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_class AS c ON c.oid = i.indrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = i.indexrelid)
        AND c.relpersistence = 'p' AND {_OF_TABLES}
    UNION ALL
    SELECT format('trigger %I.%I %I enabled %s, text %s', n.nspname, c.relname, t.tgname, t.tgenabled,
                  {_hash("pg_get_triggerdef(t.oid)")})
    FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND c.relpersistence = 'p' AND {_OF_TABLES}
    UNION ALL
    SELECT format('keys between tables of %I.%I, enforced %s', n.nspname, c.relname, bool_and(t.tgenabled = 'O'))
    FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE t.tgisinternal AND c.relpersistence = 'p' AND {_OF_TABLES} GROUP BY n.nspname, c.relname
    UNION ALL
    SELECT format('policy %I.%I %I for %s, text %s', n.nspname, c.relname, p.polname, p.polcmd, {
    _hash("pg_get_expr(p.polqual, c.oid)", "pg_get_expr(p.polwithcheck, c.oid)", "p.polpermissive::text", _ROLES)
})
    FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE {_OF_TABLES}
    UNION ALL
    SELECT format('function %I.%I(%s) definer %s, text %s', n.nspname, f.proname, pg_get_function_identity_arguments(f.oid),
                  f.prosecdef, {_hash(_TIMELESS, "f.proconfig::text", _granted("f.proacl"))})
    FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace
    WHERE {_OURS.format(oid="f.oid", catalog="pg_proc")}
    UNION ALL
    SELECT format('step of a case %L to %L', before, after) FROM registry.case_course
    UNION ALL
    SELECT format('act %s noticed %s', kind, noticed) FROM registry.act_kind
    """


def pieces(connection: psycopg.Connection[tuple[Any, ...]]) -> frozenset[str]:
    """What stands of the walls now, as somebody who may read the catalog and the two tables."""
    with connection.transaction():
        # Names are written out whole, whatever the session's own path is.
        connection.execute("SET LOCAL search_path = pg_catalog")
        return frozenset(line for (line,) in connection.execute(_PIECES))


def made() -> frozenset[str]:
    """What the migrations make."""
    return frozenset(_file().read_text("utf-8").splitlines())


def altered(connection: psycopg.Connection[tuple[Any, ...]]) -> Iterator[Finding]:
    """DB-8: a piece is not there as the migrations made it. DB-9: one is there that they did not make."""
    found, wanted = pieces(connection), made()
    for code, of in (("DB-8", wanted - found), ("DB-9", found - wanted)):
        yield from (Finding(code, None, {"piece": piece}) for piece in sorted(of))


def _file() -> Path:
    return CHECKOUT / "migrations" / "schema.txt"
