"""Rechecking the course of cases: when and in which order they were accepted, who reviewed, refused or withdrew them, and what
became of objections; whoever changes that behind the register's back is named.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import NOBODY, Actor
from landreg.core.db import unit_of_work
from landreg.log.leaf import canonical, hashed, leaf_of
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry import public_desk
from landreg.registry.casework import cases, notices, opening, worklist
from landreg.registry.leaves import coursed
from tests.registry_kit import Connection, in_state
from tests.villages import COUNTY, VILLAGE, stage_village

Shown = list[tuple[str, str | None, str | None]]


@pytest.fixture
def course(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> tuple[Connection, list[UUID]]:
    """A village on notice with an objection that was settled and one from the public, a case that was returned and accepted
    anew, one withdrawn and one refused; sealed. And someone who passes every trigger.
    """
    staged = stage_village(superuser, 3)
    ids = in_state(registrar, opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE), "draft")
    cases.accept(registrar, COUNTY, ids)
    worklist.take_up(reviewer, COUNTY, ids[:1])
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "首次登记公告")
    for outcome, case in (("dismissed", ids[0]), ("upheld", ids[4])):
        raised = notices.object_to(registrar, COUNTY, case, "邻户", "界线有误")
        notices.settle(reviewer, COUNTY, raised, outcome, "实地查看，墙在界线以内")
    cases.return_for_completion(registrar, COUNTY, ids[1:2], "补齐材料")
    cases.accept(registrar, COUNTY, ids[1:2])
    cases.withdraw(registrar, COUNTY, ids[2:3], "申请人撤回")
    cases.refuse(reviewer, COUNTY, ids[3:4], "权属有争议", "disputed")
    notice, number = superuser.execute(
        'SELECT n.number, c.number FROM registry."case" AS c JOIN registry.notice AS n USING (county, notice_id) '
        "WHERE case_id = %s", [ids[0]],
    ).fetchone() or ("", "")  # fmt: skip
    with unit_of_work(NOBODY) as uow:
        public_desk.raise_objection(uow.session, notice, number, "样本邻居", b"\x01", "界线不对")
    seal(worker, database)
    superuser.execute("SET session_replication_role = replica")
    return superuser, ids


def found(worker: Actor, database: Settings) -> Shown:
    findings = recheck_register(worker, database, register()).findings
    return sorted((finding.code, finding.layer, finding.subject) for finding in findings)


def test_an_honest_course_is_told_of_and_found_as_it_was_told(
    course: tuple[Connection, list[UUID]], worker: Actor, database: Settings
) -> None:
    assert found(worker, database) == []
    rows = (
        course[0]
        .execute("SELECT kind, count(*) FROM log.entry WHERE kind ~ '^(case|objection)' GROUP BY kind")
        .fetchall()
    )
    assert dict(rows) == {
        "case.accepted": 7, "case.reviewed": 6, "case.returned": 1, "case.withdrawn": 1, "case.refused": 1,
        "objection.raised": 3, "objection.settled": 2,
    }  # fmt: skip


BLOWS = {
    "when a case was accepted": ("UPDATE registry.case_event SET at = at - interval '1 day' WHERE step = 'accept'",
        ("LOG-17", "registry.case_event")),
    "who reviewed a case": ("UPDATE registry.case_event SET by = gen_random_uuid() WHERE step = 'review'",
        ("LOG-17", "registry.case_event")),
    "an earlier acceptance": (("UPDATE registry.case_event AS e SET told = '{}' WHERE step = 'accept' AND EXISTS (SELECT FROM "
        "registry.case_event AS x WHERE x.case_id = e.case_id AND x.step = 'accept' AND x.at > e.at)"),
        ("LOG-17", "registry.case_event")),
    "why a case was refused": ("UPDATE registry.case_event SET reason = '材料不齐' WHERE step = 'refuse'",
        ("LOG-17", "registry.case_event")),
    "that a case was withdrawn": ("DELETE FROM registry.case_event WHERE step = 'withdraw'", ("LOG-16", "registry.case_event")),
    "a refusal that was none": (("INSERT INTO registry.case_event (county, event_id, village, case_id, step, at, by, by_name, "
        "reason) SELECT county, gen_random_uuid(), village, case_id, 'refuse', now(), by, by_name, 'x' FROM registry.case_event "
        "WHERE step = 'refuse'"), ("LOG-18", "registry.case_event")),
    "a parcel of a case": (("DELETE FROM registry.case_parcel WHERE parcel_code = (SELECT min(parcel_code) FROM "
        "registry.case_parcel)"),
        ("LOG-17", "registry.case_parcel")),
    "the order of two cases": ("UPDATE registry.case_parcel SET acceptance_order = acceptance_order + 100",
        ("LOG-18", "registry.case_parcel")),
    "the day of acceptance": ("""UPDATE registry."case" SET accepted_on = accepted_on - 1""", ("LOG-18", "registry.case")),
    "the day by which to finish": ("""UPDATE registry."case" SET due_on = due_on + 10""", ("LOG-18", "registry.case")),
    "a refused case set under way": ("""UPDATE registry."case" SET state = 'accepted' WHERE state = 'refused'""",
        ("LOG-18", "registry.case")),
    "a withdrawn case reviewed": ("""UPDATE registry."case" SET state = 'reviewed' WHERE state = 'withdrawn'""",
        ("LOG-18", "registry.case")),
    "a case returned by nobody": ("""UPDATE registry."case" SET state = 'returned' WHERE state = 'noticed'""",
        ("LOG-18", "registry.case")),
    "what was asked": ("""UPDATE registry."case" SET applicant = '张三'""", ("LOG-17", "registry.case")),
    "a case": ("""DELETE FROM registry."case" WHERE state = 'refused'""", ("LOG-17", "registry.case")),
    "who objected": ("UPDATE registry.objection SET raised_by = '张三'", ("LOG-17", "registry.objection")),
    "the outcome of an objection": ("UPDATE registry.objection SET outcome = 'withdrawn' WHERE outcome = 'dismissed'",
        ("LOG-17", "registry.objection")),
    "an objection that was never settled": (("UPDATE registry.objection SET outcome = 'dismissed', settlement = 'x', settled_at = "
        "now() WHERE outcome IS NULL"), ("LOG-18", "registry.objection")),
    "the content of a paper": ("UPDATE registry.document SET sha256 = repeat('ab', 32)", ("LOG-18", "registry.document")),
    "when a paper came": ("UPDATE registry.document SET put_at = put_at - interval '9 days'", ("LOG-18", "registry.document")),
    "a paper taken out": (("DELETE FROM registry.case_document WHERE case_id IN (SELECT case_id FROM registry.\"case\" "
        "WHERE state = 'noticed')"), ("LOG-18", "registry.case_document")),
    "a paper slipped in": (("WITH d AS (INSERT INTO registry.document SELECT county, gen_random_uuid(), village, sha256, kind, "
        "name, size, put_by, put_at FROM registry.document LIMIT 1 RETURNING county, document_id, village) INSERT INTO "
        "registry.case_document SELECT d.county, c.case_id, d.document_id, d.village FROM d, registry.\"case\" AS c "
        "WHERE c.state = 'refused'"), ("LOG-18", "registry.case_document")),
    "what an acceptance found in the folder": ("UPDATE registry.case_event SET told = told - 'papers' WHERE step = 'accept'",
        ("LOG-17", "registry.case_event")),
    "when a case was opened": ("UPDATE registry.case_event SET at = at - interval '3 days' WHERE step = 'open'",
        ("LOG-18", "registry.case_event")),
    "who took a case up": ("UPDATE registry.case_event SET by_name = '李四' WHERE step = 'take_up'",
        ("LOG-18", "registry.case_event")),
    "that a case was taken up": ("DELETE FROM registry.case_event WHERE step = 'take_up'", ("LOG-18", "registry.case_event")),
    "a second opening": (("INSERT INTO registry.case_event (county, event_id, village, case_id, step, at, by, by_name, reason) "
        "SELECT county, gen_random_uuid(), village, case_id, 'open', at - interval '1 day', by, by_name, '' "
        "FROM registry.case_event WHERE step = 'open'"), ("LOG-18", "registry.case_event")),
    "the notes at the end of a case": (("""UPDATE registry."case" SET findings = findings || '[{"code": "X-1"}]' """
        "WHERE state IN ('withdrawn', 'refused')"), ("LOG-18", "registry.case")),
    "that an end told of notes": ("UPDATE registry.case_event SET told = told - 'notes' WHERE step = 'refuse'",
        ("LOG-17", "registry.case_event")),
    "an objection": ("DELETE FROM registry.objection WHERE outcome IS NULL", ("LOG-16", "registry.objection")),
}  # fmt: skip


@pytest.mark.parametrize("what", BLOWS)
def test_what_was_changed_of_a_course_is_named_with_its_table(
    course: tuple[Connection, list[UUID]], worker: Actor, database: Settings, what: str
) -> None:
    blow, named = BLOWS[what]
    assert course[0].execute(blow).rowcount > 0
    assert named in {(code, layer) for code, layer, _ in found(worker, database)}


def test_what_was_asked_is_named_by_the_cases_number(
    course: tuple[Connection, list[UUID]], worker: Actor, database: Settings
) -> None:
    changed = """UPDATE registry."case" SET applicant = '张三' WHERE state = 'refused' RETURNING number"""
    (number,) = course[0].execute(changed).fetchone() or ("",)
    assert set(found(worker, database)) == {("LOG-17", "registry.case", number)}


def test_who_writes_past_the_desks_gets_no_leaf_of_the_database_even_with_every_trigger(
    course: tuple[Connection, list[UUID]], worker: Actor, database: Settings
) -> None:
    superuser = course[0]
    superuser.execute("SET session_replication_role = origin")
    superuser.execute("UPDATE registry.objection SET outcome = 'upheld', settlement = 'x', settled_at = now(), settled_by = "
                      "gen_random_uuid() WHERE outcome IS NULL")  # fmt: skip
    assert {(code, layer) for code, layer, _ in found(worker, database)} == {("LOG-18", "registry.objection")}


def test_a_leaf_that_the_database_makes_is_the_one_that_the_program_would_make(
    course: tuple[Connection, list[UUID]], registrar: Actor
) -> None:
    rows = (
        course[0]
        .execute("SELECT kind, key, staged_at, leaf, salts FROM log.entry WHERE kind ~ '^(case|objection)[.]'")
        .fetchall()
    )
    said = {
        kind: {key: (facts, personal) for key, facts, personal in _restated(registrar, kind)}
        for kind in coursed.SOURCES
    }
    assert rows
    for kind, key, at, leaf, salts in rows:
        facts, personal = said[kind][key]
        assert leaf_of(kind, key, at, facts, hashed(personal, salts)) == (bytes(leaf), None)


def _restated(actor: Actor, kind: str) -> list[Any]:
    with unit_of_work(actor) as uow:
        return list(coursed.SOURCES[kind](uow.session))


@pytest.mark.parametrize(
    "value", [{}, [], '引"号\\\n\t\x01\x7f/é𠮷', {"b": [1, None, True], "a": {"Z": "", "a1": -3, "a": 2}}]
)
def test_the_databases_canonical_form_is_the_programs(superuser: Connection, value: Any) -> None:
    (text,) = superuser.execute("SELECT log.canonical(%s::jsonb)", [json.dumps(value)]).fetchone() or ("",)
    assert text.encode() == canonical(value)


def test_facts_that_are_too_many_for_a_leaf_stand_in_its_detail(superuser: Connection) -> None:
    facts = {f"{number:019d}": number for number in range(1000)}
    at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    superuser.execute(
        "SELECT log.stage(%s, %s, 'case.accepted', 'x', %s, %s::jsonb, %s::jsonb)",
        [COUNTY, VILLAGE, at, json.dumps(facts), json.dumps({"reason": "界线"})],
    )
    leaf, detail, salts = superuser.execute("SELECT leaf, detail, salts FROM log.entry").fetchone() or (b"", b"", {})
    assert detail is not None
    assert leaf_of("case.accepted", "x", at, facts, hashed({"reason": "界线"}, salts)) == (bytes(leaf), bytes(detail))
