"""The rent calendar: what falls due on which day, what a payment settles, what is late on a day. Decimal throughout. Pure.

A contract year begins on the day of the term's first day. Its rent is the price of that year times the area, rounded once;
halves and quarters add up to it. What is left at the end, less than a whole part, is owed by its days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from landreg.core.errors import Finding
from landreg.core.periods import DAY, months_after
from landreg.core.units import CENT, half_up
from landreg.exchange.contracts.rules.instalments import BY_DAYS, GOES_OVER, Instalment
from landreg.law.book import Law

PARTS: Mapping[str, int] = {"year": 1, "half": 2, "quarter": 4, "month": 12}
"""By rhythm: the payments of a year."""
IN_ONE_SUM, DEPOSIT = "price", "deposit"
"""Kinds of dues that are no rent of their days: what a right goes for, or what makes an exchange equal; a lease's deposit."""
AWARDED = "awarded"
"""What an outcome says that a side owes."""
OF_DAYS = ("rent", "service")
"""Kinds that are owed by the days of a term: what ends early owes them no longer."""
PAYERS = ("taker", "contractor")
"""The sides that may owe something."""
HUNDRED = Decimal(100)
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Terms:
    """What the calendar is reckoned from. until_on: exclusive. pieces: each parcel's mu, and its price of a mu and year in yuan
    or kg; of what is priced as a whole one piece, 1 and the price of a year. once: one sum for all of the term,
    in instalments where they are said. kind: of what falls due by the days. made_on: of the contract: nothing is due before.
    """

    from_on: date
    until_on: date
    pieces: tuple[tuple[Decimal, Decimal], ...]
    unit: str = "yuan_mu_year"
    escalator_percent: Decimal = ZERO
    paid_every: str = "year"
    paid_before: bool = True
    instalments: tuple[Instalment, ...] = ()
    kind: str = "rent"
    made_on: date | None = None

    @property
    def once(self) -> bool:
        """Whether it is paid in one sum."""
        return self.paid_every == "once"

    @property
    def in_kind(self) -> bool:
        """Whether the price is in kg of grain."""
        return self.unit == "kg_mu_year"


@dataclass(frozen=True)
class Due:
    """What is owed for some days: [from_on, until_on). amount: yuan, or kg where in_kind. kind: rent, service, price, deposit,
    dividend, awarded. payer: the side that owes it; the contractor owes the fee of a service, and what makes an exchange equal
    where it took the better land.
    """

    position: int
    from_on: date
    until_on: date
    due_on: date
    amount: Decimal
    in_kind: bool = False
    kind: str = "rent"
    payer: str = "taker"


@dataclass(frozen=True)
class Grain:
    """A payment in kg of grain."""

    kg: Decimal


class Price(NamedTuple):
    """The county's price of a kg of grain for a day. since: the later day for which it was set, where that day had none."""

    yuan: Decimal
    since: date | None = None


@dataclass(frozen=True)
class Settled:
    """A due with what was paid of it. owed: all of it in yuan, None where the county has set no price of grain for its day nor
    after. paid: in yuan; handed: in kg of grain, of what is due in kind. price: of a kg.
    """

    due: Due
    owed: Decimal | None
    paid: Decimal
    handed: Decimal = ZERO
    price: Price | None = None

    @property
    def left(self) -> Decimal:
        """What is still to be paid in yuan, as far as it is known."""
        if self.owed is None:
            return ZERO
        if self.price is None:
            return self.owed - self.paid
        rest = half_up((self.due.amount - self.handed) * self.price.yuan) - self.paid
        # Less than a hundredth of a kg is nothing.
        return rest if half_up(rest / self.price.yuan) > 0 else ZERO

    @property
    def left_kg(self) -> Decimal:
        """What is still to be handed over in kg, of what is due in kind; what was paid in money counts at the price of its day."""
        if not self.due.in_kind:
            return ZERO
        rest = self.due.amount - self.handed
        return rest if not self.paid or self.price is None else half_up(self.left / self.price.yuan)

    @property
    def open(self) -> bool:
        """Whether something is left, in yuan or, also where the county has set no price yet, in kg."""
        return self.left > 0 or self.left_kg > 0

    def late(self, on: date) -> bool:
        """Whether its day is over and something is left."""
        return self.open and self.due.due_on < on


def price_of_year(price: Decimal, escalator_percent: Decimal, year: int) -> Decimal:
    """The price of a contract year, the first being 0: raised by the escalator each year, rounded once."""
    return half_up(price * (1 + escalator_percent / HUNDRED) ** year)


def of_year(terms: Terms, year: int) -> Decimal:
    """What a whole contract year comes to: each parcel's mu at its price of that year, added up."""
    return sum((half_up(price_of_year(price, terms.escalator_percent, year) * mu) for mu, price in terms.pieces), ZERO)


def calendar(terms: Terms) -> tuple[Due, ...]:
    """Everything that falls due over the term, in order. Raises ValueError for a term that is none or another rhythm."""
    if terms.until_on <= terms.from_on or not (terms.once or terms.paid_every in PARTS):
        raise ValueError(f"{terms.from_on} .. {terms.until_on} {terms.paid_every}")
    if terms.once:
        whole = Instalment(terms.from_on, sum((price for _, price in terms.pieces), ZERO))
        payer = payer_of(IN_ONE_SUM, terms.unit)
        return tuple(
            Due(place, terms.from_on, terms.until_on, _once_made(terms, one.due_on), one.yuan, False, IN_ONE_SUM, payer)
            for place, one in enumerate(terms.instalments or (whole,), 1)
        )
    parts, found, place = PARTS[terms.paid_every], [], 0
    months = 12 // parts
    while (first := months_after(terms.from_on, months * place)) < terms.until_on:
        full = months_after(terms.from_on, months * (place + 1))
        last = min(full, terms.until_on)
        amount = _part(terms, *divmod(place, parts), parts)
        if last < full:
            amount = half_up(amount * Decimal((last - first).days) / Decimal((full - first).days))
        place += 1
        due_on, payer = _once_made(terms, first if terms.paid_before else last - DAY), payer_of(terms.kind, terms.unit)
        found.append(Due(place, first, last, due_on, amount, terms.in_kind, terms.kind, payer))
    return tuple(found)


def _once_made(terms: Terms, due_on: date) -> date:
    return max(due_on, terms.made_on or due_on)


def payer_of(kind: str, unit: str) -> str:
    """The side that owes a due of a kind under a contract whose price counts a unit."""
    return "contractor" if kind == "service" or (kind == IN_ONE_SUM and unit == "balance_out") else "taker"


def _part(terms: Terms, year: int, part: int, parts: int) -> Decimal:
    """A part of a year's rent, so that the parts add up to the year's."""
    whole = of_year(terms, year)
    return half_up(whole * (part + 1) / parts) - half_up(whole * part / parts)


def in_yuan(due: Due, prices: Mapping[date, Price]) -> Decimal | None:
    """What a due comes to in yuan. prices: of a kg of the contract's grain, by day on which something is due."""
    price = prices.get(due.due_on)
    if not due.in_kind:
        return due.amount
    return None if price is None else half_up(due.amount * price.yuan)


def still_owed(
    dues: Iterable[Due], ends_on: date | None, *, void: bool = False, made_on: date | None = None, one_sum: str = "",
    ahead: bool = False,
) -> tuple[Due, ...]:  # fmt: skip
    """What is owed of a contract that ended on a day: rent or fee of the days before it, what was declared or awarded.

    ahead: its deposit does not go back yet.
    void: the contract never was: what an award says is owed alone. 民法典 155, 566. one_sum: GOES_OVER, BY_DAYS. 民法典 543."""
    by_days = (*OF_DAYS, IN_ONE_SUM) if one_sum == BY_DAYS else OF_DAYS
    gone = (*(() if ahead else (DEPOSIT,)), *((IN_ONE_SUM,) if one_sum == GOES_OVER else ()))
    if void or ends_on is None:
        return tuple(due for due in dues if due.kind == AWARDED or not void)
    return tuple(
        _until(due, ends_on, made_on) if due.kind in by_days and due.until_on > ends_on else due
        for due in dues
        if due.kind not in gone and (due.kind not in by_days or due.from_on < ends_on)
    )


def _until(due: Due, ends_on: date, made_on: date | None) -> Due:
    """A rent by the days of its time before a day; what was to be paid later is due on the last of them, once it was made."""
    days, all_days = (Decimal((until - due.from_on).days) for until in (ends_on, due.until_on))
    due_on = min(due.due_on, max(ends_on - DAY, made_on or ends_on - DAY))
    return replace(due, until_on=ends_on, due_on=due_on, amount=half_up(due.amount * days / all_days))


def settled(
    dues: Sequence[Due], paid: Iterable[Decimal | Grain], prices: Mapping[date, Price] | None = None
) -> tuple[Settled, ...]:
    """The dues with what was paid of them: each payment, in order, settles the oldest first, whatever it was meant for.

    Grain settles what is due in kind kilogram for kilogram; money settles it at the price of the day on which it was due, where
    that had none at the first that the county set after.
    """
    known = prices or {}
    found = [
        Settled(due, in_yuan(due, known), ZERO, ZERO, known.get(due.due_on) if due.in_kind else None)
        for due in sorted(dues, key=lambda one: (one.due_on, one.position))
    ]
    for one in paid:
        rest = one.kg if isinstance(one, Grain) else one
        for place, due in enumerate(found):
            if isinstance(one, Grain):
                part = min(rest, due.left_kg)
                found[place] = replace(due, handed=due.handed + part)
            else:
                part = min(rest, due.left)
                found[place] = replace(due, paid=due.paid + part)
            rest -= part
    return tuple(found)


def arrears(dues: Iterable[Settled], on: date, payer: str = "") -> Decimal:
    """What is late on a day, in yuan, as far as grain has its price; payer: of one side alone."""
    return sum((one.left for one in dues if one.late(on) and payer in ("", one.due.payer)), ZERO)


def arrears_kg(dues: Iterable[Settled], on: date, payer: str = "") -> Decimal:
    """What is late on a day of what is due in kind, in kg; payer: of one side alone."""
    return sum((one.left_kg for one in dues if one.late(on) and payer in ("", one.due.payer)), ZERO)


def unpriced_kg(dues: Iterable[Settled], on: date) -> Decimal:
    """The same of what the county has set no price for."""
    return arrears_kg((one for one in dues if one.owed is None), on)


def late_since(dues: Iterable[Settled], on: date) -> date | None:
    """The day on which the oldest late due was due; None where nothing is late."""
    return min((one.due.due_on for one in dues if one.late(on)), default=None)


@dataclass(frozen=True)
class Paid:
    """A payment, in yuan or in kg of grain, and what it is held against. left: of all dues, as far as it is known. since: the day
    of the signature or the first of the term, the earlier one. slip: for what its slip counts already,
    and whose. alike: the very paper was recorded, for the same sum of the same day. unpriced: the first day on which grain is due
    that no price turns into yuan.
    """

    amount: Decimal
    paid_on: date
    receipt: str
    left: Decimal
    since: date
    today: date
    slip: tuple[str, str] = ("", "")
    alike: bool = False
    unpriced: date | None = None


def con_6_payment_counts_once(facts: Paid, law: Law) -> Finding | None:
    """CON-6: a payment is a sum, of what is owed, made by today, by a receipt that was not counted before. RLCL-39.

    What the parties agree on may be paid before it is signed, and before its term: a year at most.
    """
    amount, wrong = facts.amount, "paper" if facts.alike else ""
    if facts.slip[0] or not facts.receipt.strip():
        wrong = "receipt"
    if not months_after(facts.since, -12) <= facts.paid_on <= facts.today:
        wrong = "paid_on"
    if not (amount.is_finite() and 0 < amount <= facts.left and amount == amount.quantize(CENT)):
        wrong = "amount"
    said: dict[str, Any] = (
        {"fault": f"slip_{facts.slip[0]}", "whose": facts.slip[1]} if wrong == "receipt" and facts.slip[0] else {}
    )
    if wrong == "amount" and facts.unpriced and amount.is_finite() and amount > facts.left:
        said["day"] = facts.unpriced
    left = {"left": facts.left} if facts.left or "day" not in said else {}
    return Finding("CON-6", wrong, {**left, **said}) if wrong else None


def con_23_grain_within_what_is_owed(facts: tuple[Decimal, Decimal, bool], law: Law) -> Finding | None:
    """CON-23: grain (kg, left, by a receipt of grain alone) is handed over in kind, no more of it than is owed. RLCL-39."""
    kg, left, alone = facts
    sound = alone and kg.is_finite() and 0 < kg <= left and kg == half_up(kg)
    return None if sound else Finding("CON-23", "kg", {"left": left})


def con_11_grain_price_is_set(facts: Sequence[Settled], law: Law) -> Finding | None:
    """CON-11: a rent in grain is yuan at the county's price of its day, or the next where it had none; kg until then. RLCL-39."""
    days = [one.due.due_on for one in facts if one.owed is None and one.due.due_on <= law.on]
    return Finding("CON-11", "grain", {"days": days}) if days else None
