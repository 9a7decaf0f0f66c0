"""What the watch finds in simulated counties, and what it does not call out: briefly here, at length in `make drill`."""

from __future__ import annotations

import pytest

from bench.watch import ROWS, County, alarms, power

TIED = County(tied=0.2)


def test_an_officer_who_ties_one_exit_in_five_is_found_within_three_months() -> None:
    assert power(TIED, 4, 6109).within[2] >= 0.75


def test_where_nobody_ties_anything_hardly_a_look_calls_anybody_out() -> None:
    months, _years = alarms(County(), 2, 6109)
    assert months <= 1 / 24


def test_the_first_row_of_the_table_is_what_is_asked_of_the_watch() -> None:
    assert ROWS[0][1] == TIED
    assert (TIED.rate, TIED.months) == (0.1, 3)


@pytest.mark.drill
@pytest.mark.timeout(3600)
def test_in_nine_of_ten_counties_the_one_who_ties_is_found_within_three_months() -> None:
    found = power(TIED, 100, 6109)
    print("within 1, 2, 3 months:", *(f"{one:.0%}" for one in found.within))
    assert found.within[2] >= 0.9


@pytest.mark.drill
@pytest.mark.timeout(7200)
def test_in_two_hundred_years_without_coercion_no_more_than_one_in_ten_has_a_false_alarm() -> None:
    months, years = alarms(County(), 200, 6109)
    print(f"looks with a flag {months:.1%}, years with one {years:.1%}")
    assert months <= 0.1
    assert years <= 0.1
