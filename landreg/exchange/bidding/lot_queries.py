"""The lots between members who claimed the same land on the same terms, as anybody is told of them: without a name, with all that
they are drawn from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.bidding.deal_model import PriorityClaim
from landreg.exchange.bidding.rules import ranking


@dataclass(frozen=True)
class Place:
    """A claim in its lot: which place it drew, by what. won: the deal is its. taker_id: told to nobody but its own and the desk."""

    place: int
    taker_id: UUID
    mark: UUID
    at: datetime
    lot: str
    won: bool


@dataclass(frozen=True)
class Lot:
    """A lot by which a deal went to a member; stands: the deal does."""

    deal_id: UUID
    price: Decimal
    decided_at: datetime
    stands: bool
    places: tuple[Place, ...]

    def own(self, takers: Collection[UUID]) -> Place | None:
        """The place of one of these takers."""
        return next((one for one in self.places if one.taker_id in takers), None)


def of_listing(session: Session, number: str) -> list[Lot]:
    """The lots of a listing, the first first."""
    rows = session.execute(sa.text("SELECT * FROM exchange.lots_told(:number)"), {"number": number}).all()
    found = []
    for _deal, claims in groupby(rows, key=lambda row: row.deal_id):
        told = list(claims)
        first = told[0]
        found.append(Lot(first.deal_id, first.price, first.decided_at, first.stands, tuple(_places(told))))
    return found


def of_claims(session: Session, number: str, claims: Iterable[PriorityClaim]) -> list[Lot]:
    """Those in which one of these claims stands."""
    takers = {one.taker_id for one in claims}
    return [one for one in of_listing(session, number) if one.own(takers)]


def _places(told: list[sa.Row[tuple[object, ...]]]) -> Iterator[Place]:
    marked = {str(row.mark): row for row in told}
    seed = ranking.seed_of(marked)
    for place, mark in enumerate(ranking.by_lot(marked.keys(), marked), 1):
        row = marked[mark]
        yield Place(place, row.taker_id, row.mark, row.at, ranking.drawn(seed, mark), row.won)
