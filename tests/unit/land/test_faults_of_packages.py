"""What is wrong with a package as a whole: its zip, its files, its parts, its county, its zone. One clear finding each."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pyproj import CRS

from gis.faults import KINDS, PackageFault
from landreg.core.errors import Finding
from landreg.land.survey import check, opened
from landreg.land.survey_reading import fault_finding
from tests.small import Form, Small, prj
from tests.unit.land.kit import (
    P6,
    every,
    found,
    law,
    put,
    report_on,
    without_column,
)  # fmt: skip


def one(path: Path) -> Finding:
    """The only finding of a package."""
    report = check(path, law())
    assert len(report.findings) == 1, report.findings
    assert report.refused
    (finding,) = report.findings
    for language in ("zh", "en"):
        assert "—" not in report.law.say(finding, language)  # type: ignore[arg-type]
    return finding


# -- the zip ------------------------------------------------------------------------------------------------------------


def cut(size: float) -> Callable[[Path], object]:
    """Keep the first part of a file only."""
    return lambda path: path.write_bytes(path.read_bytes()[: int(path.stat().st_size * size)])


def flip(share: float) -> Callable[[Path], object]:
    """Turn over one byte of a file."""

    def change(path: Path) -> None:
        raw = bytearray(path.read_bytes())
        raw[int(len(raw) * share)] ^= 0xFF
        path.write_bytes(raw)

    return change


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06", b"Rar!\x1a\x07\x00" + bytes(500)])
def test_what_is_no_zip_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "成果.zip"
    file.write_bytes(content)
    finding = one(file)
    assert finding.code == "PKG-1"
    assert finding.values["file"] == "成果.zip"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_zip_that_was_cut_off_is_no_zip_wherever_the_cut_falls(share: float, tmp_path: Path) -> None:
    file = Small().write(tmp_path)
    cut(share)(file)
    assert one(file).code == "PKG-1"


def test_a_zip_with_a_damaged_entry_names_the_entry(tmp_path: Path) -> None:
    file = Small().write(tmp_path)
    flip(0.4)(file)
    finding = one(file)
    assert (finding.code, finding.values["fault"]) == ("PKG-1", "zip_damaged")
    assert "610902" in finding.values["entry"]


def test_a_zip_with_a_password_is_not_opened(tmp_path: Path) -> None:
    file = Small().write(tmp_path)
    raw = bytearray(file.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + place] |= 1
            at = raw.find(mark, at + 4)
    file.write_bytes(raw)
    finding = one(file)
    assert (finding.code, finding.values["fault"]) == ("PKG-1", "zip_encrypted")


def test_a_zip_that_would_grow_a_thousandfold_is_not_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("DK.shp", "w") as entry,
    ):
        for _ in range(270):
            entry.write(bytes(1 << 20))
    assert one(file).code == "PKG-2"


def test_a_zip_that_declares_more_than_is_allowed_is_not_unpacked(tmp_path: Path) -> None:
    file = Small().write(tmp_path)
    raw = bytearray(file.read_bytes())
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        raw[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
        at = raw.find(b"PK\x01\x02", at + 4)
    file.write_bytes(raw)
    finding = one(file)
    assert finding.code == "PKG-2"
    assert finding.values["allowed"] == 34359738368


def test_a_zip_of_too_many_files_is_not_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "many.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(20_001):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    finding = one(file)
    assert (finding.code, finding.values["files"]) == ("PKG-2", 20_001)


@pytest.mark.parametrize("name", ["../DK.shp", "a/../../DK.shp", "/etc/DK.shp", "C:\\DK.shp", "..\\..\\DK.shp"])
def test_an_entry_that_would_leave_the_folder_is_not_written(name: str, tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, b"x")
    finding = one(file)
    assert finding.code == "PKG-3"
    assert not (tmp_path.parent / "DK.shp").exists()


def test_a_link_in_a_zip_is_not_followed(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    entry = zipfile.ZipInfo("DK.shp")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    finding = one(file)
    assert (finding.code, finding.values["fault"]) == ("PKG-2", "zip_link")
    assert "“DK.shp”是链接" in law().say(finding)


def test_a_name_that_stands_twice_in_a_zip_is_called_so(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("宅基地.gpkg", b"x")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("宅基地.gpkg", b"y")
    said = law().say(one(file))
    assert "“宅基地.gpkg”出现两次" in said
    assert "目录之外" not in said


def test_a_package_that_is_not_there_is_said_not_to_be(tmp_path: Path) -> None:
    assert one(tmp_path / "fehlt.zip").code == "PKG-18"


@pytest.mark.parametrize("form", ["an empty folder", "an empty zip", "a folder of papers"])
def test_what_holds_nothing_of_a_package_is_said_to_be_none(form: str, tmp_path: Path) -> None:
    path = tmp_path / "package"
    path.mkdir()
    if form == "a folder of papers":
        (path / "说明.docx").write_bytes(b"x")
    if form == "an empty zip":
        path = tmp_path / "package.zip"
        zipfile.ZipFile(path, "w").close()
    assert one(path).code == "PKG-24"


# -- its files ------------------------------------------------------------------------------------------------------------


def _gone(path: Path) -> None:
    path.unlink()


def _poured(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def _in_gbk(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE CBF SET CBFDZ = CAST(? AS TEXT)", ["地址".encode("gbk")])


FILES: list[tuple[str, dict[str, Callable[[Path], object]], Form, str, str]] = [
    ("shapes cut off", {"DK6109022026.shp": cut(0.6)}, Form(), "PKG-4", "DK6109022026.shp"),
    ("shapes cut within the head", {"JZX6109022026.shp": cut(0.01)}, Form(), "PKG-4", "JZX6109022026.shp"),
    ("attributes cut off", {"DK6109022026.dbf": cut(0.7)}, Form(), "PKG-4", "DK6109022026.dbf"),
    ("attributes of points cut off", {"JZD6109022026.dbf": cut(0.7)}, Form(), "PKG-4", "JZD6109022026.dbf"),
    ("attributes without a head", {"DK6109022026.dbf": _poured(b"")}, Form(), "PKG-4", "DK6109022026.dbf"),
    ("shapes of nothing", {"DK6109022026.shp": _poured(b"")}, Form(), "PKG-4", "DK6109022026.shp"),
    ("no shapes", {"DK6109022026.shp": _gone}, Form(), "PKG-4", "DK6109022026.shp"),
    ("no attributes", {"JZD6109022026.dbf": _gone}, Form(), "PKG-4", "JZD6109022026.dbf"),
    ("a database that is none", {"6109022026.sqlite": _poured(b"x" * 5000)}, Form(), "PKG-4", "6109022026.sqlite"),
    ("a database cut off", {"6109022026.sqlite": cut(0.5)}, Form(), "PKG-4", "6109022026.sqlite"),
    ("text in a database that is not UTF-8", {"6109022026.sqlite": _in_gbk}, Form(), "PKG-5", "6109022026.sqlite"),
    ("an Access file that is none", {"6109022026.sqlite": lambda p: p.rename(p.with_suffix(".mdb"))}, Form(),
     "PKG-4", "6109022026.mdb"),
    ("a row with a value too many", {"CBHT.csv": lambda p: p.write_text(p.read_text("gbk") + "a,b\n", "gbk")},
     Form(tables="csv-gbk"), "PKG-4", "CBHT.csv"),
    ("a GeoPackage that is none", {"宅基地": _poured(b"x" * 5000)}, Form(), "PKG-4", "宅基地.gpkg"),
    ("UTF-8 that says it is GBK", {"DK6109022026.dbf": lambda p: p.write_bytes(
        p.read_bytes()[:29] + b"\x4d" + p.read_bytes()[30:])}, Form(dbf="utf-8"), "PKG-5", "DK6109022026.dbf"),
    ("GBK that says it is UTF-8", {"DK6109022026.dbf": lambda p: (
        p.write_bytes(p.read_bytes()[:29] + b"\0" + p.read_bytes()[30:]), p.with_suffix(".cpg").write_text("UTF-8"))},
     Form(), "PKG-5", "DK6109022026.dbf"),
    ("a table in neither encoding", {"FBF.csv": lambda p: p.write_bytes(p.read_bytes() + b"\xff\xff\xff\n")},
     Form(tables="csv-utf-8"), "PKG-5", "FBF.csv"),
]  # fmt: skip


@pytest.mark.parametrize("case", FILES, ids=[case[0] for case in FILES])
def test_a_file_that_cannot_be_read_is_named(
    case: tuple[str, dict[str, Callable[[Path], object]], Form, str, str], tmp_path: Path
) -> None:
    _, raw, form, code, file = case
    finding = one(Small(form=form, raw=raw).write(tmp_path))
    assert (finding.code, finding.values["file"]) == (code, file)


@pytest.mark.parametrize("raw", [_gone, _poured(b""), cut(0.6), flip(0.9)], ids=["no", "an empty", "a cut", "a wrong"])
def test_an_index_of_shapes_is_not_needed(raw: Callable[[Path], object], tmp_path: Path) -> None:
    assert found(report_on(Small(raw={"DK6109022026.shx": raw}), tmp_path).findings) == set()


def test_several_files_that_cannot_be_read_are_all_named(tmp_path: Path) -> None:
    small = Small(raw={"DK6109022026.shp": cut(0.6), "JZX6109022026.dbf": cut(0.6), "宅基地": _poured(b"x" * 999)})
    report = report_on(small, tmp_path)
    assert sorted(f.values["file"] for f in report.findings if f.code == "PKG-4") == [
        "DK6109022026.shp", "JZX6109022026.dbf", "宅基地.gpkg",
    ]  # fmt: skip


def test_text_of_one_row_that_is_not_in_the_encoding_is_named_with_row_and_column(tmp_path: Path) -> None:
    small = Small()
    put("DK", P6, DKMC=b"\xff\xfe\xfa")(small)
    report = report_on(small, tmp_path)
    assert found(report.findings) == {("PKG-15", P6)}
    assert report.findings[0].values == {"row": 6, "column": "DKMC", "column_name": "地块名称"}


@pytest.mark.parametrize("cell", [b"no geometry", 7, 1.5, "POLYGON EMPTY"])
def test_a_geometry_of_a_homestead_that_is_broken_is_named_with_its_row(cell: object, tmp_path: Path) -> None:
    small = Small()
    small.layers["ZJD"][1]["blob"] = cell
    report = report_on(small, tmp_path)
    assert [(f.code, f.values["key"], f.values["row"]) for f in report.findings] == [("PKG-4", "fid", "2")]


@pytest.mark.parametrize(
    ("definition", "codes"),
    [(prj(108, prefixed=True).encode(), set()), (b"\xff\xfe\x00no CRS", {"ZON-12"}), (4524, {"ZON-12"}), (None, set())],
)
def test_the_coordinate_system_of_a_geopackage_may_be_of_any_type(
    definition: object, codes: set[str], tmp_path: Path
) -> None:
    def write(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE gpkg_spatial_ref_sys SET definition = ?", [definition])

    report = report_on(Small(raw={"宅基地": write}), tmp_path)
    assert {finding.code for finding in report.findings} == codes


def test_a_layer_of_a_geopackage_whose_name_is_no_text_makes_the_file_unreadable(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE gpkg_geometry_columns SET table_name = x'00ff'")

    finding = one(Small(raw={"宅基地": write}).write(tmp_path))
    assert (finding.code, finding.values["file"]) == ("PKG-4", "宅基地.gpkg")


def test_access_files_need_a_program_whose_name_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = one(Small(raw={"6109022026.sqlite": lambda p: p.rename(p.with_suffix(".mdb"))}).write(tmp_path))
    assert (finding.code, finding.values["debian_package"]) == ("PKG-19", "mdbtools")


# -- its parts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["DK", "FBF", "CBF", "CBF_JTCY", "CBHT", "CBDKXX"])
def test_a_layer_or_table_that_must_be_there_is_missed_by_name(kind: str, tmp_path: Path) -> None:
    small = Small()
    (small.layers if kind in small.layers else small.tables).pop(kind)
    report = report_on(small, tmp_path)
    assert [(f.code, f.layer) for f in report.findings] == [("PKG-6", kind)]


@pytest.mark.parametrize(
    ("kind", "column"),
    [("DK", "SCMJ"), ("CBF", "CBFLX"), ("CBF", "CBFMC"), ("CBF_JTCY", "CYZJHM"), ("CBHT", "CBQXZ"), ("CBDKXX", "HTMJ"),
     ("CBDKXX", "CBHTBM"), ("LZHT", "SRFBM"), ("ZJD", "QLRMC"), ("JZD", "DKBM"), ("JZX", "DKBM"), ("FBF", "FBFMC")],
)  # fmt: skip
def test_a_column_without_which_no_right_can_be_registered_is_missed_by_name(
    kind: str, column: str, tmp_path: Path
) -> None:
    small = Small()
    without_column(kind, column)(small)
    report = report_on(small, tmp_path)
    assert [(f.code, f.layer, f.field) for f in report.findings] == [("PKG-8", kind, column)]


@pytest.mark.parametrize(
    ("kind", "column"), [("DK", "DKMC"), ("CBF", "CBFDZ"), ("JZX", "QJZDH"), ("CBDKXX", "CBJYQZBM")]
)
def test_another_column_that_the_standard_asks_for_is_noted(kind: str, column: str, tmp_path: Path) -> None:
    small = Small()
    without_column(kind, column)(small)
    report = report_on(small, tmp_path)
    assert [(f.code, f.layer, f.field) for f in report.findings] == [("PKG-9", kind, column)]
    assert not report.refused


@pytest.mark.parametrize("kind", ["DK", "FBF", "CBF", "CBF_JTCY", "CBHT", "CBDKXX"])
def test_a_table_without_a_row_is_named(kind: str, tmp_path: Path) -> None:
    small = Small()
    rows = small.layers[kind] if kind in small.layers else small.tables[kind]
    blank = dict.fromkeys(rows[0], "")
    if kind == "DK":
        path = small.write(tmp_path / "whole")
        small = Small(raw={"DK6109022026.dbf": _no_rows, "DK6109022026.shp": _no_shapes}, form=Form(zipped=False))
        assert path.exists()
    else:
        small.form.tables = "csv-gbk"
        small.tables[kind] = [dict.fromkeys(blank, "")]
        small.raw[f"{kind}.csv"] = lambda p: p.write_bytes(p.read_bytes().split(b"\n")[0] + b"\n")
    report = report_on(small, tmp_path)
    assert [(f.code, f.layer) for f in report.findings] == [("PKG-14", kind)]


def _no_rows(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4:8] = bytes(4)
    path.write_bytes(raw)


def _no_shapes(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:24] + struct.pack(">i", 50) + raw[28:100])


def test_files_and_tables_that_are_none_of_the_standard_s_are_noted(tmp_path: Path) -> None:
    small = Small()
    small.raw["6109022026.sqlite"] = _with_a_table_of_its_own
    report = report_on(small, tmp_path)
    assert [f.code for f in report.findings] == ["PKG-20"]
    assert "NOTES" in report.findings[0].values["file"]
    assert not report.refused


STRAY: list[tuple[str, bytes, set[str]]] = [
    ("Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), set()),
    ("desktop.ini", b"[.ShellClassInfo]", set()),
    ("DK6109022026.shp.DESKTOP-1.4712.sr.lock", b"", set()),
    ("6109022026.ldb", b"x", set()),
    ("说明.txt", b"", set()),
    ("说明.txt", "成果说明：\r\n本成果为村".encode("utf-16"), set()),
    ("说明.txt", '成果说明,"含'.encode("gbk"), set()),
    ("统计.csv", b"", {"PKG-20"}),
    ("统计.csv", "表,数\n".encode("utf-16"), {"PKG-20"}),
    ("缓存.db", b"x" * 5000, {"PKG-20"}),
    ("旧DK.shx", bytes(100), {"PKG-20"}),
    ("统计.dbf", b"\x03" + bytes(80), {"PKG-20"}),
    ("统计.xlsx", b"PK", set()),
    ("CBHT.csv", b"", {"PKG-4"}),
    ("承包合同.txt", "成果".encode("utf-16"), {"PKG-5"}),
    ("JBNTBHQ2019.dbf", b"\x03" + bytes(80), {"PKG-4"}),
    ("数据.sqlite", b"x" * 5000, {"PKG-4"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "codes"), STRAY, ids=[f"{name} {len(raw)}" for name, raw, _ in STRAY])
def test_a_stray_file_is_passed_over_or_noted_unless_it_bears_the_name_of_a_layer_or_table(
    name: str, content: bytes, codes: set[str], tmp_path: Path
) -> None:
    folder = Small(form=Form(zipped=False)).write(tmp_path)
    (next(folder.iterdir()) / name).write_bytes(content)
    report = check(folder, law())
    assert {(f.code, f.values["file"].split(":")[0].split("/")[-1].split(".")[0]) for f in report.findings} == {
        (code, name.split(".")[0]) for code in codes
    }
    assert report.refused == bool(codes - {"PKG-20"})


def test_a_database_called_db_is_read_as_one_by_its_content(tmp_path: Path) -> None:
    small = Small(raw={"6109022026.sqlite": lambda p: p.rename(p.with_suffix(".db"))})
    assert found(report_on(small, tmp_path).findings) == set()


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


def test_a_view_in_a_database_is_no_table_however_many_rows_it_may_have(tmp_path: Path) -> None:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("ALTER TABLE LZHT RENAME TO OLD")
            names = ", ".join(f"'x' AS {row[1]}" for row in database.execute("PRAGMA table_info(OLD)"))
            database.execute(f"CREATE VIEW LZHT AS {ENDLESS} SELECT {names} FROM n")
            database.execute("DROP TABLE OLD")

    small = Small(raw={"6109022026.sqlite": change})
    put("CBDKXX", small.parcel(2), LZHTBM="")(small)
    assert found(report_on(small, tmp_path).findings) == set()


def test_a_view_as_the_layer_of_a_geopackage_makes_the_file_unreadable(tmp_path: Path) -> None:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            names = ", ".join(f"'x' AS {row[1]}" for row in database.execute("PRAGMA table_info(ZJD)"))
            database.execute("DROP TABLE ZJD")
            database.execute(f"CREATE VIEW ZJD AS {ENDLESS} SELECT {names} FROM n")

    finding = one(Small(raw={"宅基地": change}).write(tmp_path))
    assert (finding.code, finding.values["file"]) == ("PKG-4", "宅基地.gpkg")


def _with_a_table_of_its_own(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE NOTES (A, B)")


# -- its county -----------------------------------------------------------------------------------------------------------


def test_two_counties_in_one_package_are_named(tmp_path: Path) -> None:
    small, other = Small(), Small("610921")
    for kind in small.tables:
        small.tables[kind] += other.tables[kind]
    small.layers["DK"] += other.layers["DK"]
    report = report_on(small, tmp_path)
    assert [f.code for f in report.findings] == ["PKG-10"]
    assert "610921" in report.findings[0].values["counties"]
    assert "汉滨区610902" in report.findings[0].values["counties"]


def test_two_counties_folders_in_one_package_are_named(tmp_path: Path) -> None:
    Small(form=Form(zipped=False)).write(tmp_path)
    Small("610921", form=Form(zipped=False)).write(tmp_path)
    report = check(tmp_path / "package", law())
    assert "PKG-10" in {f.code for f in report.findings}
    assert report.county is None


def test_a_county_of_another_prefecture_is_not_taken(tmp_path: Path) -> None:
    report = report_on(Small(digits="610102"), tmp_path)
    assert [(f.code, f.values["given"]) for f in report.findings] == [("PKG-11", "610102")]


def test_names_of_files_that_speak_of_another_county_are_noted(tmp_path: Path) -> None:
    form = Form(folder="成果", names=lambda kind: f"{kind}6109212026")
    report = report_on(Small(form=form, raw={"6109022026.sqlite": lambda p: p.rename(p.with_stem("数据"))}), tmp_path)
    assert [(f.code, f.values["given"]) for f in report.findings] == [("PKG-12", "610921")]
    assert not report.refused


def test_of_a_fault_that_is_everywhere_the_first_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    most = law().parameters["PKG-17.findings_most"]
    few = replace(law(), parameters={**law().parameters, most.name: replace(most, values={"": "3"})})
    small = Small()
    every("DK", SCMJM="9.99")(small)
    report = check(small.write(tmp_path), few)
    assert [f.code for f in report.findings] == ["ARE-3"] * 3 + ["PKG-17"]
    assert dict(report.findings[-1].values) == {"code": "ARE-3", "count": 6, "kept": 3}


# -- its zone -------------------------------------------------------------------------------------------------------------

UTM = CRS.from_epsg(32649).to_wkt("WKT1_ESRI")
OLD = {
    "ZON-3": CRS.from_epsg(2360).to_wkt("WKT1_ESRI"),
    "ZON-4": CRS.from_epsg(2412).to_wkt("WKT1_ESRI"),
}
ZONES: list[tuple[str, Callable[[], Small], str]] = [
    ("six digits and no .prj", lambda: Small(prefixed=False, prj=None), "ZON-1"),
    ("a .prj with the zone's number, eastings without", lambda: Small(prefixed=False, prj=prj(108, prefixed=True)), "ZON-2"),
    ("a .prj without the zone's number, eastings with it", lambda: Small(prj=prj(108, prefixed=False)), "ZON-2"),
    ("a .prj of the next zone", lambda: Small(prj=prj(111, prefixed=True)), "ZON-2"),
    ("Xi'an 80", lambda: Small(prj=OLD["ZON-3"]), "ZON-3"),
    ("Xi'an 80 of its own words", lambda: Small(prj=prj(108, prefixed=True).replace("China_2000", "Xian_1980")), "ZON-3"),
    ("Beijing 54", lambda: Small(prj=OLD["ZON-4"]), "ZON-4"),
    ("Krassowski's ellipsoid", lambda: Small(prj=prj(108, prefixed=True).replace(
        '"CGCS2000",6378137.0,298.257222101', '"Krasovsky_1940",6378245.0,298.3')), "ZON-4"),
    ("degrees with their .prj", lambda: _degrees(CRS.from_epsg(4490).to_wkt("WKT1_ESRI")), "ZON-5"),
    ("degrees without a .prj", lambda: _degrees(None), "ZON-5"),
    ("degrees with a .prj of metres", lambda: _degrees(prj(108, prefixed=True)), "ZON-5"),
    ("another country's projection", lambda: Small(prj=UTM), "ZON-6"),
    ("a zone of six degrees", lambda: Small(prj=prj(108, prefixed=True).replace("36500000", "18500000")), "ZON-6"),
    ("axes swapped", lambda: Small(place=lambda x, y: (y, x)), "ZON-7"),
    ("axes swapped without a .prj", lambda: Small(place=lambda x, y: (y, x), prj=None), "ZON-7"),
    ("half of the parcels in another zone", lambda: _half(), "ZON-8"),
    ("a zone that the county does not use", lambda: Small("610922", meridian=111), "ZON-9"),
    ("白河 in the zone of the others", lambda: Small("610929", meridian=108), "ZON-9"),
    ("no coordinate that is a number", lambda: Small(place=lambda x, y: (float("nan"), y)), "ZON-11"),
    ("a .prj of nonsense", lambda: Small(prj="nonsense"), "ZON-12"),
    ("a .prj that was cut off", lambda: Small(prj=prj(108, prefixed=True)[:200]), "ZON-12"),
]  # fmt: skip


def _degrees(text: str | None) -> Small:
    small = Small(prj=text, place=lambda x, y: (109 + x / 1e9, 32.7 + y / 1e8))
    small.prj_of["ZJD"] = CRS.from_epsg(4490).to_wkt()
    return small


def _half() -> Small:
    small = Small(prj=None)
    for row in small.layers["DK"][:3]:
        row["shape"] = [[(x + 1_000_000, y) for x, y in ring] for ring in row["shape"]]
    return small


@pytest.mark.parametrize(("make", "code"), [case[1:] for case in ZONES], ids=[case[0] for case in ZONES])
def test_a_zone_that_cannot_be_told_is_never_guessed(make: Callable[[], Small], code: str, tmp_path: Path) -> None:
    report = report_on(make(), tmp_path)
    assert {f.code for f in report.findings} == {code}
    assert report.refused
    assert report.zone is None


def test_a_layer_that_lies_in_another_zone_than_the_parcels_is_named(tmp_path: Path) -> None:
    small = Small()
    small.layers["ZJQY"] = [
        {**row, "shape": [[(x + 1e6, y) for x, y in row["shape"][0]]]} for row in small.layers["ZJQY"]
    ]
    small.prj_of["ZJQY"] = prj(111, prefixed=True)
    report = report_on(small, tmp_path)
    assert [(f.code, f.layer) for f in report.findings] == [("ZON-13", "ZJQY")]


def test_points_whose_prj_is_of_another_zone_are_named(tmp_path: Path) -> None:
    report = report_on(Small(prj_of={"JZD": prj(111, prefixed=True)}), tmp_path)
    assert [(f.code, f.layer) for f in report.findings] == [("ZON-13", "JZD")]


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"zip_unsafe_name", "wrong_encoding", "no_reader"}))
def test_a_fault_of_a_file_is_said_in_words_of_both_languages(kind: str) -> None:
    names = "entry files allowed part record shapes rows type table line values row column count most signs key found"
    finding = fault_finding(PackageFault(kind, "DK.shp", {**dict.fromkeys(names.split(), "7"), "why": "raw"}))
    for language in ("zh", "en"):
        said = law().say(finding, language)
        assert not [raw for raw in (kind, "raw", "=", "—") if raw in said]
        assert "DK.shp" in said


def test_a_fault_of_the_file_names_it_as_it_was_sent(tmp_path: Path) -> None:
    stored = tmp_path / ("0" * 64)
    stored.write_bytes(b"text")
    with opened(stored, law(), name="汉滨区.zip") as report:
        (finding,) = report.findings
    assert finding.values["file"] == "汉滨区.zip"
