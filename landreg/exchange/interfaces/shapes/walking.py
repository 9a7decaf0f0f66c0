"""What an address may hold, and how a list is walked."""

from __future__ import annotations

from dataclasses import dataclass, field

from landreg.exchange.listings.rules.units import RHYTHMS, UNITS

COUNTY = r"^6109[0-9]{2}$"
VILLAGE = r"^6109[0-9]{8}$"
DIVISION = r"^6109([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$"
CODE = r"^[0-9A-Z]{1,40}$"
NUMBER = r"^[0-9A-Za-z-]{1,40}$"
PARCEL = r"^6109[0-9A-Z]{15}$"
LISTING = r"^6109[0-9]{2}6109[0-9]{2}-L[0-9]{4}-[0-9]{5,9}$"
"""A county, and the number of a listing there."""
MOMENT = r"^[0-9]{16}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
"""Where a page in the order of time ends: microseconds since 1970, and the row."""
WITHIN = {"pattern": rf"^({DIVISION[1:-1]})?$", "form": "division", "en": "code of a division"}
UNIT = {
    "choices": UNITS,
    "en": "what the price counts: yuan, kg of grain or the fixed dividend a mu and year; of the whole yuan a year, a month or"
    " once; of an exchange what its taker (balance_in) or its giver (balance_out) adds",
}
RHYTHM = {"choices": RHYTHMS}
PAGE = 50
LARGEST_PAGE = 200


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A page of a list, at most `limit` rows of it. Each list says by `after` where the page before ended; follow `next`
    until there is none."""

    limit: int = field(default=PAGE, metadata={"least": 1, "top": LARGEST_PAGE, "en": "rows of a page"})


def ended_at(place: str) -> dict[str, str]:
    """What `after` may be: '' or a place of the list's own order, by its pattern."""
    return {"pattern": rf"^({place[1:-1]})?$", "form": "after", "en": "where the page before ended"}


@dataclass(frozen=True, kw_only=True)
class InTime(Walk):
    """A page of a list in the order of time."""

    after: str = field(default="", metadata=ended_at(MOMENT))
