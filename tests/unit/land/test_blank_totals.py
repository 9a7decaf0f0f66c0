"""Totals of contracts: where one of the two units is blank, and how far a total in mu may be off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from landreg.land.survey import check
from tests.small import Small
from tests.unit.land.kit import C1, found, law, put, report_on


@pytest.mark.parametrize(("mu", "bad"), [("1.80", False), ("1.81", True)])
def test_a_total_in_mu_is_held_against_its_parcels_where_that_in_square_metres_is_blank(
    mu: str, bad: bool, tmp_path: Path
) -> None:
    small = Small()
    put("CBHT", C1, HTZMJ="", HTZMJM=mu)(small)
    assert (("ARE-5", C1) in found(report_on(small, tmp_path).findings)) is bad


@pytest.mark.parametrize(
    ("way", "allowed", "given", "bad"),
    [
        ("added", "0.01", "1.81", False),
        ("added", "0.01", "1.82", True),
        ("converted", "0.02", "1.82", False),
        ("converted", "0.02", "1.83", True),
    ],
)
def test_a_county_says_how_far_a_total_in_mu_may_be_from_its_parcels(
    way: str, allowed: str, given: str, bad: bool, tmp_path: Path
) -> None:
    small = Small()
    put("CBHT", C1, HTZMJM=given)(small)
    book = law()
    figure = book.parameters["ARE-5.tolerance_mu"]
    own = book.with_own([replace(figure, values={**figure.values, way: allowed})])
    assert (("ARE-5", C1) in found(check(small.write(tmp_path), own).findings)) is bad
