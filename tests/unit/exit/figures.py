"""A law whose county has set every figure of compensation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from landreg.law.book import Law, national_law

SET = {
    "CMP-1.yield_kg_per_mu_year": "400", "CMP-1.price_yuan_per_kg": "2.6", "CMP-1.net_share": "0.4", "CMP-1.lease_share": "0.5",
    "CMP-1.discount_share": "0.03", "CMP-1.renewal_years": "30", "CMP-1.floor_yuan_per_mu_year": "200", "CMP-2.life_years": "15",
    "CMP-2.residual_share": "0.1", "CMP-3.cost_yuan_per_m2": "900", "CMP-3.life_years": "40", "CMP-3.residual_share": "0.3",
    "CMP-3.floor_yuan_per_m2": "300", "CMP-4.price_yuan_per_m2": "180", "CMP-4.floor_yuan_per_m2": "120",
    "CMP-5.fixture_yuan": "80",    "CMP-6.crop_yuan_per_mu": "1200",
    "CMP-7.moving_yuan": "1000", "CMP-7.rent_yuan_per_person_month": "150",
    "CMP-7.rent_months": "12", "CMP-8.lease_yuan_per_mu_year": "350",
}  # fmt: skip


def law(on: date = date(2026, 7, 1), **changed: str | Decimal) -> Law:
    """The law with these figures; changed: `CMP_1_net_share="0.5"`, '' for one that is not set."""
    book = national_law("610902", on)
    told = {name.replace("_", "-", 1).replace("_", ".", 1): str(value) for name, value in changed.items()}
    assert set(told) <= set(SET)
    return book.with_own(
        replace(book.parameters[name], values=dict.fromkeys(book.parameters[name].values, value), own=True)
        for name, value in {**SET, **told}.items()
    )
