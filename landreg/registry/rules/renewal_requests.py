"""What an application for a renewal, or for a change of a restriction, asks for, as it is kept on its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Renewal:
    """The new term, first and last day; when its contract was signed, None: on the day of registration; its roster, if any."""

    starts_on: date
    last_day: date
    signed_on: date | None = None
    roster: UUID | None = None


@dataclass(frozen=True)
class RestrictionChange:
    """A restriction that goes on otherwise: on which paper, and what is new. until: its last day from now on.
    registrable_on: of an advance notice, from when its transfer can be registered; its last day follows from that.

    An objection on which a suit was brought ends no longer by itself: it has no last day.
    """

    restriction_id: UUID
    basis: str
    amount: Decimal | None = None
    until: date | None = None
    registrable_on: date | None = None


CHANGES = {
    "objection_suit": "objection",
    "advance_notice_day": "advance_notice",
    "seizure_renewal": "seizure",
    "mortgage_change": "mortgage",
}
"""The restriction that an act of a kind changes."""
LAPSES = {"objection": "objection_lapse", "advance_notice": "advance_notice_lapse", "seizure": "seizure_expiry"}
"""The act by which a restriction of a kind ends by itself."""
RENEWALS = ("renewal", "renewal_single")
RenewalRequest = Renewal | RestrictionChange
RENEWAL_REQUESTS: Mapping[str, Any] = {
    **dict.fromkeys(RENEWALS, Renewal),
    **dict.fromkeys(CHANGES, RestrictionChange),
}
"""By kind of act: the shape of its request."""
