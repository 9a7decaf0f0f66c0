"""Persons: one row each for ever, sealed, and opened only by an entry in the log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa

from landreg.access import person_queries, sealing
from landreg.access.identity import Identity, NewPerson, enter, enter_alone, reveal
from landreg.access.sealing import digest, open_sealed, seal
from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.db import engine_of, unit_of_work
from landreg.core.errors import BadInput, NotFound
from landreg.log.recheck import recheck
from tests.villages import past_triggers

LIN = NewPerson("林木生", "1", "610900199001010010")
CHEN = NewPerson("陈小满", "1", "610900198502030023")


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    sealing.use_key(database.keys["identity"])


@pytest.fixture
def in_village(superuser: Any) -> Any:
    """Makes persons members of a household, so that someone's jurisdiction reaches them."""

    def place(*persons: UUID, village: str = "610902005001") -> None:
        with past_triggers(superuser):
            for position, person in enumerate(persons):
                superuser.execute(
                    """INSERT INTO party.member (county, row_id, member_id, village, household_id, person_id, relation,
                           holds_right, position, valid, recorded, act_id)
                       VALUES (%s, %s, %s, %s, %s, %s, '02', true, %s, '[2020-01-01,)', '[2020-01-01,)', %s)""",
                    [village[:6], uuid4(), uuid4(), village, uuid4(), person, position, uuid4()],
                )

    return place


def _enter(actor: Actor, *persons: NewPerson) -> list[UUID]:
    with unit_of_work(actor) as uow:
        return enter(uow, persons)


def test_the_same_number_is_the_same_person_however_it_is_written(registrar: Actor, in_village: Any) -> None:
    first = _enter(registrar, LIN, CHEN, replace(LIN, name="林木生（户主）", id_number=" 610900199001010010 "))
    assert first[0] == first[2] != first[1]
    in_village(*first[:2])
    assert _enter(registrar, CHEN, LIN) == [first[1], first[0]]


def test_a_survey_names_whom_an_application_alone_named_otherwise(registrar: Actor, in_village: Any) -> None:
    with unit_of_work(registrar) as uow:
        applied_for = enter_alone(uow, replace(LIN, name="林本生"))
    surveyed = _enter(registrar, CHEN, LIN)[1]
    assert surveyed != applied_for
    in_village(surveyed)
    assert _enter(registrar, LIN, replace(LIN, name="林本生")) == [surveyed, surveyed], "as the act has them"


def test_another_kind_of_paper_with_the_same_number_is_another_person(registrar: Actor) -> None:
    one, other = _enter(registrar, LIN, replace(LIN, id_kind="4"))
    assert one != other


def test_persons_without_a_number_stay_apart(registrar: Actor) -> None:
    children = [NewPerson("林小一", "1", ""), NewPerson("林小二", "1", "")]
    assert len(set(_enter(registrar, *children))) == 2


def test_the_table_holds_no_name_and_no_number(registrar: Actor, superuser: Any) -> None:
    _enter(registrar, LIN)
    row = superuser.execute(
        "SELECT row_to_json(p)::text, name_masked, id_masked, sex FROM identity.person p"
    ).fetchone()
    assert row[1:] == ("林*生", "610*************10", "1")
    assert "林木生" not in row[0]
    assert "199001010010" not in row[0]


def test_what_is_sealed_opens_again_and_no_two_seals_are_alike() -> None:
    assert seal("林木生") != seal("林木生")
    assert open_sealed(seal("林木生")) == "林木生"
    assert digest("林木生") == digest("林木生 ") != digest("林木森")


def test_a_changed_seal_does_not_open() -> None:
    sealed = bytearray(seal("610900199001010010"))
    sealed[-1] ^= 1
    with pytest.raises(ValueError, match="changed"):
        open_sealed(bytes(sealed))


def test_a_new_key_in_front_of_the_old_one_seals_and_both_open_and_are_found(tmp_path: Any) -> None:
    file = tmp_path / "identity"
    file.write_text("a" * 64)
    sealing.use_key(file)
    sealed, found = seal("林木生"), digest("林木生")
    file.write_text("b" * 64 + "\n" + "a" * 64)
    assert open_sealed(sealed) == "林木生"
    assert open_sealed(seal("陈小满")) == "陈小满"
    assert sealing.digests("林木生") == (digest("林木生"), found)
    assert digest("林木生") != found
    file.write_text("c" * 64)
    sealing.use_key(file)
    with pytest.raises(ValueError, match="not here"):
        open_sealed(sealed)


def test_an_identity_is_opened_with_a_reason_and_an_entry_that_is_committed(
    registrar: Actor, in_village: Any, superuser: Any
) -> None:
    persons = _enter(registrar, LIN, CHEN)
    in_village(*persons)
    opened = reveal(registrar, persons, "核对申请人身份", "610902005001000018")
    assert opened == {
        persons[0]: Identity("林木生", "1", LIN.id_number),
        persons[1]: Identity("陈小满", "1", CHEN.id_number),
    }
    kind, leaf = superuser.execute("SELECT kind, convert_from(leaf, 'utf8') FROM log.entry").fetchone()
    assert kind == "identity.opened"
    assert "核对申请人身份" not in leaf
    assert str(registrar.account_id) in leaf
    assert "林" not in leaf
    assert "610900199001010010" not in leaf


def test_without_a_reason_nothing_is_opened(registrar: Actor, in_village: Any) -> None:
    persons = _enter(registrar, LIN)
    in_village(*persons)
    with pytest.raises(BadInput) as bad:
        reveal(registrar, persons, " 核 ", "x")
    assert (bad.value.findings[0].code, bad.value.findings[0].values) == ("ACC-15", {"least": 2})


def test_persons_of_another_county_are_not_found(registrar: Actor, in_village: Any, superuser: Any) -> None:
    persons = _enter(registrar, LIN, CHEN)
    in_village(persons[0])
    in_village(persons[1], village="610921001001")
    with pytest.raises(NotFound) as none:
        reveal(registrar, persons, "核对身份", "x")
    assert none.value.findings[0].code == "ACC-17"
    assert superuser.execute("SELECT count(*) FROM log.entry").fetchone() == (0,)


@pytest.mark.parametrize("column", ["name_sealed", "id_sealed"])
def test_no_desk_reads_the_sealed_columns_itself(as_desk: Any, registrar: Actor, column: str) -> None:
    _enter(registrar, LIN)
    for desk in set(Desk) - {Desk.OWNER}:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_desk(desk, "610902").execute(f"SELECT {column} FROM identity.person")


def test_the_database_opens_nothing_without_a_committed_opening_of_the_same_actor(
    as_desk: Any, registrar: Actor, reviewer: Actor, in_village: Any, superuser: Any
) -> None:
    persons = _enter(registrar, LIN)
    in_village(*persons)
    reveal(registrar, persons, "核对身份", "x")
    opening = superuser.execute("SELECT opening_id FROM identity.opening").fetchone()[0]
    question = "SELECT person_id FROM identity.open_sealed('610902', %s)"
    own = as_desk(Desk.REGISTRY, "610902")
    own.execute(f"SET landreg.actor = '{registrar.account_id}'")
    assert own.execute(question, [opening]).fetchall() == [(persons[0],)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute(question, [uuid4()])
    other = as_desk(Desk.REGISTRY, "610902")
    other.execute(f"SET landreg.actor = '{reviewer.account_id}'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        other.execute(question, [opening])
    superuser.execute("UPDATE identity.opening SET opened_at = now() - interval '1 hour'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute(question, [opening])


INSERT_OPENING = "INSERT INTO identity.opening VALUES ('610902', %s, '610902', %s, %s, '好奇', '', system.clock())"
INSERT_LEAF = """INSERT INTO log.entry (county, id, village, kind, key, leaf, salts, staged_at)
                 VALUES ('610902', gen_random_uuid(), '610902', %s, %s, 'x', '{}', now())"""
OPEN = "SELECT person_id FROM identity.open_sealed('610902', %s)"


@pytest.fixture
def curious(as_desk: Any, registrar: Actor) -> Any:
    """The registry's login in the hands of somebody who writes statements of their own."""
    desk = as_desk(Desk.REGISTRY, "610902")
    desk.execute(f"SET landreg.actor = '{registrar.account_id}'")
    return desk


def _opens_nothing(desk: Any, opening: UUID) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.transaction():
        desk.execute(OPEN, [opening])


def test_an_opening_without_its_leaf_or_before_its_commit_opens_nothing(
    curious: Any, registrar: Actor, in_village: Any
) -> None:
    persons = _enter(registrar, LIN)
    in_village(*persons)
    opening = uuid4()
    curious.execute(INSERT_OPENING, [opening, registrar.account_id, persons])
    _opens_nothing(curious, opening)
    curious.execute(INSERT_LEAF, ["notice.published", str(opening)])
    _opens_nothing(curious, opening)
    with curious.transaction():
        late = uuid4()
        curious.execute(INSERT_OPENING, [late, registrar.account_id, persons])
        curious.execute(INSERT_LEAF, ["identity.opened", str(late)])
        _opens_nothing(curious, late)
    assert curious.execute(OPEN, [late]).fetchall() == [(persons[0],)]


def test_neither_a_savepoint_nor_a_leaf_that_is_rolled_back_opens_anything(
    curious: Any, registrar: Actor, in_village: Any, superuser: Any
) -> None:
    persons = _enter(registrar, LIN)
    in_village(*persons)
    with curious.transaction(force_rollback=True):
        opening = uuid4()
        with curious.transaction():
            curious.execute(INSERT_OPENING, [opening, registrar.account_id, persons])
        with curious.transaction():
            curious.execute(INSERT_LEAF, ["identity.opened", str(opening)])
        _opens_nothing(curious, opening)
    opening = uuid4()
    curious.execute(INSERT_OPENING, [opening, registrar.account_id, persons])
    with curious.transaction(force_rollback=True):
        with curious.transaction():
            curious.execute(INSERT_LEAF, ["identity.opened", str(opening)])
        _opens_nothing(curious, opening)
    assert superuser.execute("SELECT count(*) FROM log.entry").fetchone() == (0,)


def test_no_desk_says_which_transaction_wrote_an_opening_or_a_leaf(curious: Any) -> None:
    for table in ("identity.opening", "log.entry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            curious.execute(f"INSERT INTO {table} (county, village, made_in) VALUES ('610902', '610902', '3')")


def test_the_database_itself_opens_nobody_outside_the_jurisdiction(
    curious: Any, registrar: Actor, in_village: Any
) -> None:
    persons = _enter(registrar, LIN, CHEN)
    in_village(persons[0])
    in_village(persons[1], village="610921001001")
    for asked in (persons, persons[1:], _enter(registrar, replace(LIN, id_kind="4"))):
        opening = uuid4()
        curious.execute(INSERT_OPENING, [opening, registrar.account_id, asked])
        curious.execute(INSERT_LEAF, ["identity.opened", str(opening)])
        _opens_nothing(curious, opening)


def test_an_opening_of_tomorrow_is_none(curious: Any, registrar: Actor, in_village: Any) -> None:
    persons = _enter(registrar, LIN)
    in_village(*persons)
    opening = uuid4()
    tomorrow = INSERT_OPENING.replace("system.clock()", "system.clock() + interval '1 day'")
    curious.execute(tomorrow, [opening, registrar.account_id, persons])
    curious.execute(INSERT_LEAF, ["identity.opened", str(opening)])
    _opens_nothing(curious, opening)


def test_nobody_signs_an_opening_for_another(as_desk: Any, registrar: Actor, reviewer: Actor) -> None:
    desk = as_desk(Desk.REGISTRY, "610902")
    desk.execute(f"SET landreg.actor = '{reviewer.account_id}'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute(
            "INSERT INTO identity.opening VALUES ('610902', %s, '610902', %s, %s, '替人', '', now())",
            [uuid4(), registrar.account_id, [uuid4()]],
        )


def test_many_persons_are_entered_in_as_few_statements_as_one(registrar: Actor) -> None:
    def statements(persons: list[NewPerson]) -> int:
        count = 0

        def counted(*_: Any) -> None:
            nonlocal count
            count += 1

        engine = engine_of(registrar.desk)
        sa.event.listen(engine, "before_cursor_execute", counted)
        try:
            assert len(set(_enter(registrar, *persons))) == len(persons)
        finally:
            sa.event.remove(engine, "before_cursor_execute", counted)
        return count

    one = statements([NewPerson("林", "1", "610900199000000000")])
    many = [NewPerson(f"林{number}", "1", f"6109001990{number:08d}") for number in range(1, 2001)]
    assert statements(many) == one


def test_an_opening_that_was_changed_behind_the_back_no_longer_says_what_its_leaf_says(
    database: Settings, registrar: Actor, worker: Actor, in_village: Any, superuser: Any
) -> None:
    persons = _enter(registrar, LIN, CHEN)
    in_village(*persons)
    reveal(registrar, persons, "核对申请人身份", "610902005001000018")
    sources = {"identity.opened": person_queries.openings}
    assert recheck(worker, database, sources).findings == ()
    superuser.execute("UPDATE identity.opening SET reason = '上级要求'")
    assert [finding.code for finding in recheck(worker, database, sources).findings] != []
