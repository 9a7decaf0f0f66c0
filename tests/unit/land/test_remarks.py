"""Remarks of a package go into the register and onto its papers: none of them ties land to settling in town (GUARD-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from landreg.land.survey_text import _OF_TOWN
from landreg.law.guard_frame import lexicon
from tests.small import Small
from tests.unit.land.kit import C2, G2, H2, P2, P6, T1, both, found, law, put, report_on

TIED = "自愿退出承包地后，方可办理进城落户"


@pytest.mark.parametrize(
    ("kind", "code", "column"),
    [
        ("DK", P2, "DKBZXX"),
        ("CBF_JTCY", H2, "CYBZSM"),
        ("CBJYQZDJB", C2, "DJBFJ"),
        ("CBF", H2, "GSJS"),
        ("CBF", H2, "CBFDCJS"),
        ("FBF", G2, "FBFDCJS"),
        ("LZHT", T1, "LZJGSM"),
    ],
)
def test_a_remark_that_ties_land_to_settling_is_noted_and_a_price_that_does_refused(
    kind: str, code: str, column: str, tmp_path: Path
) -> None:
    small = Small()
    put(kind, code, **{column: TIED})(small)
    report = report_on(small, tmp_path)
    told = "GUARD-1" if column == "LZJGSM" else "GUARD-3"
    assert [(f.code, f.layer, f.subject, f.field) for f in report.findings] == [(told, kind, code, column)]
    assert report.refused is (told == "GUARD-1")


def test_each_row_of_one_text_is_named(tmp_path: Path) -> None:
    small = Small()
    both(put("DK", P2, DKBZXX=TIED), put("DK", P6, DKBZXX=TIED))(small)
    findings = report_on(small, tmp_path).findings
    assert found(findings) == {("GUARD-3", P2), ("GUARD-3", P6)}
    assert law().say(findings[0]).startswith("第 2 行的 DKBZXX：备注把土地权利与进城落户写在一起")
    assert (
        law()
        .say(findings[0], "en")
        .startswith("DKBZXX in row 2: the remark speaks of rights to land together with settling")
    )


@pytest.mark.parametrize(
    "text",
    [
        "该户已进城落户，承包地由其父代耕",
        "公示无异议",
        "外嫁女，户口未迁出，继续享有承包地",
        "户口迁出，承包地保留",
        "户口迁出，承包地由父母耕种",
    ],
)
def test_what_is_merely_told_of_a_register_stays(text: str, tmp_path: Path) -> None:
    small = Small()
    both(put("DK", P2, DKBZXX=text), put("CBF_JTCY", "家人2", CYBZSM=text))(small)
    assert found(report_on(small, tmp_path).findings) == set()


def test_no_word_of_settling_is_passed_over_for_what_a_remark_says_of_turning_land_over() -> None:
    words = [word for word, of in lexicon().fields.items() if "转" in word and of & {"settle", "register", "townsman"}]
    assert words
    assert not [word for word in words if _OF_TOWN.isdisjoint(word)]
    assert _OF_TOWN.isdisjoint("转包给邻组耕种，后转让")
