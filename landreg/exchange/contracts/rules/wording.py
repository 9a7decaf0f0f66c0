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
from landreg.exchange.contracts.rules.instalments import Instalment
from landreg.exchange.listings.rules.units import BALANCES, of_whole
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
    if of_whole(unit):
        said = _whole(price, unit)
    else:
        said = "各地块价款见地块表" if several else f"每亩每年 {price:,} {_unit(unit, grain)}"
    return said + (f"，自第二年起每年递增 {escalator_percent}%" if escalator_percent else "")


def _whole(price: Decimal, unit: str) -> str:
    """A price of everything that is transferred, as the clause says it."""
    if unit in BALANCES and not price:
        return "双方互不找补"
    return {
        "yuan_year": f"整处每年 {price:,.2f} 元",
        "yuan_month": f"整处每月 {price:,.2f} 元",
        "yuan_once": f"全部地块、全部期限总价 {price:,.2f} 元",
        "balance_in": f"乙方一次性找补甲方 {price:,.2f} 元，于期限起始日付清",
        "balance_out": f"甲方一次性找补乙方 {price:,.2f} 元，于期限起始日付清",
    }[unit]


def _unit(unit: str, grain: str) -> str:
    return f"千克{term('contract_grain', grain)}" if unit == "kg_mu_year" else "元"


def rhythm_zh(paid_every: str, paid_before: bool, parts: Sequence[Instalment] = ()) -> str:
    """When it is paid, in words. parts: of one sum that is paid in instalments."""
    if parts:
        named = "；".join(f"{day_zh(one.due_on)} {one.yuan:,.2f} 元" for one in parts)
        said = f"分 {len(parts)} 期付清：{named}"
    elif paid_every == "once":
        said = "一次付清，于期限起始日支付"
    else:
        when = "期初支付" if paid_before else "期末支付"
        often = {"year": "每年一付", "half": "每半年一付", "quarter": "每季度一付", "month": "每月一付"}
        said = f"{often[paid_every]}，{when}"
    return f"{said}；付款日早于合同成立之日的，在成立之日支付"


def lines(text: Text, parcels: Sequence[Parcelled], on: date) -> tuple[str, ...]:
    """The whole text, line by line."""
    return (
        f"{term('contract_kind', text.kind)}合同 {text.number}",
        *(f"{title}：{wording}" for title, wording in written(text, on)),
        *(_line(one, of_whole(text.unit)) for one in sorted(parcels, key=lambda one: one.code)),
        *str(text.values.get("swapped") or "").splitlines(),
        *((f"双方另行约定：{text.said.strip()}",) if text.said.strip() else ()),
    )


def _line(one: Parcelled, priced_as_a_whole: bool) -> str:
    part = "（部分）" if one.partly else ""
    price = "" if priced_as_a_whole else f" 价款 {one.price:.2f}"
    return f"地块 {one.code} {one.name} {mu_of(one.area_m2)} 亩 {one.area_m2:.2f} 平方米{part}{price}"


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
