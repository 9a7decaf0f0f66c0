"""Turning the window's key: meanwhile everything opens and is found; killed it goes on; the old key goes when nothing bears it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from landreg import keys
from landreg.access import sealing
from landreg.cli import main
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.core.files import Store
from landreg.settlement import persons, rotation
from landreg.settlement.checking import recheck
from tests.database.catalog import Connection
from tests.settlement_kit import applicant, receive


@pytest.fixture
def own(database: Settings, officer: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The window's key as a file of this test's own."""
    file = tmp_path / "keys" / "settlement"
    file.parent.mkdir()
    shutil.copy(database.keys["settlement"], file)
    monkeypatch.setenv("LANDREG_SETTLEMENT_KEY_FILE", str(file))
    sealing.use_key(file)
    yield replace(database, keys={**database.keys, "settlement": file})
    sealing.use_key(database.keys["settlement"])


def numbers(officer: Actor, found: tuple[str, object]) -> list[str]:
    county, application_id = found
    return [one.id_number for one in persons.open_persons(officer, county, application_id, "核对")]  # type: ignore[arg-type]


def test_the_window_s_key_turns_in_batches_and_everything_opens_and_is_found_meanwhile(
    own: Settings, officer: Actor, store: Store
) -> None:
    people = [applicant(order) for order in (301, 302, 303)]
    found = [receive(officer, store, persons=(one,)) for one in people]
    before = len(recheck())
    assert keys.add_identity_key(own, "settlement")
    assert rotation.left() == 3
    with pytest.raises(Refused) as twice:
        receive(officer, store, persons=(people[0],))
    assert {finding.code for finding in twice.value.findings} == {"SET-13"}
    with pytest.raises(Refused) as early:
        keys.retire_identity_key(own, "settlement", rotation.finish)
    assert {finding.code for finding in early.value.findings} == {"ACC-31"}
    assert numbers(officer, found[1]) == [people[1].id_number]
    assert rotation.turn(batch=2) == 3
    assert (rotation.left(), rotation.turn()) == (0, 0)
    kept = keys.retire_identity_key(own, "settlement", rotation.finish)
    assert kept is not None
    assert len(own.keys["settlement"].read_text("ascii").split()) == 1
    assert [numbers(officer, one) for one in found] == [[one.id_number] for one in people]
    with pytest.raises(Refused):
        receive(officer, store, persons=(people[2],))
    assert len(recheck()) == before


def test_the_command_turns_and_retires(own: Settings, officer: Actor, store: Store, superuser: Connection) -> None:
    receive(officer, store)
    for line, told in ((["window", "rotate"], "1 rows turned"), (["window", "retire"], "旧密钥已停用")):
        done = CliRunner().invoke(main, line)
        assert (done.exit_code, told in done.output) == (0, True), done.output
    assert superuser.execute("SELECT count(*) FROM log.entry WHERE kind = 'keys.retired'").fetchone() == (1,)
