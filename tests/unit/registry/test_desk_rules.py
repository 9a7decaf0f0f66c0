"""How long a case may wait, and who takes one up."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from landreg.access.rules import FILTERS_MOST, dsk_5_not_too_many_filters
from landreg.registry.rules.desk import (
    WAITING,
    Letter,
    Since,
    TakingUp,
    Waiting,
    dsk_3_step_waits_too_long,
    dsk_4_taken_up_by_another,
    overdue_until,
    told_until,
    waits_since,
)
from tests.unit.registry.facts import LAW

MONDAY = date(2026, 11, 16)


def test_a_case_waits_as_many_working_days_as_its_state_allows_and_not_one_more() -> None:
    in_time = Waiting("1", "accepted", MONDAY, date(2026, 11, 19))
    assert dsk_3_step_waits_too_long(in_time, LAW) is None
    late = dsk_3_step_waits_too_long(Waiting("1", "accepted", MONDAY, date(2026, 11, 20)), LAW)
    assert late is not None
    assert late.code == "DSK-3"
    assert late.values == {"since": MONDAY, "most": 3}


@pytest.mark.parametrize("state", WAITING)
def test_the_list_and_the_rule_agree_on_what_is_overdue_on_every_day_of_two_months(state: str) -> None:
    for number in range(60):
        today = MONDAY + timedelta(days=number)
        last = overdue_until(state, LAW, today)
        for since in (last - timedelta(days=1), last):
            assert dsk_3_step_waits_too_long(Waiting("1", state, since, today), LAW) is not None
        assert dsk_3_step_waits_too_long(Waiting("1", state, last + timedelta(days=1), today), LAW) is None


def test_no_case_is_late_while_days_run_that_are_not_the_office_s_and_it_says_whose_they_are() -> None:
    """COR-9: thirty working days after being told the party may apply themselves; a notice has its own."""
    told = Letter(MONDAY, MONDAY + timedelta(days=3))
    since = waits_since("draft", MONDAY - timedelta(days=30), None, told, LAW)
    assert since == Since(LAW.working_days_after(MONDAY + timedelta(days=3), 30), "party")
    assert since.running(since.day)
    assert not since.running(since.day + timedelta(days=1))
    last = LAW.working_days_after(since.day, 5)
    assert dsk_3_step_waits_too_long(Waiting("1", "draft", since.day, last), LAW) is None
    assert dsk_3_step_waits_too_long(Waiting("1", "draft", since.day, last + timedelta(days=1)), LAW) is not None
    assert waits_since("noticed", MONDAY, date(2026, 12, 7), None, LAW) == Since(date(2026, 12, 7), "public")
    # Who was written to and not reached has no days yet; what came back since waits from then.
    assert waits_since("draft", MONDAY, None, Letter(date(2026, 11, 18), None), LAW) == Since(date(2026, 11, 18))
    assert waits_since("returned", date(2027, 3, 1), None, told, LAW) == Since(date(2027, 3, 1))
    assert waits_since("accepted", MONDAY, None, told, LAW) == Since(MONDAY)


def test_a_party_was_told_by_a_day_exactly_if_their_own_days_are_over_by_the_last() -> None:
    for number in range(60):
        last = MONDAY + timedelta(days=number)
        told = told_until(last, LAW)
        assert LAW.working_days_after(told, 30) <= last < LAW.working_days_after(told + timedelta(days=1), 30)


def test_nobody_takes_up_their_own_case_or_one_at_its_end() -> None:
    """DSK-4: for both."""
    me, other = uuid4(), uuid4()
    assert dsk_4_taken_up_by_another(TakingUp("1", "draft", other, me)) is None
    for facts in (
        TakingUp("1", "draft", me, me),
        TakingUp("1", "registered", me, me),
        TakingUp("1", "refused", other, me),
    ):
        found = dsk_4_taken_up_by_another(facts)
        assert found is not None
        assert found.code == "DSK-4"


def test_an_account_keeps_so_many_filters_and_no_more() -> None:
    assert dsk_5_not_too_many_filters(FILTERS_MOST - 1) is None
    found = dsk_5_not_too_many_filters(FILTERS_MOST)
    assert found is not None
    assert found.code == "DSK-5"
