"""A superuser changes, removes or adds one row of a registered table: the recheck names it, in every such table."""

from __future__ import annotations

import pytest

from bench.tamper import Outcome, drill
from landreg import keys
from landreg.access.identity import reveal
from landreg.access.service import SYSTEM, NewAccount, open_account
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.files import Store
from landreg.log.store import seal
from landreg.registry import certificates, figures
from landreg.registry.certificates import Press
from landreg.registry.figures import Figure
from tests.registry_kit import Connection, one, to_rights
from tests.villages import COUNTY

LEAST = 15


@pytest.fixture
def register(registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings) -> Settings:
    """A small village with rights, certificates, a figure of the county, an account, and identities opened; sealed."""
    cases = to_rights(registrar, reviewer, superuser, 2)
    today = one(registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    figures.set_figure(registrar, COUNTY, Figure("HS-2.terrain", "", "plain", today, "汉政发〔2026〕1号"))
    roles = frozenset({Role.REGISTRAR})
    open_account(SYSTEM, NewAccount("deng", "登记员", roles, COUNTY), "Correct-Horse-Battery-9")
    reveal(registrar, [one(registrar, "SELECT person_id FROM party.member LIMIT 1")], "核对身份", "x")
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(database.store), "http://127.0.0.1:8000")
    certificates.issue(registrar, COUNTY, cases, press)
    seal(worker, database)
    return database


def unnamed(told: list[Outcome]) -> list[str]:
    return [f"{blow.table.plain}: {blow.what}" for blow, finding in told if finding is None]


def test_every_blow_of_a_superuser_is_named_with_its_table_and_row(register: Settings) -> None:
    told = drill(register, show=False)
    assert unnamed(told) == []
    assert len(told) >= LEAST
    assert {"registry.act", "registry.certificate", "registry.notice", "identity.person", "log.entry", "log.tile",
            "log.checkpoint", "party.member", "access.account"} <= {blow.table.plain for blow, _ in told}  # fmt: skip


@pytest.mark.drill
def test_every_column_that_a_superuser_changes_is_named(register: Settings) -> None:
    assert unnamed(drill(register, columns=True, show=False)) == []
