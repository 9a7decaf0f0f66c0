"""A layer or table in several files whose columns differ: each finding is on the row at fault, whichever file comes first."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.small import Form, Row, Small
from tests.unit.land.kit import C1, C2, C3, P2, P6, found, put, report_on

PARTS = {"the first file": 0, "the second file": 1}


def _without(small: Small, kind: str, part: int, *names: str) -> None:
    """Two files for a layer, one of them without some columns; rows go to them by turns."""
    small.files[kind] = 2
    for row in small.layers[kind][part::2]:
        for name in names:
            row.pop(name, None)


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_parcels_of_a_file_without_areas_in_mu_are_checked_as_the_others_are(part: int, tmp_path: Path) -> None:
    small = Small()
    put("DK", P6 if part == 0 else small.parcel(5), SCMJM="9.99")(small)
    _without(small, "DK", part, "SCMJM", "DLDJ", "SFJBNT")
    report = report_on(small, tmp_path)
    faulty = P6 if part == 0 else small.parcel(5)
    assert {f for f in found(report.findings) if not f[0].startswith("PKG")} == {("ARE-3", faulty)}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_a_value_that_is_in_no_dictionary_is_of_the_parcel_that_has_it(part: int, tmp_path: Path) -> None:
    small = Small()
    faulty = P2 if part == 0 else small.parcel(3)
    put("DK", faulty, DLDJ="77")(small)
    _without(small, "DK", part, "DLDJ")
    report = report_on(small, tmp_path)
    assert [f.subject for f in report.findings if f.field == "DLDJ" and f.code.startswith("COD")] == [faulty]


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_points_whose_files_differ_in_columns_are_told_apart(part: int, tmp_path: Path) -> None:
    small = Small()
    for row in small.layers["JZD"]:
        (place,) = row["shape"]
        (x, y) = small._placed(place)[0]
        row |= {"XZBZ": f"{y:.3f}", "YZBZ": f"{x:.3f}"}
    faulty = small.layers["JZD"][1 - part]
    faulty["XZBZ"] = "1.000"
    small.layers["JZD"][1 - part + 2]["JZDLX"] = "7"
    small.files["JZD"] = 2
    small.raw[f"JZD6109022026_{part + 1}.dbf"] = _under_other_names
    report = report_on(small, tmp_path)
    assert {f.values["number"] for f in report.findings if f.code == "TOP-11"} == {faulty["JZDH"]}
    assert [f.values["given"] for f in report.findings if f.field == "JZDLX" and f.code.startswith("COD")] == ["7"]


def _under_other_names(path: Path) -> None:
    """Columns of a .dbf as if they had not been delivered."""
    path.write_bytes(path.read_bytes().replace(b"JZDLX", b"QQDLX", 1).replace(b"XZBZ", b"QQBZ", 1))


def _split(kind: str, part: int, *names: str) -> Callable[[Path], object]:
    """A table as two CSV files, half of the rows in each, one of them without some columns."""

    def change(path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            rows: list[Row] = list(csv.DictReader(file))
        path.unlink()
        half = len(rows) // 2
        for number, some in enumerate((rows[:half], rows[half:])):
            head = [name for name in rows[0] if number != part or name not in names]
            with path.with_name(f"{kind}_{number}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, head, extrasaction="ignore")
                writer.writeheader()
                writer.writerows(some)

    return change


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_contracts_of_a_file_without_the_day_of_signing_are_checked_as_the_others_are(
    part: int, tmp_path: Path
) -> None:
    small = Small(form=Form(tables="csv-utf-8"))
    faulty = C3 if part == 0 else C1
    put("CBHT", faulty, QDSJ="20300101")(small)
    small.raw["CBHT.csv"] = _split("CBHT", part, "QDSJ", "YHTZMJ")
    report = report_on(small, tmp_path)
    assert C2 not in {f.subject for f in report.findings}
    assert {(f.code, f.subject) for f in report.findings if f.field == "QDSJ" and not f.code.startswith("PKG")} == {
        ("TER-4", faulty), ("TER-9", faulty)}  # fmt: skip
