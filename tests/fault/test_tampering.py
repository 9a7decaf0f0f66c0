"""A superuser changes, removes or adds one row of a registered table: the recheck names it, in every such table."""

from __future__ import annotations

import pytest

from bench.blows import LEFT_OUT, LEFT_OUT_FAMILIES, tables
from bench.tamper import Outcome, Which, drill
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.log.store import seal
from landreg.registry.casework import applications
from landreg.registry.rules.requests import HouseholdChange, Joining
from tests.life_kit import Stage, lived
from tests.registry_kit import Connection, booked, put_papers
from tests.villages import VILLAGE, citizen_id

LEAST = 15


@pytest.fixture
def stage(
    registrar: Actor, reviewer: Actor, auditor: Actor, worker: Actor, superuser: Connection, database: Settings
) -> Stage:
    return Stage(registrar, reviewer, auditor, worker, superuser, database)


@pytest.fixture
def register(stage: Stage) -> Settings:
    """A small register that every desk has written to, sealed."""
    # Of what was erased nothing can be said any more.
    lived(stage, but=frozenset({"erase"}))
    person = applications.person_of(stage.registrar, "成员新", citizen_id(900))
    asked = HouseholdChange(joins=(Joining(person, "20", True, "birth"),))
    case = applications.apply_on_household(stage.registrar, f"{VILLAGE}010002", "household_change", asked)
    put_papers(stage.registrar, case, "household_change")
    booked(stage.registrar, stage.reviewer, stage.superuser, case, "household_change")
    seal(stage.worker, stage.settings)
    return stage.settings


def unnamed(told: list[Outcome]) -> list[str]:
    return [f"{blow.table.plain}: {blow.what}" for blow, finding in told if finding is None]


@pytest.mark.timeout(600)
def test_a_blow_of_a_superuser_at_each_table_is_named_with_its_table_and_row(register: Settings) -> None:
    told = drill(register, Which(turns=True), show=False)
    assert not unnamed(told), "\n".join(unnamed(told))
    assert len(told) >= LEAST
    assert {"registry.act", "registry.certificate", "registry.notice", "identity.person", "log.entry", "log.tile",
            "log.checkpoint", "party.member", "access.account", "access.consent", "audit.attempt", "audit.sample",
            "audit.sample_draw", "audit.finding", "audit.finding_event", "registry.certificate_end", "registry.case",
            "registry.case_event", "registry.case_parcel", "registry.objection", "registry.document", "registry.case_document",
            } <= {blow.table.plain for blow, _ in told}  # fmt: skip
    assert {("party.household", "moved the end of recorded"), ("party.household", "moved to another village"),
            ("registry.act", "moved to another village"), ("identity.person", "removed (by itself)"),
            } <= {(blow.table.plain, blow.what) for blow, _ in told}  # fmt: skip


def test_every_table_that_a_desk_may_write_is_struck_or_left_out_with_a_reason(superuser: Connection) -> None:
    there = {name for (name,) in superuser.execute(_TABLES).fetchall()}
    struck = {table.plain for table in tables(superuser)}
    left_out = {name for name in there if name in LEFT_OUT or name.startswith(tuple(LEFT_OUT_FAMILIES))}
    assert there - struck == left_out
    assert set(LEFT_OUT) <= there, "left out, and there is no such table"


_TABLES = """
    SELECT DISTINCT p.table_schema || '.' || p.table_name FROM information_schema.column_privileges AS p
    WHERE p.grantee ~ '^landreg_' AND p.grantee NOT IN ('landreg_owner', 'landreg_superuser')
      AND p.privilege_type IN ('INSERT', 'UPDATE') AND p.table_schema NOT IN ('system', 'public')
"""


@pytest.mark.drill
def test_every_column_that_a_superuser_changes_is_named(register: Settings) -> None:
    told = drill(register, Which(columns=True), show=False)
    assert not unnamed(told), "\n".join(unnamed(told))
