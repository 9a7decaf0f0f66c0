"""A contract's wording, as it is signed: title and text of each clause, a line for each parcel, what is added. Pure.

The digest of this text is what a signature is of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from landreg.core.periods import DAY
from landreg.core.units import mu_of
from landreg.exchange.contracts.rules.clauses import Text, written
from landreg.law.book import term


@dataclass(frozen=True)
class Parcelled:
    """A parcel as the contract names it."""

    code: str
    name: str
    area_m2: Decimal
    price: Decimal
    partly: bool = False


def day_zh(day: date) -> str:
    """A day as papers write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def price_zh(price: Decimal, unit: str, grain: str, escalator_percent: Decimal, several: bool) -> str:
    """The price in words. several: the parcels have prices of their own, which the table of parcels names."""
    said = "各地块价款见地块表" if several else f"每亩每年 {price:,} {_unit(unit, grain)}"
    return said + (f"，自第二年起每年递增 {escalator_percent}%" if escalator_percent else "")


def _unit(unit: str, grain: str) -> str:
    return f"千克{term('contract_grain', grain)}" if unit == "kg_mu_year" else "元"


def rhythm_zh(paid_every: str, paid_before: bool) -> str:
    """When it is paid, in words."""
    when = "期初支付" if paid_before else "期末支付"
    return {"year": "每年一付", "half": "每半年一付", "quarter": "每季度一付"}[paid_every] + "，" + when


def lines(text: Text, parcels: Sequence[Parcelled], on: date) -> tuple[str, ...]:
    """The whole text, line by line."""
    return (
        f"{term('contract_kind', text.kind)}合同 {text.number}",
        *(f"{title}：{wording}" for title, wording in written(text, on)),
        *(_line(one) for one in sorted(parcels, key=lambda one: one.code)),
        *((f"双方另行约定：{text.said.strip()}",) if text.said.strip() else ()),
    )


def _line(one: Parcelled) -> str:
    part = "（部分）" if one.partly else ""
    return f"地块 {one.code} {one.name} {mu_of(one.area_m2)} 亩 {one.area_m2:.2f} 平方米{part} 价款 {one.price:.2f}"


def digest(text: Text, parcels: Sequence[Parcelled], on: date) -> str:
    """SHA-256 of the text."""
    return sha256("\n".join(lines(text, parcels, on)).encode()).hexdigest()


def given(
    *, contractor: str, home: str, taker: str, mu: Decimal, from_on: date, until_on: date, price: str, rhythm: str, grain: str,
    grain_price: str, parent: str, first_contractor: str,
) -> Mapping[str, Any]:  # fmt: skip
    """The values of clauses that register and deal know."""
    return {
        "contractor": contractor, "contractor_home": home, "taker": taker, "parcels": "见地块表", "area": f"{mu}",
        "first_day": day_zh(from_on), "last_day": day_zh(until_on - DAY), "handover_day": day_zh(from_on), "price": price,
        "rhythm": rhythm, "grain": grain, "grain_price": grain_price, "parent": parent, "first_contractor": first_contractor,
    }  # fmt: skip
