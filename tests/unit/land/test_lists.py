"""Values of code lists with a nought too many or too few are read as the list has them, before any rule asks of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from landreg.land.survey_columns import in_list_form
from tests.small import Small, citizen_id
from tests.unit.land.kit import H1, H3, P1, P2, Change, Found, both, every, found, put, report_on

FORMS: list[tuple[str, str, str]] = [
    ("CYZJLX", "01", "1"), ("CYZJLX", "1", "1"), ("CYZJLX", "", ""), ("CYZJLX", "07", "07"), ("CYZJLX", "001", "001"),
    ("DKLB", "1", "1"), ("DLDJ", "4", "04"), ("DLDJ", "04", "04"), ("JZXLB", "1", "01"), ("JZXWZ", "02", "2"),
    ("CBFS", "110", "110"), ("CBFS", "0110", "110"), ("TDLYLX", "13", "013"), ("TDLYLX", "011", "011"),
    ("TDLYLX", "101", "0101"), ("TDLYLX", "11", "11"), ("YHZGX", "2", "2"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "expected"), FORMS, ids=[f"{name} {given}" for name, given, _ in FORMS])
def test_a_value_takes_the_form_of_its_list(name: str, given: str, expected: str) -> None:
    """11 and 12 are first classes of GB/T 21010 themselves, and 2 is a son where 02 is the head: these are not guessed."""
    values = np.array([given.encode(), b"", given.encode()])
    assert in_list_form(values, name).tolist() == [expected.encode(), b"", expected.encode()]


def _wrong(number: str) -> str:
    return number[:17] + ("0" if number[17] != "0" else "1")


CASES: list[tuple[str, Change, Found]] = [
    ("citizens' papers as 01", every("CBF_JTCY", CYZJLX="01"), set()),
    ("a wrong number under a paper 01", both(every("CBF_JTCY", CYZJLX="01"), put("CBF_JTCY", "家人1", CYZJHM=_wrong(
        citizen_id(102)))), {("COD-10", H1)}),
    ("no number under a paper 01", both(every("CBF_JTCY", CYZJLX="01"), put("CBF_JTCY", "家人1", CYZJHM="")),
     {("COD-6", H1)}),
    ("a household as 01 without a unit's exemption", both(put("CBF", H3, CBFLX="01"), lambda small: small.tables[
        "CBF_JTCY"].__setitem__(slice(4, 6), [])), {("REL-8", H3)}),
    ("a household with a unit's paper as 03", put("CBF", H3, CBFZJLX="03", CBFZJHM="123456789"), {("COD-25", H3)}),
    ("kinds of parcels with their nought gone", every("DK", DLDJ="4", TDLYLX="13"), set()),
    ("a first class of land use", put("DK", P1, TDLYLX="11"), {("COD-4", P1)}),
    ("a value with two noughts", put("DK", P2, TDYT="001"), {("COD-4", P2)}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_rules_look_at_the_form_of_the_list(change: Change, expected: Found, tmp_path: Path) -> None:
    small = Small()
    change(small)
    assert found(report_on(small, tmp_path).findings) == expected


def test_a_finding_quotes_the_nought_as_it_was_delivered(tmp_path: Path) -> None:
    small = Small()
    put("CBF", H3, CBFZJLX="03", CBFZJHM="123456789")(small)
    assert [f.values["given"] for f in report_on(small, tmp_path).findings] == ["03"]
