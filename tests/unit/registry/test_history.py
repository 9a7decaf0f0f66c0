"""What each act changed, worked out from the rows that were said."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from landreg.registry.history import VALID, Line, Said, differences

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
BEGIN, SPRING = date(1998, 1, 1), date(2020, 3, 1)


def row(opened: UUID, closed: UUID | None = None, **told: Any) -> Said:
    """A row of a right of 800 m² that holds from 1998 on, unless told otherwise."""
    facts = {"code": "J", "area_m2": 800, **told.pop("facts", {})}
    spanned = {"valid_from": BEGIN, "valid_to": None, "part": "right", "key": "r", "name": "", **told}
    return Said(facts=facts, opened_by=opened, closed_by=closed, **spanned)


def test_a_first_registration_is_told_with_all_that_it_says() -> None:
    assert differences([row(FIRST)])[FIRST] == (
        Line("right", "", "code", None, "J"),
        Line("right", "", "area_m2", None, 800),
        Line("right", "", VALID, None, (BEGIN, None)),
    )


def test_a_correction_for_all_time_tells_the_field_alone() -> None:
    rows = [row(FIRST, SECOND), row(SECOND, facts={"area_m2": 790})]
    assert differences(rows)[SECOND] == (Line("right", "", "area_m2", 800, 790),)


def test_a_change_from_a_day_on_says_since_when_and_nothing_of_the_days_before() -> None:
    rows = [
        row(FIRST, SECOND),
        row(SECOND, valid_to=SPRING),
        row(SECOND, valid_from=SPRING, facts={"area_m2": 790}),
    ]
    assert differences(rows)[SECOND] == (Line("right", "", "area_m2", 800, 790, SPRING),)


def test_an_end_is_told_as_a_shorter_time() -> None:
    rows = [row(FIRST, SECOND), row(SECOND, valid_to=SPRING)]
    assert differences(rows)[SECOND] == (Line("right", "", VALID, (BEGIN, None), (BEGIN, SPRING)),)


def test_a_row_that_was_only_said_again_is_no_change() -> None:
    rows = [
        row(FIRST, SECOND, valid_to=SPRING),
        row(FIRST, SECOND, valid_from=SPRING, facts={"area_m2": 790}),
        row(SECOND, valid_to=SPRING, facts={"area_m2": 801}),
        row(SECOND, valid_from=SPRING, facts={"area_m2": 790}),
    ]
    assert differences(rows)[SECOND] == (Line("right", "", "area_m2", 800, 801),)


def test_what_an_act_takes_away_is_told_with_nothing_after() -> None:
    share = {"part": "holder", "key": "h", "name": "王某"}
    rows = [row(FIRST, SECOND, **share), row(FIRST)]
    assert {(line.before, line.after) for line in differences(rows)[SECOND]} == {
        ("J", None),
        (800, None),
        ((BEGIN, None), None),
    }


def test_each_act_has_its_own_difference_and_parts_come_in_their_order() -> None:
    contract = {"part": "contract", "key": "c", "name": "J"}
    rows = [
        row(FIRST, **contract),
        row(FIRST, SECOND),
        row(SECOND, THIRD, facts={"area_m2": 790}),
        row(THIRD, facts={"area_m2": 780}),
    ]
    told = differences(rows)
    assert [line.part for line in told[FIRST]] == ["right"] * 3 + ["contract"] * 3
    assert [(line.before, line.after) for act in (SECOND, THIRD) for line in told[act]] == [(800, 790), (790, 780)]
