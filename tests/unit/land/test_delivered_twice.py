"""A table or layer that lies in a package twice: read once where both say the same, else refused once, with nothing behind it."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyogrio
import pytest

from landreg.land import survey
from landreg.land.survey import Report
from tests.small import Form, Row, Small
from tests.unit.land.kit import H1, Z1, put, report_on

TABLES = "6109022026.sqlite"
SQLITE_AND_CSV = {"FBF", "CBF", "CBF_JTCY", "CBHT", "CBDKXX", "CBJYQZDJB", "LZHT"}
Change = Callable[[str, list[Row]], object]


def as_text(change: Change = lambda _kind, _rows: None) -> Callable[[Path], None]:
    """Beside a database of tables each of them as CSV, in another order and with dates and sums as offices write them."""

    def write(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database:
            database.row_factory = sqlite3.Row
            for kind in SQLITE_AND_CSV:
                rows: list[Row] = [dict(row) for row in reversed(database.execute(f"SELECT * FROM {kind}").fetchall())]
                for row in rows:
                    row |= {
                        name: f"{value}0" for name, value in row.items() if name.endswith("MJM") and "." in str(value)
                    }
                change(kind, rows)
                with path.with_name(f"{kind}.csv").open("w", encoding="gb18030", newline="") as file:
                    writer = csv.DictWriter(file, rows[0])
                    writer.writeheader()
                    writer.writerows(rows)

    return write


def copied(path: Path) -> None:
    """A shapefile once more, in a folder of its own."""
    (path.parent / "备份").mkdir()
    for part in path.parent.glob(f"{path.stem}.*"):
        shutil.copy(part, path.parent / "备份" / part.name)


def as_geopackage(path: Path) -> None:
    """A shapefile once more as a GeoPackage."""
    frame = pyogrio.read_dataframe(path.with_suffix(".shp"))
    pyogrio.write_dataframe(frame, path.parent / "地块.gpkg", layer="DK")


def of_package(report: Report, *codes: str) -> dict[str, list[str]]:
    """By code of the finding the layers that it is of."""
    return {code: sorted(str(f.layer) for f in report.findings if f.code == code) for code in codes}


def others(report: Report) -> set[tuple[str, str | None]]:
    return {(f.code, f.subject) for f in report.findings if f.code not in ("PKG-35", "PKG-36", "PKG-13")}


def test_tables_that_lie_in_two_files_with_the_same_rows_are_read_once(tmp_path: Path) -> None:
    sound = report_on(Small(), tmp_path / "once")
    report = report_on(Small(raw={TABLES: as_text()}), tmp_path / "twice")
    assert of_package(report, "PKG-35", "PKG-36", "PKG-13") == {
        "PKG-35": sorted(SQLITE_AND_CSV), "PKG-36": [], "PKG-13": [],
    }  # fmt: skip
    assert (others(report), report.counts) == (others(sound), sound.counts)
    values = next(f.values for f in report.findings if f.layer == "CBF")
    assert {str(values[name]).rpartition("/")[2] for name in ("file", "other")} == {f"{TABLES}:CBF", "CBF.csv"}


def test_a_table_that_lies_in_two_files_with_other_rows_is_refused_once(tmp_path: Path) -> None:
    def change(kind: str, rows: list[Row]) -> None:
        if kind == "CBF":
            rows[0]["CBFMC"] = "另一人"
        if kind == "CBF_JTCY":
            del rows[0]

    report = report_on(Small(raw={TABLES: as_text(change)}), tmp_path)
    refused = {f.layer: f.values["count"] for f in report.findings if report.law.level(f) == "refuse"}
    assert refused == {"CBF": 1, "CBF_JTCY": 1}
    assert of_package(report, "PKG-36", "PKG-13") == {"PKG-36": ["CBF", "CBF_JTCY"], "PKG-13": []}


@pytest.mark.parametrize("again", [copied, as_geopackage])
def test_a_layer_that_lies_in_two_files_is_read_once(again: Callable[[Path], None], tmp_path: Path) -> None:
    sound = report_on(Small(), tmp_path / "once")
    report = report_on(Small(raw={"DK610902": again}), tmp_path / "twice")
    assert of_package(report, "PKG-35", "PKG-36") == {"PKG-35": ["DK"], "PKG-36": []}
    assert (others(report), report.counts) == (others(sound), sound.counts)


def test_a_layer_of_which_a_copy_has_a_shape_otherwise_is_refused_once(tmp_path: Path) -> None:
    def moved(path: Path) -> None:
        frame = pyogrio.read_dataframe(path.with_suffix(".shp"))
        frame.geometry = [frame.geometry[0].buffer(1), *frame.geometry[1:]]
        pyogrio.write_dataframe(frame, path.parent / "地块.gpkg", layer="DK")

    report = report_on(Small(raw={"DK610902": moved}), tmp_path)
    assert [(f.code, f.layer, f.values["count"]) for f in report.findings if report.law.level(f) == "refuse"] == [
        ("PKG-36", "DK", 1)
    ]


def test_files_that_share_a_row_or_two_are_read_together_as_before(tmp_path: Path) -> None:
    """A household in two villages' files is a slip that has a finding of its own."""

    def half(path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            rows: list[Row] = list(csv.DictReader(file))
        path.unlink()
        for number, some in enumerate((rows[:3], rows[2:])):
            with path.with_name(f"CBF_JTCY_{number}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(some)

    report = report_on(Small(form=Form(tables="csv-utf-8"), raw={"CBF_JTCY": half}), tmp_path)
    assert of_package(report, "PKG-35", "PKG-36", "PKG-13") == {"PKG-35": [], "PKG-36": [], "PKG-13": ["CBF_JTCY"]}
    assert any(f.code == "REL-9" for f in report.findings)


def test_a_package_that_has_each_table_once_is_not_looked_at_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey.survey_twice, "_numbers", lambda *_: pytest.fail("read for nothing"))
    report = report_on(Small(), tmp_path)
    assert not report.refused


def test_a_file_that_lies_twice_and_is_damaged_is_told_as_that(tmp_path: Path) -> None:
    def cut(path: Path) -> None:
        copied(path)
        dbf = path.parent / "备份" / f"{path.stem}.dbf"
        dbf.write_bytes(dbf.read_bytes()[:-40])

    report = report_on(Small(raw={"DK610902": cut}), tmp_path)
    assert {f.code for f in report.findings if report.law.level(f) == "refuse"} == {"PKG-4"}


def test_findings_are_of_the_rows_that_stay(tmp_path: Path) -> None:
    small = Small(raw={TABLES: as_text()})
    put("ZJD", Z1, CBFBM=H1[:-1] + "9")(small)
    report = report_on(small, tmp_path)
    assert "PKG-36" not in {f.code for f in report.findings}
