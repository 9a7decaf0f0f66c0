"""One sum that is paid on several days, as an assignment's price often is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.units import CENT
from landreg.law.book import Law

MOST = 6
UNIT = "yuan_once"
"""What a price counts that may be paid so."""
GOES_OVER, BY_DAYS = "goes_over", "by_days"
"""Of one sum that is changed: it goes over to what is paid in one sum too, or is owed by its days."""


@dataclass(frozen=True)
class Instalment:
    """A part of the sum, in yuan, and the day on which it is due."""

    due_on: date
    yuan: Decimal


@dataclass(frozen=True)
class Split:
    """A price and how it is to be paid. since: the day of drawing, or an earlier first day of the term. until_on: exclusive."""

    unit: str
    price: Decimal
    since: date
    until_on: date
    parts: tuple[Instalment, ...]


def con_35_instalments_add_up(facts: Split, law: Law) -> Finding | None:
    """CON-35: of one sum the instalments are two to six, a later day each, from the day of drawing or the term's first to its last,
    and add up to the price. RLCL-39.
    """
    parts = facts.parts
    if not parts:
        return None
    days = [one.due_on for one in parts]
    sums = all(one.yuan.is_finite() and one.yuan > 0 and one.yuan == one.yuan.quantize(CENT) for one in parts)
    sound = facts.unit == UNIT and 2 <= len(parts) <= MOST and days == sorted(set(days))
    sound = sound and facts.since <= days[0] and days[-1] < facts.until_on
    whole = sum((one.yuan for one in parts), Decimal(0))
    if sound and sums and whole == facts.price:
        return None
    values = {"sum": whole, "price": facts.price, "most": MOST}
    return Finding("CON-35", "due_yuan_1", values)


def kept(parts: Sequence[Instalment]) -> list[dict[str, str]] | None:
    """As a contract keeps them; None where it is paid at once."""
    return [{"due_on": one.due_on.isoformat(), "yuan": f"{one.yuan:.2f}"} for one in parts] or None


def read(rows: Iterable[Mapping[str, str]] | None) -> tuple[Instalment, ...]:
    """What a contract keeps."""
    return tuple(Instalment(date.fromisoformat(one["due_on"]), Decimal(one["yuan"])) for one in rows or ())
