"""A row of evidence that was changed is named, though the sums were made anew: the leaf of its act holds a digest of it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from landreg.audit.evidence import bundle
from landreg.cli import main
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.log.store import seal
from tests.database.audit.test_evidence import alone, put_right, unpacked, whole
from tests.database.audit.test_evidence import certified as certified
from tests.database.audit.test_evidence import mortgaged as mortgaged
from tests.household_kit import asked_for, division
from tests.kept_kit import kept
from tests.registry_kit import Connection, booked, one, right_of

Row = dict[str, Any]


@pytest.fixture
def divided(
    certified: list[UUID],
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
) -> UUID:
    """The case of a division: rows opened and closed in most tables, and a certificate ended."""

    def make() -> UUID:
        case = asked_for(registrar, "division", division(registrar, right_of(registrar)))
        booked(registrar, reviewer, superuser, case, "division")
        seal(worker, database)
        return case

    return kept(superuser, "divided", make)


IN_PART = 3


def change(folder: Path, table: str, make: Callable[[list[Row]], None]) -> Any:
    """What the verifier says once rows of a table were changed and the sums made anew."""
    file = folder / "rows" / f"{table}.json"
    rows = json.loads(file.read_text("utf-8"))
    make(rows)
    file.write_text(json.dumps(rows, ensure_ascii=False))
    put_right(folder)
    return whole(folder)


def set_to(column: str, value: Any) -> Callable[[list[Row]], None]:
    def make(rows: list[Row]) -> None:
        which = next(row for row in rows if row[column] not in (None, {}))
        assert which[column] != value
        which[column] = value

    return make


NOBODY, LONG_AGO = "11111111-1111-4111-8111-111111111111", "2020-01-01 00:00:00+00:00"
OF_FIRST = [
    ("right", "area_m2", "9999.00"), ("right", "term", ["2027-01-01", "2099-01-01"]), ("contract", "mu", "99.99"),
    ("right_holder", "numerator", 7), ("right_parcel", "area_m2", "9999.00"), ("right_parcel", "recorded", [LONG_AGO, None]),
    ("act", "registered_at", LONG_AGO), ("certificate", "serial", "D61000000001"), ("certificate", "act_id", NOBODY),
    ("case", "due_on", "2030-01-01"), ("case", "accepted_on", "2020-01-01"), ("case_event", "told", {}),
    ("case", "act_kind", "renewal"), ("case", "act_id", NOBODY),
    ("case_parcel", "acceptance_order", 99), ("document", "size", 77), ("notice", "last_day", "2030-01-01"),
    ("notice", "content", {"cases": ["1"]}),
]  # fmt: skip
OF_DIVISION = [
    ("right", "area_m2", "9999.00"), ("right", "ended_by_act", NOBODY), ("right_holder", "kind", "homestead"),
    ("right_parcel", "mu", "99.99"), ("member", "relation", "99"), ("contract", "area_m2", "9999.00"),
    ("certificate_end", "ended_at", LONG_AGO), ("act", "registered_by", NOBODY),
]  # fmt: skip


@pytest.fixture
def of_first(certified: list[UUID], auditor: Actor, database: Settings, tmp_path: Path) -> Path:
    return unpacked(auditor, database, certified[0], tmp_path)


@pytest.fixture
def of_division(divided: UUID, auditor: Actor, database: Settings, tmp_path: Path) -> Path:
    return unpacked(auditor, database, divided, tmp_path)


def test_each_kind_of_row_of_a_first_registration_is_named_once_changed(of_first: Path, tmp_path: Path) -> None:
    assert whole(of_first).returncode == IN_PART, whole(of_first).stderr
    named_in_each_copy(of_first, tmp_path.parent, OF_FIRST)


def test_each_kind_of_row_of_an_act_of_change_is_named_once_changed(of_division: Path, tmp_path: Path) -> None:
    assert whole(of_division).returncode == IN_PART, whole(of_division).stderr
    named_in_each_copy(of_division, tmp_path.parent, OF_DIVISION)


def named_in_each_copy(folder: Path, beside: Path, changes: list[tuple[str, str, Any]]) -> None:
    for place, (table, column, value) in enumerate(changes):
        copy = beside / f"copy{place}"
        shutil.copytree(folder, copy)
        said = change(copy, table, set_to(column, value))
        assert said.returncode == 1, (table, column, said.stdout)
        assert table in said.stderr, (table, column, said.stderr)
        shutil.rmtree(copy)


def test_a_row_is_named_too_when_its_text_was_changed_taken_out_or_the_row_itself(
    of_first: Path, tmp_path: Path
) -> None:
    file = of_first / "told" / "rows.json"
    texts = json.loads(file.read_text("utf-8"))
    (right,) = [one for one in texts if one["table"] == "right"]
    area = json.loads((of_first / "rows" / "right.json").read_text("utf-8"))[0]["area_m2"]
    file.write_text(
        json.dumps([{**one, "text": one["text"].replace(area, "9999.00")} if one is right else one for one in texts])
    )
    said = change(of_first, "right", set_to("area_m2", "9999.00"))
    assert (said.returncode, right["key"] in said.stderr) == (1, True), said.stderr
    file.write_text(json.dumps([one for one in texts if one is not right]))
    said = change(of_first, "right", set_to("area_m2", "8888.00"))
    assert (said.returncode, "right" in said.stderr) == (1, True), said.stderr
    file.write_text(json.dumps(texts))
    said = change(of_first, "right", set_to("area_m2", area))
    assert said.returncode == IN_PART, said.stderr
    said = change(of_first, "right_parcel", list.pop)  # type: ignore[arg-type]
    assert (said.returncode, "right_parcel" in said.stderr) == (1, True), said.stderr


def test_a_row_that_the_act_wrote_or_closed_cannot_be_left_out(of_division: Path) -> None:
    said = change(of_division, "member", list.clear)  # type: ignore[arg-type]
    assert (said.returncode, "rows/member.json" in said.stderr) == (1, True), said.stderr


def test_rows_that_show_a_name_masked_are_said_not_to_be_proven_until_the_export_is(
    mortgaged: str,
    auditor: Actor,
    worker: Actor,
    database: Settings,
    tmp_path: Path,
) -> None:
    given = bundle(auditor, database, mortgaged)
    with given.content as content, zipfile.ZipFile(content) as archive:
        archive.extractall(tmp_path / "case")
    folder = tmp_path / "case"
    said = whole(folder).stdout
    assert said.startswith("部分证明")
    unproven = said[said.index("未能证明") :]
    assert "rows/household.json × 1" in unproven
    assert not [name for name in ("right", "act", "certificate", "restriction") if f"rows/{name}.json" in unproven], (
        said
    )
    seal(worker, database)
    entry = one(auditor, "SELECT key FROM log.entry WHERE kind = 'audit.exported'")
    assert entry in (folder / "README.txt").read_text("utf-8")
    proof = tmp_path / "export.json"
    done = CliRunner().invoke(main, ["log", "prove", entry, "--kind", "audit.exported", "--out", str(proof)])
    assert done.exit_code == 0, done.output
    line = ("verify.py", "--bundle", ".", "--key", "log/log.pub", "--export", "../export.json")
    proven = alone(folder, *line)
    assert (proven.returncode, "导出时" in proven.stdout) == (0, True), proven.stderr
    assert change(folder, "household", set_to("address", "别处")).returncode == IN_PART
    assert alone(folder, *line).returncode == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount", "50001.00"),
        ("rank", 2),
        ("until", "2099-12-31"),
        ("party", "样本农村商业银行"),
        ("basis", "抵押合同2号"),
    ],
)
def test_what_secures_whom_for_how_much_is_held_against_the_log(
    mortgaged: str, auditor: Actor, database: Settings, tmp_path: Path, column: str, value: object
) -> None:
    with bundle(auditor, database, mortgaged).content as content, zipfile.ZipFile(content) as archive:
        archive.extractall(tmp_path)
    said = change(tmp_path, "restriction", set_to(column, value))
    assert (said.returncode, "restriction" in said.stderr) == (1, True), said.stdout


@pytest.mark.parametrize("step", ["open", "publish"])
def test_when_a_step_without_a_leaf_of_its_own_was_taken_is_held_against_the_log_too(of_first: Path, step: str) -> None:
    def changed(rows: list[Row]) -> None:
        next(row for row in rows if row["step"] == step)["at"] = LONG_AGO

    said = change(of_first, "case_event", changed)
    assert (said.returncode, "rows/case_event.json" in said.stderr) == (1, True), said.stdout


def test_who_took_a_step_and_why_is_held_against_the_log_too(of_first: Path) -> None:
    def changed(rows: list[Row]) -> None:
        next(row for row in rows if row["step"] == "review")["by_name"] = "别人"

    said = change(of_first, "case_event", changed)
    assert (said.returncode, "rows/case_event.json" in said.stderr) == (1, True), said.stdout
