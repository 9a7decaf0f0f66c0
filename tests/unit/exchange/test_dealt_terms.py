"""CON-120, CON-121: in what a change is better for its taker than what was dealt, and until when that is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.exchange.contracts.rules.dealt import (
    Agreed,
    Kept,
    better_for_taker,
    con_120_dealt_terms_stand,
    con_121_less_than_was_dealt,
)
from landreg.law.book import national_law

DAY = date(2026, 12, 17)
TERM = (date(2026, 12, 31), date(2036, 12, 31))
DEALT = Agreed(
    "yuan_mu_year", "", Decimal("510.00"), Decimal("3.00"), TERM, "half", True, Decimal("9.44"), frozenset({"1", "2"})
)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"price": Decimal("200.00"), "escalator_percent": Decimal(0)}, ["price", "escalator"]),
        ({"price": Decimal("509.99")}, ["price"]),
        ({"price": Decimal("510.00"), "term": (TERM[0], date(2035, 1, 1))}, []),
        ({"price": Decimal("600.00"), "escalator_percent": Decimal(5)}, []),
        ({"price": Decimal("600.00"), "escalator_percent": Decimal(2)}, []),
        ({"escalator_percent": Decimal("2.99")}, ["escalator"]),
        ({"term": (TERM[0], date(2037, 1, 1))}, ["term"]),
        ({"paid_before": False}, ["paid"]),
        ({"paid_every": "quarter"}, ["paid"]),
        ({"paid_every": "year"}, []),
        ({"unit": "kg_mu_year", "grain": "corn"}, ["unit"]),
        ({"codes": frozenset({"1", "2", "3"})}, ["land"]),
        ({"codes": frozenset({"1"}), "mu": Decimal("4.00")}, []),
    ],
)
def test_what_is_better_for_the_taker_is_named(changed: dict[str, Any], told: list[str]) -> None:
    assert better_for_taker(DEALT, replace(DEALT, **changed)) == told


@pytest.mark.parametrize(
    ("unit", "changed", "told"),
    [
        ("yuan_year", {"price": Decimal("216.10"), "mu": Decimal("4.00")}, []),
        ("yuan_year", {"price": Decimal("216.09"), "mu": Decimal("4.00")}, ["price"]),
        ("yuan_once", {"price": Decimal("509.00")}, ["price"]),
        ("yuan_once", {"price": Decimal("460.00"), "term": (date(2027, 12, 31), TERM[1])}, []),
        ("yuan_once", {"last_sum": date(2030, 1, 1)}, ["paid"]),
    ],
)
def test_one_price_of_all_the_land_is_held_against_land_and_days(
    unit: str, changed: dict[str, Any], told: list[str]
) -> None:
    dealt = replace(DEALT, unit=unit, paid_every="once" if unit == "yuan_once" else "year")
    assert better_for_taker(dealt, replace(dealt, **changed)) == told


def test_within_the_days_of_the_deal_it_is_refused_and_after_them_it_is_told() -> None:
    law = national_law("610902", DAY)
    kept = Kept("1", DAY, DEALT, replace(DEALT, price=Decimal("200.00")))
    wrong = con_120_dealt_terms_stand(kept, law)
    assert wrong is not None
    assert (wrong.code, wrong.field, law.level(wrong)) == ("CON-120", "price", "refuse")
    last = law.days("CON-120.kept_days")
    assert con_120_dealt_terms_stand(kept, replace(law, on=DAY + timedelta(days=last - 1))) is not None
    assert con_120_dealt_terms_stand(kept, replace(law, on=DAY + timedelta(days=last))) is None
    assert con_120_dealt_terms_stand(replace(kept, contested=False), law) is None
    assert con_120_dealt_terms_stand(replace(kept, ruled=True), law) is None
    assert con_120_dealt_terms_stand(replace(kept, now=DEALT), law) is None
    told = con_121_less_than_was_dealt(kept, law)
    assert told is not None
    assert law.level(told) == "warn"
    assert "价格更低" in law.say(told)
    assert con_121_less_than_was_dealt(replace(kept, now=DEALT), law) is None
