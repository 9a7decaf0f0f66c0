from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.columns import NO_NUMBER, Columns, half_up_hundredths
from gis.decimaltext import codes_of, scaled

written = st.builds(
    lambda digits, decimals: format(Decimal(digits).scaleb(-decimals), "f"),
    st.integers(-(10**18), 10**18),
    st.integers(0, 15),
)


@given(st.lists(written, min_size=1, max_size=20), st.booleans(), st.integers(0, 4))
def test_numbers_are_read_as_decimal_arithmetic_reads_them(texts: list[str], right: bool, places: int) -> None:
    aligned = np.array([text.rjust(32) if right else text for text in texts]).astype("S32")
    whole, sound, blank = scaled(codes_of(aligned), places)
    assert not blank.any()
    for text, value, good in zip(texts, whole.tolist(), sound.tolist(), strict=True):
        expected = Decimal(text).scaleb(places).quantize(Decimal(1), ROUND_HALF_UP)
        assert not good or value == int(expected)
        assert good or len(text.replace("-", "").replace(".", "")) + places > 18


@given(st.lists(st.text(alphabet="0123456789.-+ eE*", max_size=12), min_size=1, max_size=8))
def test_whatever_stands_in_a_column_of_areas_hundredths_agree_with_decimal(texts: list[str]) -> None:
    columns = Columns.of_text({"MJ": texts})
    expected = [half_up_hundredths(text.strip()) if text.strip() else NO_NUMBER for text in texts]
    assert columns.hundredths("MJ").tolist() == expected
    for number, value in zip(columns.floats("MJ").tolist(), expected, strict=True):
        assert value == NO_NUMBER or abs(number * 100 - value) <= 0.5 + abs(value) * 1e-12


@pytest.mark.parametrize("text", ["1_000", "１２.５", "١٢", "0x10", "1e99999", "nan", "inf", ""])
def test_what_only_python_takes_for_a_number_is_none(text: str) -> None:
    assert half_up_hundredths(text) == NO_NUMBER
    assert np.isnan(Columns.of_text({"SCMJ": [text]}).floats("SCMJ")[0])
    assert Columns.of_text({"SCMJ": [text]}).hundredths("SCMJ")[0] == NO_NUMBER
