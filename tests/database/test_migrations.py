"""The migrations: one line of descent, an empty database brought up, models that fit the schema."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory

import landreg
from landreg import migrate
from landreg.config import Settings
from landreg.core.tables import Base
from tests.database.catalog import Connection

MAPPED = ("model", "casebook")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(migrate.alembic_config(""))


def test_the_migrations_are_one_line_of_descent_in_the_order_of_their_numbers() -> None:
    revisions = [script.revision for script in _scripts().walk_revisions()]
    assert [int(revision) for revision in reversed(revisions)] == list(range(1, len(revisions) + 1))
    assert len(_scripts().get_heads()) == 1


def test_an_upgraded_database_has_nothing_left_to_run_and_its_second_wall_stands(database: Settings) -> None:
    assert migrate.upgrade(database) == ()
    assert migrate.check(database) == ()


def test_initialising_a_database_again_changes_nothing_and_fails_nothing(database: Settings) -> None:
    migrate.init(database)
    assert migrate.check(database) == ()


def test_the_check_names_what_an_update_of_the_extension_undid(database: Settings, superuser: Connection) -> None:
    overlaps = "public.geometry_overlaps(public.geometry, public.geometry)"
    superuser.execute(f"ALTER FUNCTION {overlaps} NOT LEAKPROOF")
    try:
        assert [finding.code for finding in migrate.check(database)] == ["DB-2"]
    finally:
        superuser.execute(f"ALTER FUNCTION {overlaps} LEAKPROOF")


def test_the_check_names_a_table_whose_policy_was_switched_off(database: Settings, superuser: Connection) -> None:
    superuser.execute("CREATE TABLE land.careless (county char(6) PRIMARY KEY)")
    try:
        assert [(finding.code, finding.values) for finding in migrate.check(database)] == [
            ("DB-5", {"table": "land.careless"})
        ]
    finally:
        superuser.execute("DROP TABLE land.careless")


def test_every_mapped_table_is_in_the_schema_as_its_class_says(superuser: Connection, database: Settings) -> None:
    for module in pkgutil.walk_packages(landreg.__path__, "landreg."):
        if module.name.rsplit(".", 1)[1] in MAPPED:
            importlib.import_module(module.name)
    engine = sa.create_engine(database.superuser_url or "", poolclass=sa.NullPool)
    inspector = sa.inspect(engine)
    differences = [line for table in Base.metadata.sorted_tables for line in _differences(inspector, table)]
    assert differences == []


def _differences(inspector: sa.Inspector, table: sa.Table) -> list[str]:
    """What a class says of its table that the schema does not; the schema may hold more than its class."""
    if not inspector.has_table(table.name, table.schema):
        return [f"{table.fullname} is missing"]
    columns = {column["name"]: column for column in inspector.get_columns(table.name, table.schema)}
    key = inspector.get_pk_constraint(table.name, table.schema)["constrained_columns"]
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


FAMILIES = {
    "VARCHAR": "TEXT", "CHAR": "TEXT", "STRING": "TEXT", "BIGINT": "INTEGER", "SMALLINT": "INTEGER", "JSONB": "JSON",
    "TIMESTAMP": "DATETIME", "BYTEA": "LARGEBINARY",
}  # fmt: skip


def _family(kind: sa.types.TypeEngine[Any]) -> str:
    """Types that read and write alike in Python."""
    name = type(kind).__name__.upper()
    return FAMILIES.get(name, name)
