"""The migrations: one line of descent, an empty database brought up, models that fit the schema."""

from __future__ import annotations

from alembic.script import ScriptDirectory

from landreg import migrate
from landreg.config import Settings


def _scripts(url: str = "") -> ScriptDirectory:
    return ScriptDirectory.from_config(migrate.alembic_config(url))


def test_the_migrations_are_one_line_of_descent_in_the_order_of_their_numbers() -> None:
    revisions = [script.revision for script in _scripts().walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    assert [int(revision) for revision in reversed(revisions)] == list(range(1, len(revisions) + 1))
    assert len(_scripts().get_heads()) == 1


def test_an_upgraded_database_has_nothing_left_to_run_and_its_second_wall_stands(database: Settings) -> None:
    assert migrate.upgrade(database) == ()
    assert migrate.check(database) == ()
