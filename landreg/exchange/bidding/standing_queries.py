"""How it stands after the close or the yes, as each side may know it: nobody else is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Stands:
    """Of a bidder: passed over; the land may still come to them; until when the last members' window runs, own: on their terms;
    said_yes: as the next after a winner fell.
    """

    passed: bool
    may_win: bool
    until: date | None
    own: bool
    said_yes: bool


def of_bidder(session: Session, county: str, entrant_id: UUID) -> Stands:
    """How an entrant of a sale stands."""
    asked = sa.text("SELECT * FROM exchange.bidder_stands(:county, :entrant)")
    return Stands(**session.execute(asked, {"county": county, "entrant": entrant_id}).mappings().one())


def passed_why(session: Session, county: str, entrant_id: UUID) -> frozenset[str]:
    """The codes of the rules by which an entrant was passed over."""
    found = session.scalar(
        sa.text("SELECT exchange.passed_why(:county, :entrant)"), {"county": county, "entrant": entrant_id}
    )
    return frozenset((found or "").split())


def talk_until(session: Session, county: str, listing_id: UUID) -> date | None:
    """The last day of the members' window on land that was agreed upon; None where none was opened since the yes."""
    asked = sa.text("SELECT exchange.talk_until(:county, :listing)")
    found: date | None = session.scalar(asked, {"county": county, "listing": listing_id})
    return found


def withdrawn_at(session: Session, county: str, listing_id: UUID) -> datetime | None:
    """When the household withdrew a listing; None where it did not."""
    asked = sa.text("SELECT exchange.withdrawn_at(:county, :listing)")
    found: datetime | None = session.scalar(asked, {"county": county, "listing": listing_id})
    return found
