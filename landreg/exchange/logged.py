"""What the log says of the exchange, read from its tables: staged when a row is written, read again by `landreg log recheck`.

Each row has a leaf of its own; parcels, photos and papers are told by the leaf of their listing. Its text enters as a personal
fact, which the log salts: it names people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from landreg.core.db import UnitOfWork
from landreg.core.periods import beijing_day
from landreg.core.tables import Base
from landreg.exchange.model import (
    Deal,
    DealFall,
    Listing,
    ListingEvent,
    ListingPaper,
    ListingParcel,
    ListingPhoto,
    Taker,
)
from landreg.exchange.publication import late_days, put_off
from landreg.log.leaf import Entry
from landreg.log.recheck_register import Source
from landreg.log.store import stage
from landreg.log.told_rows import TableSource, Told, row_text

Parts = Sequence[ListingParcel | ListingPhoto | ListingPaper | ListingEvent]
NOT_TOLD = frozenset((
    "county", "village", "state", "id_sealed", "id_digest", "handed_closes_on", "handed_from_on",
))  # fmt: skip
"""Columns of which no leaf tells: today's division code, what follows from events, and what turns with the keys."""
LATER = frozenset((
    "slope", "resolution", "floor_mark", "given_up_by", "parcels", "ground", "sha256", "paper", "served_on", "until_on",
))  # fmt: skip
"""Columns that came when leaves had told of rows without them."""
OF_EVENT = {
    "submitted": "exchange.submitted",
    "returned": "exchange.returned",
    "published": "exchange.published",
    "objected": "exchange.objected",
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


def _listed(row: Listing, parts: Parts) -> Told:
    events = [part for part in parts if isinstance(part, ListingEvent)]
    told = {"row": _text(_as_handed_in(row, events))}
    for part in parts:
        match part:
            case ListingParcel():
                told[f"parcel.{part.parcel_code}"] = _text(part)
            case ListingPhoto():
                told[f"photo.{part.position}"] = _text(part)
            case ListingPaper():
                told[f"paper.{part.kind}"] = _text(part)
    return {"listing": row.listing_id, "kind": row.kind, "area_m2": row.area_m2, "until": row.until_on}, told


def _as_handed_in(row: Listing, events: Sequence[ListingEvent]) -> Listing:
    """A listing with the days that it was handed in with, where its first publication made of them what they are now."""
    closes_on, from_on = row.handed_closes_on, row.handed_from_on
    published = min((one.at for one in events if one.kind == "published"), default=None)
    if closes_on is None or from_on is None or published is None:
        return row
    late = late_days(beijing_day(row.listed_at), beijing_day(published))
    if not late or put_off(row.way, closes_on, from_on, row.until_on, late) != (row.closes_on, row.from_on):
        return row
    said = {column.key: getattr(row, column.key) for column in Listing.__table__.columns}
    return Listing(**{**said, "closes_on": closes_on, "from_on": from_on})


def _event(row: ListingEvent) -> Told:
    return {"listing": row.listing_id}, {"row": _text(row)}


def _taker(row: Taker) -> Told:
    return {"taker": row.taker_id, "kind": row.kind}, {"row": _text(row)}


def _deal(row: Deal) -> Told:
    facts = {"listing": row.listing_id, "price": row.price, "unit": row.unit, "way": row.way, "by": row.by}
    return facts, {"row": _text(row)}


def _fall(row: DealFall) -> Told:
    return {"deal": row.deal_id}, {"row": _text(row)}


def _text(row: Base) -> str:
    return row_text(row, but=NOT_TOLD, later=LATER)


SOURCES: Mapping[str, Source] = {
    "exchange.listed": TableSource(
        Listing,
        ("number",),
        lambda row, *parts: _listed(row, [part for several in parts for part in several]),
        (
            (ListingParcel, "listing_id"),
            (ListingPhoto, "listing_id"),
            (ListingPaper, "listing_id"),
            (ListingEvent, "listing_id"),
        ),
        whole=(Listing.floor, Listing.floor_mark),
    ),
    "exchange.taker": TableSource(Taker, ("taker_id",), _taker),
    "exchange.deal": TableSource(Deal, ("deal_id",), _deal),
    "exchange.deal_fell": TableSource(DealFall, ("deal_id",), _fall),
    **{
        entry: TableSource(ListingEvent, ("event_id",), _event, where=ListingEvent.kind == kind)
        for kind, entry in OF_EVENT.items()
    },
}
"""By kind of entry: what the tables say of it now."""
TABLES: Mapping[str, Mapping[str, str]] = {
    "exchange.listed": {
        "": "exchange.listing", "parcel": "exchange.listing_parcel", "photo": "exchange.listing_photo",
        "paper": "exchange.listing_paper",
    },
    "exchange.taker": {"": "exchange.taker"},
    "exchange.deal": {"": "exchange.deal"},
    "exchange.deal_fell": {"": "exchange.deal_fall"},
    **{entry: {"": "exchange.listing_event"} for entry in OF_EVENT.values()},
}  # fmt: skip
