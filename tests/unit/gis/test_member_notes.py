"""The note on a member of a household, in the words of table C.18."""

from __future__ import annotations

import pytest

from gis.nyt2539 import member_note


@pytest.mark.parametrize(
    ("kind", "said", "note"),
    [
        ("", "", ""),
        ("1", "", "外嫁女"),
        ("3", "西安", "在校大学生，西安"),
        ("3", "在校大学生，西安", "在校大学生，西安"),
        ("9", "随母改嫁", "随母改嫁"),
        ("9", "", "其他备注"),
        ("8", "", ""),
        ("", "服刑", "服刑"),
    ],
)
def test_a_note_is_the_standard_s_word_with_what_is_said_beside_it(kind: str, said: str, note: str) -> None:
    assert member_note(kind, said) == note
