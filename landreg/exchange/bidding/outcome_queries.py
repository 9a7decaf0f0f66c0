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


def outcomes(session: Session, since: datetime) -> Sequence[Outcome]:
    """What came since then, the newest first."""
    rows = session.execute(sa.text("SELECT * FROM exchange.outcomes_told(:since)"), {"since": since}).mappings()
    return [Outcome(**row) for row in rows]
