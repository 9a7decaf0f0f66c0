"""What came of sealed bids: each held against its commitment, and their order, as anyone can work them out again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from landreg.exchange.bidding import sealed_queries
from landreg.exchange.bidding.rules import ranking
from landreg.exchange.bidding.sealed_queries import Unopened
from landreg.exchange.listings.rules.units import MOST_PRICE


@dataclass(frozen=True)
class Opened:
    """An opened bid. true: its slip gives the commitment of when it was handed in. counts: it is the entrant's last.

    place: in the order, from 1; None of one that is replaced, could not be opened or lies out of bounds. tied: others at the head
    named the same price; lot: by what they were drawn. unopened: of one without a price, all that was handed in.
    """

    plate: int
    entrant_id: UUID
    member: bool
    at: datetime
    price: Decimal | None
    nonce: str
    slip: str
    commitment: str
    counts: bool
    true: bool
    place: int | None
    tied: bool
    lot: str
    unopened: Unopened | None


def of_sale(session: Session, county: str, sale_id: UUID) -> list[Opened]:
    """The bids of a sale that was opened, by their place, then those that have none; none before."""
    rows = sealed_queries.opened_told(session, county, sale_id)
    lacking = sealed_queries.unopened(session, county, sale_id) if rows else {}
    first = order(rows)
    places, tied = (
        {one.entrant: place for place, one in enumerate(first, 1)},
        {one.entrant for one in ranking.tied(first)},
    )
    seed = ranking.seed_of(one.mark for one in first)
    told = [
        Opened(
            row.plate, row.entrant_id, row.member, row.at, row.price, row.nonce, row.slip, row.commitment, row.counts,
            hashlib.sha256(row.slip.encode()).hexdigest() == row.commitment,
            places.get(row.entrant_id) if row.counts else None, row.counts and row.entrant_id in tied,
            ranking.drawn(seed, str(row.entrant_id)) if row.counts and row.entrant_id in places else "",
            lacking.get(row.sealed_id),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(told, key=lambda one: (one.place is None, one.place or one.plate))


def order(rows: Iterable[Row[Any]]) -> tuple[ranking.Standing, ...]:
    """The bids that count, the best first. rows: of `sealed_queries.opened_told`."""
    return ranking.ranked(
        ranking.Standing(row.entrant_id, row.price, row.member, row.seq, row.nonce)
        for row in rows
        if row.counts and row.price is not None and row.start_price <= row.price <= MOST_PRICE[row.unit]
    )


def published(one: Opened) -> dict[str, Any]:
    """An opened bid as it is published; digests in hexadecimal: docs/sealed-bids.md."""
    return {
        "plate": one.plate, "entrant": str(one.entrant_id), "member": one.member, "at": one.at.isoformat(),
        "price": None if one.price is None else str(one.price), "commitment": one.commitment, "slip": one.slip,
        "nonce": one.nonce, "last": one.counts, "place": one.place, "lot": one.lot,
        "unopened": None if one.unopened is None else _proof(one.unopened),
    }  # fmt: skip


def _proof(one: Unopened) -> dict[str, Any]:
    """What anyone needs to try to open a bid that does not count: bytes in base64."""
    return {
        "sealed": str(one.sealed_id), "iv": base64.b64encode(one.iv).decode(), "cipher": base64.b64encode(one.cipher).decode(),
        "wrapped": [base64.b64encode(part).decode() for part in one.wrapped], "share_digests": list(one.share_digests),
        "shares": [None if share is None else base64.b64encode(share).decode() for share in one.shares],
        "officers": list(one.officers),
    }  # fmt: skip
