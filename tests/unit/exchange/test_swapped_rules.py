"""CON-107: that parcels which differ much are exchanged for nothing is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from landreg.exchange.contracts.rules.clauses import clauses_of
from landreg.exchange.contracts.rules.swapped import con_107_exchange_is_about_even, side_of
from landreg.law.book import national_law

LAW = national_law("610902", date(2026, 7, 1))
GOOD, POOR = ("0.6", "二等地", 2), ("0.6", "五等地", 5)
Given = list[tuple[str, str, int | None]]


@pytest.mark.parametrize(
    ("one", "other", "balance", "told"),
    [
        ([("1.2", "三等地", 3)], [("0.6", "三等地", 3)], "0", False),
        ([("1.3", "三等地", 3)], [("0.6", "三等地", 3)], "0", True),
        ([("0.5", "三等地", 3)], [("0.6", "三等地", 3), ("0.5", "三等地", 3)], "0", True),
        ([GOOD], [POOR], "0", True),
        ([GOOD], [POOR], "100", False),
        ([GOOD, POOR], [POOR], "0", False),
        ([("0.6", "—", None)], [POOR], "0", False),
    ],
)
def test_that_an_exchange_for_nothing_is_far_from_even_is_told(
    one: Given, other: Given, balance: str, told: bool
) -> None:
    mine, theirs = (side_of((Decimal(mu), grade, number) for mu, grade, number in rows) for rows in (one, other))
    found = con_107_exchange_is_about_even(("1", Decimal(balance), mine, theirs), LAW)
    assert (found is not None) == told


@pytest.mark.parametrize(("on", "keys"), [("2026-11-28", {"use"}), ("2026-11-29", {"use_of_both", "cropland_of_both"})])
def test_what_was_exchanged_before_keeps_its_words_and_since_then_both_are_bound(on: str, keys: set[str]) -> None:
    said = {one.key for one in clauses_of("exchange", "balance_in", date.fromisoformat(on))}
    assert said & {"use", "cropland", "use_of_both", "cropland_of_both"} == keys
