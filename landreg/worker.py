"""The worker: a loop over due steps, each idempotent and safe to be killed in."""

from __future__ import annotations

import signal
import threading

from landreg import keys
from landreg.config import Settings
from landreg.core.actor import WORKER
from landreg.core.db import Unavailable
from landreg.land import service as land
from landreg.log.store import seal
from landreg.registry import jobs
from landreg.registry.certificates import Press
from landreg.registry.documents import Store

PAUSE_S = 1.0


def run(settings: Settings, *, once: bool = False) -> None:
    """Do what is due, again and again until told to end: seal the log, check packages that wait, take the desk's jobs."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    tools = jobs.Tools(
        press=lambda: Press(keys.certificate_signer(settings), Store(settings.store), settings.base_url),
        seal=lambda: seal(WORKER, settings),
        ending=stopping.is_set,
    )
    while True:
        try:
            land.check_waiting(settings)
            seal(WORKER, settings)
            jobs.work(WORKER, tools)
        except Unavailable:
            if once:
                raise
        if once or stopping.wait(PAUSE_S):
            return
