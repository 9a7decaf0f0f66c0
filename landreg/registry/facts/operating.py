"""The registered land-operation rights that stand on parcels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Operating:
    """A land-operation right, by its id and its code."""

    right_id: UUID
    code: str


def operating(session: Session, county: str, parcel_ids: Iterable[UUID]) -> dict[UUID, Operating]:
    """By parcel: the registered land-operation right that stands on it."""
    rows = session.execute(text(_OPERATED), {"county": county, "parcels": list(parcel_ids)})
    return {row.parcel_id: Operating(row.right_id, row.code) for row in rows}


def operated(session: Session, county: str, parcel_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The same, by its code alone."""
    return {parcel: right.code for parcel, right in operating(session, county, parcel_ids).items()}


_OPERATED = "SELECT parcel_id, right_id, code FROM registry.operated(:county, :parcels)"
