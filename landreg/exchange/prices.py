"""A price as a reader is told it: 500.00 元/亩·年, 每年 3,600.00 元, 一次性 86,000.00 元, 互不找补."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from landreg.exchange.listings.rules.units import BALANCES, of_whole
from landreg.law.book import Language, term


def price_words(price: Decimal, unit: str, grain: str = "", language: Language = "zh") -> str:
    """A price with what it counts; of one in kind its grain."""
    if unit in BALANCES and not price:
        return term("price_said", "no_balance", language)
    if of_whole(unit):
        return term("price_said", unit, language).format(n=f"{price:,.2f}")
    return f"{price:,.2f} {unit_words(unit, grain, language)}"


def unit_words(unit: str, grain: str = "", language: Language = "zh") -> str:
    """What a price counts."""
    return term("price_unit", unit, language) + (f"（{term('price_grain', grain, language)}）" if grain else "")


def paid_words(row: Any) -> str:
    """How a price is paid and by how much it rises each year, as a paper says it."""
    often = term("paid_every", row.paid_every)
    if row.paid_every == "once":
        return often
    rises = f"每年递增 {row.escalator_percent.normalize():f}%" if row.escalator_percent else "不递增"
    return f"{often}，{'先付款后用地' if row.paid_before else '先用地后付款'}；{rises}"


def price_of(row: Any, language: Language = "zh") -> str:
    """The price of a listing, deal or contract. row: with price, unit and, where it has one, grain."""
    return price_words(row.price, row.unit, getattr(row, "grain", ""), language)
