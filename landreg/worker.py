"""The worker: a loop over due steps, each idempotent and safe to be killed in."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from landreg.access import sealing
from landreg.config import Settings
from landreg.core.actor import WORKER
from landreg.core.alive import sign
from landreg.core.db import Unavailable, told
from landreg.core.errors import LandregError, Refused
from landreg.core.files import Store
from landreg.exchange.bidding import days as sale_days
from landreg.exchange.contracts import days as contract_days
from landreg.exchange.contracts import project_runs
from landreg.exchange.interfaces import delivering
from landreg.exchange.listings import days as listing_days
from landreg.exchange.market import telling
from landreg.exit import days
from landreg.keys import certificate_signer
from landreg.land import received
from landreg.law.book import national_law
from landreg.log.stopped import seal_or_tell
from landreg.log.witnessing import Daily
from landreg.registry import jobs, lapses
from landreg.registry.contradictions import Recount
from landreg.registry.issued.certificates import Press

PAUSE_S = 1.0
AGAIN_S = 60.0
"""Seconds after which the same refusal is written into the worker's log once more."""
_logger = logging.getLogger(__name__)


def run(settings: Settings, *, once: bool = False) -> None:
    """Do what is due, again and again until told to end: take jobs, check packages that wait, seal the log, have it cosigned.

    Raises Unavailable when `once` and the database is gone; else waits for it to come back, and goes on past any fault.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    sealing.use_key(settings.keys["identity"])
    steps = _steps(settings)

    def alive() -> None:
        sign(settings.home)

    def others() -> None:
        for step in steps:
            if stopping.is_set():
                return
            alive()
            _take(step, once=once)

    tools = jobs.Tools(
        press=lambda: _press(settings),
        seal=lambda: seal_or_tell(WORKER, settings),
        ending=stopping.is_set,
        others=others,
        alive=alive,
    )
    while True:
        alive()
        _take(partial(jobs.work, WORKER, tools), once=once)
        others()
        if once or stopping.wait(PAUSE_S):
            return


def _press(settings: Settings) -> Press:
    """What certificates are made with. Raises Refused (SYS-5) where they would name an address that nobody else can open."""
    if faults := settings.address_faults():
        raise Refused(faults)
    return Press(certificate_signer(settings), Store(settings.store), settings.base_url)


def _steps(settings: Settings) -> Sequence[Callable[[], Any]]:
    """What is due beside the desks' jobs, to which a job gives way after each of its turns."""
    return (
        partial(received.check_waiting, settings),
        partial(lapses.work, WORKER),
        partial(Recount().work, WORKER),
        partial(days.work, WORKER),
        partial(sale_days.work, WORKER),
        partial(listing_days.work, WORKER),
        partial(contract_days.work, WORKER),
        partial(project_runs.work, WORKER),
        partial(delivering.work, settings),
        partial(telling.work, settings),
        partial(seal_or_tell, WORKER, settings),
        partial(Daily(settings).work, WORKER),
    )


def _take(step: Callable[[], Any], *, once: bool) -> bool:
    """Take one step; whether it went well. What it raises ends neither the loop nor the other steps, but for `once`."""
    try:
        step()
    except Exception as error:
        if once:
            raise
        if isinstance(error, LandregError):
            _tell(error)
        else:
            _logger.error("worker: %s", told(error))
        return False
    return True


def _tell(error: LandregError) -> None:
    """A refusal in one line; a database that is gone comes back, and is waited for in silence."""
    law = national_law("", date.min)
    text = "；".join(f"{finding.code} {law.say(finding)}" for finding in error.findings)
    now = time.monotonic()
    if isinstance(error, Unavailable) or now - _said.get(text, -AGAIN_S) < AGAIN_S:
        return
    _said[text] = now
    _logger.error("worker: %s", text)


_said: dict[str, float] = {}
