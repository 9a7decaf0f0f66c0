"""Amounts are written as decimals of two places, and counts as whole numbers, as Python writes them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from gis.columns import NO_NUMBER
from landreg.land import staging_binary


@pytest.mark.parametrize(("least", "most"), [(0, 0), (0, 9), (-9, 99), (-1000, 1000), (0, 10**6), (-(10**15), 10**15)])
def test_amounts_and_counts_are_written_as_they_are(least: int, most: int) -> None:
    values = np.random.default_rng(most).integers(least, most + 1, 500)
    values[::7] = NO_NUMBER
    given = [None if value == NO_NUMBER else value for value in values.tolist()]
    decimals = [b"" if value is None else str(Decimal(value).scaleb(-2)).encode() for value in given]
    assert staging_binary.hundredths(values).tolist() == decimals
    assert staging_binary.whole(values).tolist() == [
        b"" if value is None else b"%d" % (value // 100) for value in given
    ]


def test_no_rows_are_no_numbers() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert len(staging_binary.hundredths(nothing)) == len(staging_binary.whole(nothing)) == 0
