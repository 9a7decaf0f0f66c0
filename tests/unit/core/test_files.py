"""Files by their hash: whole or not at all, and mended when they were cut off."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from landreg.core.files import Store

CONTENT = b"certificate" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("left", [CONTENT[:-1], b"", CONTENT[:-1] + b"x"])
def test_a_file_that_was_cut_off_or_changed_is_written_again(tmp_path: Path, left: bytes) -> None:
    store = Store(tmp_path)
    store.path(SHA256).parent.mkdir(parents=True)
    store.path(SHA256).write_bytes(left)
    assert store.put_bytes(CONTENT) == SHA256
    assert store.read(SHA256) == CONTENT


def test_a_file_that_is_there_whole_is_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_bytes(CONTENT)
    inode = store.path(SHA256).stat().st_ino
    assert store.put_bytes(CONTENT) == SHA256
    assert store.path(SHA256).stat().st_ino == inode


@pytest.mark.parametrize("way", ["stream", "bytes"])
def test_a_file_and_its_folder_are_flushed_before_the_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    flushed: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    store = Store(tmp_path)
    if way == "stream":
        store.put(io.BytesIO(CONTENT))
    else:
        store.put_bytes(CONTENT)
    assert len(flushed) == 2
    assert flushed[1] == str(store.path(SHA256).parent)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [store.path(SHA256)]
