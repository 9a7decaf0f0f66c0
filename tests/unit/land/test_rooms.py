"""Folders for unpacking: each is its process's own, and nothing stays of a process that was killed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from landreg.land.rooms import FOLDER, room

HOLD = "import sys; from landreg.land.rooms import room\nwith room() as folder: print(folder, flush=True); sys.stdin.read()"


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_what_a_killed_process_left_goes_and_what_a_living_one_uses_stays(tmp_path: Path) -> None:
    line = [sys.executable, "-c", HOLD]
    with (
        subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as killed,
        subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as living,
    ):
        left, used = (Path(process.stdout.readline().strip()) for process in (killed, living) if process.stdout)
        (left / "half").write_bytes(b"x")
        killed.kill()
        killed.wait()
        assert left.exists()
        with room() as own:
            assert {left.exists(), used.exists(), own.exists()} == {False, True}
            assert not left.exists()
        living.communicate("")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_a_process_with_this_ones_number_is_swept_too(tmp_path: Path) -> None:
    """As in a container, whose worker is always number 1."""
    old = tmp_path / f"{FOLDER}1-old"
    old.mkdir()
    with room():
        assert not old.exists()
