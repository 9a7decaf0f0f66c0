"""What the log says of the exchange, read from its tables: staged when a row is written, read again by `landreg log recheck`.

Each row has a leaf of its own; parcels and photos are told by the leaf of their listing. Its text enters as a personal fact,
which the log salts: it names people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session

from landreg.core.db import UnitOfWork
from landreg.core.tables import Base
from landreg.exchange.model import Deal, DealFall, Listing, ListingEvent, ListingParcel, ListingPhoto, Taker
from landreg.log.leaf import Entry
from landreg.log.recheck_register import Source
from landreg.log.store import stage

Told = tuple[dict[str, Any], dict[str, str]]
Parts = Sequence[ListingParcel | ListingPhoto]
NOT_TOLD = frozenset(("county", "village", "state", "id_sealed", "id_digest"))
"""Columns of which no leaf tells: today's division code, what follows from events, and what turns with the keys."""
OF_EVENT = {
    "submitted": "exchange.submitted",
    "returned": "exchange.returned",
    "published": "exchange.published",
    "withdrawn": "exchange.withdrawn",
    "expired": "exchange.expired",
    "dealt": "exchange.dealt",
    "failed": "exchange.failed",
}
"""By kind of event of a listing: the kind of its entry."""


def stage_listing(uow: UnitOfWork, row: Listing, parts: Parts) -> None:
    """Tell the log of a listing with its parcels and photos."""
    stage(uow, Entry("exchange.listed", row.county, row.village, row.number, *_listed(row, parts)))


def stage_event(uow: UnitOfWork, row: ListingEvent) -> None:
    """Tell the log what happened to a listing."""
    stage(uow, Entry(OF_EVENT[row.kind], row.county, row.village, str(row.event_id), *_event(row)))


def stage_taker(uow: UnitOfWork, row: Taker) -> None:
    """Tell the log of one who may take land."""
    stage(uow, Entry("exchange.taker", row.county, row.village, str(row.taker_id), *_taker(row)))


def stage_deal(uow: UnitOfWork, row: Deal) -> None:
    """Tell the log of a deal."""
    stage(uow, Entry("exchange.deal", row.county, row.village, str(row.deal_id), *_deal(row)))


def stage_fall(uow: UnitOfWork, row: DealFall) -> None:
    """Tell the log that a deal does not stand."""
    stage(uow, Entry("exchange.deal_fell", row.county, row.village, str(row.deal_id), *_fall(row)))


def row_text(row: Base, *, but: frozenset[str] = NOT_TOLD) -> str:
    """A row as text: every column but those of which no leaf tells, by their names."""
    columns = [column.key for column in sa.inspect(type(row)).columns if column.key not in but]
    return "; ".join(f"{name}={_plain(getattr(row, name))}" for name in sorted(columns))


def _plain(value: Any) -> str:
    if isinstance(value, WKBElement):
        return f"{value.srid}:{to_shape(value).wkb_hex}"
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return value.isoformat() if hasattr(value, "astimezone") and hasattr(value, "isoformat") else str(value)


def _listed(row: Listing, parts: Parts) -> Told:
    told = {"row": row_text(row)}
    for part in parts:
        match part:
            case ListingParcel():
                told[f"parcel.{part.parcel_code}"] = row_text(part)
            case ListingPhoto():
                told[f"photo.{part.position}"] = row_text(part)
    return {"listing": row.listing_id, "kind": row.kind, "area_m2": row.area_m2, "until": row.until_on}, told


def _event(row: ListingEvent) -> Told:
    return {"listing": row.listing_id}, {"row": row_text(row)}


def _taker(row: Taker) -> Told:
    return {"taker": row.taker_id, "kind": row.kind}, {"row": row_text(row)}


def _deal(row: Deal) -> Told:
    facts = {"listing": row.listing_id, "price": row.price, "unit": row.unit, "way": row.way, "by": row.by}
    return facts, {"row": row_text(row)}


def _fall(row: DealFall) -> Told:
    return {"deal": row.deal_id}, {"row": row_text(row)}


def _rows(table: Any, key: str, told: Callable[[Any], Told]) -> Source:
    def read(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
        for row in session.scalars(sa.select(table)):
            yield str(getattr(row, key)), *told(row)

    return read


def _listings(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    parts: dict[UUID, list[ListingParcel | ListingPhoto]] = {}
    for parcel in session.scalars(sa.select(ListingParcel)):
        parts.setdefault(parcel.listing_id, []).append(parcel)
    for photo in session.scalars(sa.select(ListingPhoto)):
        parts.setdefault(photo.listing_id, []).append(photo)
    for row in session.scalars(sa.select(Listing)):
        yield row.number, *_listed(row, parts.get(row.listing_id, []))


def _events(kind: str) -> Source:
    def read(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
        for row in session.scalars(sa.select(ListingEvent).where(ListingEvent.kind == kind)):
            yield str(row.event_id), *_event(row)

    return read


SOURCES: Mapping[str, Source] = {
    "exchange.listed": _listings,
    "exchange.taker": _rows(Taker, "taker_id", _taker),
    "exchange.deal": _rows(Deal, "deal_id", _deal),
    "exchange.deal_fell": _rows(DealFall, "deal_id", _fall),
    **{entry: _events(kind) for kind, entry in OF_EVENT.items()},
}
"""By kind of entry: what the tables say of it now."""
TABLES: Mapping[str, Mapping[str, str]] = {
    "exchange.listed": {"": "exchange.listing", "parcel": "exchange.listing_parcel", "photo": "exchange.listing_photo"},
    "exchange.taker": {"": "exchange.taker"},
    "exchange.deal": {"": "exchange.deal"},
    "exchange.deal_fell": {"": "exchange.deal_fall"},
    **{entry: {"": "exchange.listing_event"} for entry in OF_EVENT.values()},
}
