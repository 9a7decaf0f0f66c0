"""What a check puts aside for the rows lies apart from what a package brings: nothing in a package stands for it or in its way."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.land import service, staging_beside
from landreg.land.staging_blocks import BOUNDARIES
from landreg.land.staging_rows import STAGED
from tests.database.catalog import Connection
from tests.small import Small

TABLES = [table for table, *_ in (*STAGED.values(), *BOUNDARIES.values())]


@pytest.fixture(autouse=True)
def _identity_key(database: Settings) -> None:
    use_key(database.keys["identity"])


class _Touch:
    """Its pickle makes a file when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.marker,)


def _counts(superuser: Connection) -> list[int]:
    return [superuser.execute(f"SELECT count(*) FROM land.{table}").fetchall()[0][0] for table in TABLES]


@pytest.mark.parametrize("apart", [False, True], ids=["by the thread", "by a process of its own"])
@pytest.mark.parametrize("entry", ["{}", "{}/x", "{}/000000.npz", "{}/xy.npy"])
def test_files_named_like_a_table_change_nothing_and_nothing_of_theirs_is_run(
    surveyor: Actor, superuser: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, apart: bool
) -> None:
    if apart:
        monkeypatch.setattr(staging_beside, "LARGE", 0)
    marker = tmp_path / "run"
    pickle.loads(pickle.dumps(_Touch(marker)))
    assert marker.exists()
    marker.unlink()
    sent = Small().write(tmp_path)
    with zipfile.ZipFile(sent, "a") as archive:
        for kind in (*STAGED, *BOUNDARIES):
            archive.writestr(entry.format(kind), pickle.dumps(_Touch(marker)))
    received = service.receive(surveyor, sent)
    assert not marker.exists()
    assert (received.report.refused, received.report.findings) == (False, ())
    counts = received.report.counts
    of_parcels = [counts["DK"]] * len(BOUNDARIES)
    assert _counts(superuser) == [*(counts[kind] for kind in STAGED), *of_parcels]
