"""What came of listings that a household or a taker offered, or bid for: the deal, to whom it went, what became of a deposit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Outcome:
    """own: of one's own land. what: a word of terms.toml, outcome. amount: of one's own deal in its unit, of a deposit in yuan."""

    at: datetime
    county: str
    listing_id: UUID
    number: str
    own: bool
    what: str
    amount: Decimal | None
    unit: str
    grain: str


@dataclass(frozen=True)
class Turn:
    """Whose turn came to nothing, without a name. place, price: of their best. what: a word of terms.toml, turn."""

    plate: int
    place: int
    price: Decimal
    what: str
    at: datetime


def turns(session: Session, county: str, sale_id: UUID) -> Sequence[Turn]:
    """Of a sale, as anybody is told: the deals that fell, who was passed over, and who took no second chance, in their order."""
    asked = sa.text("SELECT * FROM exchange.turns_told(:county, :sale)")
    return [Turn(**row) for row in session.execute(asked, {"county": county, "sale": sale_id}).mappings()]


def outcomes(session: Session, since: datetime) -> Sequence[Outcome]:
    """What came since then, the newest first."""
    rows = session.execute(sa.text("SELECT * FROM exchange.outcomes_told(:since)"), {"since": since}).mappings()
    return [Outcome(**row) for row in rows]
