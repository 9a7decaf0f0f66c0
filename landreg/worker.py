"""The worker: a loop over due steps, each idempotent and safe to be killed in."""

from __future__ import annotations

import signal
import threading

from landreg.access import identity
from landreg.config import Settings
from landreg.core.actor import WORKER
from landreg.core.db import Unavailable
from landreg.core.files import Store
from landreg.keys import certificate_signer
from landreg.land import service
from landreg.log.store import seal
from landreg.registry import jobs
from landreg.registry.certificates import Press

PAUSE_S = 1.0


def run(settings: Settings, *, once: bool = False) -> None:
    """Do what is due, again and again until told to end: check packages that wait, take jobs, seal the log.

    Raises Unavailable when `once` and the database is gone; else waits for it to come back.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    identity.use_key(settings.keys["identity"])
    tools = jobs.Tools(
        press=lambda: Press(certificate_signer(settings), Store(settings.store), settings.base_url),
        seal=lambda: seal(WORKER, settings),
        ending=stopping.is_set,
    )

    while True:
        try:
            service.check_waiting(settings)
            jobs.work(WORKER, tools)
            seal(WORKER, settings)
        except Unavailable:
            if once:
                raise
        if once or stopping.wait(PAUSE_S):
            return
