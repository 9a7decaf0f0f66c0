"""`landreg check` on what is no sound package: exit code 1, findings as JSON, one clear sentence, never a traceback."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from landreg.cli import main
from landreg.config import CHECKOUT
from tests.small import Form, Small, prj

KEYS = {"code", "level", "layer", "subject", "field", "values", "place", "zh", "en"}


@dataclass
class Answer:
    """What the command gave: its exit code, the findings, and what it told on the terminal."""

    code: int
    findings: list[dict[str, Any]]
    told: str

    @property
    def codes(self) -> set[str]:
        return {finding["code"] for finding in self.findings}


def landreg(*words: str) -> Answer:
    """Run the command as a user would, in this process: to start one takes longer than most checks."""
    done = CliRunner().invoke(main, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Answer(done.exit_code, json.loads(done.stdout) if done.stdout else [], done.stderr)


def started(*words: str) -> Answer:
    """Run the command in a process of its own."""
    line = [sys.executable, "-c", "from landreg.cli import main; main()", *words]
    done = subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120)
    found = json.loads(done.stdout) if done.stdout else []
    return Answer(done.returncode, found, done.stderr)


def _poured(content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "成果.zip").write_bytes(content)
        return folder / "成果.zip"

    return make


def _cut(folder: Path) -> Path:
    file = Small().write(folder)
    file.write_bytes(file.read_bytes()[:-3000])
    return file


def _bomb(folder: Path) -> Path:
    bomb = zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9)
    with bomb as archive, archive.open("DK.shp", "w") as entry:
        for _ in range(270):
            entry.write(bytes(1 << 20))
    return folder / "bomb.zip"


def _traversal(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr("../../etc/x", b"x")
    return folder / "x.zip"


def _empty_folder(folder: Path) -> Path:
    (folder / "leer").mkdir()
    return folder / "leer"


def _small(change: Callable[[Small], Any] = lambda small: None, **options: Any) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        small = Small(**options)
        change(small)
        return small.write(folder)

    return make


def _coordinate(x: float, y: float) -> Callable[[Small], None]:
    return lambda small: small.row("DK", small.parcel(6)).update(
        shape=[[(150, 0), (150, 20), (x, y), (180, 0), (150, 0)]]
    )


def _two_counties(small: Small) -> None:
    other = Small("610921")
    for kind in small.tables:
        small.tables[kind] += other.tables[kind]
    small.layers["DK"] += other.layers["DK"]


def _nested(depth: int) -> bytes:
    """A GeoPackage's geometry; GEOS would follow it until the stack is used up."""
    return b"GP\0\x01" + struct.pack("<i", 1) + struct.pack("<BII", 1, 6, 1) * depth + struct.pack("<BII", 1, 3, 0)


CASES: dict[str, tuple[Callable[[Path], Path], set[str]]] = {
    "no zip": (_poured(b"hello"), {"PKG-1"}),
    "an empty file": (_poured(b""), {"PKG-1"}),
    "a zip that was cut": (_cut, {"PKG-1"}),
    "a bomb": (_bomb, {"PKG-2"}),
    "a path out of the zip": (_traversal, {"PKG-3"}),
    "an empty folder": (_empty_folder, {"PKG-24"}),
    "shapes cut off": (_small(raw={"DK6109022026.shp": lambda p: os.truncate(p, 500)}), {"PKG-4"}),
    "another encoding": (
        _small(form=Form(dbf="utf-8", cpg=False), raw={"DK6109022026.dbf": lambda p: _language(p)}), {"PKG-5"}),
    "no table of contracts": (_small(lambda small: small.tables.pop("CBHT")), {"PKG-6"}),
    "a value without end": (_small(lambda small: small.tables["CBF"][0].update(CBFMC="林" * 9_999)), {"PKG-4"}),
    "a homestead of shapes within shapes": (
        _small(lambda small: small.layers["ZJD"][0].update(blob=_nested(100_000))), {"PKG-4"}),
    "two counties": (_small(_two_counties), {"PKG-10"}),
    "a coordinate that is no number": (_small(_coordinate(float("nan"), 1.0)), {"GEO-2"}),
    "a coordinate beyond the world": (_small(_coordinate(1e300, 1.0)), {"GEO-2"}),
    "Xi'an 80": (_small(prj=prj(108, prefixed=True).replace("China_2000", "Xian_1980")), {"ZON-3"}),
    "Beijing 54": (_small(prj=prj(108, prefixed=True).replace("China_2000", "Beijing_1954")), {"ZON-4"}),
    "six digits and no .prj": (_small(prefixed=False, prj=None), {"ZON-1"}),
    ".prj against eastings": (_small(prj=prj(111, prefixed=True)), {"ZON-2"}),
}  # fmt: skip


def _language(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:29] + b"\x4d" + raw[30:])


IN_A_PROCESS = ("a homestead of shapes within shapes", "a zip that was cut", "a coordinate beyond the world")


@pytest.mark.parametrize("name", CASES)
def test_bad_input_ends_with_a_finding_and_no_traceback(name: str, tmp_path: Path) -> None:
    make, codes = CASES[name]
    answer = (started if name in IN_A_PROCESS else landreg)("check", str(make(tmp_path)), "--json", "-")
    assert answer.code == 1
    assert answer.codes == codes
    assert "Traceback" not in answer.told
    for finding in answer.findings:
        assert set(finding) == KEYS
        assert finding["zh"]
        assert finding["en"]
        assert finding["level"] in ("refuse", "warn")
        assert finding["place"] is None or len(finding["place"]) == 2


def test_a_table_that_is_refused_for_its_size_is_named(tmp_path: Path) -> None:
    make, _ = CASES["a value without end"]
    (finding,) = landreg("check", str(make(tmp_path)), "--json", "-").findings
    assert "表 CBF 第 2 行 CBFMC 列有 9999 个字符" in finding["zh"]
    assert "table CBF" in finding["en"]


def test_a_sound_package_ends_with_no_finding_and_exit_code_nought(tmp_path: Path) -> None:
    file = tmp_path / "findings.json"
    answer = started("check", str(Small().write(tmp_path)), "--json", str(file))
    assert answer.code == 0
    assert json.loads(file.read_text("utf-8")) == []
    assert "610902" in answer.told


def test_a_package_is_judged_by_the_law_of_the_day_that_is_named(tmp_path: Path) -> None:
    package = str(Small().write(tmp_path))
    assert landreg("check", package, "--json", "-", "--on", "2026-06-01").codes == set()
    assert landreg("check", package, "--json", "-", "--on", "2025-11-20").codes == {"COD-16"}


def test_a_ring_of_a_million_vertices_is_named(tmp_path: Path) -> None:
    small = Small()
    turn = np.linspace(0, -2 * np.pi, 1_000_000)
    xy = np.column_stack((np.cos(turn), np.sin(turn))) * 9 + np.array(small.origin) + (165, 10)
    xy[-1] = xy[0]
    head = struct.pack("<i4d3i", 5, *xy.min(axis=0), *xy.max(axis=0), 1, len(xy), 0)
    small.row("DK", small.parcel(6))["record"] = head + xy.astype("<f8").tobytes()
    answer = landreg("check", str(small.write(tmp_path)), "--json", "-")
    assert answer.code == 1
    assert "GEO-11" in {f["code"] for f in answer.findings if f["subject"] == small.parcel(6)}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk_behind_the_output_is_said_in_a_line(tmp_path: Path) -> None:
    package = Small().write(tmp_path)
    line = [sys.executable, "-m", "landreg", "check", str(package), "--json", "-"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            line, cwd=CHECKOUT, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert "SYS-6" in done.stderr
    assert "标准输出 standard output写不进去" in done.stderr
    assert "takes no more" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("words", [["check", "--help"], ["law", "show"]])
def test_so_is_it_of_whatever_else_is_printed(words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "landreg", *words],
            cwd=CHECKOUT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert "SYS-6" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_mistyped_name_is_said_in_both_languages_with_its_code(tmp_path: Path) -> None:
    answer = landreg("check", str(tmp_path / "nix.zip"), "--json", "-")
    assert (answer.code, answer.codes) == (1, {"PKG-18"})
    assert "找不到成果包“nix.zip”" in answer.findings[0]["zh"]


@pytest.mark.parametrize("what", ["the zip", "a file of the folder", "a folder of the folder", "the folder"])
def test_what_may_not_be_read_is_named(what: str, tmp_path: Path) -> None:
    """Run as somebody who has no right to the file; root may read everything."""
    package = Small(form=Form(zipped=what == "the zip")).write(tmp_path)
    layer = None if what == "the zip" else next(package.rglob("DK*.dbf"))
    barred = layer or package
    if layer and what != "a file of the folder":
        barred = package if what == "the folder" else layer.parent
    tmp_path.chmod(0o755)
    barred.chmod(0)
    # By its own name, from within: what lies above is closed to others, and is closed again by every run of tests that begins.
    program = (
        f"import os, sys, landreg.land.survey; from landreg.cli import main; ''.encode('gb18030'); os.chdir({str(tmp_path)!r})\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setegid(65534); os.seteuid(65534)\n"
        "main(sys.argv[1:])"
    )
    line = [sys.executable, "-c", program, "check", package.name, "--json", "-"]
    done = subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    (finding,) = json.loads(done.stdout)
    assert finding["code"] == "PKG-16"
    assert finding["values"]["file"] == barred.name


def test_what_is_neither_file_nor_folder_is_not_opened(tmp_path: Path) -> None:
    """A pipe would be waited at for ever, a device read without end, a link in a ring followed."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for package in (pipe, Path("/dev/zero")):
        assert landreg("check", str(package), "--json", "-").codes == {"PKG-18"}
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert landreg("check", str(tmp_path / "a"), "--json", "-").codes == {"PKG-18"}


def test_pipes_devices_and_rings_of_links_within_a_folder_are_named_and_the_rest_is_checked(tmp_path: Path) -> None:
    package = Small(form=Form(zipped=False)).write(tmp_path)
    os.mkfifo(package / "JZD2.shp")
    (package / "CBF.csv").symlink_to("/dev/zero")
    (package / "ring").symlink_to(package / "ring")
    (package / "self").symlink_to(package)
    answer = landreg("check", str(package), "--json", "-")
    assert answer.code == 0
    assert {(f["code"], f["values"]["file"]) for f in answer.findings} == {
        ("PKG-20", "JZD2.shp"), ("PKG-20", "CBF.csv"), ("PKG-20", "ring"),
    }  # fmt: skip


def test_a_name_with_a_line_in_it_is_a_name(tmp_path: Path) -> None:
    package = Small().write(tmp_path).rename(tmp_path / "成\n果.zip")
    assert landreg("check", str(package), "--json", "-").findings == []
    package.write_bytes(b"x")
    answer = landreg("check", str(package), "--json", "-")
    assert (answer.code, answer.codes) == (1, {"PKG-1"})


def test_findings_that_cannot_be_written_down_end_with_a_sentence(tmp_path: Path) -> None:
    answer = landreg("check", str(Small().write(tmp_path)), "--json", "/dev/full")
    assert answer.code == 1
    assert "/dev/full写不进去" in answer.told
