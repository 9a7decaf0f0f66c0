"""The worker's step: check and stage what was sent in (`uploads`), telling how far it is, until it is called back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from uuid import UUID

from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.core.alive import sign
from landreg.core.db import UnitOfWork
from landreg.core.errors import Refused
from landreg.core.files import Store
from landreg.land import uploads
from landreg.land.model import Upload
from landreg.land.service import receive
from landreg.land.survey_reading import Progress

ASK_S = 1.0
"""How long a check may go on, where it tells anything, without asking whether it was called back."""


def check_waiting(settings: Settings) -> int:
    """Check and stage every package that was sent in and waits; how many there were."""
    store = Store(settings.store)

    def check(actor: Actor, upload: Upload, progress: uploads.Progress) -> tuple[str, UUID]:
        def show(stage: str, done: int, total: int) -> None:
            sign(settings.home)
            progress(stage, done * 100 // total if total else None)

        def settle(uow: UnitOfWork, county: str, package_id: UUID) -> None:
            uploads.settle(uow, upload, county, package_id)

        path = store.path(upload.file_sha256)
        with _seldom(show) as step:
            received = receive(actor, path, name=upload.name, progress=step, settle=settle)
        if received.package_id is None or received.report.county is None:
            raise Refused(received.report.findings)
        return received.report.county, received.package_id

    return uploads.check_waiting(WORKER, check)


@contextmanager
def _seldom(show: Progress) -> Iterator[Progress]:
    """Progress that is told on only when its percentage or stage has changed, or a second has passed: each telling is a
    transaction."""
    last, told = ("", -1), monotonic()

    def step(stage: str, done: int, total: int) -> None:
        nonlocal last, told
        now = (stage, done * 20 // total if total else 0)
        if now != last or monotonic() - told > ASK_S:
            last, told = now, monotonic()
            show(stage, done, total)

    yield step
