"""Days as they are written: read where they say a day, and never made up where they say less."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from landreg.land.rules.days import day_of, span_of
from tests.small import Small
from tests.unit.land.kit import C2, Z1, found, law, put, report_on

WRITTEN: dict[str, date | None] = {
    "20260101": date(2026, 1, 1), "2026-1-1": date(2026, 1, 1), "2026/01/01 0:00:00": date(2026, 1, 1),
    "2026-01-01T00:00:00": date(2026, 1, 1), "2026年1月1日": date(2026, 1, 1), "2026.1.11": date(2026, 1, 11),
    "198212": None, "198112": None, "202611": None, "2026111": None, "20261": None, "1981": None, "1982年": None,
    "1982年6月": None, "20260229": None, "2026-13-1": None, "20260101000000": None, "36892": None, "0000-00-00": None,
    "": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WRITTEN.items(), ids=WRITTEN)
def test_only_a_whole_day_is_a_day(text: str, expected: date | None) -> None:
    assert day_of(text) == expected


SPANS: dict[str, tuple[date, date] | None] = {
    "1981": (date(1981, 1, 1), date(1981, 12, 31)), "1982年": (date(1982, 1, 1), date(1982, 12, 31)),
    "198212": (date(1982, 12, 1), date(1982, 12, 31)), "1980-2": (date(1980, 2, 1), date(1980, 2, 29)),
    "1982年1月": (date(1982, 1, 1), date(1982, 1, 31)), "19820212": (date(1982, 2, 12), date(1982, 2, 12)),
    "198213": None, "0000": None, "八十年代": None, "82": None, "198": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SPANS.items(), ids=SPANS)
def test_a_month_or_a_year_tells_its_first_and_its_last_day(text: str, expected: tuple[date, date] | None) -> None:
    assert span_of(text) == expected


@pytest.mark.parametrize("given", ["2026111", "198212", "1998年", "19980"])
def test_a_contract_s_day_that_is_not_whole_is_no_day(given: str, tmp_path: Path) -> None:
    small = Small()
    put("CBHT", C2, QDSJ=given)(small)
    assert found(report_on(small, tmp_path).findings) == {("COD-15", C2)}


@pytest.mark.parametrize("given", ["1981", "1981年", "198112", "198201", "1983", "1999年6月", "198203", "2001-05"])
def test_a_house_s_month_or_year_on_one_side_of_the_regulation_is_enough(given: str, tmp_path: Path) -> None:
    small = Small()
    put("ZJD", Z1, JGRQ=given)(small)
    assert found(report_on(small, tmp_path).findings) == set()


@pytest.mark.parametrize("given", ["1982", "1982年", "198202", "1982-2"])
def test_a_house_s_year_that_leaves_the_regulation_open_is_for_a_person_to_decide(given: str, tmp_path: Path) -> None:
    small = Small()
    put("ZJD", Z1, JGRQ=given)(small)
    (finding,) = report_on(small, tmp_path).findings
    assert (finding.code, finding.subject) == ("COD-26", Z1)
    assert (finding.values["given"], finding.values["regulation"]) == (given, "1982-02-13")
    assert law().level(finding) == "warn"


@pytest.mark.parametrize("given", ["198213", "2026111", "八十年代", "1982-02-30"])
def test_a_house_s_day_that_says_nothing_is_no_day(given: str, tmp_path: Path) -> None:
    small = Small()
    put("ZJD", Z1, JGRQ=given)(small)
    assert found(report_on(small, tmp_path).findings) == {("COD-15", Z1)}
