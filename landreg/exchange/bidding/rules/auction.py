"""An open ascending auction: when a bid counts, how high it is, and when the auction ends.

The database repeats this under one lock row an auction, by its own clock (`exchange.take_bid`); a test holds both together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from landreg.core.errors import Finding
from landreg.core.periods import BEIJING
from landreg.exchange.listings.rules.units import MOST_PRICE, is_a_price, year_of
from landreg.law.book import Law


def shown(at: datetime) -> str:
    """An instant as a sentence says it: in Beijing, to the millisecond that may decide."""
    return at.astimezone(BEIJING).isoformat(" ", "milliseconds")[:23]


STEPS_AT_ONCE = 5
"""How many steps a bid may go beyond the least without a second look."""


@dataclass(frozen=True)
class Auction:
    """An auction at an instant. price: the leading bid, None before the first. soft: how long it goes on after a bid."""

    opens_at: datetime
    closes_at: datetime
    start: Decimal
    step: Decimal
    soft: timedelta
    price: Decimal | None = None
    leader: UUID | None = None
    seq: int = 0

    @property
    def least(self) -> Decimal:
        """The lowest price that the next bid may name."""
        return self.start if self.price is None else self.price + self.step


@dataclass(frozen=True)
class Placed:
    """A bid as it comes in: at what instant by the server's clock, to an auction as it stands then. unit: of the price."""

    auction: Auction
    entrant: UUID
    price: Decimal
    at: datetime
    unit: str = "yuan_mu_year"


def bid_1_before_the_close(facts: Placed, law: Law | None = None) -> Finding | None:
    """BID-1: a bid counts until the closing instant, and not at it or after it."""
    return bid_1_in_time(facts.at, facts.auction.closes_at)


def bid_1_in_time(at: datetime, closes_at: datetime) -> Finding | None:
    """BID-1, of a sealed bid too: came before the close; both instants are told."""
    return None if at < closes_at else Finding("BID-1", "price", {"closes": shown(closes_at), "at": shown(at)})


def bid_2_by_a_whole_step(facts: Placed, law: Law | None = None) -> Finding | None:
    """BID-2: the first bid is at least the start, each other at least a step above the leading one."""
    if facts.price.is_finite() and facts.price >= facts.auction.least:
        return None
    return Finding("BID-2", "price", {"least": facts.auction.least, "step": facts.auction.step})


def bid_4_after_the_opening(facts: Placed, law: Law | None = None) -> Finding | None:
    """BID-4: nothing counts before the opening instant."""
    return (
        None
        if facts.at >= facts.auction.opens_at
        else Finding("BID-4", "price", {"opens": shown(facts.auction.opens_at)})
    )


def bid_5_price_is_a_sum(facts: Placed, law: Law | None = None) -> Finding | None:
    """BID-5: yuan with two decimals, above nothing, up to the bound of its unit."""
    most = MOST_PRICE[facts.unit]
    return None if is_a_price(facts.price, most) else Finding("BID-5", "price", {"most": most})


def bid_10_not_above_oneself(facts: Placed, law: Law | None = None) -> Finding | None:
    """BID-10: who leads does not raise their own bid: a form sent twice costs nobody anything."""
    return Finding("BID-10", "price") if facts.entrant == facts.auction.leader else None


def bid_12_price_fits_its_unit(facts: Placed, law: Law) -> Finding | None:
    """BID-12: a price many times the leading one is one of another unit: of the whole land, or of all the years."""
    times = law.number("BID-12.most_times")
    basis = facts.auction.price or facts.auction.start
    if not facts.price.is_finite() or facts.price <= basis * times:
        return None
    return Finding("BID-12", "price", {"given": facts.price, "basis": basis, "times": times})


def after(auction: Auction, bid: Placed) -> Auction:
    """The auction after a bid that counts: the bid leads, and others have the soft time to answer it."""
    closes = max(auction.closes_at, bid.at + auction.soft)
    return replace(auction, price=bid.price, leader=bid.entrant, seq=auction.seq + 1, closes_at=closes)


BID_RULES = (
    bid_1_before_the_close,
    bid_4_after_the_opening,
    bid_5_price_is_a_sum,
    bid_2_by_a_whole_step,
    bid_10_not_above_oneself,
    bid_12_price_fits_its_unit,
)
"""What a bid must be."""


def bid_24_looked_at_twice(facts: Placed, law: Law, seen: Decimal | None, mu: Decimal) -> Finding | None:
    """BID-24: a bid more than STEPS_AT_ONCE steps above what would do is shown with what it comes to, and sent once more. seen: the
    price that was shown so; mu: of the land. What is refused anyway is refused for its own reason.
    """
    least = facts.auction.least
    far = facts.price.is_finite() and facts.price > least + STEPS_AT_ONCE * facts.auction.step
    if not far or facts.price == seen or any(rule(facts, law) for rule in BID_RULES):
        return None
    values = {"given": facts.price, "least": least, "mu": mu, "sum": f"{year_of(facts.unit, facts.price, mu):,.2f}"}
    return Finding("BID-24", "price", values)
