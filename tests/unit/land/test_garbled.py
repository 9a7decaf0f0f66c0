"""Text that was once converted wrongly is refused at the check: else it would be in the register for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from landreg.land.rules.garbled import LOOKED_AT, garbled_rows
from tests.small import Small
from tests.unit.land.kit import G2, H2, P2, found, law, put, report_on

GARBLED: list[tuple[str, str, str, dict[str, Any]]] = [
    ("a member's name of lost signs", "CBF_JTCY", "家人2", {"CYXM": "王\ufffd\ufffd"}),
    ("a member's name with a question mark", "CBF_JTCY", "家人2", {"CYXM": "王?"}),
    ("a member's name with a box", "CBF_JTCY", "家人2", {"CYXM": "王□明"}),
    ("a member's name in Latin letters", "CBF_JTCY", "家人2", {"CYXM": "ÀîËÄ"}),
    ("a member's name in UTF-8 read as GBK", "CBF_JTCY", "家人2", {"CYXM": "鏉庡洓"}),
    ("a member's name in UTF-8 read as Latin letters", "CBF_JTCY", "家人2", {"CYXM": "å¼\xa0ä¸‰"}),
    ("an issuer's name converted twice", "FBF", G2, {"FBFMC": "锟斤拷锟斤拷组"}),
    ("a parcel's name of lost signs", "DK", P2, {"DKMC": "屋后\ufffd"}),
    ("a neighbour in Latin letters", "DK", P2, {"DKDZ": "µÀÂ·"}),
    ("an address out of empty memory", "CBF", H2, {"CBFDZ": "烫烫烫烫"}),
    ("a remark on a member of lost signs", "CBF_JTCY", "家人2", {"CYBZSM": "\ufffd\ufffd"}),
]


@pytest.mark.parametrize(("kind", "code", "values"), [one[1:] for one in GARBLED], ids=[one[0] for one in GARBLED])
def test_garbled_text_is_refused_with_its_row_and_column(
    kind: str, code: str, values: dict[str, Any], tmp_path: Path
) -> None:
    small = Small()
    small.form.dbf = "utf-8"
    put(kind, code, **values)(small)
    rows = small.tables.get(kind) or small.layers[kind]
    report = report_on(small, tmp_path)
    ((column, _),) = values.items()
    row = next(number for number, one in enumerate(rows, 1) if one.get(column) == values[column])
    assert [(f.code, f.field, f.values["row"]) for f in report.findings] == [("COD-50", column, row)]
    assert report.refused


def test_the_sentence_quotes_what_is_left(tmp_path: Path) -> None:
    small = Small()
    put("CBF_JTCY", "家人2", CYXM="王\ufffd\ufffd")(small)
    (finding,) = report_on(small, tmp_path).findings
    assert (
        law().say(finding).startswith("第 4 行 CYXM（成员姓名）的文字“王\ufffd\ufffd”是转换编码时留下的乱码（U+FFFD）")
    )


SOUND = [
    "买买提·艾力", "阿依古丽··买买提", "××镇××村", "“地”·（一）", "2°30′", "Müllerè", "王𠮷", "喆喆", "䶮", "王·琨", "锟", "屯屯",
    "滕王阁", "缪斯",
]  # fmt: skip


@pytest.mark.parametrize("text", SOUND)
def test_sound_text_is_left_alone(text: str) -> None:
    for column in ("CYXM", "DKMC"):
        assert garbled_rows(np.array([text.encode(), b"", "李四".encode()]), column) == {}


def test_a_question_mark_is_text_elsewhere() -> None:
    assert garbled_rows(np.array([b"?"]), "DKMC") == {}
    assert garbled_rows(np.array([b"", b""]), "CYXM") == garbled_rows(np.zeros(0, dtype="S1"), "CYXM") == {}
    assert garbled_rows(np.array([b"", b"?"]), "CYXM") == {1: "?"}


def test_a_mark_is_found_in_whatever_row_it_stands() -> None:
    names = ["李四"] * (LOOKED_AT + 50)
    names[LOOKED_AT + 20] = "王\ufffd"
    assert garbled_rows(np.array([name.encode() for name in names]), "CYXM") == {LOOKED_AT + 20: "U+FFFD"}


def test_a_table_in_utf_8_that_was_read_as_gbk_is_found_whole() -> None:
    names = np.array(["鏉庡洓".encode()] * (LOOKED_AT + 50))
    assert len(garbled_rows(names, "CYXM")) == LOOKED_AT + 50


def test_a_private_sign_in_a_name_refuses_and_one_in_a_parcel_s_is_noted(tmp_path: Path) -> None:
    small = Small()
    small.form.dbf = "utf-8"
    put("DK", P2, DKMC="地\ue000")(small)
    put("CBF", H2, CBFDZ="村\ue001")(small)
    report = report_on(small, tmp_path)
    assert found(report.findings) == {("COD-29", P2), ("COD-29", H2)}
    assert not report.refused
