"""Deposits of those to whom the land did not go: which wait to go back, and until when they are due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.exchange.bidding import sale_queries
from landreg.exchange.bidding.model import Entrant, Sale
from landreg.exchange.bidding.rules.entering import return_by
from landreg.law.book import Law
from landreg.law.queries import load_law


@dataclass(frozen=True)
class Returning:
    """How many deposits of a sale wait to go back, the first of them by which day; late: that day is over."""

    sale: Sale
    waiting: int
    due_on: date
    late: bool


@dataclass(frozen=True)
class Own:
    """A deposit of one's own that waits to go back, in yuan."""

    entrant: Entrant
    yuan: Decimal
    due_on: date
    late: bool


def to_return(session: Session, today: date, sale_id: UUID | None = None) -> list[Returning]:
    """Sales with deposits that wait to go back, or one of them; the first due first."""
    found = sale_queries.to_return(session, sale_id)
    laws = _laws(session, (sale.county for sale, _waiting, _since in found), today)
    rows = [(sale, waiting, return_by(since, laws[sale.county])) for sale, waiting, since in found]
    return sorted(
        (Returning(*row, row[2] < today) for row in rows), key=lambda one: (one.due_on, str(one.sale.sale_id))
    )


def own(session: Session, today: date) -> list[Own]:
    """The actor's own deposits that wait to go back."""
    found = sale_queries.own_to_return(session)
    laws = _laws(session, (entrant.county for entrant, _yuan, _since in found), today)
    rows = [(entrant, yuan, return_by(since, laws[entrant.county])) for entrant, yuan, since in found]
    return [Own(*row, row[2] < today) for row in rows]


def _laws(session: Session, counties: Iterable[str], today: date) -> dict[str, Law]:
    return {county: load_law(session, county, today) for county in set(counties)}
