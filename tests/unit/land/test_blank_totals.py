"""Totals of contracts where one of the two units is blank."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.small import Small
from tests.unit.land.kit import C1, found, put, report_on


@pytest.mark.parametrize(("mu", "bad"), [("1.80", False), ("1.81", True)])
def test_a_total_in_mu_is_held_against_its_parcels_where_that_in_square_metres_is_blank(
    mu: str, bad: bool, tmp_path: Path
) -> None:
    small = Small()
    put("CBHT", C1, HTZMJ="", HTZMJM=mu)(small)
    assert (("ARE-5", C1) in found(report_on(small, tmp_path).findings)) is bad
