"""What is offered further of the land that a household contracts itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.errors import NotFound


@dataclass(frozen=True)
class Offered:
    """A listing of the household's land by its taker. lister: whose listing it is. paper, sha256: of what is said to be the
    household's consent. parcels: those of the household. objected_at: when it last said that it never consented.
    """

    county: str
    village: str
    listing_id: UUID
    number: str
    state: str
    from_on: date
    until_on: date
    lister: str
    paper: str | None
    sha256: str | None
    parcels: Sequence[str]
    objected_at: datetime | None


def of_own(session: Session) -> list[Offered]:
    """What is offered further of the asking household's own land, published, held or dealt."""
    rows = session.execute(sa.text("SELECT * FROM exchange.offered_of_own() ORDER BY number")).mappings()
    return [Offered(**row) for row in rows]


def on_land(session: Session, codes: Sequence[str]) -> Sequence[Offered]:
    """Those of which some land is among these parcels."""
    return [one for one in of_own(session) if set(codes) & set(one.parcels)]


def one_of_own(session: Session, county: str, listing_id: UUID) -> Offered:
    """One of them. Raises NotFound."""
    for one in of_own(session):
        if (one.county, one.listing_id) == (county, listing_id):
            return one
    raise NotFound


def is_contractor(session: Session, county: str, listing_id: UUID, household_id: UUID | None) -> bool:
    """Whether a household has the contract right on land that its taker offers further."""
    asked = sa.text("SELECT exchange.contracts_it(:county, :listing, :household)")
    return bool(session.scalar(asked, {"county": county, "listing": listing_id, "household": household_id}))


def contractors(session: Session, county: str, listing_id: UUID) -> dict[UUID, str]:
    """The households, with their codes, that have the contract right on land that its taker offers further; for the desk."""
    asked = sa.text("SELECT household_id, code FROM exchange.contractors_of(:county, :listing)")
    return {row.household_id: row.code for row in session.execute(asked, {"county": county, "listing": listing_id})}
