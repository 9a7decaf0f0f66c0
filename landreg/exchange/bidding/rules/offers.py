"""A negotiation: offers and counter-offers in turn, until one is accepted, declined or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.exchange.listings.rules.contacts import names_a_contact
from landreg.exchange.listings.rules.units import MOST_PRICE, is_a_price, year_of
from landreg.law.book import Law
from landreg.law.selling import sells

SIDES = ("taker", "household")
NAMING = frozenset(("offer", "counter"))
"""Steps that name a price."""
ENDING = frozenset(("accept", "decline", "withdraw"))
FIRST = "offer"
FAR = 2
"""Times of what is asked beyond which a price is looked at once more."""


@dataclass(frozen=True)
class Said:
    """One step of a negotiation. until: the last day on which a price may be accepted."""

    side: str
    kind: str
    price: Decimal
    until: date


@dataclass(frozen=True)
class Saying:
    """A step that would be said, after those before. free: land is exchanged, so that no sum need change hands. words:
    what the side adds. house: what is let is one.
    """

    before: Sequence[Said]
    side: str
    kind: str
    today: date
    price: Decimal | None = None
    free: bool = False
    unit: str = "yuan_mu_year"
    words: str = ""
    house: bool = False


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
    if sound:
        return None
    waiting = last is not None and last.kind in NAMING and last.side == facts.side
    return Finding("OFF-1", "kind", {"own": last.price} if last is not None and waiting else {})


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


def off_7_looked_at_twice(
    facts: Saying, law: Law | None, asked: Decimal, mu: Decimal, seen: Decimal | None
) -> Finding | None:
    """OFF-7: a price more than FAR times what is asked, or less than that part of it, is shown with what it comes to, and sent once
    more: one press of the other side would bind. asked: by the listing; mu: of the land; seen: the price that was shown so. What is
    refused anyway is refused for its own reason.
    """
    price = facts.price
    if facts.kind not in NAMING or facts.free or price is None or price == seen or off_3_names_a_price(facts, law):
        return None
    if asked / FAR <= price <= asked * FAR:
        return None
    return Finding(
        "OFF-7", "price", {"given": price, "asked": asked, "mu": mu, "sum": f"{year_of(facts.unit, price, mu):,.2f}"}
    )


def off_8_words_lead_nowhere_else(facts: Saying, law: Law | None = None) -> Finding | None:
    """OFF-8: what a side adds in words names no way to be reached past the exchange."""
    return Finding("OFF-8", "said") if names_a_contact(facts.words) else None


def off_9_words_sell_nothing(facts: Saying, law: Law) -> Finding | None:
    """OFF-9: neither side asks or promises in words what no transfer moves: the land itself, or a house that is let. RLCL-38,
    LOT-3.
    """
    said = sells(facts.words, law.on, house=facts.house, taker="我" if facts.side == "taker" else "你")
    return Finding("OFF-9", "said", {"said": said}) if said else None


OFFER_RULES = (
    off_1_in_turn,
    off_2_still_holds,
    off_3_names_a_price,
    off_8_words_lead_nowhere_else,
    off_9_words_sell_nothing,
)
