"""Rechecking a register of many acts: whole, and as of a night after, by one process and by two."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from bench import acts, scratch
from landreg import migrate
from landreg.access.sealing import use_key
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import WORKER
from landreg.log.recheck import Rechecked, recheck_register

MOST = 400_000
"""As many as the copies of one village's codes allow."""


def run(size: int = 100_000) -> dict[str, Any]:
    """Acts a second, and what a million would take. size: acts, at most `MOST`."""
    with scratch.database() as settings:
        use_key(settings.keys["identity"])
        began = time.perf_counter()
        superuser = migrate.plain_url(settings.superuser_url or "")
        count = acts.load(replace(settings, superuser_url=superuser), min(size, MOST))
        loaded_s = time.perf_counter() - began
        one_s, _ = _timed(settings, 1)
        two_s, whole = _timed(settings, 2)
        began = time.perf_counter()
        night = recheck_register(WORKER, settings, register(), whole.reached, processes=2)
        night_s = time.perf_counter() - began
    return {
        "acts": count,
        "loaded_s": round(loaded_s),
        "whole_by_one_process_s": round(one_s, 1),
        "whole_by_two_processes_s": round(two_s, 1),
        "acts_per_second": round(count / two_s),
        "a_million_acts_minutes": round(two_s / count * 1e6 / 60, 1),
        "night_s": round(night_s, 1),
        "night_entries": night.entries,
        "findings": len(whole.findings) + len(night.findings),
    }


def _timed(settings: Settings, processes: int) -> tuple[float, Rechecked]:
    began = time.perf_counter()
    done = recheck_register(WORKER, settings, register(), processes=processes)
    return time.perf_counter() - began, done


if __name__ == "__main__":
    for what, figure in run().items():
        print(f"{what:32} {figure}")
