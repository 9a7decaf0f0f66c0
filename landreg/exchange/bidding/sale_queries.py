"""Reads of sales: how they stand, who entered, deposits and open bids; and bids put in as the database takes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, defer

from landreg.exchange.bidding.correction_queries import stands
from landreg.exchange.bidding.deal_model import Priority
from landreg.exchange.bidding.model import Bid, Deposit, Entrant, Sale, SaleClock
from landreg.exchange.bidding.row_queries import row_of, rows_of
from landreg.exchange.bidding.rules.ending import ENDED
from landreg.exchange.bidding.sealed_model import SealedBid
from landreg.exchange.model import Deal, Listing


@dataclass(frozen=True)
class Standing:
    """A sale as it stands. now: the database's clock when it was read."""

    sale: Sale
    clock: SaleClock
    now: datetime

    @property
    def stage(self) -> str:
        """A word of terms.toml, sale_stage."""
        if self.clock.over:
            return self.clock.over
        if self.now < self.sale.opens_at:
            return "announced"
        return "open" if self.now < self.clock.closes_at else "closed"

    @property
    def ended(self) -> bool:
        """Whether no deal comes of it any more."""
        return self.clock.over in ENDED


_STANDS = stands(Deposit, Deposit.deposit_id)
_GONE = aliased(Deposit)
_WAITS = sa.and_(
    Deposit.county == Entrant.county, Deposit.entrant_id == Entrant.entrant_id, Deposit.kind == "paid", _STANDS,
    ~sa.exists().where(
        _GONE.county == Entrant.county, _GONE.entrant_id == Entrant.entrant_id, _GONE.kind.not_in(("paid", "credited")),
        stands(_GONE, _GONE.deposit_id),
    ),
)  # fmt: skip
"""Of an entrant's deposit: it was paid, and did not go again. What was credited to a deal that fell is there."""
_FREE: sa.ColumnElement[Any] = sa.func.exchange.deposit_free_since(Entrant.county, Entrant.entrant_id)
_BY_PLATE = (defer(Bid.entrant_id, raiseload=True), defer(Bid.by_id, raiseload=True))


def standing(session: Session, county: str, sale_id: UUID) -> Standing | None:
    """A sale as it stands now."""
    return standings(session, [(county, sale_id)]).get(sale_id)


def standings(session: Session, ids: Collection[tuple[str, UUID]]) -> dict[UUID, Standing]:
    """The same of many, by county and id; those that the actor sees."""
    asked = sa.select(Sale, SaleClock, sa.func.system.clock()).join(SaleClock, _same(SaleClock))
    found = session.execute(asked.where(sa.tuple_(Sale.county, Sale.sale_id).in_(ids)))
    return {row[0].sale_id: Standing(*row) for row in found}


def failed(session: Session, listing_id: UUID | None = None) -> Sequence[Sale]:
    """The last sales of published listings to which nobody came, or whose bidders all gave them up; of one listing, or all that the
    actor sees.
    """
    later = aliased(Sale)
    newer = sa.exists().where(
        later.county == Sale.county, later.listing_id == Sale.listing_id, later.round > Sale.round
    )
    found = sa.select(Sale).join(SaleClock, _same(SaleClock)).where(SaleClock.over.in_(("failed", "spent")), ~newer)
    found = found.where(
        sa.select(Listing.listing_id)
        .where(Listing.county == Sale.county, Listing.listing_id == Sale.listing_id, Listing.state == "published")
        .exists()
    )
    if listing_id is not None:
        found = found.where(Sale.listing_id == listing_id)
    return session.scalars(found.order_by(SaleClock.closes_at)).all()


def sales(session: Session, listing_id: UUID | None = None, since: datetime | None = None) -> Sequence[Standing]:
    """Sales whom the actor sees, the next to close first; of a listing, or those that close after an instant."""
    asked = sa.select(Sale, SaleClock, sa.func.system.clock()).join(SaleClock, _same(SaleClock))
    if listing_id is not None:
        asked = asked.where(Sale.listing_id == listing_id)
    if since is not None:
        asked = asked.where(SaleClock.closes_at > since)
    return [Standing(*row) for row in session.execute(asked.order_by(SaleClock.closes_at).limit(200))]


def without_sale(session: Session, today: date) -> Sequence[Listing]:
    """Published listings that are to be bid for, whose term has not begun, and whose land comes to nobody of an earlier sale nor to
    a member any more, those whose publication ends first.
    """
    under_way = sa.select(Sale.sale_id).join(SaleClock, _same(SaleClock))
    under_way = under_way.where(
        Sale.county == Listing.county, Sale.listing_id == Listing.listing_id, SaleClock.over.not_in(ENDED)
    )
    window = sa.exists().where(
        Priority.county == Listing.county, Priority.listing_id == Listing.listing_id, Priority.last_day >= today
    )
    asked = sa.select(Listing).where(
        Listing.state == "published",
        Listing.way.in_(("auction", "sealed")),
        Listing.from_on > today,
        ~under_way.exists(),
        ~window,
    )
    return session.scalars(asked.order_by(Listing.closes_on).limit(100)).all()


def entrants(session: Session, county: str, sale_id: UUID) -> Sequence[Entrant]:
    """Those in a sale whom the actor sees, by plate."""
    return rows_of(session, Entrant, county, Entrant.plate, sale_id=sale_id)


def own_entries(session: Session) -> Sequence[Entrant]:
    """The actor's own entries, newest first."""
    return session.scalars(sa.select(Entrant).order_by(Entrant.at.desc()).limit(100)).all()


def entrant(session: Session, county: str, entrant_id: UUID) -> Entrant | None:
    """An entrant whom the actor sees."""
    return row_of(session, Entrant, county, entrant_id=entrant_id)


def deposits(session: Session, county: str, sale_id: UUID, standing: bool = False) -> Sequence[Deposit]:
    """What was recorded as paid and gone in a sale; standing: but for what was corrected."""
    asked = sa.select(Deposit).where(Deposit.county == county, Deposit.sale_id == sale_id)
    if standing:
        asked = asked.where(_STANDS)
    return session.scalars(asked.order_by(Deposit.at, Deposit.deposit_id)).all()


def deposit(session: Session, county: str, deposit_id: UUID) -> Deposit | None:
    """A record of a deposit that the actor sees."""
    return row_of(session, Deposit, county, deposit_id=deposit_id)


def has_bid(session: Session, county: str, entrant_id: UUID) -> bool:
    """Whether an entrant has bid, openly or sealed."""
    bids = (sa.exists().where(table.county == county, table.entrant_id == entrant_id) for table in (Bid, SealedBid))
    return bool(session.scalar(sa.select(sa.or_(*bids))))


def deposit_held(session: Session, county: str, entrant_id: UUID, *, credited: bool = True) -> Decimal:
    """What is there of an entrant's deposit, what went again taken off. credited: what was credited counts as gone, as the deal
    that it was credited to stands.
    """
    here = sa.case((Deposit.kind == "credited", Decimal(0)), else_=-Deposit.amount)
    amount = sa.case((Deposit.kind == "paid", Deposit.amount), else_=-Deposit.amount if credited else here)
    asked = sa.select(sa.func.sum(amount)).where(Deposit.county == county, Deposit.entrant_id == entrant_id, _STANDS)
    return session.scalar(asked) or Decimal(0)


def deposit_bounds(session: Session, county: str, entrant_id: UUID, kind: str) -> tuple[date | None, bool]:
    """The first day of which a deposit may be recorded as this, and whether the land may still come to the entrant."""
    asked = sa.text(
        "SELECT exchange.deposit_since(:county, :entrant, :kind), exchange.may_still_win(:county, :entrant)"
    )
    found = session.execute(asked, {"county": county, "entrant": entrant_id, "kind": kind}).one()
    return found[0], bool(found[1])


def won_by(session: Session, county: str, entrant_id: UUID) -> tuple[date | None, bool, bool]:
    """Of an entrant's deals in the sale: when one fell last that they gave up, whether one stands, and both signed its contract."""
    asked = sa.text("SELECT fell, stands, concluded FROM exchange.won_by(:county, :entrant)")
    found = session.execute(asked, {"county": county, "entrant": entrant_id}).one()
    return found[0], bool(found[1]), bool(found[2])


def to_return(session: Session, sale_id: UUID | None = None) -> list[tuple[Sale, int, date]]:
    """Sales, or one of them, with the number of deposits that wait to go back to whom the land did not go, and the first day since
    when one does.
    """
    since = _FREE.label("since")
    waiting = sa.select(Entrant.county, Entrant.sale_id, since).join(Deposit, _WAITS).where(_FREE.is_not(None))
    if sale_id is not None:
        waiting = waiting.where(Entrant.sale_id == sale_id)
    each = waiting.subquery()
    asked = (
        sa.select(Sale, sa.func.count(), sa.func.min(each.c.since))
        .join(each, (each.c.county == Sale.county) & (each.c.sale_id == Sale.sale_id))
        .group_by(Sale.county, Sale.sale_id)
    )
    found = session.execute(asked.order_by(sa.func.min(each.c.since), Sale.sale_id).limit(100))
    return [(row[0], row[1], row[2]) for row in found]


def own_to_return(session: Session) -> list[tuple[Entrant, Decimal, date]]:
    """The actor's own deposits that wait to go back, in yuan, and since when; the first due first."""
    since: sa.ColumnElement[Any] = sa.func.exchange.own_deposit_free_since(Entrant.county, Entrant.entrant_id)
    asked = sa.select(Entrant, Deposit.amount, since).join(Deposit, _WAITS).where(since.is_not(None))
    return [(row[0], row[1], row[2]) for row in session.execute(asked.order_by(since).limit(100))]


def bids(session: Session, county: str, sale_id: UUID, most: int | None = None) -> Sequence[Bid]:
    """The bids of a sale with their entrants, the last first; at the desk alone."""
    asked = sa.select(Bid).where(Bid.county == county, Bid.sale_id == sale_id).order_by(Bid.seq.desc())
    return session.scalars(asked.limit(most)).all()


def bids_shown(session: Session, county: str, sale_id: UUID, most: int) -> Sequence[Bid]:
    """The last bids of a sale by plate, as everybody sees them: nobody is told by which account, nor of which entrant."""
    asked = sa.select(Bid).where(Bid.county == county, Bid.sale_id == sale_id).order_by(Bid.seq.desc())
    return session.scalars(asked.limit(most).options(*_BY_PLATE)).all()


def reaching(session: Session, county: str, sale_id: UUID) -> set[UUID]:
    """The entrants of a sale that has closed whose bid reaches the least that is taken; nobody is told what that is."""
    asked = sa.text("SELECT entrant_id FROM exchange.reaching(:county, :sale)")
    return set(session.execute(asked, {"county": county, "sale": sale_id}).scalars())


def over_by_itself(session: Session) -> list[tuple[Sale, str]]:
    """Sales that have closed and of which no deal comes any more, with how they end: spent, where all who could have had the land
    gave it up or were passed over; failed, where nobody came or reached the least.
    """
    spent, failed = (
        getattr(sa.func.exchange, name)(Sale.county, Sale.sale_id) for name in ("nobody_is_left", "nobody_came")
    )
    asked = sa.select(Sale, sa.case((spent, "spent"), else_="failed")).join(SaleClock, _same(SaleClock)).join(
        Listing, (Listing.county == Sale.county) & (Listing.listing_id == Sale.listing_id)
    )  # fmt: skip
    asked = asked.where(
        SaleClock.over.in_(("", "opened")),
        SaleClock.closes_at <= sa.func.system.clock(),
        Listing.state.in_(("published", "dealt")),
        sa.or_(spent, failed),
    )
    return [(row[0], row[1]) for row in session.execute(asked.order_by(Sale.closes_at).limit(200))]


def turn_waits(session: Session) -> Sequence[tuple[Sale, str]]:
    """Sales that have closed of which nothing was done since though somebody may have the land, each with its clock's state ('' or
    opened): no members' window, no deal.
    """
    done = (
        sa.exists().where(table.county == Sale.county, table.listing_id == Sale.listing_id, at >= Sale.set_at)
        for table, at in ((Priority, Priority.at), (Deal, Deal.decided_at))
    )
    asked = sa.select(Sale, SaleClock.over).join(SaleClock, _same(SaleClock)).join(
        Listing, (Listing.county == Sale.county) & (Listing.listing_id == Sale.listing_id)
    )  # fmt: skip
    asked = asked.where(
        SaleClock.over.in_(("", "opened")),
        SaleClock.closes_at <= sa.func.system.clock(),
        Listing.state == "published",
        *(~one for one in done),
    )
    return [(row[0], row[1]) for row in session.execute(asked.order_by(SaleClock.closes_at).limit(50))]


def bid_of_form(session: Session, county: str, bid_id: UUID) -> Bid | None:
    """The bid that a form has made already, by its plate."""
    asked = sa.select(Bid).where(Bid.county == county, Bid.bid_id == bid_id).options(*_BY_PLATE)
    return session.scalars(asked).one_or_none()


def place_bid(session: Session, row: dict[str, Any]) -> Bid:
    """Put a bid in: the database gives it its place, its instant and the closing instant, or refuses it."""
    asked = sa.insert(Bid).values(row).returning(Bid.seq, Bid.plate, Bid.at, Bid.closes_at)
    taken = session.execute(asked).one()
    return Bid(**row, seq=taken.seq, plate=taken.plate, at=taken.at, closes_at=taken.closes_at)


def enter(session: Session, row: dict[str, Any]) -> Entrant:
    """Put an entrant in: the database gives it its plate."""
    return session.scalars(sa.insert(Entrant).values(row).returning(Entrant)).one()


def _same(table: Any) -> Any:
    return (table.county == Sale.county) & (table.sale_id == Sale.sale_id)
