"""A price in the words of whoever reads it, and what of it a year costs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from landreg.core.units import mu_of, total_mu
from landreg.exchange.contracts.rules.wording import price_zh
from landreg.exchange.listings.rules.units import UNITS, of_a_year, of_whole, year_of
from landreg.exchange.market.index import yuan_of
from landreg.exchange.prices import price_words
from landreg.law.transfers import all_transfers

MU = Decimal(3)


@pytest.mark.parametrize(
    ("unit", "price", "read", "year"),
    [
        ("yuan_mu_year", "500", "500.00 元/亩·年", "1500"), ("yuan_year", "3600", "每年 3,600.00 元", "3600"),
        ("yuan_month", "300", "每月 300.00 元", "3600"), ("yuan_once", "86000", "一次性 86,000.00 元", "86000"),
        ("balance_in", "600", "受让方找补 600.00 元", "600"), ("balance_out", "600", "流出方找补 600.00 元", "600"),
        ("balance_out", "0", "互不找补", "0"),
    ],
)  # fmt: skip
def test_a_price_reads_as_what_it_counts(unit: str, price: str, read: str, year: str) -> None:
    assert price_words(Decimal(price), unit) == read
    assert of_a_year(unit, Decimal(price), MU) == Decimal(year)


def test_what_a_year_comes_to_is_reckoned_by_the_printed_mu() -> None:
    """677.47 m² are 1.02 mu on paper: so the rent is 510.00, not 508.10."""
    assert year_of("yuan_mu_year", Decimal(500), mu_of(Decimal("677.47"))) == Decimal("510.00")
    assert year_of("yuan_mu_year", Decimal(500), total_mu([Decimal("677.47")] * 2)) == Decimal("1020.00")
    assert year_of("yuan_month", Decimal(300), mu_of(Decimal("677.47"))) == Decimal("3600.00")


def test_what_is_priced_as_a_whole_is_no_rent_of_a_mu_and_stays_out_of_the_index() -> None:
    for unit in filter(of_whole, UNITS):
        assert yuan_of(unit, Decimal(500), "", all_transfers()[0].since, {}) is None
        assert "每亩" not in price_zh(Decimal(500), unit, "", Decimal(0), several=True)


def test_every_kind_that_is_listed_names_units_that_there_are() -> None:
    for kind in all_transfers():
        assert set(kind.units) <= set(UNITS)
        assert kind.units or kind.market == "register"
