"""Make, migrate and check the register's database: `landreg db init|upgrade|check`.

`init` needs a superuser (PostGIS, roles, the leakproof mark); `upgrade` runs as the owner; `check` reads the catalog.
All three may be run again at any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from landreg import schema
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import PREFECTURE, Desk
from landreg.core.codes import masked_name
from landreg.core.db import Unavailable
from landreg.core.errors import BadInput, Finding

if TYPE_CHECKING:
    from alembic.config import Config

EXTENSIONS = ("postgis", "btree_gist")
OLDEST_SERVER = 15
LOCKS_OF_AN_ACT = 256
OLDEST_POSTGIS = (3, 3)
# Desks that bring rows in bulk do so through a temporary table: COPY into a table with a policy is refused.
BULK_DESKS = (Desk.REGISTRY, Desk.EXCHANGE, Desk.WORKER)
Row = tuple[Any, ...]
# What the server tells everybody of everybody (architecture.md 11): other sessions, locks, traffic and size of tables, planner's
# counts; which process ids are sessions, how another's transaction ended, how far the write-ahead log is, when a table was
# vacuumed or rewritten; advisory locks and large objects, by which one desk could hear of another. The settlement login has none
# of it.
_CLOSED_TO_ALL = """
DO $$
DECLARE
    named regprocedure;
    locking text := 'landreg_owner, landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker';
BEGIN
    FOR named IN SELECT p.oid FROM pg_proc AS p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~
        '^pg_(stat_get_|lock_status|blocking_pids|safe_snapshot_blocking_pids|isolation_test_session_is_blocked|prepared_xact|(table|relation|indexes|total_relation|database|tablespace)_size|current_wal_|current_snapshot|last_committed_xact|xact_commit_timestamp|xact_status|get_multixact_members|control_|cancel_backend|terminate_backend|notification_queue_usage|relation_file(node|path)|filenode_relation|read_file_old|rotate_logfile_old)|^txid_(current_snapshot|status)|^(lo_|loread|lowrite)|^pg_(try_)?advisory_'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', named);
        IF named::text ~ '^pg_(try_)?advisory_' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', named, locking);
        ELSIF named::text ~ '^pg_xact_status' THEN
            -- Whether what announced an opening is committed, asked by functions of these two.
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO landreg_owner, landreg_watch', named);
        END IF;
    END LOOP;
    REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC;
    EXECUTE (SELECT format('GRANT SELECT (%s) ON pg_catalog.pg_class TO PUBLIC', string_agg(quote_ident(attname), ', '))
             FROM pg_attribute WHERE attrelid = 'pg_catalog.pg_class'::regclass AND NOT attisdropped
               AND attname NOT IN ('reltuples', 'relpages', 'relallvisible', 'relfilenode', 'relfrozenxid', 'relminmxid'));
    GRANT SELECT ON pg_catalog.pg_class TO landreg_owner;
END $$
"""
_LEAKPROOF = "public.geometry_overlaps(public.geometry, public.geometry)"


def login_of(desk: Desk) -> str:
    """The database login of a desk."""
    return f"landreg_{desk.value}"


def init(settings: Settings) -> None:
    """Make logins, database and extensions, and mark `geometry_overlaps` leakproof; as superuser.

    A desk without a URL gets its login without a password. Raises BadInput when the superuser's or the owner's URL is
    not set, Unavailable when the server cannot be reached.
    """
    superuser = _needed(settings.superuser_url, "LANDREG_SUPERUSER_URL")
    database = make_url(_needed(settings.urls.get(Desk.OWNER), "LANDREG_OWNER_URL")).database or "landreg"
    with _connected(superuser, database="postgres") as server:
        for desk in Desk:
            _make_login(server, login_of(desk), settings.urls.get(desk))
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            statement = "CREATE DATABASE {} OWNER landreg_owner TEMPLATE template0 ENCODING 'UTF8'"
            server.execute(sql.SQL(statement).format(sql.Identifier(database)))
        # A function's own `SET landreg.jurisdiction` needs this; a transaction's SET LOCAL does not.
        server.execute("GRANT SET ON PARAMETER landreg.actor, landreg.jurisdiction, landreg.household TO landreg_owner")
        grant_database(server, database)
        _make_watch(server)
    with _connected(superuser, database=database) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        # It compares boxes and tells nothing by errors. Unmarked, no policy table would use its spatial index.
        connection.execute(f"ALTER FUNCTION {_LEAKPROOF} LEAKPROOF")
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for desk in Desk:
            # Its functions estimate from statistics how much lies where: settling needs no map.
            if desk is not Desk.SETTLEMENT:
                connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(login_of(desk))))
        connection.execute(_CLOSED_TO_ALL)


def upgrade(settings: Settings) -> tuple[str, ...]:
    """Run the migrations that are missing, as the owner, one transaction each; the revisions that were run.

    Two at once wait for each other. Raises BadInput without the owner's URL, or without the identity keys where names are
    left to be sealed (`seal_staged_names`), Unavailable when the server is gone.
    """
    url = _needed(settings.urls.get(Desk.OWNER), "LANDREG_OWNER_URL")
    applied: tuple[str, ...] = ()
    with _connected(url) as connection:
        if _revision(connection) != newest_revision():
            from alembic import command  # loading it takes longer than seeing that there is nothing to do

            config = alembic_config(url)
            command.upgrade(config, "head")
            applied = tuple(config.attributes["applied"])
        seal_staged_names(connection, settings)
    return applied


def seal_staged_names(connection: psycopg.Connection[Row], settings: Settings, batch: int = 1000) -> int:
    """Seal the names of members that were staged before migration 0026, which had no key; how many it was. As the owner.

    In batches: killed at any moment, the next upgrade goes on. Raises BadInput (SYS-2) without the identity keys.
    """
    sealed = 0
    while True:
        with connection.transaction():
            connection.execute(sql.SQL("SET LOCAL landreg.jurisdiction = {}").format(sql.Literal(PREFECTURE)))
            rows = connection.execute(_UNSEALED, [batch]).fetchall()
            if not rows:
                return sealed
            from landreg.access import sealing  # only where there is something to seal

            sealing.use_key(settings.keys["identity"])
            with connection.cursor() as cursor:
                cursor.executemany(_SEALED, [_sealed_name(sealing, *row) for row in rows])
        sealed += len(rows)


def _sealed_name(sealing: Any, name: str, *key: Any) -> tuple[Any, ...]:
    if not name:
        return ("", None, None, *key)
    return (masked_name(name), sealing.digest(name), sealing.seal(name), *key)


_UNSEALED = """SELECT name, county, package_id, household_code, position FROM land.staged_member WHERE name IS NOT NULL
    LIMIT %s FOR UPDATE"""
_SEALED = """UPDATE land.staged_member SET name = NULL, name_masked = %s, name_digest = %s, name_sealed = %s
    WHERE county = %s AND package_id = %s AND household_code = %s AND position = %s"""


def check(settings: Settings) -> tuple[Finding, ...]:
    """What of the database's second wall does not stand: DB-1 to DB-9 of rules.toml, or SYS-5, none when all is well.

    Reads the catalog as the owner. Raises BadInput without the owner's URL, Unavailable when the server is gone.
    """
    url = _needed(settings.urls.get(Desk.OWNER), "LANDREG_OWNER_URL")
    with _connected(url) as connection:
        findings = examine(connection)
        # Of a schema that lacks migrations, what they make is not there yet.
        pieces = () if any(finding.code == "DB-4" for finding in findings) else schema.altered(connection)
        return (*findings, *pieces, *(() if settings.demo else _marked(connection)), *settings.address_faults())


def pieces(settings: Settings) -> list[str]:
    """What the database's walls are made of now, in order: what `migrations/schema.txt` keeps after a migration.

    Raises as `check`.
    """
    with _connected(_needed(settings.urls.get(Desk.OWNER), "LANDREG_OWNER_URL")) as connection:
        return sorted(schema.pieces(connection))


def examine(connection: psycopg.Connection[Row]) -> tuple[Finding, ...]:
    """The same by a connection that is already open, and within its transaction."""
    return (
        *_versions_too_old(connection),
        *_locks_too_few(connection),
        *_marks_lost(connection),
        *_logins_too_strong(connection),
        *_migrations_missing(connection),
        *_tables_without_policy(connection),
    )


def grant_database(server: psycopg.Connection[Row], name: str) -> None:
    """Let each desk connect to a database, and only those that bring rows in bulk make temporary tables there."""
    database = sql.Identifier(name)
    server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for desk in Desk:
        privilege = "CONNECT, TEMPORARY" if desk in BULK_DESKS else "CONNECT"
        server.execute(
            sql.SQL(f"GRANT {privilege} ON DATABASE {{}} TO {{}}").format(database, sql.Identifier(login_of(desk)))
        )


def alembic_config(url: str) -> Config:
    """Alembic's settings (pyproject.toml) for the owner's URL. `attributes["applied"]` fills with the revisions run."""
    from alembic.config import Config

    config = Config(toml_file=CHECKOUT / "pyproject.toml")
    config.attributes.update(url=url, applied=[])
    return config


def plain_url(url: str, database: str | None = None) -> str:
    """A desk's URL as psycopg and libpq's own programs take it, if need be for another database of its server."""
    place = make_url(url).set(drivername="postgresql")
    return (place if database is None else place.set(database=database)).render_as_string(hide_password=False)


def migrations_folder() -> Path:
    """Where the migrations lie."""
    return CHECKOUT / "migrations" / "versions"


def newest_revision() -> str:
    """The last migration there is: their files are numbered in their one line of descent."""
    return max(file.name[:4] for file in migrations_folder().glob("[0-9]*.py"))


def _needed(url: str | None, variable: str) -> str:
    if not url:
        raise BadInput(Finding("SYS-2", variable, {"given": variable}))
    return url


@contextmanager
def _connected(url: str, database: str | None = None) -> Iterator[psycopg.Connection[Row]]:
    """A connection on which each statement commits by itself."""
    try:
        connection = psycopg.connect(plain_url(url, database), autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise Unavailable(Finding("SYS-1", values={"desk": make_url(url).username or "superuser"})) from error
    with connection:
        yield connection


def _make_login(server: psycopg.Connection[Row], name: str, url: str | None) -> None:
    login = sql.Identifier(name)
    if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone() is None:
        server.execute(sql.SQL("CREATE ROLE {}").format(login))
    powers = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
    server.execute(sql.SQL(f"ALTER ROLE {{}} {powers}").format(login))
    password = make_url(url).password if url else None
    if password:
        # Hashed here, so that the server's log never holds the password.
        hashed = server.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, sql.Literal(hashed)))


def _make_watch(server: psycopg.Connection[Row]) -> None:
    """The role that owns the watch's one function (architecture.md 11), and no database of the server open to everybody."""
    if server.execute("SELECT 1 FROM pg_roles WHERE rolname = 'landreg_watch'").fetchone() is None:
        server.execute("CREATE ROLE landreg_watch")
    server.execute("ALTER ROLE landreg_watch NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION")
    server.execute("GRANT landreg_watch TO landreg_owner")
    # From there, too, everybody's sessions and locks are seen.
    for name in ("postgres", "template1"):
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))


def _versions_too_old(connection: psycopg.Connection[Row]) -> Iterator[Finding]:
    found: dict[str, str] = dict(connection.execute("SELECT extname, extversion FROM pg_extension").fetchall())
    server = connection.info.server_version // 10000
    if server < OLDEST_SERVER:
        yield Finding("DB-1", values={"name": "PostgreSQL", "found": str(server), "least": str(OLDEST_SERVER)})
    for extension in EXTENSIONS:
        if extension not in found:
            yield Finding("DB-1", values={"name": extension, "found": "-", "least": "-"})
    version = found.get("postgis", "")
    if version and tuple(int(part) for part in version.split(".")[:2]) < OLDEST_POSTGIS:
        yield Finding("DB-1", values={"name": "PostGIS", "found": version, "least": ".".join(map(str, OLDEST_POSTGIS))})


def _locks_too_few(connection: psycopg.Connection[Row]) -> Iterator[Finding]:
    """An act locks each table and index that it reads until it ends, and the server's one table of locks serves all sessions."""
    question = "SELECT setting::int FROM pg_settings WHERE name = 'max_locks_per_transaction'"
    (found,) = connection.execute(question).fetchone() or (0,)
    if found < LOCKS_OF_AN_ACT:
        yield Finding("DB-7", values={"found": str(found), "least": str(LOCKS_OF_AN_ACT)})


def _marks_lost(connection: psycopg.Connection[Row]) -> Iterator[Finding]:
    question = "SELECT proleakproof FROM pg_proc WHERE oid = to_regprocedure(%s)"
    marked = connection.execute(question, [_LEAKPROOF]).fetchone()
    if marked != (True,):
        yield Finding("DB-2", values={"function": "geometry_overlaps"})


def _logins_too_strong(connection: psycopg.Connection[Row]) -> Iterator[Finding]:
    rows = connection.execute(
        "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles"
    )
    strong: dict[str, bool] = dict(rows.fetchall())
    for desk in Desk:
        if strong.get(login_of(desk), True):
            yield Finding("DB-3", values={"login": login_of(desk)})


def _migrations_missing(connection: psycopg.Connection[Row]) -> Iterator[Finding]:
    found, wanted = _revision(connection), newest_revision()
    if found != wanted:
        yield Finding("DB-4", values={"found": found or "-", "wanted": wanted})


def _revision(connection: psycopg.Connection[Row]) -> str | None:
    """The last migration that was run; None in a database without any."""
    if connection.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return None if row is None else str(row[0])


def _marked(connection: psycopg.Connection[Row]) -> Iterator[Finding]:
    """A marker of demonstration where the settings do not say that it is one: it lets the register's clock be moved."""
    if connection.execute("SELECT to_regclass('system.demo') IS NOT NULL").fetchone() != (True,):
        return
    if connection.execute("SELECT EXISTS (SELECT FROM system.demo)").fetchone() == (True,):
        yield Finding("DB-6", layer="system.demo", subject="system.demo")


def _tables_without_policy(connection: psycopg.Connection[Row]) -> Iterator[Finding]:
    rows = connection.execute(
        """SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
           WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND a.attname = 'county' AND NOT a.attisdropped
             AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
                 SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid))
           ORDER BY 1"""
    )
    for (table,) in rows:
        yield Finding("DB-5", values={"table": str(table)})
