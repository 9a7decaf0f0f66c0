"""The demonstration keeps away from a register in service, and does not pass off a certificate that is not proven."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from landreg import demo, demo_own, keys
from landreg.access.service import SYSTEM, NewAccount, open_account
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.errors import Refused
from landreg.core.files import Store
from landreg.log.note import Signer
from landreg.log.store import seal
from landreg.registry.issued import certificates
from tests.conftest import Connection
from tests.registry_kit import codes, to_rights
from tests.villages import COUNTY, stage_village


@pytest.mark.parametrize("used", ["village", "account"])
def test_a_database_in_service_is_not_turned_into_a_demonstration(
    database: Settings, superuser: Connection, used: str
) -> None:
    if used == "village":
        stage_village(superuser, 1)
    else:
        administrator = NewAccount("guan", "管理员", frozenset({Role.ADMINISTRATOR}), "6109")
        open_account(SYSTEM, administrator, "清明前后种瓜又点豆了")
    with pytest.raises(Refused) as refused:
        demo.run(database, Console(quiet=True))
    assert codes(refused) == {"DEMO-1"}


def test_a_certificate_is_not_shown_as_proven_under_another_logs_key(
    database: Settings, superuser: Connection, registrar: Actor, reviewer: Actor, worker: Actor, tmp_path: Path
) -> None:
    ids = to_rights(registrar, reviewer, superuser, households=1)
    seal(worker, database)
    press = certificates.Press(keys.certificate_signer(database), Store(database.store), database.base_url)
    certificates.issue(registrar, COUNTY, ids, press)
    demo.prove(database, Console(quiet=True))
    other = tmp_path / "other.pub"
    other.write_text(Signer("landreg.ankang/log", bytes(32)).verifier + "\n")
    with pytest.raises(Refused) as refused:
        demo.prove(replace(database, log_public_key=other), Console(quiet=True))
    assert codes(refused) == {"DEMO-2"}


def test_the_sample_s_farmer_and_agent_bring_their_applications_once(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    kept = database.home / "demo-accounts.json"
    assert demo_own.households_apply(registrar, kept) == 2
    assert set(json.loads(kept.read_text())) == {"farmer", "agent"}
    told = superuser.execute(
        "SELECT state, agent_act_id IS NOT NULL FROM registry.application ORDER BY made_at"
    ).fetchall()
    assert told == [("taken", True), ("open", False)]
    assert demo_own.households_apply(registrar, kept) == 0
