"""Engines of the desks, and the unit of work: one transaction of one actor."""

from __future__ import annotations

import json
import re
import traceback
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from typing import Any, cast
from uuid import UUID

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Desk
from landreg.core.errors import Conflict, Finding, LandregError, Refused

_RULE_CONSTRAINT = re.compile(r"([a-z]+)_(\d+)_(\w+?)(?:_\d{5,})?")


POOL = 8
"""Connections of a desk that a process keeps: one for each thread of the server, for what overflows is closed after each use."""


class Unavailable(LandregError):
    """The database cannot be reached; nothing was written."""

    status = 503


class _Keeping(psycopg.Connection[Any]):
    """What is prepared on it stays prepared when a rule refuses: the driver forgets all of it with each transaction that is rolled
    back, lest a table is made anew. Where a statement failed it still does, for what failed is prepared and known no more."""

    def rollback(self) -> None:
        if self.pgconn.transaction_status == TransactionStatus.INTRANS and not self.pgconn.pipeline_status:
            with self.lock:
                self.pgconn.exec_(b"ROLLBACK")
        super().rollback()


def _keeping(_dialect: sa.Dialect, _record: object, places: Iterable[Any], named: Mapping[str, Any]) -> _Keeping:
    return _Keeping.connect(*places, **named)


class _Engines:
    """The engines of this process, made on first use from the URLs given to `configure`."""

    def __init__(self) -> None:
        self.urls: Mapping[Desk, str] = {}
        self.made: dict[Desk, sa.Engine] = {}

    def of(self, desk: Desk) -> sa.Engine:
        if desk not in self.made:
            if desk not in self.urls:
                raise Unavailable(Finding("SYS-1", values={"desk": desk.value}))
            # Whoever comes takes the connection that was given back last: most of what is asked is prepared there, and known.
            # A number that is not finite is a fault here, not one of the statement that PostgreSQL then refuses.
            self.made[desk] = sa.create_engine(
                self.urls[desk], pool_pre_ping=True, pool_use_lifo=True, pool_size=POOL, max_overflow=POOL, hide_parameters=True,
                json_serializer=partial(json.dumps, allow_nan=False),
            )  # fmt: skip
            sa.event.listen(self.made[desk], "do_connect", _keeping)
        return self.made[desk]


_engines = _Engines()


def configure(urls: Mapping[Desk, str]) -> None:
    """Use these database URLs, one a desk, from now on. A process without a desk's URL cannot act there."""
    for engine in _engines.made.values():
        engine.dispose()
    _engines.made.clear()
    _engines.urls = dict(urls)


def engine_of(desk: Desk) -> sa.Engine:
    """The engine of a desk. Raises Unavailable when this process has no login for it."""
    return _engines.of(desk)


class UnitOfWork:
    """A transaction of one actor: `session`, `actor`, locks, and `now`, one instant read after the locks."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.session = session
        self.actor = actor
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        """The instant of this unit of work, read once and after every lock was had (architecture.md 8)."""
        if self._now is None:
            self._now = self.session.execute(sa.text("SELECT system.clock()")).scalar_one()
        return self._now

    def lock_parcels(self, county: str, parcel_ids: Iterable[UUID]) -> None:
        """Hold these parcels until the end, taken in sorted order so that two desks cannot wait for each other."""
        self._lock(f"parcel:{county}:{parcel_id}" for parcel_id in parcel_ids)

    def lock_village(self, village: str) -> None:
        """Hold a village's geometry and roster until the end."""
        self._lock([f"village:{village}"])

    def lock_name(self, name: str) -> None:
        """Hold what a name stands for until the end."""
        self._lock([name])

    def take_statistics(self, *tables: str) -> None:
        """Let the planner know of the many rows that have just been committed to these tables."""
        named = ", ".join(f"'{table}'" for table in tables)
        self.session.execute(sa.text(f"SELECT system.take_statistics({named})"))

    def _lock(self, names: Iterable[str]) -> None:
        if self._now is not None:
            raise RuntimeError("locks come before the instant is read")
        keys = sorted({_lock_key(name) for name in names})
        if keys:
            self.session.execute(
                sa.text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key"), {"keys": keys}
            )


def _lock_key(name: str) -> int:
    return (zlib.crc32(name.encode()) << 31) | zlib.adler32(name[::-1].encode()) >> 1


@contextmanager
def unit_of_work(actor: Actor) -> Iterator[UnitOfWork]:
    """One transaction on the actor's desk, committed at the end, rolled back on any error.

    Raises Refused or Conflict for a violated constraint that is named after a rule, Unavailable when the database is
    gone. Does not nest: a step that needs another calls a function that takes the unit of work.
    """
    with _reached(actor.desk):
        try:
            with Session(engine_of(actor.desk), expire_on_commit=False) as session, session.begin():
                session.connection().exec_driver_sql("; ".join(_settings(actor)))
                try:
                    yield UnitOfWork(session, actor)
                except (KeyboardInterrupt, SystemExit):
                    # It may have come in mid-statement, with the driver's lock held for ever: hang up, the database rolls back.
                    session.invalidate()
                    raise
        except sa.exc.IntegrityError as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            raise refusal from error


@contextmanager
def looked_up(desk: Desk) -> Iterator[sa.Connection]:
    """A connection for one read of what no jurisdiction limits: without a transaction, which would cost two more journeys.

    Raises Unavailable when the database is gone.
    """
    with _reached(desk), engine_of(desk).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def answered(actor: Actor, statement: str, parameters: Mapping[str, Any]) -> Any:
    """The one value that a statement answers, as the actor: a transaction of its own in one journey to the database instead of
    four. For a read that is asked by the dozen. statement: parameters as `:name`.

    Raises Unavailable when the database is gone.
    """
    engine = engine_of(actor.desk)
    with _reached(actor.desk), engine.connect() as connection:
        driver = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)
        try:
            with driver.pipeline():
                for setting in _settings(actor):
                    driver.execute(setting)
                answer = driver.execute(_as_driven(statement, engine.dialect), parameters)
                driver.commit()
            row = answer.fetchone()
        except BaseException:
            # It may have come in mid-journey: the connection is given up, the database rolls back.
            connection.invalidate()
            raise
    return None if row is None else row[0]


@cache
def _as_driven(statement: str, dialect: sa.Dialect) -> str:
    """A statement as the driver takes it: `%(name)s` for `:name`."""
    return str(sa.text(statement).compile(dialect=dialect))


@contextmanager
def alone(actor: Actor, name: str) -> Iterator[bool]:
    """Whether nobody else is at what `name` names; held until the block ends, or this process does.

    On a connection of its own without an open transaction, which would keep the database from clearing dead rows for as
    long as a job takes. Raises Unavailable when the database is gone.
    """
    key = {"key": _lock_key(name)}
    engine = engine_of(actor.desk)
    with _reached(actor.desk), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = bool(connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), key))
        try:
            yield taken
            if taken:
                connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), key)
        except BaseException:
            # Whatever came, perhaps in mid-statement or at the unlocking: the lock ends with the connection.
            connection.invalidate()
            raise


@contextmanager
def _reached(desk: Desk) -> Iterator[None]:
    """A block in which a database that is gone, or has no connection free, is said as Unavailable."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise Unavailable(Finding("SYS-1", values={"desk": desk.value})) from error
    except (sa.exc.DBAPIError, psycopg.Error) as error:
        if not is_gone(error):
            raise
        raise Unavailable(Finding("SYS-1", values={"desk": desk.value})) from error


def _settings(actor: Actor) -> tuple[str, ...]:
    """SET LOCAL, not set_config(): only the statement reaches the workers of a sharded database."""
    jurisdiction = actor.jurisdiction if re.fullmatch(r"\d{4,12}", actor.jurisdiction) else ""
    household = "" if actor.household is None else str(actor.household)
    return (
        f"SET LOCAL landreg.actor = '{actor.account_id}'",
        f"SET LOCAL landreg.jurisdiction = '{jurisdiction}'",
        f"SET LOCAL landreg.household = '{household}'",
        "SET LOCAL TIME ZONE 'UTC'",
    )


def refusal_of(error: sa.exc.IntegrityError) -> LandregError | None:
    """The finding that a violated constraint stands for: its name begins with the rule's code (`ct_2_...`)."""
    diagnostic = getattr(error.orig, "diag", None)
    name = getattr(diagnostic, "constraint_name", None) or ""
    match = _RULE_CONSTRAINT.fullmatch(name)
    if match is None:
        return None
    finding = Finding(f"{match[1].upper()}-{match[2]}", values={"constraint": name, "cause": match[3]})
    return Conflict(finding) if match[1] == "sys" else Refused(finding)


def told(error: BaseException) -> str:
    """An error and what caused it, with the places in the code, for the process's log.

    Of an error of the database only its kind, SQLSTATE and constraint: its message and detail may hold a row, and names.
    """
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        parts.append("".join(traceback.format_tb(seen.__traceback__)) + _said(seen))
        seen = seen.__cause__ or seen.__context__
    return "\n".join(reversed(parts))


def _said(error: BaseException) -> str:
    kind = type(error).__qualname__
    origin = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(origin, psycopg.Error):
        return f"{kind} {origin.sqlstate or '-'} {origin.diag.constraint_name or ''}".rstrip()
    return kind if isinstance(error, sa.exc.StatementError) else f"{kind}: {error}"


def is_gone(error: sa.exc.DBAPIError | psycopg.Error) -> bool:
    """Whether the connection was lost or never had, as against a fault in what was asked."""
    driver = error if isinstance(error, psycopg.Error) else error.orig
    state = getattr(driver, "sqlstate", None) or "08"
    lost = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
    return lost or (isinstance(error, sa.exc.OperationalError | psycopg.OperationalError) and state[:2] in ("08", "57"))
