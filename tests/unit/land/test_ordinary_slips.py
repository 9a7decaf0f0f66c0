"""Slips of ordinary deliveries: said under a code of their own, once where they are everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis.nyt2539 import TABLES
from landreg.land.rules.codes import ESSENTIAL
from landreg.land.survey_columns import LISTS
from landreg.land.survey_reading import CODES, TEXTS
from tests.small import Small
from tests.unit.land.kit import G2, H2, H3, P2, P6, Z1, Change, both, every, found, law, put, report_on, without_column


def test_every_column_that_a_right_needs_is_kept_for_the_rule_that_asks_for_it() -> None:
    lost = [
        (kind, name)
        for kind, names in ESSENTIAL.items()
        for name in names.split()
        if name not in CODES | TEXTS | LISTS.keys() and TABLES[kind].fields[name].type not in ("Int", "Float", "Date")
    ]
    assert lost == []


CASES: list[tuple[str, Change, set[tuple[str, str | None]]]] = [
    ("an issuer without a name", put("FBF", G2, FBFMC=""), {("COD-6", G2)}),
    ("a representative with a member's number and another name", put("CBF", H3, CBFMC="张冠李"),
     {("REL-34", H3)}),
    ("a representative's name with a blank in it", both(put("CBF", H3, CBFMC="户 主3"), put("ZJD", Small().homestead(3),
     QLRMC="户 主3")), set()),
    ("a representative without a number whom no member is", both(put("CBF", H3, CBFMC="张冠李", CBFZJHM=""), put(
     "ZJD", Small().homestead(3), QLRMC="户主3")), {("REL-35", H3), ("COD-7", H3)}),
    ("a representative without a number who is a member", put("CBF", H3, CBFZJHM=""), {("COD-7", H3), ("REL-36", H3)}),
    ("a parcel without a contract whose kind is blank", put("DK", P6, DKLB=""), {("COD-7", P6), ("REL-2", P6)}),
    ("a parcel under a contract whose kind is blank", put("DK", P2, DKLB=""), {("COD-7", P2)}),
    ("homesteads without unit codes", without_column("ZJD", "BDCDYH"), {("COD-28", Z1)}),
    ("a homestead without a unit code", put("ZJD", Z1, BDCDYH=""), {("COD-28", Z1)}),
    ("storeys in words", every("ZJD", CS="2层"), {("COD-27", Small().homestead(n)) for n in (1, 2, 3)}),
    ("an approval in words", put("ZJD", Z1, PZMJ="无"), {("COD-17", Z1), ("ARE-21", Z1)}),
    ("a private sign in a parcel's name", put("DK", P2, DKMC="地\ue000"), {("COD-29", P2)}),
    ("a private sign in a member's name", put("CBF_JTCY", "家人2", CYXM="王\ue000"), {("COD-50", H2)}),
    ("a sign that no certificate can show", put("CBF_JTCY", "家人2", CYXM="王\u9fff"), {("COD-51", H2)}),
    ("a sign that Unicode has not", put("CBF_JTCY", "家人2", CYXM="王\U0003fffd"), {("COD-29", H2)}),
    ("rare signs, full-width brackets and punctuation", both(put("CBF_JTCY", "家人2", CYXM="王𠮷（二），。"),
     put("DK", P2, DKMC="地①ＡＢ")), set()),
    ("areas with thousands separators", both(put("CBDKXX", P2, YHTMJ="1,590.00", YHTMJM=""), put(
     "CBHT", Small().contract(2), YHTZMJ="2,590.00", YHTZMJM="")), {("COD-30", P2), ("COD-30", Small().contract(2))}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_slip_gives_its_codes_and_no_others(
    change: Change, expected: set[tuple[str, str | None]], tmp_path: Path
) -> None:
    small = Small()
    small.form.dbf = "utf-8"
    change(small)
    assert found(report_on(small, tmp_path).findings) == expected


def test_what_no_right_rests_on_refuses_nothing(tmp_path: Path) -> None:
    small = Small()
    every("ZJD", CS="2层", BDCDYH="")(small)
    put("DK", P2, DKMC="地\ue000")(small)
    small.form.dbf = "utf-8"
    assert not report_on(small, tmp_path).refused
    assert law().rule("REL-34").effect == "refuse"


def test_coordinates_in_each_other_s_place_are_told_once(tmp_path: Path) -> None:
    small = Small()
    for row in small.layers["JZD"]:
        ((x, y),) = small._placed(row["shape"][0])
        row |= {"XZBZ": f"{x:.3f}", "YZBZ": f"{y:.3f}"}
    (finding,) = report_on(small, tmp_path).findings
    assert (finding.code, finding.values["count"]) == ("TOP-20", 14)
