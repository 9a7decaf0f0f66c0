"""Reads on the way to a deal: offers, the members' priority, deals and those that fell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from landreg.exchange.bidding.correction_queries import stands
from landreg.exchange.bidding.deal_model import (
    ChanceAnswer,
    Offer,
    PassedOver,
    Priority,
    PriorityClaim,
    PriorityNotice,
    PriorityTold,
    SecondChance,
)
from landreg.exchange.bidding.model import Sale, SaleEvent
from landreg.exchange.bidding.row_queries import row_of, rows_of
from landreg.exchange.bidding.rules.ending import ENDED, NONE_FOLLOWS
from landreg.exchange.model import Deal, DealFall, Listing

OPEN = ("published", "dealt")
HEARD = (*OPEN, "objected")
"""A window runs on, and members claim in it, while the contractor's word holds the listing: no deal is made meanwhile."""
SIGNED = ("signed", "disputed", "ended")
DRAWN = ("drawn", "part_signed", *SIGNED)
"""How the contract of a deal stands that both have signed, or that was not withdrawn."""
_CLAIMS = stands(PriorityClaim, PriorityClaim.claim_id)


def claim(session: Session, row: dict[str, Any]) -> PriorityClaim:
    """Put a claim in, at the database's instant and with the mark that it draws."""
    return session.scalars(sa.insert(PriorityClaim).values(row).returning(PriorityClaim)).one()


def offers(session: Session, county: str, listing_id: UUID, taker_id: UUID | None = None) -> Sequence[Offer]:
    """What was said between the household and takers, or one of them, in its order."""
    asked = {"listing_id": listing_id} | ({} if taker_id is None else {"taker_id": taker_id})
    return rows_of(session, Offer, county, Offer.at, **asked)


def words_agreed(session: Session, county: str, deal_id: UUID | None) -> list[Offer]:
    """What both sides said in words with the prices of the round that ended in a deal of talks, in its order."""
    deal = None if deal_id is None else row_of(session, Deal, county, deal_id=deal_id)
    said = [] if deal is None else list(offers(session, county, deal.listing_id, deal.taker_id))
    yes = max((place for place, one in enumerate(said, 1) if one.kind == "accept"), default=0)
    begun = max((place for place, one in enumerate(said[:yes]) if one.kind == "offer"), default=0)
    return [one for one in said[begun:yes] if one.said]


def who_offer(session: Session, county: str) -> dict[UUID, tuple[str, str]]:
    """By taker: kind and name of those who offer for the household's own land in a county."""
    rows = session.execute(sa.text("SELECT * FROM exchange.who_offer(:county)"), {"county": county})
    return {row.taker_id: (row.kind, row.name) for row in rows}


def agreed_parcels(session: Session, county: str, listing_id: UUID, taker_id: UUID) -> list[str] | None:
    """What a taker gives by its last yes in an exchange; None of any other kind."""
    said = (one for one in reversed(offers(session, county, listing_id, taker_id)) if one.kind == "accept")
    return next((one.parcels for one in said), None)


def offered(session: Session, county: str, listing_id: UUID) -> dict[UUID, list[Any]]:
    """By taker the parcels that it gives for the land of a listing, as the register has them; of one's own listing or offer."""
    asked = sa.text("SELECT * FROM exchange.offered_parcels(:county, :listing)")
    found: dict[UUID, list[Any]] = {}
    for row in session.execute(asked, {"county": county, "listing": listing_id}):
        found.setdefault(row.taker_id, []).append(row)
    return found


def own_offers(session: Session) -> Sequence[Offer]:
    """The last word of each negotiation that the actor sees."""
    asked = sa.select(Offer).ext(distinct_on(Offer.county, Offer.listing_id, Offer.taker_id))
    return session.scalars(asked.order_by(Offer.county, Offer.listing_id, Offer.taker_id, Offer.seq.desc())).all()


def accepted(session: Session) -> Sequence[Offer]:
    """Accepted offers of which no deal came yet, of listings that are open."""
    dealt = sa.select(Deal.deal_id).where(
        Deal.county == Offer.county,
        Deal.listing_id == Offer.listing_id,
        sa.or_(~_fallen(), (Deal.taker_id == Offer.taker_id) & (Deal.decided_at > Offer.at)),
    )
    passed = sa.select(PassedOver.passed_id).where(
        PassedOver.county == Offer.county,
        PassedOver.listing_id == Offer.listing_id,
        PassedOver.taker_id == Offer.taker_id,
        PassedOver.at > Offer.at,
    )
    open_ = sa.select(Listing.listing_id).where(
        Listing.county == Offer.county,
        Listing.listing_id == Offer.listing_id,
        Listing.state.in_(("published", "dealt")),
    )
    asked = sa.select(Offer).where(Offer.kind == "accept", open_.exists(), ~dealt.exists(), ~passed.exists())
    return session.scalars(asked.order_by(Offer.at)).all()


def priorities(session: Session, county: str, listing_id: UUID) -> Sequence[Priority]:
    """The priority windows of a listing."""
    return rows_of(session, Priority, county, Priority.at, listing_id=listing_id)


def priority(session: Session, county: str, priority_id: UUID) -> Priority | None:
    """A priority window that the actor sees."""
    return row_of(session, Priority, county, priority_id=priority_id)


def open_priorities(session: Session, today: date) -> Sequence[Priority]:
    """Windows of listings that are open that run, or of which no deal came yet, the next to end first."""
    dealt = sa.select(Deal.deal_id).where(
        Deal.county == Priority.county, Deal.listing_id == Priority.listing_id, ~_fallen()
    )
    open_ = sa.select(Listing.listing_id).where(
        Listing.county == Priority.county, Listing.listing_id == Priority.listing_id, Listing.state.in_(OPEN)
    )
    asked = sa.select(Priority).where(open_.exists(), sa.or_(Priority.last_day >= today, ~dealt.exists()))
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
    return rows_of(session, PriorityNotice, county, PriorityNotice.household_code, priority_id=priority_id)


def evidence(session: Session, county: str, priority_id: UUID) -> Sequence[PriorityTold]:
    """What shows that they were told."""
    return rows_of(session, PriorityTold, county, PriorityTold.at, priority_id=priority_id)


def claims(session: Session, county: str, priority_id: UUID, standing: bool = True) -> Sequence[PriorityClaim]:
    """Who claims the land on these terms; not standing: also who took the claim back."""
    asked = sa.select(PriorityClaim).where(PriorityClaim.county == county, PriorityClaim.priority_id == priority_id)
    return session.scalars((asked.where(_CLAIMS) if standing else asked).order_by(PriorityClaim.at)).all()


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
    return row_of(session, Deal, county, deal_id=deal_id)


def deals_of_sale(session: Session, sale: Sale) -> Sequence[tuple[Deal, bool]]:
    """Deals that came of a sale, made after it was set up and before the next one was, the last first; and whether each stands."""
    next_one = sa.select(sa.func.min(Sale.set_at)).where(
        Sale.county == sale.county, Sale.listing_id == sale.listing_id, Sale.round > sale.round
    )
    until = sa.func.coalesce(next_one.scalar_subquery(), sa.literal("infinity", sa.DateTime(timezone=True)))
    asked = sa.select(Deal, ~_fallen()).where(
        Deal.county == sale.county,
        Deal.listing_id == sale.listing_id,
        Deal.decided_at >= sale.set_at,
        Deal.decided_at < until,
    )
    return [(row[0], row[1]) for row in session.execute(asked.order_by(Deal.decided_at.desc()))]


def windows_of_sale(session: Session, sale: Sale) -> list[Priority]:
    """The members' windows on what was bid in a sale: opened after it was set up and before the next one was."""
    later = sa.select(sa.func.min(Sale.set_at)).where(
        Sale.county == sale.county, Sale.listing_id == sale.listing_id, Sale.round > sale.round
    )
    until = session.scalar(later)
    return [
        one
        for one in priorities(session, sale.county, sale.listing_id)
        if sale.set_at <= one.at and (until is None or one.at < until)
    ]


def window_until(session: Session, sale: Sale) -> date | None:
    """The last day of the members' window on what was bid in the last sale of a listing; None where there is none."""
    asked = sa.text("SELECT exchange.window_until(:county, :sale)")
    found: date | None = session.scalar(asked, {"county": sale.county, "sale": sale.sale_id})
    return found


def deal_of_sale(session: Session, sale: Sale) -> Deal | None:
    """The deal that came of a sale and stands."""
    return next((one for one, stands in deals_of_sale(session, sale) if stands), None)


def standing_deals(session: Session, sales: Sequence[Sale]) -> dict[UUID, Deal]:
    """By sale: the deal of its listing that stands and was made after the sale was set up, of the last sale before the deal."""
    ids = [(one.county, one.listing_id) for one in sales]
    asked = sa.select(Deal).where(sa.tuple_(Deal.county, Deal.listing_id).in_(ids), ~_fallen())
    by_listing = {one.listing_id: one for one in session.scalars(asked)}
    found: dict[UUID, Deal] = {}
    for one in sorted(sales, key=lambda sale: sale.round):
        deal = by_listing.get(one.listing_id)
        if deal is not None and deal.decided_at >= one.set_at:
            found = {sale_id: made for sale_id, made in found.items() if made is not deal} | {one.sale_id: deal}
    return found


def reasons(session: Session, sales: Sequence[Sale]) -> dict[UUID, str]:
    """By sale that ended without a deal: what was said why."""
    asked = sa.select(SaleEvent.sale_id, SaleEvent.said).where(
        sa.tuple_(SaleEvent.county, SaleEvent.sale_id).in_([(one.county, one.sale_id) for one in sales]),
        SaleEvent.kind.in_(ENDED),
    )
    return {row.sale_id: row.said for row in session.execute(asked)}


def under_contract(session: Session, ids: Sequence[UUID], states: Sequence[str] = DRAWN) -> set[UUID]:
    """Of these deals those of which a contract is drawn or runs, or is SIGNED by both; as far as the actor sees it."""
    asked = sa.text(
        "SELECT c.deal_id FROM exchange.contract AS c WHERE c.deal_id = ANY (:deals) AND c.state = ANY (:states)"
    )
    return set(session.execute(asked, {"deals": list(ids), "states": list(states)}).scalars())


def gone(session: Session, county: str, listing_id: UUID) -> dict[UUID, datetime]:
    """Takers whose deal of a listing fell, or who were passed over: when it happened last."""
    fell = sa.select(Deal.taker_id, DealFall.at).join(
        DealFall, (DealFall.county == Deal.county) & (DealFall.deal_id == Deal.deal_id)
    )
    passed = sa.select(PassedOver.taker_id, PassedOver.at)
    both = sa.union_all(
        fell.where(Deal.county == county, Deal.listing_id == listing_id),
        passed.where(PassedOver.county == county, PassedOver.listing_id == listing_id),
    )
    return {row.taker_id: row.at for row in sorted(session.execute(both), key=lambda row: row.at)}


def chances(session: Session, county: str, **asked: UUID) -> list[tuple[SecondChance, ChanceAnswer | None]]:
    """Who was asked after a winner fell, the first first, and what each answered; those that the actor sees."""
    answered = (ChanceAnswer.county == SecondChance.county) & (ChanceAnswer.chance_id == SecondChance.chance_id)
    rows = sa.select(SecondChance, ChanceAnswer).outerjoin(ChanceAnswer, answered).order_by(SecondChance.at)
    rows = rows.where(
        SecondChance.county == county, *(getattr(SecondChance, name) == key for name, key in asked.items())
    )
    return [(row[0], row[1]) for row in session.execute(rows)]


def chances_that_wait(session: Session, today: date) -> Sequence[SecondChance]:
    """Who is asked and may still answer; those that the actor sees."""
    answered = sa.exists().where(
        ChanceAnswer.county == SecondChance.county, ChanceAnswer.chance_id == SecondChance.chance_id
    )
    rows = sa.select(SecondChance).where(SecondChance.until_day >= today, ~answered)
    return session.scalars(rows.order_by(SecondChance.until_day).limit(50)).all()


def passed_over(session: Session, county: str, listing_id: UUID) -> Sequence[PassedOver]:
    """Who was passed over, and why."""
    return rows_of(session, PassedOver, county, PassedOver.at, listing_id=listing_id)


def falls(session: Session, county: str, listing_id: UUID) -> Sequence[DealFall]:
    """Deals of a listing that fell."""
    asked = sa.select(DealFall).join(Deal, (Deal.county == DealFall.county) & (Deal.deal_id == DealFall.deal_id))
    return session.scalars(
        asked.where(Deal.county == county, Deal.listing_id == listing_id).order_by(DealFall.at)
    ).all()


def given_up(session: Session, sales: Sequence[Sale]) -> set[UUID]:
    """Of these sales those whose deal whoever passes the land on gave up, or whose days are over: no other comes."""
    fell = sa.select(Sale.sale_id).join(Deal, (Deal.county == Sale.county) & (Deal.listing_id == Sale.listing_id))
    fell = fell.join(DealFall, (DealFall.county == Deal.county) & (DealFall.deal_id == Deal.deal_id))
    return set(session.scalars(fell.where(
        DealFall.given_up_by.in_(NONE_FOLLOWS), DealFall.at >= Sale.set_at,
        sa.tuple_(Sale.county, Sale.sale_id).in_([(one.county, one.sale_id) for one in sales]),
    )))  # fmt: skip


def own_deals(session: Session) -> Sequence[Deal]:
    """Deals that the actor sees and that stand, the newest first."""
    return session.scalars(sa.select(Deal).where(~_fallen()).order_by(Deal.decided_at.desc()).limit(100)).all()


def _fallen() -> Any:
    fell = sa.select(DealFall.deal_id).where(DealFall.county == Deal.county, DealFall.deal_id == Deal.deal_id)
    return fell.exists()
