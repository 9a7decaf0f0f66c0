"""A meeting of a collective has one of each household, or more than twenty representatives; a township's paper has a number."""

from __future__ import annotations

import pytest

from landreg.exchange.listings.rules.offer import is_a_number, may_be_a_meeting


@pytest.mark.parametrize(
    ("members", "households", "met"),
    [(1, 1, True), (1, 2, False), (20, 20, True), (19, 20, False), (20, 100, False), (21, 100, True), (260, 100, True)],
)
def test_who_may_be_a_meeting(members: int, households: int, met: bool) -> None:
    """RCEO-28: representatives are more than twenty."""
    assert may_be_a_meeting(members, households) is met


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("样政发〔2026〕9号", True),
        ("旬政函〔二〇二六〕八号", True),
        ("2026-3", True),
        ("x", False),
        ("同意同意", False),
        (" 9 ", False),
    ],
)
def test_what_can_be_the_number_of_a_township_s_paper(said: str, number: bool) -> None:
    assert is_a_number(said) is number
