"""The worker's sign of life: a file in the register's home, touched before each step, chunk of a job and part of a check."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

ALIVE = "worker.alive"
SILENT_S = 180.0
"""Seconds without a sign after which the worker is said not to run; its longest steps give one more often."""


def sign(home: Path) -> None:
    """Say that the worker is at work."""
    (home / ALIVE).touch()


def silent_minutes(home: Path, since: datetime | None = None) -> int | None:
    """For how many whole minutes the worker has given no sign; where none ever ran, for how many something has waited for it.

    None while it gives one. since: when what is looked at was handed to it.
    """
    try:
        heard = (home / ALIVE).stat().st_mtime
    except OSError:
        if since is None:
            return None
        heard = since.timestamp()
    age = time.time() - heard
    return int(age // 60) if age > SILENT_S else None
