"""Erasing what a leaf says of a person: the salt goes, the proof stays, and no change passes for an erasure."""

from __future__ import annotations

import psycopg
import pytest

from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, NotFound
from landreg.log.erasure import erase
from landreg.log.leaf import Entry
from landreg.log.queries import prove
from landreg.log.recheck import Rechecked, recheck
from landreg.log.store import seal, stage
from landreg.log.verify import prove_inclusion, read_key
from tests.database.catalog import Connection
from tests.registry_kit import codes

VILLAGE = "610902001001"
PERSONAL = {"member.1": "张三", "member.2": "李四"}


@pytest.fixture
def sealed(database: Settings, registrar: Actor, worker: Actor) -> Settings:
    with unit_of_work(registrar) as uow:
        stage(uow, Entry("act", "610902", VILLAGE, "A-1", {"act": "A-1"}, PERSONAL))
    seal(worker, database)
    return database


def rechecked(worker: Actor, settings: Settings, **now: str) -> Rechecked:
    """What is found when the register says `now` of the members."""
    said = {**PERSONAL, **{name.replace("_", "."): value for name, value in now.items()}}
    return recheck(worker, settings, {"act": lambda _: iter([("A-1", {"act": "A-1"}, said)])})


def test_what_was_erased_is_said_to_be_erased_and_not_changed_and_its_proof_still_holds(
    sealed: Settings, worker: Actor, superuser: Connection
) -> None:
    assert erase(worker, "act", "A-1", ["member.1"], "安个保〔2026〕7号") == ("member.1",)
    seal(worker, sealed)
    found = rechecked(worker, sealed, member_1="")
    assert found.findings == ()
    assert [(f.code, f.field, f.subject, f.values["basis"]) for f in found.erased] == [
        ("LOG-25", "member.1", "A-1", "安个保〔2026〕7号")
    ]
    assert superuser.execute("SELECT salts ? 'member.1', salts ? 'member.2' FROM log.entry WHERE key = 'A-1'").fetchone() == (
        False, True,
    )  # fmt: skip
    with unit_of_work(worker) as uow:
        proof = prove(uow.session, "A-1")
    proven = prove_inclusion(proof.to_json(), read_key(sealed.log_public_key.read_text()))
    assert set(proven.leaf["personal"]) == set(PERSONAL)


def test_what_was_not_erased_of_the_entry_is_still_held_against_the_register(sealed: Settings, worker: Actor) -> None:
    erase(worker, "act", "A-1", ["member.1"], "安个保〔2026〕7号")
    found = rechecked(worker, sealed, member_2="王五").findings
    assert [(finding.code, finding.field) for finding in found] == [("LOG-17", "member.2")]


def test_a_salt_that_a_superuser_took_away_is_a_change_and_no_erasure(
    sealed: Settings, worker: Actor, superuser: Connection
) -> None:
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("UPDATE log.entry SET salts = salts - 'member.1' WHERE key = 'A-1'")
    assert [finding.code for finding in rechecked(worker, sealed, member_1="王五").findings] == ["LOG-17"]


def test_an_erasure_needs_a_decision_and_something_to_erase(sealed: Settings, worker: Actor) -> None:
    for key, names, basis, code in (
        ("A-1", ["member.1"], " ", "LOG-26"),
        ("A-1", ["member.9"], "安个保〔2026〕7号", "LOG-27"),
        ("A-9", [], "安个保〔2026〕7号", "LOG-7"),
    ):
        with pytest.raises((BadInput, NotFound)) as refused:
            erase(worker, "act", key, names, basis)
        assert codes(refused) == {code}
    erase(worker, "act", "A-1", [], "安个保〔2026〕7号")
    with pytest.raises(NotFound) as refused:
        erase(worker, "act", "A-1", [], "安个保〔2026〕7号")
    assert codes(refused) == {"LOG-27"}


@pytest.mark.parametrize("desk", [Desk.REGISTRY, Desk.WORKER])
def test_no_desk_destroys_a_salt_that_no_entry_says_is_erased(sealed: Settings, as_desk: object, desk: Desk) -> None:
    connection = as_desk(desk, "610902")  # type: ignore[operator]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT log.destroy_salts('610902', 'act', 'A-1', ARRAY['member.1'])")
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError)):
        connection.execute("UPDATE log.entry SET salts = '{}' WHERE key = 'A-1'")
