"""Point-in-time recovery: a base backup and the log since bring the register back to an instant, and the recheck tells it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from landreg import keys, migrate
from landreg.access.sealing import use_key
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import Actor
from landreg.log.recheck import Rechecked, recheck_register
from landreg.log.store import seal
from tests.fault.test_cluster import Checkout
from tests.registry_kit import one, to_rights

Place = tuple[Checkout, Settings]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Place]:
    """A cluster that keeps a register, with its keys, and a migrated database: without a backup at first."""
    outside = settings
    checkout = Checkout(tmp_path_factory.mktemp("recovery") / "checkout", "run")
    try:
        assert checkout.cluster("start")[0] == 0
        settings = _again(checkout)
        migrate.init(settings)
        migrate.upgrade(settings)
        keys.make_missing(settings)
        use_key(settings.keys["identity"])
        yield checkout, settings
    finally:
        use_key(outside.keys["identity"])
        db.configure(outside.urls)
        checkout.cluster("remove")


def _again(checkout: Checkout) -> Settings:
    """Settings as the URLs are now."""
    settings = Settings.from_environment(
        {"LANDREG_HOME": str(checkout.home), "LANDREG_SECOND_FACTOR": "optional", "LANDREG_DEMO": "yes"}
    )
    db.configure(settings.urls)
    return settings


def _registered(place: Place, registrar: Actor, reviewer: Actor, worker: Actor, first: int) -> tuple[int, datetime]:
    """Two households more, sealed: how many acts there are, and the instant after."""
    settings = place[1]
    with psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as superuser:
        to_rights(registrar, reviewer, superuser, 2, first=first)
        seal(worker, settings)
        superuser.execute("SELECT pg_switch_wal()")
    time.sleep(0.05)
    count: int = one(registrar, "SELECT count(*) FROM registry.act")
    return count, datetime.now(UTC)


def _rechecked(worker: Actor, settings: Settings) -> Rechecked:
    return recheck_register(worker, settings, register())


def test_a_restore_to_before_the_first_backup_or_to_no_instant_touches_nothing(place: Place) -> None:
    checkout, _ = place
    assert checkout.cluster("restore")[0] == 1
    assert checkout.cluster("backup")[0] == 0
    for instant in ("2020-01-01T00:00:00+08:00", "2099-13-01", "2099-01-01T00:00:00"):
        code, said = checkout.cluster("restore", "--to", instant)
        assert (code, "no backup" in said or "no instant" in said or "no zone" in said or "there is no" in said) == (
            1,
            True,
        )
        assert checkout.answers()


@pytest.mark.timeout(400)
def test_a_register_is_put_back_to_an_instant_and_held_against_the_checkpoints_outside(
    place: Place, registrar: Actor, reviewer: Actor, worker: Actor
) -> None:
    checkout, _ = place
    _registered(place, registrar, reviewer, worker, 1)
    code, said = checkout.cluster("backup")
    assert code == 0, said
    time.sleep(1.1)
    early, then = _registered(place, registrar, reviewer, worker, 11)
    late, _ = _registered(place, registrar, reviewer, worker, 21)
    assert early < late

    # To the last instant: nothing is lost, and the checkpoints outside say so too.
    code, said = checkout.cluster("restore")
    assert code == 0, said
    settings = _again(checkout)
    assert one(registrar, "SELECT count(*) FROM registry.act") == late
    assert _rechecked(worker, settings).findings == ()
    assert seal(worker, settings).count == 0

    # To an earlier one: the register is as it was then, and the recheck names the checkpoint that was signed later.
    code, said = checkout.cluster("restore", "--to", then.isoformat())
    assert code == 0, said
    settings = _again(checkout)
    assert one(registrar, "SELECT count(*) FROM registry.act") == early
    found = _rechecked(worker, settings)
    assert {finding.code for finding in found.findings} == {"LOG-20"}
    # Set aside by whoever answers for it, the log is sound as far as it goes.
    for file in settings.checkpoints.iterdir():
        if file.name == found.findings[0].values["file"]:
            file.rename(settings.home / file.name)
    assert _rechecked(worker, settings).findings == ()
