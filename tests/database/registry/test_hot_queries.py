"""The lists that a clerk opens a hundred times a day read what they show, not every case that there ever was.

Asked as the desk's own login and under its row policy, of 20,000 cases of which 200 wait for the officer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.law.book import national_law
from landreg.party.model import Household
from landreg.registry import ending_queries, finding
from landreg.registry.casework import desk, other_side_queries, under_way_queries, worklist
from landreg.registry.casework.worklist import QUEUES, CaseFilter, Looking
from landreg.registry.facts import contradicted
from landreg.registry.leaves.changes import change_facts
from landreg.registry.leaves.rows import CLOCKED
from landreg.web import pages
from tests.conftest import Connection
from tests.plans import nodes, plans_of, scanned_whole, sent, used
from tests.villages import past_triggers, stage_village

OFFICER = Actor(UUID(int=5), "登记员", Desk.REGISTRY, frozenset({Role.REGISTRAR}), "610902")
LOOKING = Looking(OFFICER.account_id, national_law("610902", date(2026, 11, 27)), ("610902",))
LARGE = {"case"}
ROWS = 20_000
# One in a hundred is the officer's own; a tenth waits, of these every third for a review; a rare act is one of them all.
FILL = """
    INSERT INTO registry."case" (county, case_id, village, number, act_kind, right_kind, subject_code, household_code,
        applicant, state, prepared_by, accepted_by, accepted_at, due_on, state_since, waits, package_id, request,
        reviewed_by)
    SELECT '610902', md5('c' || i)::uuid, '610902' || lpad((100001 + i / 200)::text, 6, '0'),
        '610902-2026-' || lpad(i::text, 6, '0'), CASE WHEN i = 77 THEN 'seizure' ELSE 'household_change' END,
        'contract_management', 's' || i, 'h' || i, '户' || i,
        CASE WHEN i % 10 > 0 THEN 'certified' WHEN i % 3 = 0 THEN 'accepted' ELSE 'registered' END,
        CASE WHEN i % 100 = 0 THEN '00000000-0000-0000-0000-000000000005'::uuid ELSE md5('o' || i % 30)::uuid END,
        md5('o')::uuid, '2026-11-01', '2026-12-01', timestamptz '2026-11-20' - i * interval '1 minute', i % 10 = 0, NULL, '{}',
        md5('v')::uuid
    FROM generate_series(1, 20000) AS i"""

HOUSEHOLDS = """
    INSERT INTO party.household (county, row_id, household_id, village, code, name, collective_id, valid, recorded, act_id,
        ended_by_act)
    SELECT '610902', md5('r' || i)::uuid, md5('h' || i)::uuid, '610902100001', 'h' || i, '户' || i, md5('k')::uuid,
        '[2026-01-01,)', CASE WHEN i % 10 = 0 THEN tstzrange('2026-01-01', '2026-02-01') ELSE tstzrange('2026-01-01', NULL) END,
        md5('a' || i)::uuid, CASE WHEN i % 10 = 0 THEN md5('a' || i / 10)::uuid END
    FROM generate_series(1, 4000) AS i"""


@pytest.fixture
def filled(superuser: Connection) -> Connection:
    """Cases of a county, analysed."""
    with past_triggers(superuser):
        superuser.execute(FILL)
    superuser.execute('ANALYZE registry."case"')
    return superuser


def _page(session: Session, asked: CaseFilter) -> pages.Page[Any]:
    return pages.page_of(session, worklist.cases_statement(asked, LOOKING), number=1, most=worklist.COUNTED)


BESIDE = Household(county="610902", household_id=UUID(int=3))
HOT: dict[str, Callable[[Session], Any]] = {
    **{f"the queue {queue}": lambda s, queue=queue: _page(s, CaseFilter(queue)) for queue in QUEUES},  # type: ignore[misc]
    "the oldest of one's own": lambda s: _page(s, CaseFilter("mine", sort="since", down=False)),
    "how much lies in the queues": lambda s: worklist.queue_counts(s, LOOKING),
    "how much is on notice": lambda s: worklist.state_count(s, "noticed"),
    "what another works on": lambda s: _page(s, CaseFilter(officer=UUID(int=9))),
    "the cases of a rare act": lambda s: _page(s, CaseFilter(act="seizure")),
    "the cases in a rare state": lambda s: _page(s, CaseFilter(state="objected")),
    "a case by the last digits of its number": lambda s: _page(s, CaseFilter(text="0000077")),
    "the cases of a name and those beside it": lambda s: _page(s, CaseFilter(text="户77", beside=(UUID(int=9),))),
    "the cases on whose other side a household stands": lambda s: other_side_queries.cases_beside(
        s, "610902", [BESIDE], 10
    ),
    "a case by its number": lambda s: _page(s, CaseFilter(text="610902-2026-000077")),
}


def test_a_list_of_cases_never_reads_every_case(filled: Connection) -> None:
    with unit_of_work(OFFICER) as uow:
        plans = {name: plans_of(OFFICER, lambda ask=ask: ask(uow.session)) for name, ask in HOT.items()}  # type: ignore[misc]
    assert all(plans.values())
    assert {name: found for name, told in plans.items() if (found := scanned_whole(told, LARGE))} == {}
    for name in ("the queue mine", "the oldest of one's own"):
        assert used(plans[name]) <= {"case_waiting", "case_waiting_since"}


def test_villages_newly_delivered_are_found_by_one_row_of_a_village_and_not_by_all_cases(filled: Connection) -> None:
    made = stage_village(filled, 1)
    with past_triggers(filled):
        filled.execute(
            "UPDATE registry.\"case\" SET act_kind = 'first_registration', package_id = %s", (made.package_id,)
        )
    filled.execute(
        """INSERT INTO land.staged_household SELECT r.* FROM land.staged_household AS h, generate_series(100001, 100400) AS v,
           LATERAL jsonb_populate_record(h, jsonb_build_object('code', '610902' || v || '010001', 'village', '610902' || v)) AS r
           WHERE h.package_id = %s""",
        (made.package_id,),
    )
    for table in ('registry."case"', "land.staged_household", "land.package"):
        filled.execute(f"ANALYZE {table}")
    with unit_of_work(OFFICER) as uow:
        (plan,) = plans_of(OFFICER, lambda: desk.delivered_villages(uow.session, 8))
        assert [found.village for found in desk.delivered_villages(uow.session, 8)] == ["610902104202"]
    assert scanned_whole(plan, {"case", "staged_household"}) == []
    (by_village,) = (one for one in nodes(plan) if one.get("Index Name") == "case_by_village")
    assert "village = f.village" in by_village["Index Cond"]


def test_rights_that_a_survey_has_otherwise_are_counted_once_and_read_by_village(filled: Connection) -> None:
    """The first page reads what the worker counted; what the worker has to count it finds by a row or two of each village."""
    older = stage_village(filled, 1)
    filled.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
    newer = stage_village(filled, 1, homestead_m2="180.0")
    with past_triggers(filled):
        filled.execute(
            """UPDATE registry."case" SET act_kind = 'first_registration', state = 'registered', waits = false,
               village = CASE number WHEN '610902-2026-000777' THEN '610902104202' ELSE village END,
               package_id = CASE number WHEN '610902-2026-000777' THEN %s ELSE %s END""",
            (older.package_id, newer.package_id),
        )
        filled.execute(
            """INSERT INTO registry.act (county, act_id, village, number, kind, registered_at, registered_by)
               SELECT '610902', gen_random_uuid(), (610902104202 + n % 50)::text, 'n' || n, 'survey_entry', system.clock(),
                      gen_random_uuid() FROM generate_series(1, 5000) AS n"""
        )
    for table in ('registry."case"', "land.package", "registry.act"):
        filled.execute(f"ANALYZE {table}")
    with unit_of_work(OFFICER) as uow:
        (due,) = contradicted.to_count(uow.session)
        (looking,) = plans_of(OFFICER, lambda: contradicted.to_count(uow.session))
        (shown,) = plans_of(OFFICER, lambda: contradicted.packages(uow.session, 8))
    assert (due.village, due.package_id) == ("610902104202", newer.package_id)
    assert scanned_whole(looking, LARGE) == []
    assert {"case_by_survey", "act_by_village"} <= used(looking)
    assert {step.get("Relation Name") for step in nodes(shown)} <= {None, "contradicted_village", "package"}


def test_the_list_of_all_cases_reads_its_page_from_the_newest_and_counts_to_a_bound(
    filled: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "COUNTED", 500)
    with unit_of_work(OFFICER) as uow:
        page, _counting = plans_of(OFFICER, lambda: _page(uow.session, CaseFilter()))
        assert used(page) == {"case_by_number"}
        found = _page(uow.session, CaseFilter())
        assert (found.total, found.items[0].number) == (500, "610902-2026-020000")
        assert worklist.queue_counts(uow.session, LOOKING) == {
            "mine": 200, "review": 500, "overdue": 500, "returned": 0, "due": 500,
        }  # fmt: skip


def test_codes_of_another_division_are_looked_for_without_a_row_of_it(filled: Connection) -> None:
    """The village of a case is a part of the index by which the beginning of a code finds it."""
    elsewhere = replace(OFFICER, jurisdiction="610902100")
    with unit_of_work(elsewhere) as uow:
        told = plans_of(elsewhere, lambda: finding.search(uow, "s1"))
    (by_subject,) = (one for one in nodes(told) if one.get("Index Name") == "case_by_subject")
    assert "village" in by_subject["Index Cond"]


def test_the_counts_of_all_queues_are_one_statement(filled: Connection) -> None:
    with unit_of_work(OFFICER) as uow, sent() as seen:
        worklist.queue_counts(uow.session, LOOKING)
        assert len([statement for statement, _ in seen if "SELECT" in statement]) == 1


def test_what_is_under_way_is_planned_once(filled: Connection) -> None:
    """Of what a page of a household, a right and a parcel asks the database keeps the plan: it knows the states by name."""
    with unit_of_work(OFFICER) as uow:
        session = uow.session
        for number in range(15):
            assert not under_way_queries.on_household(session, "610902", f"none {number}", [UUID(int=number)])
            assert not under_way_queries.on_right(session, "610902", UUID(int=number))
            assert not under_way_queries.on_parcel(session, "610902", f"none {number}")
        kept = session.execute(
            text("SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE '%state IN (''draft'', %'")
        ).scalars()
        # What else asked on this connection before keeps its plans too.
        planned = [plans > 0 for plans in kept]
        assert (len(planned) >= 3, all(planned)) == (True, True)


def test_a_leaf_reads_the_rows_of_its_act_and_not_the_register(superuser: Connection) -> None:
    with past_triggers(superuser):
        superuser.execute(HOUSEHOLDS)
    superuser.execute("ANALYZE party.household")
    acts = [row[0] for row in superuser.execute("SELECT md5('a' || i)::uuid FROM generate_series(1, 50) AS i")]
    with unit_of_work(OFFICER) as uow:
        (plan,) = plans_of(OFFICER, lambda: change_facts(uow.session, "610902", acts))
    assert scanned_whole(plan, {"household"}) == []
    assert {"household_by_act", "household_by_ending_act"} <= used(plan)
    indexed = superuser.execute(
        "SELECT schemaname || '.' || tablename FROM pg_indexes WHERE indexname LIKE '%_by_ending_act'"
    )
    assert {row[0] for row in indexed} == {table.replace('"', "") for table in CLOCKED}


RIGHTS = """
    INSERT INTO registry."right" (county, row_id, right_id, village, kind, code, household_id, contract_id, term, area_m2, mu,
        nature, valid, recorded, act_id)
    SELECT '610902', md5('r' || i)::uuid, md5('R' || i)::uuid, '610902' || lpad((100001 + i / 200)::text, 6, '0'),
        'contract_management', 'r' || i, md5('h' || i)::uuid, md5('k' || i)::uuid,
        CASE WHEN i % 200 = 1 THEN daterange('1996-12-01', '2026-12-01') ELSE daterange('2026-01-01', '2056-01-01') END,
        100, 0.15, 'household', '[2026-01-01,)', tstzrange('2026-01-01', NULL), md5('a' || i)::uuid
    FROM generate_series(1, 4000) AS i"""


def test_the_first_pages_count_of_what_ends_reads_no_right_that_does_not_end(superuser: Connection) -> None:
    with past_triggers(superuser):
        superuser.execute(HOUSEHOLDS)
        superuser.execute(RIGHTS)
        superuser.execute('UPDATE registry."right" SET term_ended_on = upper(term)')
    superuser.execute('ANALYZE registry."right"; ANALYZE party.household')
    today = date(2026, 11, 27)
    with unit_of_work(OFFICER) as uow:
        plans = plans_of(OFFICER, lambda: ending_queries.ending_counts(uow.session, today))
        assert ending_queries.ending_counts(uow.session, today) == (0, 20, 0)
        listed = ending_queries.terms_ending(uow.session, today, 50, 0)
    assert (listed[0].total, listed[0].last_day) == (20, date(2026, 11, 30))
    assert scanned_whole(plans, {"right"}) == []
    assert "right_by_end_of_term" in used(plans)
