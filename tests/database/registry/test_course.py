"""The course of a case as the database keeps it, whatever code asks: steps that follow, two officers, one certificate."""

from __future__ import annotations

from itertools import product
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.core.actor import Actor, Desk
from landreg.registry.casework import cases, opening
from tests.registry_kit import Connection, in_state, one, put_paper, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers, stage_village

STATES = {
    "draft": {"accepted", "returned", "withdrawn", "refused"},
    "accepted": {"reviewed", "returned", "withdrawn", "refused"},
    "reviewed": {"noticed", "returned", "withdrawn", "refused"},
    "noticed": {"objected", "registered", "returned", "withdrawn", "refused"},
    "objected": {"noticed", "returned", "withdrawn", "refused"},
    "returned": {"accepted", "withdrawn", "refused"},
    "registered": {"certified"},
    "certified": set(),
    "withdrawn": set(),
    "refused": set(),
}

STEP = """INSERT INTO registry.case_event (county, event_id, village, case_id, step, at, by, by_name, reason)
          SELECT county, gen_random_uuid(), village, case_id, s.step, system.clock(), s.by, '某人', '权属有争议'
          FROM registry."case", (VALUES (%s::uuid, %s, %s::uuid)) AS s (id, step, by) WHERE case_id = s.id"""


@pytest.fixture
def accepted(registrar: Actor, superuser: Connection) -> list[UUID]:
    """Cases of a village that the registrar opened and accepted."""
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    return ids


def _refusal(desk: Connection, statement: str, *values: Any) -> str | None:
    with pytest.raises(psycopg.errors.IntegrityError) as refused, desk.transaction():
        desk.execute(statement, values)
    return refused.value.diag.constraint_name


def test_a_case_goes_by_the_steps_of_its_course_and_no_others(
    accepted: list[UUID], as_desk: Any, superuser: Connection
) -> None:
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    with past_triggers(superuser):
        superuser.execute(STEP, [accepted[0], "refuse", uuid4()])
    desk.execute('UPDATE registry."case" SET reviewed_by = %s', [uuid4()])
    go = 'UPDATE registry."case" SET state = %s WHERE case_id = %s'
    for before, after in product(STATES, STATES):
        with past_triggers(superuser):
            superuser.execute(go, [before, accepted[0]])
        if after == before or after in STATES[before]:
            assert desk.execute(go, [after, accepted[0]]).rowcount == 1, (before, after)
        else:
            noticed = (before, after) == ("reviewed", "registered")
            kept = "reg_4_noticed_where_asked" if noticed else "reg_8_case_keeps_its_course"
            assert _refusal(desk, go, after, accepted[0]) == kept, (before, after)


def test_a_case_begins_as_a_draft(accepted: list[UUID], as_desk: Any) -> None:
    again = """INSERT INTO registry."case" (county, case_id, village, number, package_id, act_kind, right_kind, subject_code,
                   household_code, applicant, state, prepared_by, accepted_by, accepted_at)
               SELECT county, gen_random_uuid(), village, 'other', package_id, act_kind, right_kind, 'other', household_code,
                   applicant, 'noticed', prepared_by, accepted_by, accepted_at FROM registry."case" LIMIT 1"""
    assert _refusal(as_desk(Desk.REGISTRY, COUNTY), again) == "reg_8_case_keeps_its_course"


def test_nobody_is_accepted_by_nobody(accepted: list[UUID], as_desk: Any) -> None:
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    for forgotten in ("accepted_by = NULL", "accepted_by = NULL, accepted_at = NULL"):
        assert _refusal(desk, f'UPDATE registry."case" SET {forgotten}') == "reg_8_accepted_by_somebody"


def test_the_database_refuses_a_reviewer_who_accepted_the_case(
    accepted: list[UUID], as_desk: Any, superuser: Connection, registrar: Actor
) -> None:
    superuser.execute('UPDATE registry."case" SET prepared_by = %s', [uuid4()])
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    review = "UPDATE registry.\"case\" SET state = 'reviewed', reviewed_by = %s"
    assert _refusal(desk, review, registrar.account_id) == "reg_1_four_eyes"
    assert desk.execute(review, [uuid4()]).rowcount == len(accepted)


def test_no_case_is_reviewed_by_nobody_but_land_that_comes_back_by_the_clock(
    accepted: list[UUID], as_desk: Any, superuser: Connection, reviewer: Actor
) -> None:
    """REG-1, as the registrar's login itself: neither by leaving the reviewer out nor by taking their name away later."""
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    go = 'UPDATE registry."case" SET state = %s WHERE case_id = %s'
    assert _refusal(desk, go, "reviewed", accepted[0]) == "reg_1_reviewed_by_somebody"
    cases.review(reviewer, COUNTY, accepted[:1])
    taken = 'UPDATE registry."case" SET reviewed_by = NULL WHERE case_id = %s'
    for state in ("reviewed", "noticed", "objected", "registered", "certified"):
        with past_triggers(superuser):
            superuser.execute(go, [state, accepted[0]])
        assert _refusal(desk, taken, accepted[0]) == "reg_1_reviewed_by_somebody", state
    with past_triggers(superuser):
        superuser.execute(
            """UPDATE registry."case" SET act_kind = 'exit_return', package_id = NULL WHERE case_id = %s""",
            accepted[1:2],
        )
    assert desk.execute(go, ["reviewed", accepted[1]]).rowcount == 1


def test_the_wall_of_the_reviewer_stands_in_the_catalog(superuser: Connection) -> None:
    (told,) = superuser.execute(
        """SELECT pg_get_constraintdef(oid) FROM pg_constraint
           WHERE conname = 'reg_1_reviewed_by_somebody' AND conrelid = 'registry."case"'::regclass AND convalidated"""
    ).fetchone() or ("",)
    assert [state for state in STATES if f"'{state}'" in told] == [
        "reviewed",
        "noticed",
        "objected",
        "registered",
        "certified",
    ]


def test_the_database_refuses_a_refusal_by_who_opened_or_accepted_the_case_or_by_nobody(
    accepted: list[UUID], as_desk: Any, superuser: Connection, registrar: Actor
) -> None:
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    assert _refusal(desk, STEP, accepted[0], "refuse", registrar.account_id) == "reg_1_refused_by_another"
    superuser.execute('UPDATE registry."case" SET prepared_by = %s', [uuid4()])
    assert _refusal(desk, STEP, accepted[0], "refuse", registrar.account_id) == "reg_1_refused_by_another"
    refuse = "UPDATE registry.\"case\" SET state = 'refused' WHERE case_id = %s"
    assert _refusal(desk, refuse, accepted[0]) == "reg_1_refusal_has_its_step"


def test_the_database_refuses_who_put_papers_in_before_the_acceptance_or_while_it_was_returned(
    registrar: Actor, reviewer: Actor, superuser: Connection, as_desk: Any
) -> None:
    """As the registrar's login itself; of who put them in while the case was accepted it refuses nothing (REG-1)."""
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 3).package_id, VILLAGE)
    before, noted, returned = ids = in_state(registrar, batch, "draft")[:3]
    put_paper(reviewer, before, "other")
    cases.accept(registrar, COUNTY, ids)
    put_paper(reviewer, noted, "other")
    cases.return_for_completion(registrar, COUNTY, [returned], "请补正")
    put_paper(reviewer, returned, "other")
    cases.accept(registrar, COUNTY, [returned])
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    review = 'UPDATE registry."case" SET state = %s, reviewed_by = %s WHERE case_id = %s'
    for own in (before, returned):
        assert _refusal(desk, review, "reviewed", reviewer.account_id, own) == "reg_1_four_eyes"
        assert _refusal(desk, review, "accepted", reviewer.account_id, own) == "reg_1_four_eyes"
        assert _refusal(desk, STEP, own, "refuse", reviewer.account_id) == "reg_1_refused_by_another"
        # Nor is their name put in later, in the place of who did review it.
        assert desk.execute(review, ["reviewed", uuid4(), own]).rowcount == 1
        assert _refusal(desk, review, "reviewed", reviewer.account_id, own) == "reg_1_four_eyes"
    assert desk.execute(review, ["reviewed", reviewer.account_id, noted]).rowcount == 1


def test_the_database_refuses_a_reviewer_who_was_named_before_the_papers_came(
    registrar: Actor, reviewer: Actor, superuser: Connection, as_desk: Any
) -> None:
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    (case_id,) = in_state(registrar, batch, "draft")[:1]
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    desk.execute('UPDATE registry."case" SET reviewed_by = %s WHERE case_id = %s', [reviewer.account_id, case_id])
    put_paper(reviewer, case_id, "other")
    accept = """UPDATE registry."case" SET state = 'accepted', accepted_by = %s, accepted_at = system.clock() WHERE case_id = %s"""
    assert desk.execute(accept, [uuid4(), case_id]).rowcount == 1
    review = "UPDATE registry.\"case\" SET state = 'reviewed' WHERE case_id = %s"
    assert _refusal(desk, review, case_id) == "reg_1_four_eyes"


def test_a_case_that_is_accepted_anew_waits_for_a_review_anew(
    accepted: list[UUID], registrar: Actor, reviewer: Actor
) -> None:
    cases.review(reviewer, COUNTY, accepted)
    cases.return_for_completion(registrar, COUNTY, accepted, "材料不全")
    cases.accept(registrar, COUNTY, accepted)
    assert one(registrar, 'SELECT count(*) FROM registry."case" WHERE reviewed_by IS NOT NULL') == 0
    assert one(registrar, 'SELECT DISTINCT accepted_by FROM registry."case"') == registrar.account_id


def test_a_case_has_one_certificate_a_right(
    registrar: Actor, reviewer: Actor, superuser: Connection, as_desk: Any
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    issue = """INSERT INTO registry.certificate SELECT a.county, gen_random_uuid(), a.village, %s, %s, %s, r.kind, r.right_id,
                   a.case_id, a.act_id, system.clock(), a.registered_by, '', true
               FROM registry."right" AS r JOIN registry.act AS a ON a.act_id = r.act_id WHERE r.kind = 'homestead'"""
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    assert desk.execute(issue, ["N-1", "S-1", "T-1"]).rowcount == 1
    assert _refusal(desk, issue, "N-2", "S-2", "T-2") == "reg_8_one_certificate_per_case_and_right"
