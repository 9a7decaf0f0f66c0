"""Areas and sums in Decimal, halves up, once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from landreg.core.units import decimal_of, half_up, mu_of, total_mu


@pytest.mark.parametrize(
    ("area", "mu"), [("666.67", "1.00"), ("10", "0.02"), ("3.33", "0.00"), ("3.34", "0.01"), ("1000000", "1500.00")]
)
def test_mu_is_square_metres_by_the_register_form_rounded_half_up_once(area: str, mu: str) -> None:
    assert mu_of(Decimal(area)) == Decimal(mu)


def test_a_half_goes_away_from_zero() -> None:
    assert half_up(Decimal("0.125")) == Decimal("0.13")
    assert half_up(Decimal("2.5"), Decimal("1")) == Decimal("3")
    assert half_up(Decimal("-0.125")) == Decimal("-0.13")


def test_a_total_in_mu_is_the_sum_of_the_printed_figures_not_of_the_square_metres() -> None:
    areas = [Decimal("3.34")] * 3
    assert total_mu(areas) == Decimal("0.03")
    assert mu_of(sum(areas, Decimal(0))) == Decimal("0.02")


def test_the_total_of_no_parcel_is_nothing_to_two_decimals() -> None:
    assert str(total_mu([])) == "0.00"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" 1,234.50 ", "1234.50"), ("1，234", "1234"), ("１２．５", "12.5"), ("-3", "-3"), (".5", "0.5"),
        ("1,234,567.5", "1234567.5"),
    ],
)  # fmt: skip
def test_a_figure_is_read_as_people_write_it(text: str, value: str) -> None:
    assert decimal_of(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "", "530,5", "1,2345", "12,34,567", ",5", "1,", "abc", "NaN", "Infinity", "-inf", "1e5", "1E999999", "1_000", "1.2.3",
        "12 34", "--1",
    ],
)  # fmt: skip
def test_what_is_no_finite_figure_as_people_write_it_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decimal_of(text)
