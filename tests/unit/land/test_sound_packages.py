"""A sound package gives no finding, in whatever form a county delivers it; what a form lacks is said, and no more."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from landreg.commands.packages import _summary, console
from landreg.core.codes import uscc_fault
from landreg.land.rules.facts import KEY
from landreg.land.survey import check
from landreg.law.book import national_law
from tests.packages import SAMPLE
from tests.small import EXTRA, Form, Small, box, citizen_id
from tests.unit.land.kit import C1, C2, C3, G1, H1, P1, P2, P6, T1, Change, add, both, every, found, law, put, report_on

CHINESE = {"DK": "地块", "JZD": "界址点", "JZX": "界址线", "ZJQY": "组级区域"}

COUNTIES: dict[str, tuple[Callable[[], Small], int]] = {
    "汉滨 in zone 36 with prefix": (lambda: Small("610902"), 4524),
    "汉滨 with six digits and a .prj": (lambda: Small("610902", prefixed=False), 4545),
    "汉滨 with a prefix and no .prj": (lambda: Small("610902", prj=None), 4524),
    "白河 in zone 37 with prefix": (lambda: Small("610929", meridian=111), 4525),
    "白河 with six digits and a .prj": (lambda: Small("610929", meridian=111, prefixed=False), 4546),
    "白河 with a prefix and no .prj": (lambda: Small("610929", meridian=111, prj=None), 4525),
    "旬阳 with the codes of the former county": (lambda: Small("610981", digits="610928"), 4524),
    "旬阳 with today's codes": (lambda: Small("610981"), 4524),
    "旬阳 east of the zone's edge": (lambda: Small("610981", at=(109.62, 32.9)), 4524),
    "平利 in the register's zone": (lambda: Small("610926"), 4524),
    "平利 at the zone's edge": (lambda: Small("610926", at=(109.499, 32.35)), 4524),
    "镇坪 in the register's zone": (lambda: Small("610927"), 4524),
    "石泉": (lambda: Small("610922"), 4524),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTIES)
def test_a_sound_package_of_any_county_gives_no_finding(name: str, tmp_path: Path) -> None:
    make, epsg = COUNTIES[name]
    small = make()
    report = report_on(small, tmp_path)
    assert found(report.findings) == set()
    assert report.county == small.county
    assert report.zone is not None
    assert report.zone.epsg == epsg
    assert report.counts == {
        "FBF": 2, "CBF": 3, "CBF_JTCY": 6, "CBHT": 3, "CBDKXX": 5, "CBJYQZDJB": 3, "LZHT": 1, "DK": 6, "ZJD": 3,
        "ZJQY": 2, "JZD": 14, "JZX": 19,
    }  # fmt: skip


def test_a_county_over_the_zone_s_edge_may_send_the_other_zone_which_is_noted(tmp_path: Path) -> None:
    report = report_on(Small("610926", meridian=111, at=(109.53, 32.4)), tmp_path)
    assert found(report.findings) == {("ZON-10", None)}
    assert not report.refused


def test_a_county_over_the_zone_s_edge_may_keep_to_one_zone_by_a_figure_of_its_own(tmp_path: Path) -> None:
    book = national_law("610926", law().on)
    figure = book.parameters["ZON-9.meridians"]
    own = book.with_own([replace(figure, values={**figure.values, "610926": "108"})])
    beyond = Small("610926", meridian=111, at=(109.53, 32.4)).write(tmp_path / "111")
    assert found(check(beyond, own).findings) == {("ZON-9", None)}
    usual = Small("610926", at=(109.48, 32.4)).write(tmp_path / "108")
    assert found(check(usual, own).findings) == set()


FORMS: dict[str, Form] = {
    "tables as CSV in GBK": Form(tables="csv-gbk"),
    "tables as CSV in UTF-8": Form(tables="csv-utf-8"),
    "tables as CSV in UTF-8 with a mark": Form(tables="csv-utf-8-sig"),
    "attributes of layers in UTF-8": Form(dbf="utf-8"),
    "attributes in GBK that no .cpg names": Form(cpg=False),
    "a folder instead of a zip": Form(zipped=False),
    "two folders deeper": Form(nested="成果/汉滨"),
    "names in small letters, another year, suffixes in capitals": Form(names=lambda k: f"{k.lower()}_2024", upper=True),
    "names with the year alone": Form(names=lambda kind: f"{kind}2019"),
    "names in Chinese": Form(names=lambda kind: CHINESE[kind]),
    "names that say nothing": Form(names=lambda kind: f"export_{sorted(CHINESE).index(kind)}"),
    "a folder without the county's digits": Form(folder="提交成果"),
    "homesteads under another name": Form(homesteads="610902zjd.GPKG"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_sound_package_in_any_form_gives_no_finding(name: str, tmp_path: Path) -> None:
    report = report_on(Small(form=FORMS[name]), tmp_path)
    assert found(report.findings) == set()
    assert report.counts["DK"] == 6
    assert report.counts["ZJD"] == 3


@pytest.mark.parametrize("kind", EXTRA)
def test_each_layer_that_a_package_may_have_beside_the_parcels_gives_no_finding(kind: str, tmp_path: Path) -> None:
    assert found(report_on(Small().with_extra_layers(kind), tmp_path).findings) == set()


def test_all_layers_of_the_standard_together_give_no_finding(tmp_path: Path) -> None:
    assert found(report_on(Small().with_extra_layers(), tmp_path).findings) == set()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("JZD", {"PKG-7"}),
        ("JZX", {"PKG-7"}),
        ("ZJQY", {"PKG-7"}),
        ("CBJYQZDJB", {"PKG-7"}),
        ("ZJD", set()),
        ("LZHT", set()),
    ],
)
def test_a_layer_or_table_that_may_be_missing_is_noted_once(kind: str, expected: set[str], tmp_path: Path) -> None:
    small = Small()
    (small.layers if kind in small.layers else small.tables).pop(kind)
    if kind == "LZHT":
        put("CBDKXX", P2, LZHTBM="")(small)
    report = report_on(small, tmp_path)
    assert {finding.code for finding in report.findings} == expected
    assert not report.refused


def _dates(pattern: str) -> Change:
    """Every date of the tables in another way of writing."""

    def change(small: Small) -> None:
        for rows in small.tables.values():
            for row in rows:
                for name, value in row.items():
                    if name not in KEY.values() and re.fullmatch(r"(19|20)\d{6}", str(value)):
                        row[name] = pattern.format(value[:4], value[4:6], value[6:], int(value[4:6]), int(value[6:]))

    return change


def _numbers(small: Small) -> None:
    """Numbers as a database has them, not as text."""
    for rows in small.tables.values():
        for row in rows:
            for name, value in row.items():
                if re.fullmatch(r"\d+\.\d\d", str(value)):
                    row[name] = float(value)


def _codes(change: Callable[[str], str]) -> Change:
    def everywhere(small: Small) -> None:
        for rows in small.tables.values():
            for row in rows:
                for name, value in row.items():
                    if name in KEY.values() and isinstance(value, str):
                        row[name] = change(value)

    return everywhere


def _separated(by: str) -> Change:
    def change(small: Small) -> None:
        for row in (*small.layers["JZD"], *small.layers["JZX"]):
            row["DKBM"] = row["DKBM"].replace("/", by)

    return change


SLIPS = {"CBHTBM": "YCBHTBM", "CBFBM": "CFBBM"}
UNIT, PERSON = f"{G1}9001", f"{G1}8001"
ID_WITH_X = next(number for number in map(citizen_id, range(500, 600)) if number.endswith("X"))


CREDIT_CODE = next(
    code for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY" if not uscc_fault(code := f"N2610902MF0000001{sign}")
)


def _terms(start: str, end: str, words: str) -> tuple[Change, ...]:
    return every("CBHT", CBQXQ=start, CBQXZ=end), every("CBJYQZDJB", CBQXQ=start, CBQXZ=end, CBQX=words)


def _contract_of_p1(area: str, mu: str) -> Change:
    """The contract of the first household, of whose two parcels the first has this area."""
    total, total_mu = Decimal(area) + 600, Decimal(mu) + Decimal("0.90")
    return both(put("CBDKXX", P1, HTMJ=area, HTMJM=mu), put("CBHT", C1, HTZMJ=str(total), HTZMJM=str(total_mu)))


WAYS: dict[str, Change] = {
    "days with dashes": _dates("{0}-{1}-{2}"),
    "days with strokes and a time": _dates("{0}/{3}/{4} 0:00:00"),
    "days in words": _dates("{0}年{3}月{4}日"),
    "numbers as numbers": _numbers,
    "codes with blanks around them": _codes(lambda code: f" {code} "),
    "parcels of a boundary separated by a comma": _separated(","),
    "parcels of a boundary separated by a Chinese comma": _separated("、"),
    "parcels of a boundary separated by a semicolon and a blank": _separated("; "),
    "codes of one digit where the dictionary has two": every("DK", DLDJ="4"),
    "land owner and land use not filled in": every("DK", SYQXZ="", TDLYLX=""),
    "the slips of a transcription in the transfers": lambda small: small.tables.update(
        LZHT=[{SLIPS.get(name, name): value for name, value in small.tables["LZHT"][0].items()}]
    ),
    "columns of the office's own": both(every("DK", BZ1="甲"), every("CBHT", BEIZHU="乙")),
    "a hundredth of difference in an area": put("DK", P1, SCMJ="600.01"),
    "a total of mu that is the sum of its parcels": both(
        every("CBDKXX", HTMJ="603.40", HTMJM="0.91"), put("CBHT", C1, HTZMJ="1206.80", HTZMJM="1.82"),
        put("CBHT", C2, HTZMJ="603.40", HTZMJM="0.91"), put("CBHT", C3, HTZMJ="1206.80", HTZMJM="1.82"),
    ),
    "a total of mu that is converted from the total": both(
        every("CBDKXX", HTMJ="603.40", HTMJM="0.91"), put("CBHT", C1, HTZMJ="1206.80", HTZMJM="1.81"),
        put("CBHT", C2, HTZMJ="603.40", HTZMJM="0.91"), put("CBHT", C3, HTZMJ="1206.80", HTZMJM="1.81"),
    ),
    "an ID of the time before the prefecture was a city": put("FBF", G1, FZRZJHM="612401197001010012"),
    "an ID of the county that became a city": put("FBF", G1, FZRZJHM="610928197001010018"),
    "an ID with a small x": put("FBF", G1, FZRZJHM=ID_WITH_X.lower()),
    "a member without a paper, known by the household's book": put("CBF_JTCY", "家人1", CYZJLX="4", CYZJHM=""),
    "a unit that takes land in": both(
        add("CBF", H1, CBFBM=UNIT, CBFLX="3", CBFMC="合作社", CBFZJLX="3", CBFZJHM=CREDIT_CODE, CBFCYSL=0),
        put("LZHT", T1, SRFBM=UNIT),
    ),
    "an individual who takes land in": both(
        add("CBF", H1, CBFBM=PERSON, CBFLX="2", CBFMC="个人", CBFZJHM=citizen_id(77), CBFCYSL=0),
        put("LZHT", T1, SRFBM=PERSON),
    ),
    "a part of a parcel leased": put("LZHT", T1, LZMJ="300.00", LZMJM="0.45"),
    "parcels that touch in one point": both(put("DK", P6, shape=[box(150, 20, 30, 20)]), Small.outline),
    "a corner of a neighbour in the midst of a side": both(
        put("DK", P1, shape=[box(0, 0, 30, 10)], SCMJ="300.00", SCMJM="0.45"),
        put("DK", P2, shape=[box(30, 0, 30, 20)]), _contract_of_p1("300.00", "0.45"), Small.outline,
    ),
    "parcels with a lane of half a metre between them": both(
        put("DK", P6, shape=[box(150.5, 0, 29, 20)], SCMJ="580.00", SCMJM="0.87"), Small.outline
    ),
    "a forest of seventy years": both(every("DK", TDLYLX="031"), *_terms("20000101", "20691231", "70年")),
    "a grassland of fifty years": both(every("DK", TDLYLX="041"), *_terms("20000101", "20491231", "50年")),
    "a further thirty years": both(
        *_terms("20280101", "20571231", "30年"), every("CBHT", QDSJ="20260401"),
        put("LZHT", T1, LZQXKSRQ="20280101", LZQXJSRQ="20281231")
    ),
    "a group's area with a hole in which nobody has a parcel": put(
        "ZJQY", G1, shape=[box(0, -50, 90, 150), box(10, 80, 5, 5)[::-1]]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_a_sound_way_of_filling_in_gives_no_finding(name: str, tmp_path: Path) -> None:
    small = Small()
    WAYS[name](small)
    assert found(report_on(small, tmp_path).findings) == set()


def test_a_layer_may_come_in_several_files_which_is_noted(tmp_path: Path) -> None:
    report = report_on(Small(files={"DK": 2, "JZD": 3}), tmp_path)
    assert [(finding.code, finding.layer) for finding in report.findings] == [("PKG-13", "DK"), ("PKG-13", "JZD")]
    assert report.counts["DK"] == 6
    assert report.counts["JZD"] == 14
    assert not report.refused


def test_the_clean_sample_of_a_county_has_nothing_that_refuses() -> None:
    report = check(SAMPLE, law())
    assert [(f.code, f.subject) for f in report.findings if report.law.level(f) == "refuse"] == []


def test_names_of_files_that_chinese_windows_wrote_are_read_and_shown(tmp_path: Path) -> None:
    """A folder whose names are bytes of GBK, as unpacking on another system leaves them."""
    folder = Small(form=Form(zipped=False)).write(tmp_path)
    for path in sorted(folder.rglob("*"), reverse=True):
        os.rename(os.fsencode(path), os.fsencode(path.parent) + b"/" + path.name.encode("gbk"))
    assert found(check(folder, law()).findings) == set()
    (geopackage,) = (path for path in folder.rglob("*.gpkg"))
    geopackage.write_bytes(b"x" * 999)
    report = check(folder, law())
    assert [finding.values["file"] for finding in report.findings] == ["宅基地.gpkg"]
    assert json.dumps(report.as_json(), ensure_ascii=False).encode()


def test_on_the_command_line_what_is_the_matter_with_the_files_stands_first(tmp_path: Path) -> None:
    """A layer that lies there twice doubles every row: the notes of it lead, not the refusals that follow from it."""
    rows = [
        {"level": "refuse", "code": "COD-3", "subject": "1", "zh": "重复"},
        {"level": "warn", "code": "PKG-13", "subject": "", "zh": "DK 有 2 个文件"},
    ]
    with console.capture() as kept:
        _summary(report_on(Small(files={"DK": 2}), tmp_path), rows)
    said = kept.get()
    assert 0 < said.index("PKG-13") < said.index("COD-3")
