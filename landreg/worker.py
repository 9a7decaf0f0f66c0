"""The worker: a loop over due steps, each idempotent and safe to be killed in."""

from __future__ import annotations

import signal
import threading

from landreg.config import Settings
from landreg.core.actor import WORKER
from landreg.core.db import Unavailable
from landreg.land import service as land
from landreg.log.store import seal

PAUSE_S = 1.0


def run(settings: Settings, *, once: bool = False) -> None:
    """Do what is due, again and again until told to end: seal the log, check packages that wait."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while True:
        try:
            land.check_waiting(settings)
            seal(WORKER, settings)
        except Unavailable:
            if once:
                raise
        if once or stopping.wait(PAUSE_S):
            return
