"""The database finds as overdue what the rule calls late, of every state, day and letter; and plans that with few tables."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from landreg.core.db import unit_of_work
from landreg.core.periods import BEIJING
from landreg.law.book import national_law
from landreg.registry.casebook import Case
from landreg.registry.casework import worklist
from landreg.registry.casework.worklist import CaseFilter, Looking
from landreg.registry.rules.desk import BEFORE_ACCEPTANCE, WAITING
from tests.conftest import Connection
from tests.database.registry.test_hot_queries import OFFICER
from tests.plans import plans_of
from tests.villages import past_triggers

TODAY = date(2026, 11, 27)
LOOKING = Looking(OFFICER.account_id, national_law("610902", TODAY), ("610902",))
AGO = (0, 3, 5, 7, 12, 20, 33, 60, 90)
VILLAGE = "610902100001"
Letters = tuple[int, int, tuple[int, ...]]
"""How many letters, how many days ago they were written, and each proof came: of the letters in turn, at 12 days of none."""


def _letters(kind: str, state: str, ago: int) -> list[Letters]:
    none: Letters = (0, 0, ())
    if state not in BEFORE_ACCEPTANCE or kind != "office_correction":
        return [none]
    proofs = [(), *((day,) for day in AGO), *product(AGO[::3], AGO[::3])]
    return [none, *((count, day, put) for count in (1, 2) for day in AGO[::2] if day <= ago for put in proofs)]


def _at(days_ago: int) -> datetime:
    return datetime.combine(TODAY - timedelta(days_ago), time(12), BEIJING)


def _case(superuser: Connection, number: int, kind: str, state: str, ago: int, notice: UUID | None) -> UUID:
    case = uuid4()
    superuser.execute(
        """INSERT INTO registry."case" (county, case_id, village, number, act_kind, right_kind, subject_code, household_code,
               applicant, state, prepared_by, accepted_by, accepted_at, due_on, state_since, waits, notice_id, request, reviewed_by)
           VALUES ('610902', %s, %s, %s, %s, 'contract_management', %s, 'h', '户', %s, %s, %s, '2026-01-01', '2026-12-01', %s,
               true, %s, '{}', %s)""",
        [
            case,
            VILLAGE,
            f"610902-2026-{number:06d}",
            kind,
            f"s{number}",
            state,
            OFFICER.account_id,
            UUID(int=6),
            _at(ago),
            notice,
            UUID(int=7),
        ],
    )
    return case


def _write(superuser: Connection, case: UUID, letters: Letters) -> None:
    count, written, proofs = letters
    ids = [uuid4() for _one in range(count)]
    for letter in ids:
        superuser.execute(
            """INSERT INTO registry.case_event (county, village, event_id, case_id, step, at, by, by_name, reason)
               VALUES ('610902', %s, %s, %s, 'tell', %s, %s, '', '')""",
            [VILLAGE, letter, case, _at(written), OFFICER.account_id],
        )
    for at, put in enumerate(proofs):
        document, letter = uuid4(), ids[at % count] if put != 12 else None
        superuser.execute(
            """INSERT INTO registry.document (county, village, document_id, sha256, kind, name, size, put_by, put_at,
                   letter)
               VALUES ('610902', %s, %s, repeat('0', 64), 'delivery_proof', 'p.pdf', 1, %s, %s, %s)""",
            [VILLAGE, document, OFFICER.account_id, _at(put), letter],
        )
        superuser.execute(
            "INSERT INTO registry.case_document (county, village, case_id, document_id) VALUES ('610902', %s, %s, %s)",
            [VILLAGE, case, document],
        )


def _notice(superuser: Connection, last_day: date) -> UUID:
    notice = uuid4()
    superuser.execute(
        """INSERT INTO registry.notice (county, village, notice_id, number, published_on, last_day, published_by, published_at,
               title, content)
           VALUES ('610902', %s, %s, %s, '2026-01-01', %s, %s, '2026-01-01', '', '{}')""",
        [VILLAGE, notice, f"n{last_day}", last_day, OFFICER.account_id],
    )
    return notice


@pytest.fixture
def waiting(superuser: Connection) -> int:
    """Cases that wait, of every state, entered on every one of AGO, with and without letters; how many."""
    number = 0
    with past_triggers(superuser):
        for state, ago in product(WAITING, AGO):
            notice = _notice(superuser, TODAY - timedelta(ago)) if state == "noticed" else None
            for kind in ("household_change", "office_correction"):
                for letters in _letters(kind, state, ago):
                    number += 1
                    _write(superuser, _case(superuser, number, kind, state, ago, notice), letters)
    return number


def test_the_database_and_the_rule_agree_on_what_is_overdue(waiting: int) -> None:
    with unit_of_work(OFFICER) as uow:
        cases = uow.session.scalars(sa.select(Case)).all()
        late = worklist.late(cases, worklist.since(uow.session, cases, LOOKING.law), LOOKING.law)
        found = uow.session.scalars(worklist.cases_statement(CaseFilter("overdue"), LOOKING)).all()
        counted = worklist.queue_counts(uow.session, LOOKING)["overdue"]
        team = worklist.team(uow.session, LOOKING)
    assert len(cases) == waiting
    assert {case.number for case in found} == {case.number for case in cases if case.case_id in late}
    assert {case.state for case in found} == set(WAITING)
    assert 0 < counted == min(len(late), worklist.COUNTED) < waiting
    assert [load.overdue for load in team] == [len(late)]


def test_the_counts_of_all_queues_are_planned_with_few_tables(waiting: int) -> None:
    """Planned anew at each page: with each state's own query, its letters twice over, it took longer than all else there."""
    with unit_of_work(OFFICER) as uow:
        (plan,) = plans_of(OFFICER, lambda: worklist.queue_counts(uow.session, LOOKING))
    assert len(_read(plan)) <= 10


def _read(plan: Any) -> list[str]:
    """The tables that a plan reads, each as often as it does."""
    if isinstance(plan, list):
        return [name for part in plan for name in _read(part)]
    if not isinstance(plan, dict):
        return []
    own = [plan["Relation Name"]] if "Relation Name" in plan else []
    return own + [name for part in plan.values() for name in _read(part)]
