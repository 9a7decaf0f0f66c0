"""What contracted land is used for, how its issuer is called, when its contract is made; what a delivery says of itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from landreg.land.rules.codes import LAND_USE
from landreg.land.shown import code_name
from landreg.land.survey import check
from landreg.land.survey_county import divisions
from tests.packages import COLLECTIVE, Unpacked
from tests.small import Form, Small
from tests.unit.land.kit import C1, C2, G2, P2, P6, T1, Change, add, both, every, found, law, put, report_on

CASES: list[tuple[str, Change, set[tuple[str, str | None]]]] = [
    ("contracted land that is not farmed", put("DK", P2, TDYT="5"), {("COD-36", P2)}),
    ("other land that is not farmed", put("DK", P6, TDYT="5"), set()),
    ("a transfer after which land is not farmed", put("LZHT", T1, LZHTDYT="5"), {("COD-36", T1)}),
    ("contracted land of a town", put("DK", P2, TDLYLX="201"), {("COD-37", P2)}),
    ("orchards", every("DK", TDLYLX="021"), set()),
    ("contracted land of works", put("DK", P2, TDLYLX="061"), {("COD-4", P2)}),
    ("contracted bare land", put("DK", P2, TDLYLX="127"), {("COD-4", P2)}),
    ("works of the collective", put("DK", P6, TDLYLX="061"), set()),
    ("a beach of the collective", put("DK", P6, TDLYLX="116"), set()),
    ("a contract signed in years to come", put("CBHT", C2, QDSJ="20270501"), {("TER-9", C2)}),
    ("a term of years to come, signed long ago", both(
        put("CBHT", C2, CBQXQ="20300101", CBQXZ="20591231"), put("CBJYQZDJB", C2, CBQXQ="20300101", CBQXZ="20591231")),
     {("TER-8", C2)}),
    ("a former total in mu that is its parcels' added up", put("CBHT", C1, YHTZMJM="1.78"), set()),
    ("a former total in mu that is neither", put("CBHT", C1, YHTZMJM="1.79"), {("ARE-3", C1)}),
    ("a contract twice whose mu are its parcels' added up", both(
        *(put("CBDKXX", code, HTMJ="603.00") for code in (Small().parcel(1), P2)),
        put("CBHT", C1, HTZMJ="1206.00", HTZMJM="1.80"), add("CBHT", C1)), {("COD-3", C1)}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_gives_its_code_and_no_other(
    change: Change, expected: set[tuple[str, str | None]], tmp_path: Path
) -> None:
    small = Small()
    change(small)
    assert found(report_on(small, tmp_path).findings) == expected


def test_a_contract_that_is_still_to_be_signed_is_refused(tmp_path: Path) -> None:
    small = Small()
    put("CBHT", C2, QDSJ="20270501")(small)
    assert report_on(small, tmp_path).refused


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("汉滨区别的村二组", True),
        ("二组", False),
        ("第二村民小组", False),
        ("新城街道{core}村二组", False),
        ("兴隆社区二组", True),
    ],
)
def test_an_issuer_that_names_another_village_than_that_of_its_code_is_noted(
    name: str, other: bool, tmp_path: Path
) -> None:
    small = Small()
    core = divisions()[G2[:12]].removesuffix("村委会").removesuffix("居委会").removesuffix("社区").removesuffix("村")
    put("FBF", G2, FBFMC=name.format(core=core))(small)
    report = report_on(small, tmp_path)
    assert found(report.findings) == ({("COD-38", G2)} if other else set())
    assert not report.refused


def _with_semicolons(path: Path) -> None:
    path.write_text(path.read_text("gbk").replace(",", ";"), "gbk")


def test_a_table_with_other_separators_is_said_to_have_them(tmp_path: Path) -> None:
    small = Small(form=Form(tables="csv-gbk"))
    small.raw["CBHT.csv"] = _with_semicolons
    report = report_on(small, tmp_path)
    ((code, sign),) = {(f.code, f.values.get("sign")) for f in report.findings}
    assert (code, sign, report.refused) == ("PKG-25", ";", True)


def _as_a_spreadsheet_shows(path: Path) -> None:
    text = re.sub(r"\b610902\d{8,13}\b", "6.10902E+17", path.read_text("gbk"))
    path.write_text(text, "gbk")


def test_codes_that_a_spreadsheet_saved_as_numbers_are_named_once_a_file_and_nothing_else_is_said(
    tmp_path: Path,
) -> None:
    small = Small(form=Form(tables="csv-gbk"))
    small.raw["CBHT.csv"] = small.raw["CBDKXX.csv"] = _as_a_spreadsheet_shows
    report = report_on(small, tmp_path)
    assert report.refused
    assert {(one.code, one.values["file"], one.values["given"]) for one in report.findings} == {
        ("PKG-27", "CBHT.csv", "6.10902E+17"), ("PKG-27", "CBDKXX.csv", "6.10902E+17")}  # fmt: skip
    (of_contracts,) = [one for one in report.findings if one.values["file"] == "CBHT.csv"]
    assert of_contracts.values["columns"] == "CBFBM、FBFBM", "a contract's code ends in a letter"
    assert of_contracts.values["count"] == len(small.tables["CBHT"])


def test_a_table_in_utf_16_is_named_and_told_to_be_saved_as_csv(tmp_path: Path) -> None:
    small = Small(form=Form(tables="csv-utf-8"))
    small.raw["CBHT.csv"] = lambda path: path.write_text(path.read_text("utf-8").replace(",", ";"), "utf-16")
    report = check(small.write(tmp_path), law())
    (said,) = [report.law.say(finding, "zh") for finding in report.findings if finding.code == "PKG-5"]
    assert "看来是 UTF-16" in said
    assert "CSV" in said
    assert "Shapefile" not in said
    assert "?" not in said


def test_what_to_do_about_text_in_another_encoding_is_said_in_the_reader_s_language(tmp_path: Path) -> None:
    small = Small()
    small.form.dbf = "utf-8"
    small.form.cpg = False
    small.raw["DK6109022026.dbf"] = lambda path: path.write_bytes(
        path.read_bytes()[:29] + b"\0" + path.read_bytes()[30:]
    )
    report = check(small.write(tmp_path), law())
    said = [report.law.say(finding, "zh") for finding in report.findings if finding.code == "PKG-5"]
    assert said
    assert all("none" not in one and ".cpg" in one and "GBK" in one for one in said)


def test_classes_are_read_by_the_codes_of_both_years_and_have_their_names() -> None:
    """The field of the standard has three signs; where an office widened it, four."""
    assert {"013", "0103", "061", "0601", "116", "1106"} <= LAND_USE
    assert [code_name(code, "land_class") for code in ("0103", "1206")] == ["旱地", "裸土地"]


def test_the_sample_s_second_survey_holds_what_a_collective_gives_out_itself_and_is_not_refused(tmp_path: Path) -> None:
    """Land kept back, four wastes and built land, each of a class that a transfer of its kind takes."""
    assert not check(COLLECTIVE).refused
    classes = Unpacked(tmp_path, COLLECTIVE).layer("DK").values("TDLYLX")
    assert sorted(classes) == [*["013"] * 3, *["043"] * 3, "051", "061", "063", "116"]
