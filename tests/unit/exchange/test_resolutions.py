"""What a listing says that the members of a collective resolved: in a column of its own or, before that, among its words."""

from __future__ import annotations

from datetime import date

import pytest

from landreg.exchange.listings.reading import Resolution, resolved_of
from landreg.exchange.model import Listing

RESOLVED = Resolution(date(2026, 11, 1), 60, 48, "某政批〔2026〕3号")


def test_a_collective_s_listing_is_read_from_its_column_and_an_older_one_from_its_words() -> None:
    said = f"路好走。\n{RESOLVED.words}"
    kept = Listing(source="collective", said="路好走。", resolution=RESOLVED.words)
    assert resolved_of(kept) == resolved_of(Listing(source="collective", said=said)) == ("路好走。", RESOLVED)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("household", RESOLVED.words),
        ("household", "成员（代表）会议 2026-13-45 决议：应到 1 人，同意 1 人。"),
        ("collective", "成员（代表）会议 2026-13-45 决议：应到 1 人，同意 1 人。"),
        ("collective", "成员（代表）会议 ２０２６-１１-０１ 决议：应到 1 人，同意 1 人。"),
    ],
)
def test_what_a_household_writes_or_what_names_no_day_is_words_as_any_other(source: str, said: str) -> None:
    """It stays among what is judged at review."""
    assert resolved_of(Listing(source=source, said=said)) == (said, None)
