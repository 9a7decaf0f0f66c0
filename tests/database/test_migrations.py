"""The migrations: one line of descent, an empty database brought up, models that fit the schema."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

import landreg
from landreg import migrate
from landreg.config import Settings
from landreg.core.actor import Desk
from landreg.core.db import Unavailable
from landreg.core.errors import BadInput
from landreg.core.tables import Base
from tests.database.catalog import Connection

Named = dict[Any, Any]
"""By schema and name of a table."""
MAPPED = ("model", "casebook")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(migrate.alembic_config(""))


def test_the_migrations_are_one_line_of_descent_in_the_order_of_their_numbers() -> None:
    revisions = [script.revision for script in _scripts().walk_revisions()]
    assert [int(revision) for revision in reversed(revisions)] == list(range(1, len(revisions) + 1))
    assert _scripts().get_heads() == [migrate.newest_revision()]


def test_an_upgraded_database_has_nothing_left_to_run_and_its_second_wall_stands(database: Settings) -> None:
    assert migrate.upgrade(database) == ()
    assert migrate.check(database) == ()


def test_initialising_a_database_again_changes_nothing_and_fails_nothing(database: Settings) -> None:
    migrate.init(database)
    assert migrate.check(database) == ()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("DROP EXTENSION btree_gist CASCADE", "DB-1"),
        ("ALTER FUNCTION public.geometry_overlaps(public.geometry, public.geometry) NOT LEAKPROOF", "DB-2"),
        ("ALTER ROLE landreg_citizen BYPASSRLS", "DB-3"),
        ("UPDATE public.alembic_version SET version_num = '0001'", "DB-4"),
        ("CREATE TEMP VIEW pg_settings AS SELECT 'max_locks_per_transaction' AS name, '64' AS setting", "DB-7"),
        ("ALTER TABLE registry.act NO FORCE ROW LEVEL SECURITY", "DB-5"),
        ("CREATE TABLE land.careless (county char(6) PRIMARY KEY)", "DB-5"),
    ],
)
def test_the_check_names_what_someone_undid_behind_the_programs_back(
    superuser: Connection, fault: str, code: str
) -> None:
    with superuser.transaction(force_rollback=True):
        superuser.execute(fault)
        assert [finding.code for finding in migrate.examine(superuser)] == [code]


def test_a_database_that_cannot_be_reached_or_was_never_set_is_said_so(database: Settings) -> None:
    elsewhere = {**database.urls, Desk.OWNER: "postgresql+psycopg://landreg_owner:x@127.0.0.1:1/landreg"}
    with pytest.raises(Unavailable) as gone:
        migrate.check(replace(database, urls=elsewhere))
    assert [finding.code for finding in gone.value.findings] == ["SYS-1"]
    with pytest.raises(BadInput) as unset:
        migrate.check(replace(database, urls={}))
    assert [(finding.code, finding.field) for finding in unset.value.findings] == [("SYS-2", "LANDREG_OWNER_URL")]


# No class maps the transaction that wrote a row, and SQLAlchemy has no type for its number.
@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
def test_every_mapped_table_is_in_the_schema_as_its_class_says(superuser: Connection, database: Settings) -> None:
    for module in pkgutil.walk_packages(landreg.__path__, "landreg."):
        if module.name.rsplit(".", 1)[1] in MAPPED:
            importlib.import_module(module.name)
    engine = sa.create_engine(database.superuser_url or "", poolclass=sa.NullPool)
    inspector = sa.inspect(engine)
    schemas = {table.schema for table in Base.metadata.sorted_tables}
    there = {name: one for schema in schemas for name, one in inspector.get_multi_columns(schema).items()}
    keys = {name: one for schema in schemas for name, one in inspector.get_multi_pk_constraint(schema).items()}
    differences = [line for table in Base.metadata.sorted_tables for line in _differences(there, keys, table)]
    assert differences == []


def _differences(columns_of: Named, key_of: Named, table: sa.Table) -> list[str]:
    """What a class says of its table that the schema does not; the schema may hold more than its class."""
    name = (table.schema, table.name)
    if name not in columns_of:
        return [f"{table.fullname} is missing"]
    columns = {column["name"]: column for column in columns_of[name]}
    key = key_of[name]["constrained_columns"]
    found = [f"{table.fullname}.{column.name} is missing" for column in table.columns if column.name not in columns]
    found += [
        f"{table.fullname}.{column.name} is {there['type']}, mapped as {column.type}, null {there['nullable']}"
        for column in table.columns
        if (there := columns.get(column.name)) is not None
        and (_family(there["type"]) != _family(column.type) or there["nullable"] != column.nullable)
    ]
    if set(key) != {column.name for column in table.primary_key}:
        found.append(f"{table.fullname} has the key {key}")
    return found


def _family(kind: sa.types.TypeEngine[Any]) -> str:
    """Types that read and write alike in Python."""
    try:
        return kind.python_type.__name__
    except NotImplementedError:
        return type(kind).__name__.lower()
