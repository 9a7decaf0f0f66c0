"""Reads of bidding: takers, sales and how they stand, deposits, bids, offers, priority windows, reviews."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from landreg.core.tables import in_force
from landreg.core.units import mu_of
from landreg.exchange.bidding.model import (
    Bid,
    Deposit,
    Entrant,
    LandWatch,
    Offer,
    OfficerKey,
    OpenedBid,
    Priority,
    PriorityClaim,
    PriorityNotice,
    PriorityTold,
    Qualification,
    QualificationDecision,
    QualificationPaper,
    Reserve,
    Sale,
    SaleClock,
    SealedBid,
    SealedShare,
)
from landreg.exchange.model import Deal, DealFall, Listing, Taker
from landreg.party.model import Household

T = TypeVar("T")


@dataclass(frozen=True)
class Told:
    """What everybody is told of a listing. own, member: of the household that asks."""

    county: str
    village: str
    listing_id: UUID
    number: str
    kind: str
    way: str
    to_whom: str
    from_on: date
    until_on: date
    unit: str
    grain: str
    price: Decimal
    paid_every: str
    crop: str
    area_m2: Decimal
    closes_on: date
    state: str
    own: bool
    member: bool

    @property
    def area_mu(self) -> Decimal:
        """In mu."""
        return mu_of(self.area_m2)


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


def told(session: Session, county: str, listing_id: UUID) -> Told | None:
    """A listing that is published, as takers and farmers see it."""
    asked = sa.text("SELECT * FROM exchange.listing_told(:county, :listing)")
    row = session.execute(asked, {"county": county, "listing": listing_id}).mappings().one_or_none()
    return None if row is None else Told(**row)


def listing(session: Session, county: str, listing_id: UUID) -> Listing | None:
    """A listing of the operator's jurisdiction, or the household's own."""
    return _one(session, Listing, county, listing_id=listing_id)


def listings(session: Session, ids: Collection[tuple[str, UUID]]) -> dict[UUID, Listing]:
    """The same of many, by county and id; those that the actor sees."""
    asked = sa.select(Listing).where(sa.tuple_(Listing.county, Listing.listing_id).in_(ids))
    return {one.listing_id: one for one in session.scalars(asked)}


def taker(session: Session, county: str, taker_id: UUID) -> Taker | None:
    """A taker whom the actor sees."""
    return _one(session, Taker, county, taker_id=taker_id)


def takers(session: Session, county: str, ids: Sequence[UUID]) -> dict[UUID, Taker]:
    """Takers by id."""
    found = session.scalars(sa.select(Taker).where(Taker.county == county, Taker.taker_id.in_(ids)))
    return {one.taker_id: one for one in found}


def own_takers(session: Session) -> Sequence[Taker]:
    """As whom the actor may bid: the household's, and those of its account. The desk's policy leaves no other."""
    return session.scalars(sa.select(Taker).order_by(Taker.opened_at)).all()


def taker_of_household(session: Session, county: str, household_id: UUID) -> Taker | None:
    """The taker that a household is."""
    return _one(session, Taker, county, household_id=household_id)


def own_household(session: Session, county: str, household_id: UUID) -> Household | None:
    """The household that the actor stands for, as it is registered."""
    asked = sa.select(Household).where(
        Household.county == county, Household.household_id == household_id, in_force(Household)
    )
    return session.scalars(asked).one_or_none()


def all_takers() -> sa.Select[Taker]:
    """The takers of the jurisdiction, newest first."""
    return sa.select(Taker).order_by(Taker.opened_at.desc())


def code_known(session: Session, county: str, code: str, digests: Sequence[bytes]) -> bool:
    """Whether a taker of this code, or of one of this person's digests, is there."""
    same = Taker.code == code if code else Taker.id_digest.in_(digests)
    return session.scalar(sa.select(Taker.taker_id).where(Taker.county == county, same)) is not None


def standing(session: Session, county: str, sale_id: UUID) -> Standing | None:
    """A sale as it stands now."""
    asked = sa.select(Sale, SaleClock, sa.func.system.clock()).join(SaleClock, _same(SaleClock))
    row = session.execute(asked.where(Sale.county == county, Sale.sale_id == sale_id)).one_or_none()
    return None if row is None else Standing(*row)


def sales(session: Session, listing_id: UUID | None = None, since: datetime | None = None) -> Sequence[Standing]:
    """Sales whom the actor sees, the next to close first; of a listing, or those that close after an instant."""
    asked = sa.select(Sale, SaleClock, sa.func.system.clock()).join(SaleClock, _same(SaleClock))
    if listing_id is not None:
        asked = asked.where(Sale.listing_id == listing_id)
    if since is not None:
        asked = asked.where(SaleClock.closes_at > since)
    return [Standing(*row) for row in session.execute(asked.order_by(SaleClock.closes_at).limit(200))]


def without_sale(session: Session) -> Sequence[Listing]:
    """Published listings that are to be bid for, and that have no sale under way, those whose publication ends first."""
    under_way = sa.select(Sale.sale_id).join(SaleClock, _same(SaleClock))
    under_way = under_way.where(
        Sale.county == Listing.county, Sale.listing_id == Listing.listing_id, SaleClock.over == ""
    )
    asked = sa.select(Listing).where(
        Listing.state == "published", Listing.way.in_(("auction", "sealed")), ~under_way.exists()
    )
    return session.scalars(asked.order_by(Listing.closes_on).limit(100)).all()


def entrants(session: Session, county: str, sale_id: UUID) -> Sequence[Entrant]:
    """Those in a sale whom the actor sees, by plate."""
    return _all(session, Entrant, county, Entrant.plate, sale_id=sale_id)


def own_entries(session: Session) -> Sequence[Entrant]:
    """The actor's own entries, newest first."""
    return session.scalars(sa.select(Entrant).order_by(Entrant.at.desc()).limit(100)).all()


def entrant(session: Session, county: str, entrant_id: UUID) -> Entrant | None:
    """An entrant whom the actor sees."""
    return _one(session, Entrant, county, entrant_id=entrant_id)


def deposits(session: Session, county: str, sale_id: UUID) -> Sequence[Deposit]:
    """What was paid and given back in a sale."""
    return _all(session, Deposit, county, Deposit.at, sale_id=sale_id)


def bids(session: Session, county: str, sale_id: UUID, most: int | None = None) -> Sequence[Bid]:
    """The bids of a sale, the last first."""
    asked = sa.select(Bid).where(Bid.county == county, Bid.sale_id == sale_id).order_by(Bid.seq.desc())
    return session.scalars(asked.limit(most)).all()


def bid_of_form(session: Session, county: str, bid_id: UUID) -> Bid | None:
    """The bid that a form has made already."""
    return _one(session, Bid, county, bid_id=bid_id)


def place_bid(session: Session, row: dict[str, Any]) -> Bid:
    """Put a bid in: the database gives it its place, its instant and the closing instant, or refuses it."""
    asked = sa.insert(Bid).values(row).returning(Bid)
    return session.scalars(asked).one()


def place_sealed(session: Session, row: dict[str, Any]) -> SealedBid:
    """The same of a sealed bid."""
    return session.scalars(sa.insert(SealedBid).values(row).returning(SealedBid)).one()


def enter(session: Session, row: dict[str, Any]) -> Entrant:
    """Put an entrant in: the database gives it its plate."""
    return session.scalars(sa.insert(Entrant).values(row).returning(Entrant)).one()


def claim(session: Session, row: dict[str, Any]) -> PriorityClaim:
    """Put a claim in, at the database's instant and with the mark that it draws."""
    return session.scalars(sa.insert(PriorityClaim).values(row).returning(PriorityClaim)).one()


def give_share(session: Session, row: dict[str, Any]) -> datetime:
    """Put an officer's share in; the instant at which the database took it."""
    at: datetime = session.execute(sa.insert(SealedShare).values(row).returning(SealedShare.at)).scalar_one()
    return at


def sealed_bids(session: Session, county: str, sale_id: UUID) -> Sequence[SealedBid]:
    """Sealed bids that the actor sees, by their order."""
    return _all(session, SealedBid, county, SealedBid.seq, sale_id=sale_id)


def shares_given(session: Session, county: str, sale_id: UUID) -> dict[int, int]:
    """By place of the officer: of how many bids the share is there."""
    asked = sa.select(SealedShare.place, sa.func.count()).where(
        SealedShare.county == county, SealedShare.sale_id == sale_id
    )
    found = session.execute(asked.group_by(SealedShare.place))
    return {int(row[0]): int(row[1]) for row in found}


def shares(session: Session, county: str, sale_id: UUID) -> dict[UUID, tuple[bytes, bytes]]:
    """Both shares of each bid of which both are there."""
    asked = sa.text("SELECT * FROM exchange.shares_of(:county, :sale)")
    return {
        row[0]: (bytes(row[1]), bytes(row[2])) for row in session.execute(asked, {"county": county, "sale": sale_id})
    }


def opened(session: Session, county: str, sale_id: UUID) -> Sequence[OpenedBid]:
    """The bids that were opened, by plate."""
    return _all(session, OpenedBid, county, OpenedBid.plate, sale_id=sale_id)


def keys(session: Session, county: str) -> Sequence[OfficerKey]:
    """The last key of each officer."""
    asked = sa.select(OfficerKey).where(OfficerKey.county == county).ext(distinct_on(OfficerKey.account_id))
    return session.scalars(asked.order_by(OfficerKey.account_id, OfficerKey.made_at.desc())).all()


def key(session: Session, county: str, key_id: UUID) -> OfficerKey | None:
    """An officer's key."""
    return _one(session, OfficerKey, county, key_id=key_id)


def offers(session: Session, county: str, listing_id: UUID, taker_id: UUID | None = None) -> Sequence[Offer]:
    """What was said between the household and takers, or one of them, in its order."""
    asked = {"listing_id": listing_id} | ({} if taker_id is None else {"taker_id": taker_id})
    return _all(session, Offer, county, Offer.at, **asked)


def own_offers(session: Session) -> Sequence[Offer]:
    """The last word of each negotiation that the actor sees."""
    asked = sa.select(Offer).ext(distinct_on(Offer.county, Offer.listing_id, Offer.taker_id))
    return session.scalars(asked.order_by(Offer.county, Offer.listing_id, Offer.taker_id, Offer.seq.desc())).all()


def accepted(session: Session) -> Sequence[Offer]:
    """Accepted offers of which no deal came yet."""
    dealt = sa.select(Deal.deal_id).where(Deal.county == Offer.county, Deal.listing_id == Offer.listing_id, ~_fallen())
    return session.scalars(sa.select(Offer).where(Offer.kind == "accept", ~dealt.exists()).order_by(Offer.at)).all()


def priorities(session: Session, county: str, listing_id: UUID) -> Sequence[Priority]:
    """The priority windows of a listing."""
    return _all(session, Priority, county, Priority.at, listing_id=listing_id)


def priority(session: Session, county: str, priority_id: UUID) -> Priority | None:
    """A priority window that the actor sees."""
    return _one(session, Priority, county, priority_id=priority_id)


def open_priorities(session: Session, today: date) -> Sequence[Priority]:
    """Windows that run, or of which no deal came yet, the next to end first."""
    dealt = sa.select(Deal.deal_id).where(
        Deal.county == Priority.county, Deal.listing_id == Priority.listing_id, ~_fallen()
    )
    asked = sa.select(Priority).where(sa.or_(Priority.last_day >= today, ~dealt.exists()))
    return session.scalars(asked.order_by(Priority.last_day).limit(200)).all()


def own_priorities(session: Session, household_id: UUID) -> Sequence[Priority]:
    """Windows of which the household was told, the newest first."""
    asked = sa.select(Priority).join(
        PriorityNotice,
        (PriorityNotice.county == Priority.county) & (PriorityNotice.priority_id == Priority.priority_id),
    )
    asked = asked.where(PriorityNotice.household_id == household_id)
    return session.scalars(asked.order_by(Priority.at.desc()).limit(50)).all()


def notices(session: Session, county: str, priority_id: UUID) -> Sequence[PriorityNotice]:
    """Whom a window must be told."""
    return _all(session, PriorityNotice, county, PriorityNotice.household_code, priority_id=priority_id)


def evidence(session: Session, county: str, priority_id: UUID) -> Sequence[PriorityTold]:
    """What shows that they were told."""
    return _all(session, PriorityTold, county, PriorityTold.at, priority_id=priority_id)


def claims(session: Session, county: str, priority_id: UUID) -> Sequence[PriorityClaim]:
    """Who claims the land on these terms."""
    return _all(session, PriorityClaim, county, PriorityClaim.at, priority_id=priority_id)


def is_member(session: Session, county: str, listing_id: UUID, household_id: UUID | None) -> bool:
    """Whether a household is of the collective whose land is listed."""
    if household_id is None:
        return False
    asked = sa.text("SELECT exchange.is_member(:county, :listing, :household)")
    values = {"county": county, "listing": listing_id, "household": household_id}
    return bool(session.execute(asked, values).scalar_one())


def deal_of(session: Session, county: str, listing_id: UUID) -> Deal | None:
    """The deal of a listing that stands."""
    asked = sa.select(Deal).where(Deal.county == county, Deal.listing_id == listing_id, ~_fallen())
    return session.scalars(asked).one_or_none()


def deal(session: Session, county: str, deal_id: UUID) -> Deal | None:
    """A deal."""
    return _one(session, Deal, county, deal_id=deal_id)


def fallen_takers(session: Session, county: str, listing_id: UUID) -> set[UUID]:
    """Takers whose deal of a listing fell."""
    asked = sa.select(Deal.taker_id).where(Deal.county == county, Deal.listing_id == listing_id, _fallen())
    return set(session.scalars(asked))


def falls(session: Session, county: str, listing_id: UUID) -> Sequence[DealFall]:
    """Deals of a listing that fell."""
    asked = sa.select(DealFall).join(Deal, (Deal.county == DealFall.county) & (Deal.deal_id == DealFall.deal_id))
    return session.scalars(
        asked.where(Deal.county == county, Deal.listing_id == listing_id).order_by(DealFall.at)
    ).all()


def own_deals(session: Session) -> Sequence[Deal]:
    """Deals that the actor sees, the newest first."""
    return session.scalars(sa.select(Deal).order_by(Deal.decided_at.desc()).limit(100)).all()


def area_held(session: Session, county: str, taker_id: UUID) -> Decimal:
    """What a taker has by deals that stand, in m²."""
    asked = sa.text("SELECT exchange.area_held(:county, :taker)")
    return Decimal(session.execute(asked, {"county": county, "taker": taker_id}).scalar_one())


def reviews(
    session: Session, county: str, taker_id: UUID
) -> Sequence[tuple[Qualification, QualificationDecision | None]]:
    """A taker's reviews with what they came to, the newest first."""
    return [
        (one, decision)
        for one, decision in session.execute(
            _reviews().where(Qualification.county == county, Qualification.taker_id == taker_id)
        )
    ]


def waiting_reviews(session: Session) -> Sequence[tuple[Qualification, QualificationDecision | None]]:
    """Reviews of the jurisdiction: those that wait first, by the day on which they are due."""
    asked = _reviews().order_by(None)
    asked = asked.order_by(QualificationDecision.at.is_not(None), Qualification.due_on).limit(200)
    return [(one, decision) for one, decision in session.execute(asked)]


def review(
    session: Session, county: str, qualification_id: UUID
) -> tuple[Qualification, QualificationDecision | None] | None:
    """A review, and what it came to."""
    asked = _reviews().where(Qualification.county == county, Qualification.qualification_id == qualification_id)
    row = session.execute(asked).one_or_none()
    return None if row is None else (row[0], row[1])


def review_papers(session: Session, county: str, qualification_id: UUID) -> Sequence[QualificationPaper]:
    """The papers of a review."""
    return _all(session, QualificationPaper, county, QualificationPaper.kind, qualification_id=qualification_id)


def reserve_held(session: Session, county: str, taker_id: UUID) -> Decimal:
    """The risk reserve that is there, in yuan."""
    signed = sa.case((Reserve.kind == "paid", Reserve.amount), else_=-Reserve.amount)
    asked = sa.select(sa.func.coalesce(sa.func.sum(signed), 0)).where(
        Reserve.county == county, Reserve.taker_id == taker_id
    )
    return Decimal(session.scalar(asked) or 0)


def watched(session: Session, county: str, deal_id: UUID) -> Sequence[LandWatch]:
    """What was seen of the land of a deal."""
    return _all(session, LandWatch, county, LandWatch.on_day, deal_id=deal_id)


def open_account(session: Session, account_id: UUID, login: str, name: str, jurisdiction: str, hashed: str) -> datetime:
    """An account of a taker, at the counter; the instant."""
    asked = sa.text("SELECT access.open_taker(:account, :login, :name, :jurisdiction, :hash)")
    values = {"account": account_id, "login": login, "name": name, "jurisdiction": jurisdiction, "hash": hashed}
    at: datetime = session.execute(asked, values).scalar_one()
    return at


def _reviews() -> sa.Select[Qualification, QualificationDecision]:
    decided = (QualificationDecision.county == Qualification.county) & (
        QualificationDecision.qualification_id == Qualification.qualification_id
    )
    return sa.select(Qualification, QualificationDecision).outerjoin(QualificationDecision, decided).order_by(
        Qualification.at.desc()
    )  # fmt: skip


def _fallen() -> Any:
    fell = sa.select(DealFall.deal_id).where(DealFall.county == Deal.county, DealFall.deal_id == Deal.deal_id)
    return fell.exists()


def _same(table: Any) -> Any:
    return (table.county == Sale.county) & (table.sale_id == Sale.sale_id)


def _one(session: Session, table: type[T], county: str, **values: UUID) -> T | None:
    return session.scalars(sa.select(table).filter_by(county=county, **values)).one_or_none()


def _all(session: Session, table: type[T], county: str, order: Any, **values: UUID) -> Sequence[T]:
    return session.scalars(sa.select(table).filter_by(county=county, **values).order_by(order)).all()
