"""Folders to unpack a package in and to put its rows aside in, and the end of those that a killed process has left."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER = "landreg-package-"


@contextmanager
def room() -> Iterator[Path]:
    """An empty folder for as long as the block lasts. What others have left behind goes first.

    A lock on the folder says that its process lives; a number would not, as each container counts from 1. Raises OSError.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):
            handle = _hold(left)
            shutil.rmtree(left, ignore_errors=True)
            os.close(handle)
    folder, handle = _new()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _new() -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=FOLDER))
        # Before it is held, another process may take it for one that was left, and remove it.
        with suppress(FileNotFoundError, BlockingIOError):
            handle = _hold(folder)
            if folder.exists():
                return folder, handle
            os.close(handle)


def _hold(folder: Path) -> int:
    """An open handle with the folder's lock. Raises BlockingIOError where another process holds it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
