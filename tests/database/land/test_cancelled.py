"""An upload that is called back while it waits, while it is read, and while its rows are being kept: nothing stays of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound
from landreg.core.files import Store
from landreg.land import received, service, uploads
from landreg.land.model import Package, Upload
from landreg.land.survey_reading import Progress
from landreg.land.uploads import UploadKey, take_in
from tests.database.catalog import Connection
from tests.small import Small


@pytest.fixture(autouse=True)
def _identity_key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def sent(surveyor: Actor, database: Settings, tmp_path: Path) -> UploadKey:
    """A sound package that waits."""
    with Small().write(tmp_path).open("rb") as stream:
        return take_in(surveyor, Store(database.store), "成果.zip", stream)


def row(actor: Actor, key: UploadKey) -> Upload:
    with unit_of_work(actor) as uow:
        return uow.session.get_one(Upload, {"county": key.county, "upload_id": key.upload_id})


def kept(superuser: Connection) -> tuple[object, ...] | None:
    """Packages, findings and staged parcels."""
    return superuser.execute(
        "SELECT (SELECT count(*) FROM land.package), (SELECT count(*) FROM land.package_finding),"
        " (SELECT count(*) FROM land.staged_parcel)"
    ).fetchone()


def test_one_that_waits_is_never_checked(
    surveyor: Actor, database: Settings, sent: UploadKey, superuser: Connection
) -> None:
    uploads.cancel(surveyor, sent.county, sent.upload_id)
    assert row(surveyor, sent).shown_state == "cancelled"
    assert received.check_waiting(database) == 0
    found = row(surveyor, sent)
    assert (found.state, found.started_at, found.cancelled_by_name) == ("cancelled", None, surveyor.name)
    assert kept(superuser) == (0, 0, 0)


@pytest.mark.parametrize("stage", ["unpack", "read", "geometry", "topology", "staged_parcel"])
def test_one_that_is_being_checked_stops_and_keeps_nothing(
    surveyor: Actor, worker: Actor, database: Settings, sent: UploadKey, superuser: Connection, stage: str
) -> None:
    told: list[str] = []

    def check(actor: Actor, upload: Upload, progress: uploads.Progress) -> tuple[str, object]:
        def step(now: str, done: int, total: int) -> None:
            told.append(now)
            if now == stage and told.count(now) == 1:
                uploads.cancel(surveyor, sent.county, sent.upload_id)
                assert row(surveyor, sent).shown_state == "stopping"
            progress(now, None)

        return _receive(actor, upload, database, step)

    assert uploads.check_waiting(worker, check) == 1  # type: ignore[arg-type]
    assert told[-1] == stage
    found = row(surveyor, sent)
    assert (found.state, found.package_id, found.findings) == ("cancelled", None, [])
    assert kept(superuser) == (0, 0, 0)
    assert uploads.check_waiting(worker, check) == 0  # type: ignore[arg-type]


def _receive(actor: Actor, upload: Upload, database: Settings, step: Progress) -> tuple[str, object]:
    done = service.receive(
        actor,
        Store(database.store).path(upload.file_sha256),
        name=upload.name,
        progress=step,
        settle=lambda uow, county, package_id: uploads.settle(uow, upload, county, package_id),
    )
    return done.report.county or "", done.package_id


@pytest.mark.parametrize("sound", [True, False])
def test_a_package_and_the_end_of_its_upload_are_one_transaction(
    surveyor: Actor, worker: Actor, database: Settings, tmp_path: Path, superuser: Connection, sound: bool
) -> None:
    """Called back after the last step was told, before anything is kept: then nothing is, neither rows nor findings."""
    small = Small()
    if not sound:
        small.row("CBHT", small.contract(1))["CBDKZS"] = 9
    with small.write(tmp_path).open("rb") as stream:
        key = take_in(surveyor, Store(database.store), "成果.zip", stream)

    def check(actor: Actor, upload: Upload, progress: uploads.Progress) -> tuple[str, object]:
        def settle(uow: object, county: str, package_id: object) -> None:
            uploads.cancel(surveyor, key.county, key.upload_id)
            uploads.settle(uow, upload, county, package_id)  # type: ignore[arg-type]

        path = Store(database.store).path(upload.file_sha256)
        done = service.receive(actor, path, name=upload.name, settle=settle)
        return done.report.county or "", done.package_id

    assert uploads.check_waiting(worker, check) == 1  # type: ignore[arg-type]
    assert row(surveyor, key).state == "cancelled"
    assert kept(superuser) == (0, 0, 0)


def test_one_that_was_called_back_in_a_worker_that_was_killed_ends_with_the_next(
    surveyor: Actor, worker: Actor, database: Settings, sent: UploadKey
) -> None:
    def killed(*_arguments: object) -> tuple[str, object]:
        uploads.cancel(surveyor, sent.county, sent.upload_id)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        uploads.check_waiting(worker, killed)  # type: ignore[arg-type]
    assert row(surveyor, sent).shown_state == "stopping"
    assert received.check_waiting(database) == 0
    assert row(surveyor, sent).state == "cancelled"


def test_what_has_become_a_package_is_not_called_back(
    surveyor: Actor, database: Settings, sent: UploadKey, superuser: Connection
) -> None:
    """PKG-22: it stays whole."""
    assert received.check_waiting(database) == 1
    with pytest.raises(Conflict) as refused:
        uploads.cancel(surveyor, sent.county, sent.upload_id)
    assert [finding.code for finding in refused.value.findings] == ["PKG-22"]
    with unit_of_work(surveyor) as uow:
        assert uow.session.scalar(sa.select(sa.func.count()).select_from(Package)) == 1
    assert row(surveyor, sent).state == "done"


def test_an_upload_of_another_county_is_not_there(surveyor: Actor, sent: UploadKey) -> None:
    stranger = Actor(surveyor.account_id, "别县", surveyor.desk, surveyor.roles, "610921")
    with pytest.raises(NotFound):
        uploads.cancel(stranger, sent.county, sent.upload_id)
    assert row(surveyor, sent).cancelled_by is None
