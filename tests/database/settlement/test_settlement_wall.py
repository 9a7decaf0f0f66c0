"""The settlement window's side of the wall, tried with its own login and with everybody else's."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest

from landreg.access import sealing
from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.files import Store
from landreg.settlement import persons, queries, service
from landreg.settlement.checking import recheck
from tests.conftest import AsDesk
from tests.database import catalog
from tests.database.catalog import Connection
from tests.settlement_kit import applicant, citizen, new, own_key, receive, seen

TABLES = ("application", "person", "evidence", "refused_evidence", "paper", "opening")


def test_every_table_of_the_window_is_granted_to_its_own_login_alone(superuser: Connection) -> None:
    for table in TABLES:
        held = catalog.ask(
            superuser,
            """SELECT desk.rolname FROM desk WHERE has_any_column_privilege(desk.oid, %s::regclass,
                   'SELECT, INSERT, UPDATE, REFERENCES') OR has_table_privilege(desk.oid, %s::regclass, 'DELETE')""",
            f"settlement.{table}",
            f"settlement.{table}",
        )
        assert held == ["landreg_settlement"], table


def test_the_window_deletes_nothing_and_changes_only_the_decision(superuser: Connection) -> None:
    changed = catalog.ask(
        superuser,
        """SELECT format('%%s.%%s', ours.name, c.attname) FROM ours JOIN column_of AS c ON c.attrelid = ours.oid
           WHERE ours.schema = 'settlement' AND has_column_privilege('landreg_settlement', ours.oid, c.attnum, 'UPDATE')""",
    )
    assert {one.split(".")[0] for one in changed} == {"application"}
    assert "application.unmet" in changed
    assert "application.received_at" not in changed
    assert [line for line in catalog.holders(superuser, "DELETE") if "settlement." in line] == []


def test_a_digest_of_the_window_is_none_of_the_registers(database: Settings) -> None:
    number = citizen(101)
    with own_key(database):
        ours = {persons.digest_of(number), sealing.digest(f"1:{number}"), sealing.digest(number)}
    theirs = {persons.digest_of(number), sealing.digest(f"1:{number}"), sealing.digest(number)}
    assert ours.isdisjoint(theirs)


def test_what_is_sealed_at_the_window_opens_by_no_key_of_the_register_and_in_no_other_row(
    officer: Actor, store: Store, superuser: Connection, database: Settings
) -> None:
    _, application = receive(officer, store)
    (text,) = superuser.execute("SELECT name_sealed FROM settlement.person").fetchone() or (b"",)
    place = f"settlement.person.name_sealed:{application}:0".encode()
    assert sealing.open_sealed(text, place) == "样本甲"
    with pytest.raises(ValueError, match="changed"):
        sealing.open_sealed(text, place[:-1] + b"1")
    sealing.use_key(database.keys["identity"])
    with pytest.raises(ValueError, match="key"):
        sealing.open_sealed(text, place)


def test_the_window_reads_no_sealed_column_but_through_an_opening_in_the_log(
    officer: Actor, store: Store, as_desk: AsDesk, superuser: Connection
) -> None:
    county, application = receive(officer, store, phone="09150000000")
    window = as_desk(Desk.SETTLEMENT, "610902")
    for column in ("name_sealed", "id_sealed", "phone_sealed"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            window.execute(f"SELECT {column} FROM settlement.person")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        window.execute("SELECT * FROM settlement.open_sealed('610902', gen_random_uuid())")
    (opened,) = persons.open_persons(officer, county, application, "打印回执")
    assert (opened.name, opened.id_number, opened.phone) == ("样本甲", citizen(101), "09150000000")
    assert superuser.execute("SELECT count(*) FROM log.entry WHERE kind = 'settlement.opened'").fetchone() == (1,)


def test_an_opening_that_is_rolled_back_opens_nothing(
    officer: Actor, store: Store, as_desk: AsDesk, superuser: Connection
) -> None:
    _, application = receive(officer, store)
    window = as_desk(Desk.SETTLEMENT, "610902")
    window.execute("SELECT set_config('landreg.actor', %s, false)", [str(officer.account_id)])
    window.execute("BEGIN")
    window.execute(
        """INSERT INTO settlement.opening (county, opening_id, application_id, division, account_id, reason, opened_at)
           SELECT '610902', '00000000-0000-0000-0000-00000000abcd', %s, '610902001003', %s, '看看', system.clock()""",
        [application, officer.account_id],
    )
    window.execute(
        """INSERT INTO log.entry (county, id, village, kind, key, leaf, salts, staged_at) VALUES ('610902',
           gen_random_uuid(), '610902001003', 'settlement.opened', '00000000-0000-0000-0000-00000000abcd', 'x', '{}', now())"""
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        window.execute("SELECT * FROM settlement.open_sealed('610902', '00000000-0000-0000-0000-00000000abcd')")
    window.execute("ROLLBACK")


def test_an_officer_sees_no_application_of_another_county(officer: Actor, store: Store, as_desk: AsDesk) -> None:
    receive(officer, store)
    counts = [
        (as_desk(Desk.SETTLEMENT, within).execute("SELECT count(*) FROM settlement.application").fetchone() or (None,))[
            0
        ]
        for within in ("610902", "610902001", "6109", "610921", "")
    ]
    assert counts == [1, 1, 1, 0, 0]


def test_leaves_of_the_window_are_read_in_the_table_by_no_land_desk(
    officer: Actor, store: Store, as_desk: AsDesk
) -> None:
    receive(officer, store)
    for desk in (Desk.REGISTRY, Desk.EXCHANGE):
        assert as_desk(desk, "6109").execute("SELECT count(*) FROM log.entry").fetchone() == (0,), desk
    assert as_desk(Desk.AUDITOR, "6109").execute("SELECT count(*) FROM log.entry").fetchone() == (3,)


def test_leaves_of_the_window_tell_no_name_number_or_place_of_origin(
    officer: Actor, store: Store, superuser: Connection
) -> None:
    county, application = receive(officer, store)
    service.decide(officer, county, application, "settled", "有合法产权住所。")
    leaves = [bytes(leaf).decode() for (leaf,) in superuser.execute("SELECT leaf FROM log.entry")]
    assert len(leaves) == 4
    for text in ("样本", citizen(101), citizen(101)[6:14], "某县", "610921101201", "样本路"):
        assert not any(text in leaf for leaf in leaves), text


def test_a_row_that_is_changed_behind_the_windows_back_is_named(
    officer: Actor, store: Store, superuser: Connection, database: Settings
) -> None:
    """SET-17: changed, without a leaf, gone."""
    county, application = receive(officer, store)
    service.decide(officer, county, application, "settled", "有合法产权住所。")
    assert recheck() == ()
    superuser.execute("SET session_replication_role = replica")
    blows = {
        "UPDATE settlement.application SET village = '610902'": "changed",
        "UPDATE settlement.application SET reason = '另有理由'": "changed",
        "UPDATE settlement.person SET relation = 'applicant', said = 'x'": "changed",
        "UPDATE settlement.evidence SET kind = 'lease' WHERE kind = 'dwelling_deed'": "changed",
        "DELETE FROM settlement.evidence WHERE kind = 'dwelling_deed'": "missing",
        "DELETE FROM log.entry WHERE kind = 'settlement.decided'": "unlogged",
    }
    for blow, fault in blows.items():
        found = _struck(superuser, blow)
        assert [(one.code, one.values["along"]) for one in found] == [("SET-17", fault)], blow


def _struck(superuser: Connection, blow: str) -> Any:
    """What the recheck says after a blow, which is then undone."""
    tables = ("settlement.application", "settlement.person", "settlement.evidence", "log.entry")
    for number, table in enumerate(tables):
        superuser.execute(f"CREATE TABLE public.kept_{number} AS SELECT * FROM {table}")
    try:
        superuser.execute(blow)
        return recheck()
    finally:
        for table in reversed(tables):
            superuser.execute(f"DELETE FROM {table}")
        for number, table in enumerate(tables):
            columns = superuser.execute(
                """SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = %s::regclass
                   AND attnum > 0 AND NOT attisdropped AND attgenerated = ''""",
                [table],
            ).fetchone()
            assert columns is not None
            superuser.execute(f"INSERT INTO {table} ({columns[0]}) SELECT {columns[0]} FROM public.kept_{number}")
            superuser.execute(f"DROP TABLE public.kept_{number}")


def test_two_who_receive_one_person_at_once_are_one_application(
    officer: Actor, store: Store, superuser: Connection
) -> None:
    receive(officer, store)
    with unit_of_work(officer) as uow:
        waiting = queries.waiting_of(uow.session, [persons.digest_of(citizen(101))])
    assert len(waiting) == 1
    with pytest.raises(psycopg.errors.UniqueViolation, match="set_13_waits_once"):
        superuser.execute(
            """WITH another AS (INSERT INTO settlement.application SELECT (jsonb_populate_record(a, jsonb_build_object(
                   'application_id', gen_random_uuid(), 'number', 'another'))).* FROM settlement.application AS a
                   RETURNING county, application_id)
               INSERT INTO settlement.person (county, application_id, "position", division, relation, name_masked, name_sealed,
                   id_masked, id_sealed, id_digest, said)
               SELECT another.county, another.application_id, 1, division, 'parent', 'x', 'x', 'x', 'x', id_digest, 'x'
               FROM settlement.person, another"""
        )


def test_the_database_refuses_a_decision_against_the_opinion_and_a_second_one(
    officer: Actor, store: Store, as_desk: AsDesk
) -> None:
    county, application = receive(officer, store)
    window = as_desk(Desk.SETTLEMENT, "610902")
    window.execute("SELECT set_config('landreg.actor', %s, false)", [str(officer.account_id)])
    decide = """UPDATE settlement.application SET outcome = %s, unmet = %s, decided_at = now(), decided_on = current_date,
        decided_by = access.actor(), decided_by_name = '文', reason = '理由', decision_salt = repeat('0', 32)"""
    with pytest.raises(psycopg.errors.CheckViolation, match="set_11_refused_on_the_opinion_alone"):
        window.execute(decide, ["refused", []])
    with pytest.raises(psycopg.errors.CheckViolation, match="set_11_settled_when_all_is_met"):
        window.execute(decide, ["settled", ["SET-4"]])
    service.decide(officer, county, application, "settled", "有合法产权住所。")
    with pytest.raises(psycopg.errors.IntegrityError, match="decided once"):
        window.execute(decide, ["withdrawn", []])


def test_no_column_check_or_message_of_the_schema_holds_a_land_word(superuser: Connection) -> None:
    word = re.compile(
        r"(?<![a-z])(?:land|parcel|homestead|contract(?!_)|collective|plot|acre|mu)(?![a-z])|土地|宅基|承包|集体收益",
        re.I,
    )
    rows = superuser.execute(
        """SELECT a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
               WHERE c.relnamespace = 'settlement'::regnamespace
           UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'settlement'::regnamespace
           UNION ALL SELECT prosrc FROM pg_proc WHERE pronamespace = 'settlement'::regnamespace
           UNION ALL SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid::regclass::text LIKE 'settlement.%'"""
    ).fetchall()
    assert len(rows) > 100
    assert [text for (text,) in rows if text and word.search(text)] == []


def test_words_that_may_not_stand_in_a_reason_are_refused_and_logged(
    officer: Actor, store: Store, superuser: Connection
) -> None:
    county, application = receive(officer, store)
    with pytest.raises(Refused) as refused:
        service.decide(officer, county, application, "settled", "已签退地承诺书，同意落户")
    assert [one.code for one in refused.value.findings] == ["SET-10"]
    row = superuser.execute("SELECT application_id, found_in, articles FROM settlement.refused_evidence").fetchone()
    assert row is not None
    assert (row[0], row[1]) == (application, "text")
    assert "RRPL-55" in row[2]
    assert service.look_at(officer, county, application).application.outcome is None


def test_a_form_that_is_refused_for_another_reason_puts_down_what_was_offered_all_the_same(
    officer: Actor, store: Store, superuser: Connection
) -> None:
    with pytest.raises(Refused) as refused:
        service.receive(officer, new(division="999", persons=(applicant(name=""),)), seen("land_certificate"), store)
    assert {"SET-9", "SET-1", "SET-8"} <= {one.code for one in refused.value.findings}
    assert superuser.execute("SELECT division FROM settlement.refused_evidence").fetchall() == [("610902",)]


@pytest.mark.parametrize(
    ("until", "counts", "constraint"),
    [
        ("2999-01-01", [9], "set_20_a_quarter_that_is_over"),
        ("2026-02-01", [9], "set_20_a_quarter_that_is_over"),
        ("2026-01-01", [4], "set_20_nothing_of_a_few"),
    ],
)
def test_a_statement_is_of_a_quarter_that_is_over_and_of_five_at_least(
    superuser: Connection, until: str, counts: list[int], constraint: str
) -> None:
    """SET-20, as the database holds it."""
    row = """INSERT INTO settlement.statement VALUES ('610902', gen_random_uuid(), '610902', %s, %s, %s, '2026-07-01 10:00+08',
             gen_random_uuid(), '窗口文')"""
    with pytest.raises(psycopg.errors.CheckViolation) as refused, superuser.transaction():
        superuser.execute(row, (until, ["610902"], counts))
    assert refused.value.diag.constraint_name == constraint
