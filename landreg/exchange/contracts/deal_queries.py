"""Reads of what contracts are drawn from: deals that stand, their listings, who takes the land."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.bidding.model import Sale, SaleClock
from landreg.exchange.contracts.model import Contract, ContractParcel, Project
from landreg.exchange.contracts.project_queries import SIGNED
from landreg.exchange.listings import listing_queries
from landreg.exchange.listings.papers import CONSENT
from landreg.exchange.model import Deal, DealFall, Listing, ListingPaper, ListingParcel, Taker

NOT_PASSED_ON = ("exchange", "assignment", "custody", "entrusted")
"""Kinds by which nobody takes a land-operation right that could be passed on."""


@dataclass(frozen=True)
class Dealt:
    """A deal that stands, with its listing, the listing's parcels and the taker."""

    deal: Deal
    listing: Listing
    parcels: Sequence[ListingParcel]
    taker: Taker


def dealt(session: Session, county: str, deal_id: UUID) -> Dealt | None:
    """A deal that stands."""
    fallen = sa.select(DealFall.deal_id).where(DealFall.county == county, DealFall.deal_id == deal_id).exists()
    deal = session.scalars(sa.select(Deal).where(Deal.county == county, Deal.deal_id == deal_id, ~fallen)).one_or_none()
    if deal is None:
        return None
    listing = session.scalars(
        sa.select(Listing).where(Listing.county == county, Listing.listing_id == deal.listing_id)
    ).one()
    parcels = session.scalars(
        sa.select(ListingParcel).where(ListingParcel.county == county, ListingParcel.listing_id == deal.listing_id)
    ).all()
    found = taker(session, county, deal.taker_id)
    return None if found is None else Dealt(deal, listing, parcels, found)


def last_signed(session: Session, county: str, taker_id: UUID, codes: Sequence[str]) -> Contract | None:
    """The last contract that a taker signed over some of these parcels."""
    over = sa.select(ContractParcel.contract_id).where(
        ContractParcel.county == county, ContractParcel.parcel_code.in_(codes)
    )
    asked = sa.select(Contract).where(
        Contract.county == county,
        Contract.taker_id == taker_id,
        Contract.state.in_(SIGNED),
        Contract.contract_id.in_(over),
    )
    return session.scalars(asked.order_by(Contract.drawn_at.desc()).limit(1)).first()


def deals_waiting(session: Session) -> Sequence[Any]:
    """Deals that stand and of which no contract was drawn yet, with listing and taker, oldest first."""
    drawn = sa.select(Contract.contract_id).where(
        Contract.county == Deal.county, Contract.deal_id == Deal.deal_id, Contract.state != "withdrawn"
    )
    fallen = sa.select(DealFall.deal_id).where(DealFall.county == Deal.county, DealFall.deal_id == Deal.deal_id)
    return session.execute(
        sa.select(Deal, Listing, Taker)
        .join(Listing, sa.and_(Listing.county == Deal.county, Listing.listing_id == Deal.listing_id))
        .join(Taker, sa.and_(Taker.county == Deal.county, Taker.taker_id == Deal.taker_id))
        .where(~drawn.exists(), ~fallen.exists())
        .order_by(Deal.decided_at)
        .limit(200)
    ).all()


def taken_by(session: Session, county: str, holder: str, codes: Sequence[str]) -> Contract | None:
    """The contract by which a household or an organisation, by its code, took these parcels in, the one that runs longest; None
    where the record has none.
    """
    of_these = (ContractParcel.county == Contract.county, ContractParcel.contract_id == Contract.contract_id)
    named = sa.select(sa.func.count()).where(*of_these, ContractParcel.parcel_code.in_(codes)).scalar_subquery()
    return session.scalars(
        sa.select(Contract)
        .join(Taker, sa.and_(Taker.county == Contract.county, Taker.taker_id == Contract.taker_id))
        .where(Contract.county == county, Taker.code == holder, Taker.code != "", Contract.state.in_(SIGNED))
        .where(Contract.kind.not_in(NOT_PASSED_ON), named == len(set(codes)))
        .order_by(sa.func.coalesce(Contract.ends_on, Contract.until_on).desc(), Contract.number)
        .limit(1)
    ).first()


def dealt_already(
    session: Session,
    county: str,
    rights: Sequence[UUID],
    codes: Sequence[str],
    term: tuple[date, date],
    but: UUID | None,
) -> dict[str, str]:
    """By parcel of these rights: the listing whose deal stands and has no signed contract yet, and which takes it in a time, or for
    whose land it is promised in an exchange.

    term: half-open. but: a deal of one's own.
    """
    first, until = term
    promised = session.execute(
        sa.text(
            "SELECT parcel_code, number FROM exchange.promised(:county, :codes) "
            "WHERE from_on < :until AND until_on > :first AND (deal_id = CAST(:but AS uuid)) IS NOT TRUE"
        ),
        {"county": county, "codes": list(codes), "first": first, "until": until, "but": but},
    )
    found = {row.parcel_code: row.number for row in promised}
    return dealt_of_listings(session, county, rights, codes, term, but) | found


def dealt_of_listings(
    session: Session,
    county: str,
    rights: Sequence[UUID],
    codes: Sequence[str],
    term: tuple[date, date],
    but: UUID | None,
) -> dict[str, str]:
    """The first of these alone: by parcel the listing whose deal takes it."""
    first, until = term
    fallen = sa.select(DealFall.deal_id).where(DealFall.county == Deal.county, DealFall.deal_id == Deal.deal_id)
    signed = sa.select(Contract.contract_id).where(
        Contract.county == Deal.county, Contract.deal_id == Deal.deal_id, Contract.state.in_(SIGNED)
    )
    rows = session.execute(
        sa.select(ListingParcel.parcel_code, Listing.number)
        .join(Listing, sa.and_(Listing.county == ListingParcel.county, Listing.listing_id == ListingParcel.listing_id))
        .join(Deal, sa.and_(Deal.county == Listing.county, Deal.listing_id == Listing.listing_id))
        .where(Deal.county == county, Listing.right_id.in_(rights), ListingParcel.parcel_code.in_(codes))
        .where(Listing.from_on < until, Listing.until_on > first, Deal.deal_id.is_distinct_from(but))
        .where(~fallen.exists(), ~signed.exists())
    )
    return {row.parcel_code: row.number for row in rows}


def listed(
    session: Session, county: str, codes: Sequence[str], term: tuple[date, date], *, passed_on: bool, but: UUID | None
) -> Sequence[Any]:
    """Parcels in an open listing of some of these days: code, number, listing_id, whether it is only of a part, and whether it is
    being bid for. passed_on: listings of what was taken in, else all but these.

    term: half-open. but: a deal of one's own.
    """
    first, until = term
    same = (Sale.county == Listing.county, Sale.listing_id == Listing.listing_id)
    bid_for = sa.select(SaleClock.sale_id).join(
        Sale, sa.and_(Sale.county == SaleClock.county, Sale.sale_id == SaleClock.sale_id)
    )
    own = sa.select(Deal.deal_id).where(
        Deal.county == Listing.county, Deal.listing_id == Listing.listing_id, Deal.deal_id == but
    )
    return session.execute(
        sa.select(
            ListingParcel.parcel_code.label("code"), Listing.number, Listing.listing_id,
            ListingParcel.part.is_not(None).label("partly"),
            bid_for.where(*same, SaleClock.over == "").exists().label("under_way"),
        )
        .join(Listing, sa.and_(Listing.county == ListingParcel.county, Listing.listing_id == ListingParcel.listing_id))
        .where(ListingParcel.county == county, ListingParcel.parcel_code.in_(codes))
        .where(Listing.from_on < until, Listing.until_on > first, (Listing.kind == "retransfer") == passed_on)
        .where(Listing.state.in_(("submitted", "published")), ~own.exists())
        .order_by(Listing.number)
    ).all()  # fmt: skip


def contract_of_deal(session: Session, county: str, deal_id: UUID) -> Contract | None:
    """The contract of a deal that was not dropped."""
    return session.scalars(
        sa.select(Contract).where(
            Contract.county == county, Contract.deal_id == deal_id, Contract.relation.in_(("", "retransfer")),
            Contract.state != "withdrawn",
        )
    ).first()  # fmt: skip


def drawn_of_listings(session: Session) -> dict[UUID, Contract]:
    """By listing: the contract of its deal that was drawn and not dropped, of those that the actor sees."""
    rows = session.execute(
        sa.select(Deal.listing_id, Contract)
        .join(Contract, sa.and_(Contract.county == Deal.county, Contract.deal_id == Deal.deal_id))
        .where(Contract.relation.in_(("", "retransfer")), Contract.state != "withdrawn")
    )
    return {row.listing_id: row.Contract for row in rows}


def consent(session: Session, county: str, listing_id: UUID) -> ListingPaper | None:
    """The contractor's consent with which a listing was handed in."""
    return next((one for one in listing_queries.papers(session, county, listing_id) if one.kind == CONSENT), None)


def natural(session: Session, rows: Sequence[Contract | Project]) -> set[UUID]:
    """Of contracts or projects the takers that are households or persons, and the contracts by which such a one has what is passed
    on: their names are masked on pages as those of households are, and stand whole in the paper that the parties sign.
    """
    passed_on = {row.previous_id for row in rows if isinstance(row, Contract) and row.relation == "retransfer"}
    found = sa.select(Taker.taker_id, Contract.contract_id).where(
        Taker.kind != "organisation",
        sa.or_(Taker.taker_id.in_({row.taker_id for row in rows}), Contract.contract_id.in_(passed_on)),
    )
    with_contract = sa.and_(
        Contract.county == Taker.county, Contract.taker_id == Taker.taker_id, Contract.contract_id.in_(passed_on)
    )
    joined = found.select_from(sa.outerjoin(Taker, Contract, with_contract))
    return {one for row in session.execute(joined) for one in row if one is not None} if rows else set()


def taker(session: Session, county: str, taker_id: UUID) -> Taker | None:
    """A taker of the jurisdiction."""
    return session.scalars(sa.select(Taker).where(Taker.county == county, Taker.taker_id == taker_id)).one_or_none()


def own_takers(session: Session) -> Sequence[Taker]:
    """As whom the account of the citizens' desk takes land, as the database lets it see."""
    return session.scalars(sa.select(Taker)).all()
