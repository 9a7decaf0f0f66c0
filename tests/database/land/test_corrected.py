"""A package that is corrected and sent again is held against the one before: its findings, and row by row where both are
staged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.land import service, staging_compared
from landreg.land.model import Package
from tests.small import Small
from tests.unit.land.kit import C1, C2, G1, P1, P2, P3, Change, both, put

WRONG_COUNT = put("CBHT", C1, CBDKZS=9)
WRONG_COUNT_2 = put("CBHT", C2, CBDKZS=8)
NO_NAME = put("DK", P1, DKMC="")


@pytest.fixture(autouse=True)
def _identity_key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def sent(surveyor: Actor, tmp_path: Path) -> Callable[..., Package]:
    """Sends the small package with some changes, and tells what was kept of it."""

    def send(*changes: Change, name: str = "x.zip") -> Package:
        small = Small()
        both(*changes)(small)
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        received = service.receive(surveyor, small.write(folder), name=name)
        with unit_of_work(surveyor) as uow:
            key = {"county": "610902", "package_id": received.package_id}
            return uow.session.get_one(Package, key)

    return send


def counted(fixed: int, remaining: int, new: int) -> dict[str, int]:
    return {"fixed": fixed, "remaining": remaining, "new": new}


def test_a_corrected_package_tells_what_of_the_refused_one_is_mended(sent: Callable[..., Package]) -> None:
    refused, staged = sent(WRONG_COUNT, NO_NAME), sent(NO_NAME)
    assert (refused.state, staged.state) == ("refused", "staged")
    codes = {"ARE-6": counted(1, 0, 0), "COD-7": counted(0, 1, 0)}
    assert staged.changes == {
        "findings": {"package": str(refused.package_id), "cut": [], "one_sided": [], "codes": codes}
    }
    assert staged.supersedes is None


def test_one_that_is_still_refused_tells_what_remains_and_what_is_new(sent: Callable[..., Package]) -> None:
    first, second = sent(WRONG_COUNT), sent(WRONG_COUNT, WRONG_COUNT_2, NO_NAME)
    assert second.state == "refused"
    found = second.changes["findings"]
    assert found["package"] == str(first.package_id)
    assert found["codes"] == {"ARE-6": counted(0, 1, 1), "COD-7": counted(0, 0, 1)}
    third = sent(WRONG_COUNT_2)
    assert third.changes["findings"]["package"] == str(second.package_id)
    assert third.changes["findings"]["codes"] == {"ARE-6": counted(1, 1, 0), "COD-7": counted(1, 0, 0)}


def test_a_staged_one_is_held_against_the_refused_one_before_it_and_its_rows_against_the_staged_one(
    sent: Callable[..., Package],
) -> None:
    staged, refused, corrected = sent(), sent(WRONG_COUNT), sent(put("DK", P2, DKMC="新名"))
    assert corrected.supersedes == staged.package_id
    assert corrected.changes["findings"]["package"] == str(refused.package_id)
    assert corrected.changes["DK"] == {"changed": [P2], "counts": {"changed": 1}}
    assert set(corrected.changes) == {"DK", "findings"}


def _move_point(small: Small) -> None:
    small.layers["JZD"][0]["shape"] = [[(0.001, 0.0)]]


def _line_kind(small: Small) -> None:
    small.layers["JZX"][0]["JZXLB"] = "02"


def _group_name(small: Small) -> None:
    small.row("ZJQY", G1)["ZJQYMC"] = "上一组"


def _renumbered_group(small: Small) -> None:
    small.row("ZJQY", G1)["BSM"] = 77


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_move_point, {"JZD": {"changed": [P1], "counts": {"changed": 1}}}),
        (_line_kind, {"JZX": {"changed": [P1], "counts": {"changed": 1}}}),
        (_group_name, {"ZJQY": {"changed": [G1], "counts": {"changed": 1}}}),
        (_renumbered_group, {}),
    ],
)
def test_a_corrected_point_line_or_group_area_alone_is_a_change(
    sent: Callable[..., Package], change: Change, expected: dict[str, Any]
) -> None:
    sent()
    corrected = sent(change)
    assert {kind: found for kind, found in corrected.changes.items() if kind != "findings"} == expected


def test_how_many_rows_changed_is_told_also_of_those_that_are_not_listed(
    sent: Callable[..., Package], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging_compared, "LISTED", 1)
    sent()
    corrected = sent(*(put("DK", parcel, DKMC="新") for parcel in (P1, P2, P3)))
    assert corrected.changes["DK"] == {"changed": [P1], "counts": {"changed": 3}}
