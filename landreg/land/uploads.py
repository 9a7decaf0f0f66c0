"""Files sent to be checked: taken in by the web, checked by the worker, so that closing the browser changes nothing.

A check holds an advisory lock on its own connection. A worker that is killed loses it with the connection, and the
next one finds the upload still `checking` and begins it again; nothing of a package is in the database until it is whole.

One that waits or is being checked can be called back: its row says by whom, and the check stops at the next step that it
tells. What is whole by then stays: the package's rows and the upload's end are one transaction (`settle`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO
from uuid import UUID, uuid4

import sqlalchemy as sa

from landreg.core.actor import Actor, Role
from landreg.core.db import Unavailable, UnitOfWork, alone, told, unit_of_work
from landreg.core.errors import Conflict, Finding, LandregError, NotFound
from landreg.core.files import Store
from landreg.land.model import Upload
from landreg.web.problems import finding_json

Progress = Callable[[str, int | None], None]
Check = Callable[[Actor, Upload, Progress], tuple[str, UUID]]
_WAITING = ("waiting", "checking")
_logger = logging.getLogger(__name__)


class CalledBack(Exception):
    """The upload that is being checked was cancelled."""


@dataclass(frozen=True)
class UploadKey:
    """Key of a row of `land.upload`."""

    county: str
    upload_id: UUID


def take_in(actor: Actor, store: Store, name: str, content: IO[bytes]) -> UploadKey:
    """Keep a file under its hash, then the row that asks the worker to check it. Raises OSError when the disk is full."""
    sha256, size = store.put(content)
    key = UploadKey(actor.jurisdiction[:6].ljust(6, "0"), uuid4())
    with unit_of_work(actor) as uow:
        uow.session.add(
            Upload(
                county=key.county,
                upload_id=key.upload_id,
                village=actor.jurisdiction,
                name=name,
                file_sha256=sha256,
                size=size,
                state="waiting",
                step="",
                sent_by=actor.account_id,
                sent_by_name=actor.name,
                sent_at=uow.now,
                findings=[],
            )
        )
    return key


def cancel(actor: Actor, county: str, upload_id: UUID) -> None:
    """Call back an upload that waits or is being checked; nothing of it will be kept. Again: no matter.

    Raises NotFound outside the jurisdiction, Conflict (PKG-22) for one that has ended otherwise.
    """
    own = sa.and_(Upload.county == county, Upload.upload_id == upload_id)
    with unit_of_work(actor) as uow:
        asked = sa.update(Upload).where(own, Upload.state.in_(_WAITING), Upload.cancelled_by.is_(None))
        uow.session.execute(
            asked.values(cancelled_by=actor.account_id, cancelled_by_name=actor.name, cancelled_at=uow.now)
        )
        found = uow.session.scalars(sa.select(Upload).where(own)).one_or_none()
        if found is None:
            raise NotFound
        if found.cancelled_by is None:
            raise Conflict(Finding("PKG-22", None, {"file": found.name}))


def settle(uow: UnitOfWork, upload: Upload, county: str, package_id: UUID) -> None:
    """The upload has become this package, in the package's own transaction. Raises CalledBack where it was cancelled."""
    _end(uow, upload, state="done", package_county=county, package_id=package_id)


def check_waiting(worker: Actor, check: Check) -> int:
    """Check every upload that waits and that no other worker has; how many there were.

    check: reads, checks and stages one, in the name of the one who sent it, and tells county and package. A refusal of
    the file itself (no zip, two counties, ...) ends the upload with its findings, and so does a fault of ours, whatever it
    is (SYS-4): the next upload is checked. Raises Unavailable when the database is gone; the upload is then begun again.
    """
    done = 0
    with unit_of_work(worker) as uow:
        # What was begun before, and ended with its worker, comes last: it may end this one too.
        waiting = uow.session.scalars(
            sa.select(Upload)
            .where(Upload.state.in_(_WAITING))
            .order_by(Upload.started_at.asc().nulls_first(), Upload.sent_at)
        ).all()
    for upload in waiting:
        with alone(worker, f"upload:{upload.upload_id}") as ours:
            if ours and _still_waiting(worker, upload):
                _check_one(worker, upload, check)
                done += 1
    return done


def _still_waiting(worker: Actor, upload: Upload) -> bool:
    """Whether it is to be checked. One that was called back while it waited ends here."""
    with unit_of_work(worker) as uow:
        now = uow.session.scalars(
            sa.select(Upload).where(Upload.county == upload.county, Upload.upload_id == upload.upload_id)
        ).one()
    if now.state in _WAITING and now.cancelled_by is not None:
        _set(worker, upload, state="cancelled", ended_at=sa.func.system.clock())
        return False
    return now.state in _WAITING


def _check_one(worker: Actor, upload: Upload, check: Check) -> None:
    sender = Actor(upload.sent_by, upload.sent_by_name, worker.desk, frozenset({Role.SURVEYOR}), upload.village)

    def progress(step: str, percent: int | None) -> None:
        if _set(worker, upload, step=step, percent=percent) is not None:
            raise CalledBack

    _set(worker, upload, state="checking", started_at=sa.func.system.clock())
    try:
        county, package_id = check(sender, upload, progress)
        with unit_of_work(worker) as uow:
            settle(uow, upload, county, package_id)
    except Unavailable:
        raise
    except CalledBack:
        _set(worker, upload, state="cancelled", ended_at=sa.func.system.clock())
    except LandregError as error:
        _fail(worker, upload, error.findings)
    except Exception as error:
        # No package may end the worker, whatever it makes the check raise: the log would no longer be sealed, and the next
        # worker would take the same upload first.
        _logger.error("upload %s of %s: %s", upload.upload_id, upload.county, told(error))
        _fail(worker, upload, (Finding("SYS-4"),))


def _fail(worker: Actor, upload: Upload, findings: Sequence[Finding]) -> None:
    """Findings that cannot be written down are a fault of ours too (SYS-4): what they hold may not stop the queue."""
    try:
        found = [finding_json(finding) for finding in findings]
        _set(worker, upload, state="failed", ended_at=sa.func.system.clock(), findings=found)
    except Unavailable:
        raise
    except Exception as error:
        _logger.error("upload %s of %s: its findings: %s", upload.upload_id, upload.county, told(error))
        bare = [finding_json(Finding("SYS-4"))]
        _set(worker, upload, state="failed", ended_at=sa.func.system.clock(), findings=bare)


def _end(uow: UnitOfWork, upload: Upload, **values: object) -> None:
    """Raises CalledBack where somebody was first to cancel it."""
    ended = uow.session.execute(
        sa.update(Upload)
        .where(Upload.county == upload.county, Upload.upload_id == upload.upload_id, Upload.cancelled_by.is_(None))
        .values(ended_at=sa.func.system.clock(), **values)
        .returning(Upload.upload_id)
    )
    if ended.first() is None:
        raise CalledBack


def _set(worker: Actor, upload: Upload, **values: object) -> UUID | None:
    """Write to the upload's row; who has called it back, if anybody."""
    with unit_of_work(worker) as uow:
        by: UUID | None = uow.session.scalar(
            sa.update(Upload)
            .where(Upload.county == upload.county, Upload.upload_id == upload.upload_id)
            .values(**values)
            .returning(Upload.cancelled_by)
        )
    return by
