"""Reads of sealed bids: officers' keys, envelopes, shares, what was opened; and what is put in of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from landreg.exchange.bidding.row_queries import row_of, rows_of
from landreg.exchange.bidding.sealed_model import OfficerKey, SealedBid, SealedShare


def place_sealed(session: Session, row: dict[str, Any]) -> SealedBid:
    """The same of a sealed bid."""
    return session.scalars(sa.insert(SealedBid).values(row).returning(SealedBid)).one()


def give_share(session: Session, row: dict[str, Any]) -> datetime:
    """Put an officer's share in; the instant at which the database took it."""
    at: datetime = session.execute(sa.insert(SealedShare).values(row).returning(SealedShare.at)).scalar_one()
    return at


def sealed_bids(session: Session, county: str, sale_id: UUID) -> Sequence[SealedBid]:
    """Sealed bids that the actor sees, by their order."""
    return rows_of(session, SealedBid, county, SealedBid.seq, sale_id=sale_id)


def shares_given(session: Session, county: str, sale_id: UUID) -> dict[int, int]:
    """By place of the officer: of how many bids the share is there."""
    asked = sa.select(SealedShare.place, sa.func.count()).where(
        SealedShare.county == county, SealedShare.sale_id == sale_id
    )
    found = session.execute(asked.group_by(SealedShare.place))
    return {int(row[0]): int(row[1]) for row in found}


def shares(session: Session, county: str, sale_id: UUID) -> dict[UUID, tuple[bytes | None, bytes | None]]:
    """Both shares of each bid that both officers have dealt with; None: it could not be unwrapped."""
    asked = sa.text("SELECT * FROM exchange.shares_of(:county, :sale)")
    found = session.execute(asked, {"county": county, "sale": sale_id})
    return {row[0]: (_bytes(row[1]), _bytes(row[2])) for row in found}


@dataclass(frozen=True)
class Unopened:
    """A bid that was opened and does not count, with all that was handed in: anyone can try. shares: None where the officer says
    that she could not unwrap it. officers: who gave them.
    """

    sealed_id: UUID
    entrant_id: UUID
    plate: int
    iv: bytes
    cipher: bytes
    wrapped: tuple[bytes, bytes]
    share_digests: tuple[str, str]
    commitment: str
    shares: tuple[bytes | None, bytes | None]
    officers: tuple[str, str]

    @property
    def lacking(self) -> tuple[str, ...]:
        """Officers who say that they could not unwrap their half."""
        return tuple(name for name, share in zip(self.officers, self.shares, strict=True) if share is None)


def unopened(session: Session, county: str, sale_id: UUID) -> dict[UUID, Unopened]:
    """By id: bids of a sale that was opened that do not count."""
    asked = sa.text("SELECT * FROM exchange.unopened_told(:county, :sale)")
    return {
        row.sealed_id: Unopened(
            row.sealed_id, row.entrant_id, row.plate, bytes(row.iv), bytes(row.cipher),
            (bytes(row.wrapped_one), bytes(row.wrapped_two)), (row.digest_one, row.digest_two), row.commitment,
            (_bytes(row.share_one), _bytes(row.share_two)), (row.officer_one, row.officer_two),
        )
        for row in session.execute(asked, {"county": county, "sale": sale_id})
    }  # fmt: skip


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def opened_told(session: Session, county: str, sale_id: UUID) -> Sequence[sa.Row[Any]]:
    """Every bid of a sale that was opened with its commitment, by plate and instant; anybody reads them."""
    asked = sa.text("SELECT * FROM exchange.opened_told(:county, :sale)")
    return session.execute(asked, {"county": county, "sale": sale_id}).all()


def keys(session: Session, county: str) -> Sequence[OfficerKey]:
    """The last key of each officer."""
    asked = sa.select(OfficerKey).where(OfficerKey.county == county).ext(distinct_on(OfficerKey.account_id))
    return session.scalars(asked.order_by(OfficerKey.account_id, OfficerKey.made_at.desc())).all()


def key(session: Session, county: str, key_id: UUID) -> OfficerKey | None:
    """An officer's key."""
    return row_of(session, OfficerKey, county, key_id=key_id)
