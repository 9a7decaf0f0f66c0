"""The least that a household takes for its land. Kept back, no desk reads it but the household's own (docs/exchange.md).

No login reads the column, the recheck's apart: these are functions of the database, one for each who may ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Floor:
    """What is told of it. least: None where there is none, or where it is kept back from who asks. shown: to everybody."""

    least: Decimal | None = None
    kept: bool = False
    shown: bool = False


def own(session: Session, county: str, listing_id: UUID) -> Floor:
    """Of the actor's own household, or of one that has the actor list for it."""
    asked = text("SELECT lowest, kept, shown FROM exchange.own_floor(:county, :listing)")
    return _floor(session, asked, county, listing_id)


def told(session: Session, county: str, listing_id: UUID) -> Floor:
    """Of any listing, at a desk: what is shown, or that one is kept back."""
    asked = text("SELECT lowest, kept, shown FROM exchange.floor_told(:county, :listing)")
    return _floor(session, asked, county, listing_id)


def _floor(session: Session, asked: TextClause, county: str, listing_id: UUID) -> Floor:
    row = session.execute(asked, {"county": county, "listing": listing_id}).one_or_none()
    return Floor() if row is None else Floor(row.lowest, row.kept, row.shown)
