"""Runs the migrations as the owner: alone, with timeouts, one transaction each.

`landreg db upgrade` hands over the URL; the `alembic` command takes the one of the environment.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context

from landreg.config import Settings
from landreg.core.actor import PREFECTURE, Desk

ONE_AT_A_TIME = 6109_0001


def _note(**step: Any) -> None:
    context.config.attributes.setdefault("applied", []).append(step["step"].up_revision_id)


def _run(connection: sa.Connection) -> None:
    # The lock first: waiting for another migration is no fault, waiting for a desk's lock is.
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})")
    connection.exec_driver_sql("SET lock_timeout = '5s'; SET statement_timeout = '15min'; SET TIME ZONE 'UTC'")
    # Forced row security binds the owner too; a migration that moves rows moves those of the whole prefecture.
    connection.exec_driver_sql(f"SET landreg.jurisdiction = '{PREFECTURE}'")
    connection.commit()
    context.configure(
        connection=connection,
        version_table_schema="public",
        transaction_per_migration=True,
        on_version_apply=_note,
    )
    with context.begin_transaction():
        context.run_migrations()


url = context.config.attributes.get("url") or Settings.from_environment().urls[Desk.OWNER]
engine = sa.create_engine(url, poolclass=sa.NullPool)
with engine.connect() as connection:
    _run(connection)
