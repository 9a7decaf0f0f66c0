"""Complaints reach the auditor alone: by the catalog, by trying each login, and in the log without a word of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.audit import complaint_queries, complaints
from landreg.audit.complaints import Receipt, Said
from landreg.audit.logged import register
from landreg.audit.model import ComplaintEvent
from landreg.config import Settings
from landreg.core.actor import NOBODY, PREFECTURE, Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, NotAllowed, NotFound, Refused
from landreg.log.leaf import leaf_of
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from tests.database import catalog
from tests.database.catalog import Connection
from tests.registry_kit import codes
from tests.villages import COUNTY, past_triggers

pytestmark = pytest.mark.usefixtures("database")
SECRET = b"s" * 32
TABLES = ("audit.complaint", "audit.complaint_event")
ASKED = Said(UUID(int=7), COUNTY, "township", "某镇", "镇上的人说不交地就不给办事", date(2026, 1, 5), "13800000000")


def hand_in(**changed: Any) -> Receipt:
    return complaints.hand_in(replace(ASKED, **{"form": uuid4(), **changed}), SECRET)


def state(auditor: Actor, number: str) -> str:
    with unit_of_work(auditor) as uow:
        found = complaint_queries.one(uow.session, number)
        assert found is not None
        return complaint_queries.state_of(complaint_queries.events_of(uow.session, found))


def seen(actor: Actor) -> set[str]:
    with unit_of_work(actor) as uow:
        return {row[0].number for row in uow.session.execute(complaint_queries.statement()).all()}


# Who reads them


@pytest.mark.parametrize("table", TABLES)
def test_no_desk_but_the_auditors_reads_a_complaint(superuser: Connection, table: str) -> None:
    readers = catalog.ask(
        superuser,
        """SELECT DISTINCT desk.rolname FROM desk WHERE has_any_column_privilege(desk.oid, %s::regclass, 'SELECT')""",
        table,
    )
    assert readers == ["landreg_auditor"]
    others = catalog.ask(
        superuser,
        """SELECT p.polname FROM pg_policy AS p WHERE p.polrelid = %s::regclass
           AND NOT p.polroles <@ ARRAY['landreg_auditor'::regrole, 'landreg_owner'::regrole]::oid[]""",
        table,
    )
    assert others == []


def test_nobody_changes_or_takes_away_a_complaint(superuser: Connection) -> None:
    for privilege in ("UPDATE", "DELETE"):
        assert not {f"{desk} on {table}" for desk in ("landreg_auditor",) for table in TABLES} & set(
            catalog.holders(superuser, privilege)
        )


def test_functions_that_look_at_complaints_are_few_and_each_for_its_desk(superuser: Connection) -> None:
    callers = catalog.ask(
        superuser,
        """SELECT format('%%s: %%s', function.name, desk.rolname) FROM function, desk
           WHERE function.prosrc ~ 'complaint' AND has_function_privilege(desk.oid, function.oid, 'EXECUTE')""",
    )
    assert callers == [
        "audit.complain(uuid,bytea,text,text,text,text,date,bytea,text): landreg_public",
        "audit.complaint_answer(bytea): landreg_public",
        "audit.complaints_told(): landreg_auditor",
        "audit.complaints_told(): landreg_worker",
    ]


@pytest.mark.parametrize("desk", [desk for desk in Desk if desk not in (Desk.OWNER, Desk.AUDITOR)])
def test_another_login_that_tries_is_refused(as_desk: Any, desk: Desk) -> None:
    hand_in()
    connection = as_desk(desk, "6109")
    for table in TABLES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                f"SELECT said FROM {table}" if table == "audit.complaint" else f"SELECT text FROM {table}"
            )
        connection.rollback()


def test_an_auditor_of_another_county_finds_none_and_the_citys_finds_all(auditor: Actor) -> None:
    here, above = hand_in().number, hand_in(division=PREFECTURE).number
    assert seen(auditor) == {here}
    assert seen(replace(auditor, jurisdiction="610921")) == set()
    assert seen(replace(auditor, jurisdiction=PREFECTURE)) == {here, above}
    with pytest.raises(NotFound):
        complaints.go_on(auditor, above, "read")


def test_what_the_worker_may_ask_tells_no_word_and_no_place(as_desk: Any) -> None:
    hand_in()
    told = as_desk(Desk.WORKER, "6109").execute("SELECT * FROM audit.complaints_told()").fetchall()
    assert len(told) == 1
    said = json.dumps(told, default=str, ensure_ascii=False)
    assert not any(word in said for word in (ASKED.text, ASKED.office, ASKED.office_name, COUNTY))


# Handing in


def test_a_form_that_is_sent_twice_is_one_complaint_with_one_code(auditor: Actor) -> None:
    first = complaints.hand_in(ASKED, SECRET)
    assert complaints.hand_in(ASKED, SECRET) == first
    assert seen(auditor) == {first.number}
    with pytest.raises(Conflict) as other:
        complaints.hand_in(ASKED, b"another secret of another process")
    assert codes(other) == {"AUD-17"}


def test_the_code_is_kept_nowhere_and_cannot_be_made_from_what_is(superuser: Connection, database: Settings) -> None:
    receipt = complaints.hand_in(ASKED, SECRET)
    row = superuser.execute("SELECT complaint_id, to_jsonb(c)::text FROM audit.complaint AS c").fetchone()
    assert row is not None
    assert receipt.code not in row[1]
    assert str(ASKED.form) not in row[1]
    assert complaints._code_of(row[0], SECRET) != receipt.code
    assert ASKED.contact not in row[1]


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"text": "  "}, "AUD-16", "text"),
        ({"text": "字" * 4001}, "FORM-8", "text"),
        ({"office": "mine"}, "FORM-5", "office"),
        ({"division": "610"}, "FORM-5", "division"),
        ({"division": "330102"}, "FORM-5", "division"),
        ({"division": "610902001001"}, "FORM-5", "division"),
        ({"office_name": "某" * 81}, "FORM-8", "office_name"),
        ({"contact": "1" * 101}, "FORM-8", "contact"),
        ({"happened_on": date(2999, 1, 1)}, "AUD-18", "happened_on"),
    ],
)
def test_what_cannot_be_a_complaint_is_said_beside_its_field(
    database: Settings, changed: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        hand_in(**changed)
    assert [(finding.code, finding.field) for finding in refused.value.findings] == [(code, field)]


def test_the_database_refuses_what_the_code_let_through(database: Settings) -> None:
    wrong = (
        (COUNTY, "township", " "),
        (COUNTY, "township", "字" * 4001),
        ("330102", "township", "话"),
    )
    for division, office, said in wrong:
        with pytest.raises(Refused) as refused, unit_of_work(NOBODY) as uow:
            complaint_queries.complain(
                uow.session, uuid4(), bytes(32), division, office, "", said, None, None, "land_asked"
            )
        assert codes(refused) == {"AUD-16"}


# Its course


def test_the_farmer_reads_the_answer_by_the_code_however_it_is_typed(auditor: Actor) -> None:
    receipt = hand_in()
    told = complaints.look_up(receipt.code.lower().replace("-", " "))
    assert told is not None
    assert (told.number, told.state, told.answers) == (receipt.number, "received", ())
    complaints.go_on(auditor, receipt.number, "read")
    complaints.go_on(auditor, receipt.number, "answer", "已经派人去问")
    complaints.go_on(auditor, receipt.number, "close", "那个人不能这样说，已经改正")
    told = complaints.look_up(receipt.code)
    assert told is not None
    assert (told.state, [words for _at, words in told.answers]) == (
        "closed",
        ["已经派人去问", "那个人不能这样说，已经改正"],
    )
    assert complaints.look_up("AAAA-BBBB-CCCC-DDDD") is None


def test_a_closed_complaint_goes_no_further_and_is_read_once(auditor: Actor) -> None:
    number = hand_in().number
    complaints.go_on(auditor, number, "read")
    with pytest.raises(Refused) as twice:
        complaints.go_on(auditor, number, "read")
    assert codes(twice) == {"AUD-17"}
    complaints.go_on(auditor, number, "close", "已办")
    for step in ("answer", "close"):
        with pytest.raises(Refused) as closed:
            complaints.go_on(auditor, number, step, "再说")
        assert codes(closed) == {"AUD-17"}
    assert state(auditor, number) == "closed"


def answer_late(auditor: Actor, number: str) -> None:
    """As an auditor who read the complaint before another one answered it."""
    with unit_of_work(auditor) as uow:
        found = complaint_queries.one(uow.session, number)
        assert found is not None
        complaints.go_on(auditor, number, "answer", "一")
        uow.session.add(
            ComplaintEvent(
                county=found.county, complaint_id=found.complaint_id, position=1, village=found.village, step="answer", text="二",
                finding=None, by=auditor.account_id, by_name=auditor.name, at=uow.now,
            )
        )  # fmt: skip
        uow.session.flush()


def test_two_auditors_at_once_take_one_step(auditor: Actor) -> None:
    number = hand_in().number
    with pytest.raises((Refused, Conflict)) as second:
        answer_late(auditor, number)
    assert codes(second) == {"AUD-19"}


def test_an_answer_has_words_and_a_link_has_its_finding(auditor: Actor) -> None:
    number = hand_in().number
    for step, code in (("answer", "AUD-16"), ("close", "AUD-16"), ("link", "AUD-15")):
        with pytest.raises(BadInput) as refused:
            complaints.go_on(auditor, number, step, " ", "SJ2026999999")
        assert codes(refused) == {code}
    with pytest.raises(NotFound):
        complaints.go_on(auditor, number, "delete")


def test_nobody_but_an_auditor_takes_a_step(auditor: Actor, registrar: Actor) -> None:
    number = hand_in().number
    with pytest.raises(NotAllowed):
        complaints.go_on(replace(auditor, roles=frozenset({Role.REGISTRAR})), number, "read")
    with pytest.raises(NotAllowed):
        complaints.contact(replace(auditor, roles=frozenset({Role.REVIEWER})), number)


def test_the_contact_is_sealed_and_each_opening_is_a_step(auditor: Actor, superuser: Connection) -> None:
    number, without = hand_in().number, hand_in(contact="").number
    assert complaints.contact(auditor, number) == ASKED.contact
    steps = superuser.execute("SELECT step, by FROM audit.complaint_event").fetchall()
    assert steps == [("contact", auditor.account_id)]
    with pytest.raises(NotFound):
        complaints.contact(auditor, without)


# The log


def leaves(superuser: Connection) -> dict[str, bytes]:
    rows = superuser.execute("SELECT key, leaf FROM log.entry WHERE kind = 'audit.complaint' ORDER BY key").fetchall()
    return {key: bytes(leaf) for key, leaf in rows}


def test_every_row_has_its_leaf_in_canonical_form_and_without_a_word(auditor: Actor, superuser: Connection) -> None:
    number = hand_in().number
    complaints.go_on(auditor, number, "answer", "已经派人去问")
    found = leaves(superuser)
    assert list(found) == [number, f"{number}/1"]
    for key, leaf in found.items():
        told = json.loads(leaf)
        row = superuser.execute("SELECT at FROM audit.complaints_told() WHERE key = %s", [key]).fetchone()
        assert row is not None
        facts = {**told["facts"], "at": row[0]}
        assert leaf == leaf_of("audit.complaint", key, row[0], facts, {})[0]
        assert not any(word in leaf.decode() for word in (ASKED.text, ASKED.office, COUNTY, "已经派人"))
    places = superuser.execute(
        "SELECT DISTINCT county, village FROM log.entry WHERE kind = 'audit.complaint'"
    ).fetchall()
    assert places == [("610900", "6109")]


def test_the_recheck_finds_no_fault_and_names_a_complaint_that_was_changed_or_taken_away(
    auditor: Actor, worker: Actor, database: Settings, superuser: Connection
) -> None:
    number, other = hand_in().number, hand_in().number
    of_sale = hand_in(about="sale", office="exchange").number
    complaints.go_on(auditor, number, "answer", "已经派人去问")
    seal(worker, database)
    assert recheck_register(worker, database, register()).findings == ()
    with past_triggers(superuser):
        superuser.execute("UPDATE audit.complaint SET said = '没有的事' WHERE number = %s", [number])
        superuser.execute("UPDATE audit.complaint SET about = 'other' WHERE number = %s", [of_sale])
        superuser.execute("DELETE FROM audit.complaint WHERE number = %s", [other])
    named = {finding.subject for finding in recheck_register(worker, database, register()).findings}
    assert {number, other, of_sale} <= named
