"""A folder as one file: what is kept of it, and what of it is not taken."""

from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from landreg.core.errors import Refused
from landreg.core.files import Store
from landreg.land.packing import delivered


def test_of_two_files_whose_names_read_alike_neither_is_put_over_the_other(tmp_path: Path) -> None:
    """One name in UTF-8, one in the bytes of GBK, as two systems wrote them."""
    folder = os.fsencode(tmp_path)
    for name in ("地块.txt".encode(), "地块.txt".encode("gbk")):
        (Path(os.fsdecode(os.path.join(folder, name)))).write_bytes(name)
    with pytest.raises(FileExistsError), delivered(tmp_path, "package"):
        pass


def test_the_hash_of_a_folder_is_that_of_the_one_file_that_is_kept(tmp_path: Path) -> None:
    folder, store = tmp_path / "folder", Store(tmp_path / "store")
    (folder / "矢量数据").mkdir(parents=True)
    (folder / "矢量数据" / "DK.dbf").write_bytes(b"rows")
    with delivered(folder, "package") as sent:
        sent.keep(store)
        sent.unchanged()
        content = store.read(sent.sha256.hex())
        assert (hashlib.sha256(content).digest(), len(content)) == (sent.sha256, sent.size)
        assert b"rows" in content


@pytest.mark.parametrize(
    "change", ["written", "written back", "added", "gone", "a folder changed there and back", "no more there"]
)
def test_a_folder_that_changes_under_the_check_is_told(change: str, tmp_path: Path) -> None:
    (tmp_path / "DK.dbf").write_bytes(b"rows")
    (tmp_path / "within").mkdir()
    (tmp_path / "within" / "JZX.dbf").write_bytes(b"lines")
    with delivered(tmp_path, "package") as sent:
        sent.unchanged()
        before = (tmp_path / "DK.dbf").stat()
        match change:
            case "added":
                (tmp_path / "JZD.dbf").write_bytes(b"")
            case "gone":
                (tmp_path / "DK.dbf").unlink()
            case "a folder changed there and back":
                (tmp_path / "within").rename(tmp_path / "aside")
                (tmp_path / "aside").rename(tmp_path / "within")
            case "no more there":
                shutil.rmtree(tmp_path / "within")
            case _:
                (tmp_path / "DK.dbf").write_bytes(b"ROWS")
                if change == "written back":
                    os.utime(tmp_path / "DK.dbf", ns=(before.st_atime_ns, before.st_mtime_ns))
        with pytest.raises(Refused) as refused:
            sent.unchanged()
        assert [finding.code for finding in refused.value.findings] == ["PKG-37"]


def test_an_error_of_a_folder_that_was_changed_is_the_change(tmp_path: Path) -> None:
    def check(change: bool) -> None:
        with delivered(tmp_path, "package"):
            if change:
                (tmp_path / "DK.dbf").write_bytes(b"")
            raise ValueError("rows that do not fit their number")

    with pytest.raises(Refused):
        check(change=True)
    with pytest.raises(ValueError, match="do not fit"):
        check(change=False)


def test_a_hash_that_nobody_waits_for_is_broken_off(tmp_path: Path) -> None:
    """Of 64 GB, none of which lies on a disk, it would take a minute."""
    large = tmp_path / "package.zip"
    with large.open("wb") as file:
        file.truncate(1 << 36)
    with delivered(large, large.name) as sent:
        assert not sent.hashed.done()
    assert isinstance(sent.hashed.exception(timeout=0), CancelledError)
