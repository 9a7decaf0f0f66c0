"""Tables of what the program itself says (steps of cases, kinds of act, divisions) are held against it: a blow at one is named."""

from __future__ import annotations

import pytest

from landreg.access.service import SYSTEM
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.land import divisions
from landreg.log.recheck import recheck_register
from tests.registry_kit import Connection
from tests.villages import past_triggers

TABLES = {"registry.case_course", "registry.act_kind", "land.division"}


def named(actor: Actor, database: Settings) -> set[tuple[str | None, str | None, str | None]]:
    findings = recheck_register(actor, database, register()).findings
    return {(one.layer, one.subject, one.field) for one in findings if one.layer in TABLES}


@pytest.mark.parametrize(
    ("blow", "found"),
    [
        ("INSERT INTO registry.case_course VALUES ('draft', 'registered')",
         ("registry.case_course", "draft → registered", "after")),
        ("DELETE FROM registry.case_course WHERE after = 'certified'", ("registry.case_course", "registered → certified", "after")),
        ("UPDATE registry.act_kind SET noticed = false WHERE kind = 'first_registration'",
         ("registry.act_kind", "first_registration", "noticed")),
        ("UPDATE registry.act_kind SET certificate = 'keep' WHERE kind = 'cancellation'",
         ("registry.act_kind", "cancellation", "certificate")),
        ("UPDATE land.division SET name = 'x村' WHERE code = '610902104206'", ("land.division", "610902104206", "name")),
        ("UPDATE land.division SET parent = '610902105' WHERE code = '610902104206'", ("land.division", "610902104206", "parent")),
        ("UPDATE land.division SET code = '6109021042061' WHERE code = '610902104206'", ("land.division", "6109021042061", "name")),
    ],
)  # fmt: skip
def test_a_blow_at_what_the_program_says_is_named_by_the_recheck(
    superuser: Connection, worker: Actor, database: Settings, blow: str, found: tuple[str, str, str]
) -> None:
    divisions.import_divisions(SYSTEM)
    assert named(worker, database) == set()
    with past_triggers(superuser):
        superuser.execute(blow)
    assert found in named(worker, database)


def test_a_village_that_is_younger_than_the_list_is_sound(worker: Actor, database: Settings) -> None:
    divisions.import_divisions(SYSTEM)
    divisions.add_village(SYSTEM, "610902104299", "样本新村")
    assert named(worker, database) == set()
