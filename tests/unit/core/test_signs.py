"""Signs that nobody sees: which they are, and what is text all the same."""

from __future__ import annotations

import re

import pytest

from landreg.core.signs import holds_unseen, is_unseen, without_unseen
from landreg.exchange.interfaces.schema import TEXT, faults_of
from landreg.exchange.interfaces.shapes.contracts import Paper
from landreg.land.sayable import sayable

HIDDEN = [
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0xFEFF,
    0,
    0x7F,
    0x85,
    0xD800,
    0xE0041,
]


@pytest.mark.parametrize("code", HIDDEN)
def test_what_turns_or_hides_text_is_unseen(code: int) -> None:
    assert holds_unseen(f"备{chr(code)}注")
    assert without_unseen(f"备{chr(code)}注") == "备注"


@pytest.mark.parametrize(
    "text", ["", "林春生", "林　春生", "两行\r\n\t文字", "阿·买提", "“地”（一）", "\U00020bb7田", "葛\U000e0100"]
)
def test_what_people_write_is_text(text: str) -> None:
    assert not holds_unseen(text)
    assert without_unseen(text) == text


def test_the_interfaces_own_pattern_names_all_of_the_first_plane() -> None:
    named = {code for code in range(0x10000) if re.fullmatch(TEXT, chr(code)) is None}
    assert named == {code for code in range(0x10000) if is_unseen(chr(code)) and not 0xD800 <= code < 0xE000} | {
        9,
        10,
        13,
    } | set(range(0x2060, 0x2070))


@pytest.mark.parametrize("sign", ["\u202e", "\U000e0041"])
def test_the_interface_refuses_them_as_forms_do(sign: str) -> None:
    found = faults_of(Paper, {"name": f"合同{sign}.pdf", "content": "QUJD"})
    assert [(one.code, one.field) for one in found] == [("FORM-9", "name")]


def test_a_finding_and_a_file_name_show_where_they_stood() -> None:
    assert sayable("地\u202e一\x01") == "地�一␁"
