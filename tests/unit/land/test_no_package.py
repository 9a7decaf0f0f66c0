"""A folder or zip that is no survey package, or holds one among much else: said once, in a sentence that names it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from landreg.cli import main
from landreg.land.survey import check
from landreg.land.survey_package import MOST_OTHERS
from tests.small import Form, Small
from tests.unit.land.kit import found, law, unsaid


def _litter(folder: Path, count: int) -> None:
    for n in range(count):
        (folder / f"统计{n}.csv").write_text("甲,乙\n1,2\n", "utf-8")


@pytest.mark.parametrize("count", [0, 1, 30])
def test_a_folder_without_a_package_is_said_to_have_none_once(count: int, tmp_path: Path) -> None:
    _litter(tmp_path, count)
    (tmp_path / "旧.dbf").write_bytes(b"\x03" + bytes(80))
    report = check(tmp_path, law())
    assert [(f.code, f.values["others"]) for f in report.findings] == [("PKG-24", count + 1)]
    assert report.refused
    assert unsaid(report) == []
    assert tmp_path.name in law().say(report.findings[0])


def test_a_zip_without_a_package_is_called_as_it_was_sent(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "照片.zip", "w") as archive:
        archive.writestr("a.jpg", b"x")
    (finding,) = check(tmp_path / "照片.zip", law()).findings
    assert (finding.code, finding.values["file"]) == ("PKG-24", "照片.zip")


def test_a_package_packed_within_a_zip_is_not_opened_but_counted(tmp_path: Path) -> None:
    inner = Small().write(tmp_path)
    with zipfile.ZipFile(tmp_path / "全县.zip", "w") as archive:
        archive.write(inner, "成果/610902.zip")
    (finding,) = check(tmp_path / "全县.zip", law()).findings
    assert (finding.code, finding.values["others"]) == ("PKG-24", 1)
    assert "压缩包不会解开" in law().say(finding)


def test_an_archive_beside_a_sound_package_is_noted(tmp_path: Path) -> None:
    folder = Small(form=Form(zipped=False)).write(tmp_path)
    (folder / "扫描件.RAR").write_bytes(b"Rar!")
    assert [(f.code, f.values["file"]) for f in check(folder, law()).findings] == [("PKG-20", "扫描件.RAR")]


def test_a_package_among_some_other_files_is_checked_and_they_are_named(tmp_path: Path) -> None:
    folder = Small(form=Form(zipped=False)).write(tmp_path)
    _litter(folder, 30)
    report = check(folder, law())
    assert [f.code for f in report.findings] == ["PKG-20"] * 30
    assert not report.refused


def test_files_of_all_kinds_among_which_a_package_happens_to_be_are_none(tmp_path: Path) -> None:
    folder = Small(form=Form(zipped=False)).write(tmp_path)
    _litter(folder, MOST_OTHERS + 1)
    assert [f.code for f in check(folder, law()).findings] == ["PKG-24"]


def test_of_a_damaged_layer_alone_the_damage_is_said(tmp_path: Path) -> None:
    (tmp_path / "DK6109022026.shp").write_bytes(b"x")
    (tmp_path / "DK6109022026.dbf").write_bytes(b"x")
    assert {code for code, _ in found(check(tmp_path, law()).findings)} == {"PKG-4"}


@pytest.mark.parametrize("prj", ["nonsense", None])
def test_the_terminal_says_that_nothing_was_read_where_nothing_was(prj: str | None, tmp_path: Path) -> None:
    path = Small(prj=prj).write(tmp_path) if prj else tmp_path / "x.zip"
    if prj is None:
        path.write_bytes(b"x")
    told = CliRunner().invoke(main, ["check", str(path)]).stderr
    assert "nothing was read" in told
    assert "—" not in told


@pytest.mark.parametrize("households", [True, False])
def test_homesteads_by_themselves_come_with_their_households(households: bool, tmp_path: Path) -> None:
    small = Small()
    small.layers = {kind: rows for kind, rows in small.layers.items() if kind == "ZJD"}
    kept = ("FBF", "CBF", "CBF_JTCY") if households else ()
    small.tables = {kind: rows for kind, rows in small.tables.items() if kind in kept}
    report = check(small.write(tmp_path), law())
    assert next(f.code for f in report.findings) == "PKG-31"
    assert {f.layer for f in report.findings if f.code == "PKG-6"} == ({"FBF", "CBF", "CBF_JTCY"} - {*kept})
    assert "PKG-7" not in {f.code for f in report.findings}
    assert report.refused != households


def test_points_beside_homesteads_alone_have_no_parcel_to_be_of(tmp_path: Path) -> None:
    small = Small()
    small.layers = {kind: rows for kind, rows in small.layers.items() if kind in ("ZJD", "JZD")}
    small.tables = {kind: rows for kind, rows in small.tables.items() if kind in ("FBF", "CBF", "CBF_JTCY")}
    assert {f.code for f in check(small.write(tmp_path), law()).findings} == {"PKG-31"}
