"""A marker of demonstration that nobody set up moves the office's clock: whoever puts it in is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from landreg import demo, migrate
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import BadInput
from landreg.log.recheck import recheck_register
from tests.database.catalog import Connection


@pytest.mark.parametrize("meant", [True, False])
def test_a_marker_that_the_settings_do_not_mean_is_named_by_the_check_and_the_recheck(
    database: Settings, worker: Actor, superuser: Connection, meant: bool
) -> None:
    settings = replace(database, demo=meant, base_url="https://land.example")
    assert migrate.check(settings) == ()
    assert recheck_register(worker, settings, register()).findings == ()
    superuser.execute("INSERT INTO system.demo DEFAULT VALUES")
    expected = [] if meant else [("DB-6", "system.demo")]
    assert [(one.code, one.layer) for one in migrate.check(settings)] == expected
    assert [(one.code, one.layer) for one in recheck_register(worker, settings, register()).findings] == expected


def test_it_is_a_demonstration_where_the_setting_says_so_or_the_embedded_one_was_set_up(tmp_path: Path) -> None:
    home = {"LANDREG_HOME": str(tmp_path)}
    assert not Settings.from_environment(home).demo
    assert Settings.from_environment({**home, "LANDREG_DEMO": "yes"}).demo
    (tmp_path / "demo").touch()
    assert Settings.from_environment(home).demo
    assert not Settings.from_environment({**home, "LANDREG_DEMO": "no"}).demo
    with pytest.raises(BadInput) as bad:
        Settings.from_environment({**home, "LANDREG_DEMO": "perhaps"})
    assert bad.value.findings[0].field == "LANDREG_DEMO"


def test_the_demonstration_marks_no_database_whose_settings_do_not_say_that_it_is_one(
    database: Settings, superuser: Connection
) -> None:
    with pytest.raises(BadInput) as bad:
        demo._mark(replace(database, demo=False))
    assert bad.value.findings[0].field == "LANDREG_DEMO"
    assert superuser.execute("SELECT count(*) FROM system.demo").fetchone() == (0,)
