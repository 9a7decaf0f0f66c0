"""What is asked of the register for the beginning of a code that many divisions share."""

from __future__ import annotations

import pytest

from landreg.registry.finding import FOUND, _own_first

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
