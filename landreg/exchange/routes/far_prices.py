"""A price that is far from the usual one, at the forms of a listing: it is looked at once more before it is handed in."""

from __future__ import annotations

from collections.abc import Sequence

from landreg.core.errors import Finding
from landreg.exchange.listings.rules.facts import Index
from landreg.exchange.listings.rules.usual import FAR
from landreg.exchange.listings.service import Judged
from landreg.exchange.market.gathered import county_index
from landreg.exchange.market.queries import MEASURED
from landreg.exchange.routes.listing_forms import ListingForm


def index_of(county: str, kind: str) -> Index | None:
    """What the price of a kind is held against: the county's index of rents of farmland, for an assignment by the year
    too; None for another kind.
    """
    return county_index(county) if kind in (*MEASURED, "assignment") else None


def is_far(notes: Sequence[Finding]) -> bool:
    """Whether the price is to be looked at once more."""
    return any(note.code in FAR for note in notes)


def far_unseen(judged: Judged, given: ListingForm) -> bool:
    """Whether nothing but a price that is far, and that nobody has looked at once more, stands before a listing."""
    return not judged.refused and is_far(judged.told) and given.price_seen != given.price
