"""A package that was superseded is put in force again by an officer: what held is put aside, and the log tells it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from landreg.access import service as accounts
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, NotAllowed, NotFound, Refused
from landreg.land import deliveries, reinstating, service
from landreg.land.model import Package
from tests.registry_kit import codes, one
from tests.small import Small
from tests.unit.land.kit import P1, Change, both, put

CHANGED = put("DK", P1, DKMC="改了名")
AGAIN = put("DK", P1, DKMC="又改了")


@pytest.fixture(autouse=True)
def _identity_key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def sent(surveyor: Actor, tmp_path: Path) -> Callable[..., UUID]:
    def send(*changes: Change) -> UUID:
        small = Small()
        both(*changes)(small)
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        received = service.receive(surveyor, small.write(folder), name="x.zip")
        assert received.package_id is not None
        return received.package_id

    return send


def read(actor: Actor, package: UUID) -> Package:
    with unit_of_work(actor) as uow:
        return uow.session.get_one(Package, {"county": "610902", "package_id": package})


def make_current(actor: Actor, package: UUID, reason: str = "县里决定用原成果") -> None:
    reinstating.make_current(actor, "610902", package, reason)


def test_the_earlier_delivery_holds_again_and_the_later_one_no_more(sent: Callable[..., UUID], surveyor: Actor) -> None:
    first, second = sent(), sent(CHANGED)
    assert [read(surveyor, one).state for one in (first, second)] == ["superseded", "staged"]
    make_current(surveyor, first)
    again = read(surveyor, first)
    assert [again.state, read(surveyor, second).state] == ["staged", "superseded"]
    assert again.supersedes == second
    assert again.changes["DK"]["changed"] == [P1]
    assert again.changes["again"]["reason"] == "县里决定用原成果"
    with unit_of_work(surveyor) as uow:
        taken = deliveries.successor(uow.session, read(surveyor, second))
    assert taken is not None
    assert taken.package_id == first


def test_it_is_told_to_the_log_with_what_was_put_aside(sent: Callable[..., UUID], surveyor: Actor) -> None:
    first, second = sent(), sent(CHANGED)
    make_current(surveyor, first)
    facts = one(
        surveyor, "SELECT convert_from(leaf, 'UTF8')::jsonb -> 'facts' FROM log.entry WHERE kind = 'package.reinstated'"
    )
    assert facts["package"] == read(surveyor, first).sha256.hex()
    assert facts["aside"] == [read(surveyor, second).sha256.hex()]


def test_a_third_delivery_after_it_takes_its_place_and_is_found_from_it(
    sent: Callable[..., UUID], surveyor: Actor
) -> None:
    first, _second = sent(), sent(CHANGED)
    make_current(surveyor, first)
    third = sent(AGAIN)
    assert read(surveyor, first).state == "superseded"
    with unit_of_work(surveyor) as uow:
        taken = deliveries.successor(uow.session, read(surveyor, first))
    assert taken is not None
    assert taken.package_id == third


def test_what_holds_or_is_wider_or_has_no_reason_is_refused(
    sent: Callable[..., UUID], surveyor: Actor, superuser: Any, reviewer: Actor
) -> None:
    first, second = sent(), sent(CHANGED)
    with pytest.raises(Conflict) as stopped:
        make_current(surveyor, second)
    assert codes(stopped) == {"PKG-28"}
    with pytest.raises(BadInput):
        make_current(surveyor, first, " ")
    with pytest.raises(NotAllowed):
        make_current(reviewer, first)
    with pytest.raises(NotFound):
        make_current(surveyor, UUID(int=0))
    superuser.execute("UPDATE land.package SET village = left(village, 9) WHERE package_id = %s", [second])
    with pytest.raises(Refused) as stopped_too:
        make_current(surveyor, first)
    assert codes(stopped_too) == {"PKG-29"}
    assert read(surveyor, first).state == "superseded"


def test_the_command_line_delivers_for_an_open_account_of_who_may(superuser: Any) -> None:
    new = accounts.NewAccount("ce.hui", "测绘员", frozenset({Role.SURVEYOR}), "610902")
    account = accounts.open_account(accounts.SYSTEM, new, "五月的麦子黄了又黄了")
    by = accounts.deliverer("Ce.Hui")
    assert (by.account_id, by.name, by.jurisdiction, by.roles) == (
        account,
        "测绘员",
        "610902",
        frozenset({Role.SURVEYOR}),
    )
    auditing = accounts.NewAccount("shen.ji", "审计员", frozenset({Role.AUDITOR}), "610902")
    accounts.open_account(accounts.SYSTEM, auditing, "五月的麦子黄了又黄了")
    for login in ("nobody", "shen.ji"):
        with pytest.raises(BadInput) as refused:
            accounts.deliverer(login)
        assert codes(refused) == {"ACC-33"}
    superuser.execute(
        "UPDATE access.account SET locked_at = now(), locked_by = account_id WHERE account_id = %s", [account]
    )
    with pytest.raises(BadInput):
        accounts.deliverer("ce.hui")
