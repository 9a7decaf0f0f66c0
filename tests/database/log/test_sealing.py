"""Staging and sealing: an act's leaf in its own transaction, numbers without gaps, proofs that the verifier accepts."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, NotAllowed, NotFound, Refused
from landreg.log import copies, queries, verify
from landreg.log.leaf import Entry, personal_hash
from landreg.log.note import Checkpoint
from landreg.log.recheck_queries import entries_between
from landreg.log.stopped import seal_or_tell, sealing_refused
from landreg.log.store import Sealed, seal, signer_of, stage, stage_all
from tests.database.catalog import Connection

VILLAGE = "610902001001"


def act(number: int, *, village: str = VILLAGE, **personal: str) -> Entry:
    """An act as the registry stages it."""
    key = f"610902-{number:06d}"
    facts = {"act": key, "kind": "first_registration", "area_m2": Decimal("1500.00")}
    return Entry("act", village[:6], village, key, facts, personal)


def staged(actor: Actor, first: int, count: int) -> None:
    with unit_of_work(actor) as uow:
        stage_all(uow, [act(number) for number in range(first, first + count)])


def proven(settings: Settings, proof: queries.Proof) -> verify.Proven:
    return verify.prove_inclusion(proof.to_json(), verify.read_key(signer_of(settings).verifier))


def test_an_act_that_is_rolled_back_leaves_no_entry(database: Settings, registrar: Actor, worker: Actor) -> None:
    def book_and_fail() -> None:
        with unit_of_work(registrar) as uow:
            stage(uow, act(1))
            raise NotAllowed

    with pytest.raises(NotAllowed):
        book_and_fail()
    assert seal(worker, database).count == 0


def test_entries_are_numbered_without_gaps_in_the_order_in_which_they_were_staged(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    for first in (20, 10, 0):
        staged(registrar, first, 3)
    assert seal(worker, database) == Sealed(9, 9)
    with unit_of_work(worker) as uow:
        entries = entries_between(uow.session, 0, 100)
    assert [entry.index for entry in entries] == list(range(9))
    assert [entry.key[-2:] for entry in entries] == ["20", "21", "22", "10", "11", "12", "00", "01", "02"]


def test_sealing_again_with_nothing_staged_changes_nothing(database: Settings, registrar: Actor, worker: Actor) -> None:
    staged(registrar, 0, 5)
    first = seal(worker, database)
    again = seal(worker, database)
    assert (first.count, first.size, again.count, again.size) == (5, 5, 0, 5)
    assert [size for size, _ in copies.files(database.checkpoints)] == [5]


def test_each_entry_of_a_log_sealed_in_pieces_is_proven_by_the_stand_alone_verifier(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    number = 0
    for count in (1, 255, 1, 2, 300):
        staged(registrar, number, count)
        number += count
        seal(worker, database)
    keys = [act(place).key for place in (0, 1, 254, 255, 256, 257, 258, 400, number - 1)]
    with unit_of_work(registrar) as uow:
        many = queries.prove_many(uow.session, keys)
        singly = {key: queries.prove(uow.session, key) for key in keys}
    assert many == singly
    for key, proof in many.items():
        found = proven(database, proof)
        assert (found.leaf["key"], found.checkpoint.size) == (key, number)
        assert found.leaf["facts"]["area_m2"] == "1500.00"


def test_an_entry_is_found_by_its_leaf_hash_too(database: Settings, registrar: Actor, worker: Actor) -> None:
    staged(registrar, 0, 3)
    seal(worker, database)
    with unit_of_work(registrar) as uow:
        proof = queries.prove(uow.session, act(1).key)
        assert queries.prove(uow.session, verify.leaf_hash(proof.leaf).hex()) == proof


def test_an_act_not_sealed_yet_and_an_act_unknown_are_told_apart(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    staged(registrar, 0, 1)
    with unit_of_work(registrar) as uow:
        with pytest.raises(Conflict, match="LOG-8"):
            queries.prove(uow.session, act(0).key)
        with pytest.raises(NotFound, match="LOG-7"):
            queries.prove(uow.session, act(1).key)
        with pytest.raises(NotFound, match="LOG-5"):
            queries.checkpoint(uow.session)
    seal(worker, database)
    with unit_of_work(registrar) as uow:
        with pytest.raises(NotFound, match="LOG-7, LOG-7"):
            queries.prove_many(uow.session, [act(7).key, act(0).key, act(8).key])
        with pytest.raises(NotFound, match="LOG-6"):
            queries.tile(uow.session, 0, 0, 2)


def test_the_log_that_grew_is_proven_from_two_signed_checkpoints(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    for first, count in ((0, 3), (3, 300), (303, 10)):
        staged(registrar, first, count)
        seal(worker, database)
    key = verify.read_key(signer_of(database).verifier)
    with unit_of_work(registrar) as uow:
        for old, new in ((3, 303), (3, 313), (303, 313), (313, 313)):
            before, after = (
                verify.read_checkpoint(queries.checkpoint(uow.session, size).note, key) for size in (old, new)
            )
            path = queries.prove_growth(uow.session, old, new).path
            assert verify.is_consistent(old, new, before.root, after.root, path)
        with pytest.raises(NotFound, match="LOG-5"):
            queries.prove_growth(uow.session, 3, 314)


def test_a_bundle_holds_the_leaves_below_its_tile(database: Settings, registrar: Actor, worker: Actor) -> None:
    staged(registrar, 0, 258)
    seal(worker, database)
    with unit_of_work(registrar) as uow:
        bundle, tile = queries.bundle(uow.session, 1, 2), queries.tile(uow.session, 0, 1, 2)
        assert len(queries.tile(uow.session, 0, 0)) == 8192
        assert len(queries.tile(uow.session, 1, 0, 1)) == 32
    leaves = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        leaves.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    assert b"".join(map(verify.leaf_hash, leaves)) == tile


def test_a_name_reaches_the_log_only_as_a_salted_hash(
    database: Settings, registrar: Actor, worker: Actor, superuser: Connection
) -> None:
    with unit_of_work(registrar) as uow:
        stage(uow, act(1, holder="张三"))
    leaf, salts = superuser.execute("SELECT leaf, salts FROM log.entry").fetchone() or (b"", {})
    assert "张三".encode() not in leaf
    assert json.loads(leaf)["personal"] == {"holder": personal_hash("holder", "张三", salts["holder"])}


def test_the_same_act_cannot_be_logged_twice(database: Settings, registrar: Actor) -> None:
    staged(registrar, 0, 1)
    with pytest.raises(Refused, match="LOG-1"):
        staged(registrar, 0, 1)


def test_facts_too_many_for_a_leaf_are_staged_sealed_and_proven_by_their_hash(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    parcels = {f"{number:019d}": "f" * 32 for number in range(4000)}
    with unit_of_work(registrar) as uow:
        stage(uow, Entry("act", "610902", VILLAGE, "610902-1", {"parcels": parcels}))
    seal(worker, database)
    with unit_of_work(registrar) as uow:
        found = proven(database, queries.prove(uow.session, "610902-1"))
    assert set(found.leaf) == {"format", "kind", "key", "at", "detail"}


def test_a_desk_stages_nothing_for_another_county(database: Settings, registrar: Actor) -> None:
    def stage_abroad() -> None:
        with unit_of_work(registrar) as uow:
            stage(uow, act(1, village="610981001001"))

    with pytest.raises(ProgrammingError, match="row-level security"):
        stage_abroad()


ATTEMPTS = [
    "UPDATE log.entry SET leaf_index = 7",
    "UPDATE log.entry SET leaf = 'x'",
    "UPDATE log.tile SET hashes = hashes",
    "DELETE FROM log.entry",
    "DELETE FROM log.checkpoint",
    "TRUNCATE log.tile",
    "INSERT INTO log.checkpoint VALUES (9, sha256(''), '', now())",
    """INSERT INTO log.entry (county, id, village, kind, key, leaf, staged_at, leaf_index)
       VALUES ('610902', gen_random_uuid(), '610902', 'act', 'x', 'x', now(), 0)""",
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("desk", [Desk.REGISTRY, Desk.EXCHANGE, Desk.AUDITOR, Desk.PUBLIC])
def test_no_desk_but_the_worker_numbers_seals_or_changes_anything(
    desk: Desk, attempt: str, as_desk: Callable[..., Connection]
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_desk(desk, "6109").execute(attempt)


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE log.entry SET leaf_index = 7 WHERE leaf_index = 2",
        "UPDATE log.tile SET hashes = sha256('forged')",
        "UPDATE log.tile SET hashes = substr(hashes, 1, 32)",
        "INSERT INTO log.checkpoint VALUES (4, sha256(''), '', now())",
        "INSERT INTO log.checkpoint VALUES (2, sha256(''), '', now())",
    ],
)
def test_not_even_the_worker_rewrites_what_is_sealed(
    attempt: str, database: Settings, registrar: Actor, worker: Actor, as_desk: Callable[..., Connection]
) -> None:
    staged(registrar, 0, 3)
    seal(worker, database)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as refused:
        as_desk(Desk.WORKER, "6109").execute(attempt)
    assert (refused.value.diag.constraint_name or "").startswith("log_2_")


def test_the_public_reads_checkpoint_tiles_and_leaves_through_functions_and_no_salt(
    database: Settings, registrar: Actor, worker: Actor, as_desk: Callable[..., Connection]
) -> None:
    staged(registrar, 0, 3)
    seal(worker, database)
    public = as_desk(Desk.PUBLIC)
    assert public.execute("SELECT size FROM log.read_checkpoint(NULL)").fetchall() == [(3,)]
    assert len(public.execute("SELECT leaf FROM log.read_entries(0, 256)").fetchall()) == 3
    assert public.execute("SELECT size, waiting FROM log.read_health()").fetchone() == (3, 0)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        public.execute("SELECT salts FROM log.entry")


def test_a_worker_without_a_key_seals_nothing_and_says_which_file(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    staged(registrar, 0, 1)
    file = database.keys["log"]
    text = file.read_text()
    try:
        file.write_text("no key")
        with pytest.raises(BadInput) as refused:
            seal(worker, database)
    finally:
        file.write_text(text)
    assert (refused.value.findings[0].code, refused.value.findings[0].values) == ("LOG-3", {"file": str(file)})


def test_a_log_shorter_than_its_copied_checkpoints_is_not_signed_on(
    database: Settings, registrar: Actor, worker: Actor, superuser: Connection
) -> None:
    staged(registrar, 0, 3)
    seal(worker, database)
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("DELETE FROM log.checkpoint; DELETE FROM log.tile; DELETE FROM log.entry")
    staged(registrar, 0, 2)
    with pytest.raises(Conflict) as refused:
        seal_or_tell(worker, database)
    assert refused.value.findings[0].code == "LOG-4"
    told = sealing_refused(database.home)
    assert told is not None
    assert (told.values["copied"], told.values["size"]) == (3, 0)
    for _, copy in copies.files(database.checkpoints):
        copy.rename(copy.with_name(f"of-before-{copy.name}"))
    assert seal_or_tell(worker, database).count == 2
    assert sealing_refused(database.home) is None


def test_a_log_that_was_rolled_back_gets_no_numbers(
    database: Settings, registrar: Actor, worker: Actor, superuser: Connection
) -> None:
    staged(registrar, 0, 3)
    seal(worker, database)
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("DELETE FROM log.checkpoint; DELETE FROM log.tile; DELETE FROM log.entry")
    staged(registrar, 0, 2)
    with pytest.raises(Conflict, match="LOG-4"):
        seal(worker, database)
    assert superuser.execute("SELECT count(*) FROM log.entry WHERE leaf_index IS NOT NULL").fetchone() == (0,)


def test_the_register_is_told_which_rule_a_rewriting_breaks(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    staged(registrar, 0, 1)
    seal(worker, database)

    def number_again() -> None:
        with unit_of_work(worker) as uow:
            uow.session.execute(sa.text("UPDATE log.entry SET leaf_index = 1"))

    with pytest.raises(Refused) as refused:
        number_again()
    assert [finding.code for finding in refused.value.findings] == ["LOG-2"]


def test_a_thousand_of_twenty_thousand_entries_are_proven_at_once(
    database: Settings, registrar: Actor, worker: Actor
) -> None:
    # Five are sealed so often that the database would keep a plan for five.
    for number in range(20):
        staged(registrar, 5 * number, 5)
        seal(worker, database)
    staged(registrar, 1000, 20_000)
    assert seal(worker, database).size == 20_100
    with unit_of_work(registrar) as uow:
        proofs = queries.prove_many(uow.session, [act(number).key for number in range(10_000, 11_000)])
    assert len(proofs) == 1000
    assert proven(database, proofs[act(10_500).key]).checkpoint.size == 20_100


def test_the_folder_of_copies_is_looked_through_only_after_somebody_else_changed_it(
    database: Settings, registrar: Actor, worker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []
    files = copies.files

    def counted(folder: Path) -> Any:
        looked.append(folder)
        return files(folder)

    monkeypatch.setattr(copies, "files", counted)
    for number in range(6):
        with unit_of_work(registrar) as uow:
            stage(uow, Entry("act", "610902", "610902001001", f"N-{number}", {"n": number}))
        seal(worker, database)
    assert len(looked) <= 2
    (database.checkpoints / "README").write_text("copies")
    assert copies.latest(database.checkpoints, signer_of(database).verifier) is not None
    assert len(looked) <= 3
    longer = signer_of(database).sign(Checkpoint(database.log_origin, 9, bytes(32)))
    (database.checkpoints / "checkpoint-000000000009").write_text(longer)
    with pytest.raises(Conflict) as rolled_back:
        seal(worker, database)
    assert rolled_back.value.findings[0].code == "LOG-4"
