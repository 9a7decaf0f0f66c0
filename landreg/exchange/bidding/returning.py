"""Deposits of those to whom the land did not go: which wait to go back, and until when they are due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.exchange.bidding import sale_queries
from landreg.exchange.bidding.model import Entrant, Sale
from landreg.exchange.bidding.rules.entering import return_by
from landreg.law.queries import load_laws


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
    due = _due(session, ((sale.county, since) for sale, _waiting, since in found))
    rows = [(sale, waiting, due[sale.county, since]) for sale, waiting, since in found]
    return sorted(
        (Returning(*row, row[2] < today) for row in rows), key=lambda one: (one.due_on, str(one.sale.sale_id))
    )


def own(session: Session, today: date) -> list[Own]:
    """The actor's own deposits that wait to go back."""
    found = sale_queries.own_to_return(session)
    due = _due(session, ((entrant.county, since) for entrant, _yuan, since in found))
    rows = [(entrant, yuan, due[entrant.county, since]) for entrant, yuan, since in found]
    return [Own(*row, row[2] < today) for row in rows]


def _due(session: Session, since: Iterable[tuple[str, date]]) -> dict[tuple[str, date], date]:
    """By county and the day on which a deposit became free: when it is due, by the law of that day."""
    days: dict[str, set[date]] = defaultdict(set)
    for county, day in since:
        days[county].add(day)
    laws = {county: load_laws(session, county, those) for county, those in days.items()}
    return {(county, day): return_by(day, law) for county, those in laws.items() for day, law in those.items()}
