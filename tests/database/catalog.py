"""What the database's catalog says of tables, grants, policies and keys; each question returns the names at fault."""

from __future__ import annotations

from landreg.audit.wall.catalog_queries import OURS, Connection, ask

__all__ = ["OURS", "Connection", "ask"]


def reachable(connection: Connection, login: str) -> list[str]:
    """Tables and views of which a login may read or write anything, a single column too."""
    return ask(
        connection,
        """SELECT ours.oid::regclass FROM ours
           WHERE has_any_column_privilege(%s, ours.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
              OR has_table_privilege(%s, ours.oid, 'DELETE, TRUNCATE, TRIGGER')""",
        login,
        login,
    )


def without_forced_policy(connection: Connection) -> list[str]:
    """Tables in a county's keeping whose policies are off, not forced on the owner, missing, or open to everything.

    The law of a county may be read by everybody; nothing else may.
    """
    return ask(
        connection,
        """SELECT ours.oid::regclass FROM ours JOIN column_of AS c ON c.attrelid = ours.oid AND c.attname = 'county'
           WHERE ours.kind IN ('r', 'p') AND (NOT ours.forced
              OR NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = ours.oid)
              OR EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = ours.oid AND p.polpermissive
                  AND NOT (ours.schema = 'law' AND p.polcmd = 'r')
                  AND (coalesce(pg_get_expr(p.polqual, p.polrelid), '') = 'true'
                    OR coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') = 'true')))""",
    )


def holders(connection: Connection, privilege: str) -> list[str]:
    """ "desk on table" for each desk that holds a privilege on a whole table."""
    return ask(
        connection,
        """SELECT format('%%s on %%s', desk.rolname, ours.oid::regclass) FROM ours, desk
           WHERE has_table_privilege(desk.oid, ours.oid, %s)""",
        privilege,
    )


def keys_without_county(connection: Connection) -> list[str]:
    """Primary keys, unique and exclusion constraints and indexes of county tables that do not begin with county."""
    return ask(
        connection,
        """SELECT format('%%s on %%s', i.indexrelid::regclass, ours.oid::regclass)
           FROM ours JOIN column_of AS county ON county.attrelid = ours.oid AND county.attname = 'county'
           JOIN pg_index AS i ON i.indrelid = ours.oid
           WHERE (i.indisunique OR i.indisexclusion) AND i.indkey[0] <> county.attnum""",
    )


def tables_without_key(connection: Connection) -> list[str]:
    """Tables of the register that have no primary key."""
    return ask(
        connection,
        """SELECT ours.oid::regclass FROM ours WHERE ours.kind IN ('r', 'p')
           AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conrelid = ours.oid AND c.contype = 'p')""",
    )


def foreign_keys_without_county(connection: Connection) -> list[str]:
    """Foreign keys between two county tables that do not begin with county on both sides."""
    return ask(
        connection,
        """SELECT format('%%s on %%s', c.conname, c.conrelid::regclass) FROM pg_constraint AS c
           JOIN ours ON ours.oid = c.conrelid
           JOIN column_of AS here ON here.attrelid = c.conrelid AND here.attname = 'county'
           JOIN column_of AS there ON there.attrelid = c.confrelid AND there.attname = 'county'
           WHERE c.contype = 'f' AND NOT (c.conkey[1] = here.attnum AND c.confkey[1] = there.attnum)""",
    )


def registered_tables(connection: Connection) -> list[str]:
    """Tables with two clocks: what an act has said and nothing may change."""
    return ask(
        connection,
        """SELECT ours.oid::regclass FROM ours WHERE ours.kind IN ('r', 'p') AND 3 = (
           SELECT count(*) FROM column_of AS c
           WHERE c.attrelid = ours.oid AND c.attname IN ('recorded', 'act_id', 'ended_by_act'))""",
    )
