"""Files sent to be checked: taken in by the web, checked by the worker, so that closing the browser changes nothing.

A check holds an advisory lock on its own connection. A worker that is killed loses it with the connection, and the
next one finds the upload still `checking` and begins it again; nothing of a package is in the database until it is whole.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO
from uuid import UUID, uuid4

import sqlalchemy as sa

from landreg.core.actor import Actor, Role
from landreg.core.db import Unavailable, alone, told, unit_of_work
from landreg.core.errors import Finding, LandregError
from landreg.core.files import Store
from landreg.land.model import Upload
from landreg.web.problems import finding_json

Progress = Callable[[str, int | None], None]
Check = Callable[[Actor, Upload, Progress], tuple[str, UUID]]
_WAITING = ("waiting", "checking")
_logger = logging.getLogger(__name__)


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


def check_waiting(worker: Actor, check: Check) -> int:
    """Check every upload that waits and that no other worker has; how many there were.

    check: reads, checks and stages one, in the name of the one who sent it, and tells county and package. A refusal of
    the file itself (no zip, two counties, ...) ends the upload with its findings, and so does a fault of ours, whatever it
    is (SYS-4): the next upload is checked. Raises Unavailable when the database is gone; the upload is then begun again.
    """
    done = 0
    with unit_of_work(worker) as uow:
        waiting = uow.session.scalars(
            sa.select(Upload).where(Upload.state.in_(_WAITING)).order_by(Upload.sent_at)
        ).all()
    for upload in waiting:
        with alone(worker, f"upload:{upload.upload_id}") as ours:
            if ours and _still_waiting(worker, upload):
                _check_one(worker, upload, check)
                done += 1
    return done


def _still_waiting(worker: Actor, upload: Upload) -> bool:
    state = sa.select(Upload.state).where(Upload.county == upload.county, Upload.upload_id == upload.upload_id)
    with unit_of_work(worker) as uow:
        return uow.session.scalar(state) in _WAITING


def _check_one(worker: Actor, upload: Upload, check: Check) -> None:
    sender = Actor(upload.sent_by, upload.sent_by_name, worker.desk, frozenset({Role.SURVEYOR}), upload.village)

    def progress(step: str, percent: int | None) -> None:
        _set(worker, upload, step=step, percent=percent)

    _set(worker, upload, state="checking", started_at=sa.func.system.clock())
    try:
        county, package_id = check(sender, upload, progress)
    except Unavailable:
        raise
    except LandregError as error:
        _fail(worker, upload, error.findings)
    except Exception as error:
        # No package may end the worker, whatever it makes the check raise: the log would no longer be sealed, and the next
        # worker would take the same upload first.
        _logger.error("upload %s of %s: %s", upload.upload_id, upload.county, told(error))
        _fail(worker, upload, (Finding("SYS-4"),))
    else:
        _set(
            worker, upload, state="done", ended_at=sa.func.system.clock(), package_county=county, package_id=package_id
        )


def _fail(worker: Actor, upload: Upload, findings: Sequence[Finding]) -> None:
    found = [finding_json(finding) for finding in findings]
    _set(worker, upload, state="failed", ended_at=sa.func.system.clock(), findings=found)


def _set(worker: Actor, upload: Upload, **values: object) -> None:
    with unit_of_work(worker) as uow:
        uow.session.execute(
            sa.update(Upload)
            .where(Upload.county == upload.county, Upload.upload_id == upload.upload_id)
            .values(**values)
        )
