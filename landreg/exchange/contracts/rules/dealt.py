"""CON-120, CON-121: what members stood aside from, or others bid for, is not changed to less soon after. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.units import half_up
from landreg.exchange.contracts.rules.rent import PARTS
from landreg.exchange.listings.rules.units import ONCE, of_whole
from landreg.law.book import Law

YEAR = 365


@dataclass(frozen=True)
class Agreed:
    """The terms of a contract. price: of the parcel that is cheapest, or of the whole; mu: of all of its land, codes: which.

    last_sum: the last day of instalments, None where there are none.
    """

    unit: str
    grain: str
    price: Decimal
    escalator_percent: Decimal
    term: tuple[date, date]
    paid_every: str
    paid_before: bool
    mu: Decimal
    codes: frozenset[str] = field(default_factory=frozenset)
    last_sum: date | None = None


@dataclass(frozen=True)
class Kept:
    """A change held against the deal that its contract came by. number: of the contract that is changed. dealt_on: the day of the
    deal. contested: members had their window on its terms, or others bid. ruled: arbitration or a court has spoken on it since.
    """

    number: str
    dealt_on: date
    dealt: Agreed
    now: Agreed
    contested: bool = True
    ruled: bool = False


def better_for_taker(dealt: Agreed, now: Agreed) -> list[str]:
    """In what the terms are better for the taker than they were dealt: words of terms.toml, dealt_part."""
    found = ["unit"] if (dealt.unit, dealt.grain) != (now.unit, now.grain) else []
    if not found and now.price < _of(dealt, now):
        found.append("price")
    if now.escalator_percent < dealt.escalator_percent and (found or _over_years(now, now) < _over_years(dealt, now)):
        found.append("escalator")
    if now.term[1] > dealt.term[1]:
        found.append("term")
    if not found and _later(dealt, now):
        found.append("paid")
    return [*found, *(["land"] if now.codes - dealt.codes else [])]


def _over_years(terms: Agreed, of: Agreed) -> Decimal:
    """What a price comes to by its yearly rise in the years of a term, begun ones too."""
    years = -(-(of.term[1] - of.term[0]).days // YEAR)
    rise = 1 + terms.escalator_percent / 100
    return sum((terms.price * rise**year for year in range(years)), Decimal(0))


def _of(dealt: Agreed, now: Agreed) -> Decimal:
    """What the price of the deal is of the land, and where it is one sum of the days, that a change is of."""
    if not of_whole(dealt.unit) or not dealt.mu:
        return dealt.price
    share = now.mu / dealt.mu
    if dealt.unit in ONCE:
        days = [(one.term[1] - one.term[0]).days for one in (now, dealt)]
        share = share * days[0] / days[1]
    return half_up(dealt.price * min(share, Decimal(1)))


def _later(dealt: Agreed, now: Agreed) -> bool:
    """Whether it is paid later: behind instead of ahead, ahead in more parts or behind in fewer, in instalments that end later."""
    if now.last_sum is not None and now.last_sum > (dealt.last_sum or dealt.term[0]):
        return True
    if now.paid_before != dealt.paid_before:
        return dealt.paid_before
    parts = [PARTS.get(one.paid_every, 1) for one in (dealt, now)]
    return parts[1] > parts[0] if dealt.paid_before else parts[1] < parts[0]


def con_120_dealt_terms_stand(facts: Kept, law: Law) -> Finding | None:
    """CON-120: what members stood aside from on equal terms, or others bid for, is changed to nothing better for its taker within
    the county's days of the deal, but where arbitration or a court has spoken on it. RLCL-38, SPC-RLC-11.
    """
    parts, until = (
        better_for_taker(facts.dealt, facts.now),
        facts.dealt_on + timedelta(days=law.days("CON-120.kept_days")),
    )
    if not parts or not facts.contested or facts.ruled or law.on >= until:
        return None
    values = {"better": parts, "price": facts.dealt.price, "escalator": facts.dealt.escalator_percent, "until": until}
    return Finding("CON-120", _FIELDS[parts[0]], values, subject=facts.number)


_FIELDS = {
    "unit": "price",
    "price": "price",
    "escalator": "escalator",
    "term": "last_day",
    "paid": "paid",
    "land": "parcels",
}


def con_121_less_than_was_dealt(facts: Kept, law: Law) -> Finding | None:
    """CON-121: that a change is better for its taker than the terms by which the land was had on the market: both sides and the
    desk read it before it is signed. RLCL-38.
    """
    parts = better_for_taker(facts.dealt, facts.now)
    if not parts:
        return None
    values = {
        "better": parts,
        "price": facts.dealt.price,
        "escalator": facts.dealt.escalator_percent,
        "day": facts.dealt_on,
    }
    return Finding("CON-121", _FIELDS[parts[0]], values, subject=facts.number)
