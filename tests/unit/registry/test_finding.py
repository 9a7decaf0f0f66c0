"""What is asked of the register for the beginning of a code that many divisions share."""

from __future__ import annotations

import pytest

from landreg.registry.finding import FOUND, _own_first, is_citizen_id

TOWNSHIP = "610902110"


@pytest.mark.parametrize(
    ("text", "there", "asked"),
    [
        ("6", FOUND, [TOWNSHIP]),
        ("610902", FOUND, [TOWNSHIP]),
        ("610902", 1, [TOWNSHIP, "610902"]),
        (TOWNSHIP, 1, [TOWNSHIP]),
        (f"{TOWNSHIP}201", FOUND, [f"{TOWNSHIP}201"]),
        ("610902111", 0, ["610902111"]),
    ],
)
def test_the_beginning_of_one_s_own_division_s_code_is_asked_for_as_that_first(
    text: str, there: int, asked: list[str]
) -> None:
    read: list[str] = []

    def rows(code: str) -> list[int]:
        read.append(code)
        return [0] * there

    assert len(_own_first(text, TOWNSHIP, rows)) == there
    assert read == asked


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("610902104202010007", False), ("610902104206020018", False),  # households' codes whose last digit fits
        ("610900199001010010", True), ("６１０９００ １９９００１０１００１０", True), ("610900199001010011", False),
    ],
)  # fmt: skip
def test_a_household_s_code_is_no_citizen_id_by_a_day_of_birth_of_a_thousand_years_ago(text: str, is_one: bool) -> None:
    assert is_citizen_id(text) is is_one
