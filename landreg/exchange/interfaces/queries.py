"""What programs read. The desk's row policies hold each to the jurisdiction of its client; lists are walked by their keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.periods import BEIJING, beijing_day
from landreg.exchange.bidding.model import Sale, SaleClock
from landreg.exchange.interfaces import model
from landreg.exchange.interfaces.shapes.land import ListedParcel, Parcel, ParcelRight, ParcelsAsked
from landreg.exchange.interfaces.shapes.market import Deal, DealsAsked, Listing, ListingSale, ListingsAsked
from landreg.exchange.interfaces.shapes.webhooks import Delivery
from landreg.exchange.model import Deal as DealRow
from landreg.exchange.model import DealFall, ListingEvent, ListingParcel, Taker
from landreg.exchange.model import Listing as ListingRow

_PARCELS = "SELECT * FROM exchange.parcel_states(:county, :village, :code, :after, :most)"
PUBLIC_STATES = ("published", "dealt", "withdrawn", "expired", "failed")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parcels(session: Session, asked: ParcelsAsked) -> list[Parcel]:
    """One more than a page of a village's parcels."""
    values = {"county": "", "village": asked.village, "code": "", "after": asked.after, "most": asked.limit + 1}
    return [_parcel(row) for row in session.execute(sa.text(_PARCELS), values)]


def parcel(session: Session, county: str, code: str) -> Parcel | None:
    """One parcel."""
    values = {"county": county, "village": "", "code": code, "after": "", "most": 1}
    row = session.execute(sa.text(_PARCELS), values).one_or_none()
    return None if row is None else _parcel(row)


def _parcel(row: Any) -> Parcel:
    def day(text: str | None) -> date | None:
        return None if text is None else date.fromisoformat(text)

    rights = tuple(ParcelRight(one["kind"], day(one["from_on"]), day(one["until_on"])) for one in row.rights)
    return Parcel(**{**row._asdict(), "rights": rights, "restrictions": tuple(row.restrictions)})


def listings(session: Session, asked: ListingsAsked) -> list[Listing]:
    """One more than a page of listings that were published."""
    where = [_state() == asked.state, ListingRow.village.startswith(asked.within)]
    if asked.slope:
        where.append(ListingRow.slope == asked.slope)
    where += [getattr(ListingRow, name) == getattr(asked, name) for name in ("unit", "grain") if getattr(asked, name)]
    where += [] if asked.price_least is None else [ListingRow.price >= asked.price_least]
    where += [] if asked.price_most is None else [ListingRow.price <= asked.price_most]
    if asked.after:
        county, number = asked.after[:6], asked.after[6:]
        where.append(
            sa.tuple_(ListingRow.county, ListingRow.number) > sa.tuple_(sa.literal(county), sa.literal(number))
        )
    return _listings(session, sa.and_(*where), asked.limit + 1)


def listing(session: Session, county: str, number: str) -> Listing | None:
    """One listing that was published."""
    found = _listings(session, sa.and_(ListingRow.county == county, ListingRow.number == number), 1)
    return found[0] if found else None


def _listings(session: Session, where: sa.ColumnElement[bool], most: int) -> list[Listing]:
    published = (
        sa.select(sa.func.min(ListingEvent.at))
        .where(
            ListingEvent.county == ListingRow.county,
            ListingEvent.listing_id == ListingRow.listing_id,
            ListingEvent.kind == "published",
        )
        .scalar_subquery()
    )
    asked = (
        sa.select(ListingRow, _state().label("state"), _until().label("until"), published.label("at"), _floor_shown())
        .where(where, ListingRow.state.in_(PUBLIC_STATES), published.is_not(None))
        .order_by(ListingRow.county, ListingRow.number)
        .limit(most)
    )
    rows = session.execute(asked).all()
    parts = _listed_parcels(session, [row for row, *_ in rows])
    sales = _sales(session, [row for row, *_ in rows])
    return [
        _listing(row, state, until, at, floor, parts.get(row.listing_id, ()), sales.get(row.listing_id))
        for row, state, until, at, floor in rows
    ]


def _state() -> sa.Case[str]:
    """How a listing stands: what is published is closed when its days are over, and those of a sale on it."""
    today = sa.cast(sa.func.timezone("Asia/Shanghai", sa.func.system.clock()), sa.Date)
    over = sa.and_(ListingRow.state == "published", ListingRow.closes_on < today)
    return sa.case((~over, ListingRow.state), (_until() < today, "closed"), else_=ListingRow.state)


def _until() -> sa.Case[date]:
    """The last day on which somebody may ask for a listing, as the market shows it: of its publication, or of a sale that runs."""
    until = sa.func.exchange.shown_until(ListingRow.county, ListingRow.listing_id, type_=sa.Date)
    return sa.case((ListingRow.state == "published", until), else_=ListingRow.closes_on)


def _floor_shown() -> sa.ScalarSelect[Decimal]:
    """The least that is taken, where everybody is told."""
    told = sa.func.exchange.floor_told(ListingRow.county, ListingRow.listing_id).table_valued("lowest", "kept", "shown")
    return sa.select(told.c.lowest).scalar_subquery()


def _listed_parcels(session: Session, rows: Iterable[ListingRow]) -> dict[UUID, tuple[ListedParcel, ...]]:
    ids = [row.listing_id for row in rows]
    asked = sa.select(ListingParcel).where(ListingParcel.listing_id.in_(ids)).order_by(ListingParcel.parcel_code)
    found: dict[UUID, tuple[ListedParcel, ...]] = {}
    for part in session.scalars(asked) if ids else ():
        found[part.listing_id] = (*found.get(part.listing_id, ()), ListedParcel(part.parcel_code, part.area_m2))
    return found


def _sales(session: Session, rows: Iterable[ListingRow]) -> dict[UUID, ListingSale]:
    """By listing: its sale that is announced or runs, at most one at a time."""
    ids = [row.listing_id for row in rows]
    terms = (Sale.deposit_by, Sale.opens_at, SaleClock.closes_at, Sale.start_price, Sale.step, Sale.deposit_yuan)
    asked = (
        sa.select(Sale.listing_id, *terms)
        .join(SaleClock, sa.and_(SaleClock.county == Sale.county, SaleClock.sale_id == Sale.sale_id))
        .where(Sale.listing_id.in_(ids), SaleClock.over == "", SaleClock.closes_at > sa.func.system.clock())
    )
    return {row[0]: ListingSale(*row[1:]) for row in (session.execute(asked) if ids else ())}


_SAME = (
    "county", "village", "number", "kind", "source", "way", "to_whom", "from_on", "until_on", "unit", "grain", "price",
    "escalator_percent", "paid_every", "paid_before", "crop", "water", "road", "soil", "area_m2",
)  # fmt: skip


def _listing(
    row: ListingRow, state: str, until: date, at: datetime, floor: Decimal | None, parts: tuple[ListedParcel, ...],
    sale: ListingSale | None,
) -> Listing:  # fmt: skip
    same = {name: getattr(row, name) for name in _SAME}
    return Listing(
        **same, closes_on=until, state=state, slope=row.slope or "", floor=floor, parcels=parts, published_at=at, sale=sale
    )  # fmt: skip


def deals(session: Session, asked: DealsAsked) -> list[Deal]:
    """One more than a page of deals, in the order in which they were made."""
    query = (
        sa.select(DealRow, ListingRow, Taker.kind, DealFall.at)
        .join(ListingRow, sa.and_(ListingRow.county == DealRow.county, ListingRow.listing_id == DealRow.listing_id))
        .join(Taker, sa.and_(Taker.county == DealRow.county, Taker.taker_id == DealRow.taker_id))
        .outerjoin(DealFall, sa.and_(DealFall.county == DealRow.county, DealFall.deal_id == DealRow.deal_id))
        .where(DealRow.village.startswith(asked.within))
    )
    if asked.since is not None:
        query = query.where(
            DealRow.decided_at >= datetime(asked.since.year, asked.since.month, asked.since.day, tzinfo=BEIJING)
        )
    if asked.after:
        query = query.where(
            sa.tuple_(DealRow.decided_at, DealRow.deal_id) > sa.tuple_(*map(sa.literal, moment_of(asked.after)))
        )
    rows = session.execute(query.order_by(DealRow.decided_at, DealRow.deal_id).limit(asked.limit + 1))
    return [
        Deal(
            deal.county, deal.village, deal.deal_id, row.number, row.kind, taker, deal.by, deal.unit, deal.price, row.area_m2,
            max(row.from_on, beijing_day(deal.decided_at)), row.until_on, deal.decided_at, fallen,
        )
        for deal, row, taker, fallen in rows
    ]  # fmt: skip


def moment(at: datetime, row: UUID) -> str:
    """Where a page in the order of time ends."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1):016d}-{row}"


def moment_of(text: str) -> tuple[datetime, UUID]:
    """The same, read again."""
    return _EPOCH + timedelta(microseconds=int(text[:16])), UUID(text[17:])


def webhooks_of(session: Session, client_id: UUID) -> list[model.Webhook]:
    """The webhooks of a client that have not ended."""
    asked = sa.select(model.Webhook).where(model.Webhook.client_id == client_id, model.Webhook.ended_at.is_(None))
    return list(session.scalars(asked.order_by(model.Webhook.set_at, model.Webhook.webhook_id)))


def webhook(session: Session, webhook_id: UUID) -> model.Webhook | None:
    """A webhook that has not ended."""
    asked = sa.select(model.Webhook).where(model.Webhook.webhook_id == webhook_id, model.Webhook.ended_at.is_(None))
    return session.scalar(asked.with_for_update())


def deliveries(session: Session, webhook_id: UUID, after: str, most: int) -> list[Delivery]:
    """Deliveries of a webhook, in the order in which they came about."""
    query = sa.select(model.Delivery).where(model.Delivery.webhook_id == webhook_id)
    if after:
        key = sa.tuple_(model.Delivery.made_at, model.Delivery.delivery_id)
        query = query.where(key > sa.tuple_(*map(sa.literal, moment_of(after))))
    rows = session.scalars(query.order_by(model.Delivery.made_at, model.Delivery.delivery_id).limit(most))
    return [
        Delivery(
            row.delivery_id, row.kind, row.state, row.attempts, row.made_at, row.next_at if row.state == "due" else None
        )
        for row in rows
    ]


def dead() -> sa.Select[model.Delivery, model.Webhook]:
    """Deliveries that were given up, the newest first, of webhooks that have not ended."""
    return _with_webhook().where(model.Delivery.state == "dead").order_by(model.Delivery.made_at.desc())


def counts_by_client(session: Session) -> dict[UUID, dict[str, int]]:
    """How many deliveries of each client are due, done and dead."""
    asked = (
        sa.select(model.Webhook.client_id, model.Delivery.state, sa.func.count())
        .join(model.Delivery, _of_webhook())
        .group_by(model.Webhook.client_id, model.Delivery.state)
    )
    found: dict[UUID, dict[str, int]] = {}
    for client_id, state, count in session.execute(asked):
        found.setdefault(client_id, {})[state] = count
    return found


def last_said(session: Session, ids: Iterable[UUID]) -> dict[UUID, model.Attempt]:
    """The last attempt of each delivery."""
    wanted = list(ids)
    asked = sa.select(model.Attempt).where(model.Attempt.delivery_id.in_(wanted)).order_by(model.Attempt.number)
    return {one.delivery_id: one for one in session.scalars(asked)} if wanted else {}


def due(session: Session, most: int) -> list[tuple[model.Delivery, model.Webhook, bytes]]:
    """Deliveries whose time has come, with the secret that signs them; held until the end, so that one worker has each."""
    asked = (
        sa.select(model.Delivery, model.Webhook, model.Webhook.secret_sealed)
        .join(model.Webhook, _of_webhook())
        .where(
            model.Delivery.state == "due",
            model.Delivery.next_at <= sa.func.system.clock(),
            model.Webhook.ended_at.is_(None),
        )
        .order_by(model.Delivery.next_at, model.Delivery.delivery_id)
        .limit(most)
        .with_for_update(of=model.Delivery, skip_locked=True)
    )
    return [(one, hook, sealed) for one, hook, sealed in session.execute(asked)]


def delivery(session: Session, delivery_id: UUID) -> model.Delivery | None:
    """A delivery, held until the end."""
    asked = sa.select(model.Delivery).where(model.Delivery.delivery_id == delivery_id)
    return session.scalar(asked.with_for_update())


def forget_answers(session: Session) -> int:
    """Forget what clients were answered so long ago that nobody asks again; how many."""
    return int(session.scalar(sa.text("SELECT exchange.forget_answers()")) or 0)


def kept(session: Session, client_id: UUID, key: str) -> model.KeptAnswer | None:
    """What a client was answered under a key."""
    asked = sa.select(model.KeptAnswer).where(model.KeptAnswer.client_id == client_id, model.KeptAnswer.key == key)
    return session.scalar(asked)


def _of_webhook() -> sa.ColumnElement[bool]:
    return sa.and_(model.Webhook.county == model.Delivery.county, model.Webhook.webhook_id == model.Delivery.webhook_id)


def _with_webhook() -> sa.Select[model.Delivery, model.Webhook]:
    return sa.select(model.Delivery, model.Webhook).join(model.Webhook, _of_webhook())
