"""Each test begins with what `db upgrade` left, whatever the test before it wrote, in few rows or many."""

from __future__ import annotations

import pytest

from tests.database.catalog import Connection


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_finds_no_row_of_the_test_before_it(superuser: Connection, turn: int) -> None:
    assert superuser.execute("SELECT count(*) FROM system.demo").fetchone() == (0,), turn
    assert superuser.execute("SELECT count(*) FROM land.division_alias").fetchone() == (0,), turn
    superuser.execute("INSERT INTO system.demo (ahead) VALUES ('3 days')")
    superuser.execute(
        "INSERT INTO land.division_alias (old, new, since) SELECT n::text, n::text, '2021-02-03' "
        "FROM generate_series(1, 20000) AS n"
    )
