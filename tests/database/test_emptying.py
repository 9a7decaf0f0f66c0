"""Each test begins with what `db upgrade` left, whatever the test before it wrote, in few rows or many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import psycopg
import pytest

from tests.database.catalog import Connection
from tests.kept_kit import Clone


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_finds_no_row_of_the_test_before_it(superuser: Connection, turn: int) -> None:
    assert superuser.execute("SELECT count(*) FROM system.demo").fetchone() == (0,), turn
    assert superuser.execute("SELECT count(*) FROM land.division_alias").fetchone() == (0,), turn
    superuser.execute("INSERT INTO system.demo (ahead) VALUES ('3 days')")
    superuser.execute(
        "INSERT INTO land.division_alias (old, new, since) SELECT n::text, n::text, '2021-02-03' "
        "FROM generate_series(1, 20000) AS n"
    )


def test_what_is_still_being_written_is_waited_for(superuser: Connection, _emptying: Clone) -> None:  # noqa: PT019
    """A row committed after the emptying would stand in the next test."""
    late = psycopg.connect(superuser.info.dsn, password=superuser.info.password)
    late.execute("INSERT INTO land.division_alias (old, new, since) VALUES ('1', '2', '2021-02-03')")
    with ThreadPoolExecutor() as pool:
        emptied = pool.submit(_emptying)
        sleep(0.2)
        assert not emptied.done()
        late.commit()
        emptied.result(timeout=5)
    late.close()
    assert superuser.execute("SELECT count(*) FROM land.division_alias").fetchone() == (0,)
