"""Which parts of a log a nightly recheck reads: none stays unread longer than is published, however the log grows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from landreg.log.recheck_reached import PACE, Begun, Pace, Reached, parts_left, parts_of_night


def longest_wait(pace: Pace, nightly: list[int]) -> int:
    """The most nights between two readings of a part, of a log that grows by so many entries each day."""
    reached, size, last, longest = Reached(), 0, dict[int, int](), 0
    for night, more in enumerate(nightly):
        size += more
        parts, following = parts_of_night(reached, size, pace)
        for part in parts:
            longest = max(longest, night - last.get(part, night))
            last[part] = night
        reached = Reached(size, "", following)
    ended = len(nightly)
    return max([longest, *(ended - night for night in last.values())])


@example(8, 0, [8, 4, 4, 4, 4, *[8] * 60])
@given(st.integers(2, 40), st.integers(0, 30), st.lists(st.integers(0, 40), min_size=1, max_size=120))
def test_every_part_is_read_within_the_published_nights(nights: int, least: int, nightly: list[int]) -> None:
    assert longest_wait(Pace(4, nights, least), nightly) <= max(nights, 2)


def test_a_register_of_a_million_acts_is_read_again_within_thirty_nights_a_thirtieth_a_night() -> None:
    pace = Pace()
    assert longest_wait(pace, [1_000_000, *[300] * 100]) <= PACE.nights == 30
    parts, _ = parts_of_night(Reached(1_000_000), 1_000_300)
    assert len(parts) * pace.part < 1_000_000 / 20


def test_a_small_register_is_read_whole_each_night() -> None:
    assert parts_of_night(Reached(20_000), 20_100)[0] == parts_left(20_100)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"size": "x"}', '{"size": 1, "root": "r", "parts": [[]]}'])
def test_a_damaged_file_means_that_nothing_was_rechecked(tmp_path: Path, text: str) -> None:
    file = tmp_path / "recheck.json"
    file.write_text(text)
    assert Begun.read(file) == Begun()
    assert text.endswith("[[]]}") or Reached.read(file) == Reached()


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    reached, begun = Reached(9, "ab", 3), Begun(9, "ab", frozenset({1, 2}))
    reached.write(tmp_path / "a")
    begun.write(tmp_path / "b")
    assert (Reached.read(tmp_path / "a"), Begun.read(tmp_path / "b")) == (reached, begun)
    assert parts_left(9, Pace(2), begun.parts) == (0, 3, 4)
