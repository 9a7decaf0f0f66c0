"""A negotiation: offers and counter-offers in turn, until one is accepted, declined or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.exchange.listings.rules.units import MOST_PRICE, is_a_price
from landreg.law.book import Law

SIDES = ("taker", "household")
NAMING = frozenset(("offer", "counter"))
"""Steps that name a price."""
ENDING = frozenset(("accept", "decline", "withdraw"))
FIRST = "offer"


@dataclass(frozen=True)
class Said:
    """One step of a negotiation. until: the last day on which a price may be accepted."""

    side: str
    kind: str
    price: Decimal
    until: date


@dataclass(frozen=True)
class Saying:
    """A step that would be said, after those before. free: land is exchanged, so that no sum need change hands."""

    before: Sequence[Said]
    side: str
    kind: str
    today: date
    price: Decimal | None = None
    free: bool = False
    unit: str = "yuan_mu_year"


def off_1_in_turn(facts: Saying, law: Law | None = None) -> Finding | None:
    """OFF-1: the taker begins, and again once a price has lapsed; each answers the other; only one's own price is taken back, only
    the other's is accepted.
    """
    last = facts.before[-1] if facts.before else None
    if last is None:
        sound = facts.side == "taker" and facts.kind == FIRST
    elif last.kind in ENDING or (facts.kind == FIRST and last.until < facts.today):
        # After a no, after taking back, after the day of a price the taker may begin again; after a yes nothing is said any more.
        sound = last.kind != "accept" and facts.side == "taker" and facts.kind == FIRST
    elif facts.kind == "withdraw":
        sound = last.side == facts.side
    else:
        sound = last.side != facts.side and facts.kind in {"accept", "decline", "counter"}
    return None if sound else Finding("OFF-1", "kind")


def off_2_still_holds(facts: Saying, law: Law | None = None) -> Finding | None:
    """OFF-2: a price is accepted until the day that it names."""
    last = facts.before[-1] if facts.before else None
    if facts.kind != "accept" or last is None or facts.today <= last.until:
        return None
    return Finding("OFF-2", "kind", {"until": last.until})


def off_3_names_a_price(facts: Saying, law: Law | None = None) -> Finding | None:
    """OFF-3: an offer and a counter-offer name a price in yuan with two decimals."""
    most = MOST_PRICE[facts.unit]
    if facts.kind not in NAMING or (facts.price is not None and is_a_price(facts.price, most, free=facts.free)):
        return None
    return Finding("OFF-3", "price", {"most": most})


OFFER_RULES = (off_1_in_turn, off_2_still_holds, off_3_names_a_price)
