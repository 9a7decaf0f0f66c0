"""Reads of listings, and of what the register says of the land that is listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Row, Select, func, select, text
from sqlalchemy.orm import Session

from landreg.exchange.model import Listing, ListingEvent, ListingPaper, ListingParcel, ListingPhoto

OPEN = ("submitted", "published")
"""States in which a listing may be withdrawn."""


def next_number(session: Session) -> int:
    """The next running number of a listing."""
    return int(session.scalar(text("SELECT nextval('exchange.listing_number')")) or 0)


def one(session: Session, county: str, listing_id: UUID) -> Listing | None:
    """A listing that the actor sees."""
    return session.get(Listing, {"county": county, "listing_id": listing_id})


def by_number(session: Session, number: str) -> Listing | None:
    """The same by its number."""
    found: Listing | None = session.scalars(select(Listing).where(Listing.number == number).limit(1)).one_or_none()
    return found


def listed(state: str = "") -> Select[Any]:
    """Listings of the jurisdiction, those that wait longest first; in a state, or in any, the newest first."""
    found = select(Listing)
    if state:
        return found.where(Listing.state == state).order_by(Listing.listed_at, Listing.number)
    return found.order_by(Listing.listed_at.desc(), Listing.number)


def counts(session: Session) -> dict[str, int]:
    """By state: how many listings of the jurisdiction there are."""
    found = session.execute(select(Listing.state, func.count().label("number")).group_by(Listing.state))
    return {row.state: row.number for row in found}


def of_household(session: Session, household_id: UUID) -> Sequence[Listing]:
    """The listings of a household, the newest first."""
    found = select(Listing).where(Listing.household_id == household_id)
    return session.scalars(found.order_by(Listing.listed_at.desc()).limit(50)).all()


def parcels(session: Session, county: str, listing_id: UUID) -> Sequence[ListingParcel]:
    """The parcels of a listing."""
    found = select(ListingParcel).where(ListingParcel.county == county, ListingParcel.listing_id == listing_id)
    return session.scalars(found.order_by(ListingParcel.parcel_code)).all()


def photos(session: Session, county: str, listing_id: UUID) -> Sequence[ListingPhoto]:
    """The photos of a listing, in their order."""
    found = select(ListingPhoto).where(ListingPhoto.county == county, ListingPhoto.listing_id == listing_id)
    return session.scalars(found.order_by(ListingPhoto.position)).all()


def papers(session: Session, county: str, listing_id: UUID) -> Sequence[ListingPaper]:
    """The papers that a listing was handed in with, by kind."""
    found = select(ListingPaper).where(ListingPaper.county == county, ListingPaper.listing_id == listing_id)
    return session.scalars(found.order_by(ListingPaper.kind)).all()


def events(session: Session, county: str, listing_id: UUID) -> Sequence[ListingEvent]:
    """The course of a listing, from its first step."""
    found = select(ListingEvent).where(ListingEvent.county == county, ListingEvent.listing_id == listing_id)
    return session.scalars(found.order_by(ListingEvent.at, ListingEvent.event_id)).all()


def frozen(session: Session) -> Sequence[Row[Any]]:
    """Open listings on whose land a seizure, a dispute or an exit stands: county, listing_id, what."""
    return session.execute(text(_FROZEN)).all()


def right_said(session: Session, county: str, right_id: UUID, *, own: bool) -> Row[Any] | None:
    """What the register says of a right; own: at the farmers' desk, of the household's own alone."""
    name = "own_right_said" if own else "right_said"
    return session.execute(
        text(f"SELECT * FROM exchange.{name}(:county, :right)"), {"county": county, "right": right_id}
    ).one_or_none()


def parcels_said(
    session: Session, county: str, right_id: UUID | None, codes: Sequence[str], *, own: bool
) -> Sequence[Row[Any]]:
    """The parcels of a right, or of none those of a collective by their codes; shapes as hexadecimal EWKB."""
    call = "own_parcels_said(:county, :right)" if own else "parcels_said(:county, :right, CAST(:codes AS text[]))"
    values = {"county": county, "right": right_id, "codes": list(codes)}
    return session.execute(text(_PARCELS.format(call)), values).all()


def died_out(session: Session, county: str, right_id: UUID | None) -> str:
    """The code of a contract right whose household has no member left; '' of any other."""
    asked = {"county": county, "right": right_id}
    return session.scalar(text("SELECT exchange.died_out(:county, :right)"), asked) or ""


def standing_on(
    session: Session, county: str, right_id: UUID | None, codes: Sequence[str], but: UUID | None, *, own: bool
) -> Sequence[Row[Any]]:
    """What stands on a right and parcels beside one listing; parts as hexadecimal EWKB."""
    call = (
        "standing_on_own(:county, :right, :but)"
        if own
        else "standing_on(:county, :right, CAST(:codes AS text[]), :but)"
    )
    values = {"county": county, "right": right_id, "codes": list(codes), "but": but}
    return session.execute(text(_STANDING.format(call)), values).all()


def contracts_on(
    session: Session, county: str, right_id: UUID | None, codes: Sequence[str], *, passed_on: bool, own: bool
) -> Sequence[Row[Any]]:
    """The contracts that have whole parcels; passed_on: re-transfers, else all but these."""
    call = (
        "contracts_on_own(:county, :right, :passed_on)"
        if own
        else "contracts_on(:county, CAST(:codes AS text[]), :passed_on)"
    )
    values = {"county": county, "right": right_id, "codes": list(codes), "passed_on": passed_on}
    return session.execute(text(_CONTRACTS.format(call)), values).all()


def basic_land(session: Session, county: str, listing_id: UUID | None, codes: Sequence[str]) -> tuple[str, ...]:
    """Which of these parcels, and of those of a listing, are permanent basic farmland."""
    asked = text("SELECT exchange.basic_land(:county, :listing, CAST(:codes AS text[]))")
    return tuple(session.scalars(asked, {"county": county, "listing": listing_id, "codes": list(codes)}))


def on_basic_land(session: Session, county: str, listing_id: UUID | None, codes: Sequence[str]) -> bool:
    """Whether any of them is, for a household or a taker: of a listing that it is told of, and of its own land or contracts."""
    asked = text("SELECT exchange.on_basic_land(:county, :listing, CAST(:codes AS text[]))")
    return bool(session.scalar(asked, {"county": county, "listing": listing_id, "codes": list(codes)}))


_PARCELS = """SELECT parcel_code, village, name, kind, encode(public.ST_AsEWKB(geom), 'hex') AS shape, public.ST_SRID(geom) AS srid,
    area_m2, mu, land_class, soil_grade, land_use, basic_farmland FROM exchange.{}"""
_STANDING = """SELECT what, kind, number, named, parcel_code, from_on, until_on,
    encode(public.ST_AsEWKB(part), 'hex') AS part FROM exchange.{}"""
_CONTRACTS = """SELECT 'contract' AS what, kind, number, '' AS named, parcel_code, from_on, until_on, NULL AS part
    FROM exchange.{}"""
_FROZEN = """SELECT DISTINCT ON (county, listing_id) county, listing_id, what, kind, number FROM (
    SELECT l.county, l.listing_id, 'restriction' AS what, s.kind, '' AS number FROM registry.restriction AS s
    JOIN exchange.listing AS l ON l.county = s.county AND l.right_id = s.right_id AND l.state = 'published'
    WHERE s.kind IN ('seizure', 'dispute') AND upper_inf(s.recorded) AND upper_inf(s.valid)
      AND (s.parcels IS NULL OR EXISTS (SELECT FROM exchange.listing_parcel AS q
            JOIN land.parcel AS p ON p.county = q.county AND p.code = q.parcel_code AND upper_inf(p.recorded) AND upper_inf(p.valid)
            WHERE q.county = l.county AND q.listing_id = l.listing_id AND p.parcel_id = ANY (s.parcels)))
    UNION ALL
    SELECT l.county, l.listing_id, 'exit', x.mode, x.number FROM exit.exit AS x
    JOIN registry."case" AS c ON c.county = x.county AND c.case_id = x.case_id AND c.act_id IS NULL
        AND c.state NOT IN ('withdrawn', 'refused', 'registered', 'certified')
    JOIN exchange.listing AS l ON l.county = x.county AND l.right_id = ANY (x.right_ids) AND l.state = 'published'
    WHERE (cardinality(x.parcels) = 0 OR EXISTS (SELECT FROM exchange.listing_parcel AS p
            WHERE p.county = l.county AND p.listing_id = l.listing_id AND p.parcel_code = ANY (x.parcels)))
      AND NOT EXISTS (SELECT FROM exit.event AS v WHERE v.county = x.county AND v.exit_id = x.exit_id
          AND v.kind IN ('withdrawal', 'lapse'))
    ) AS found ORDER BY county, listing_id, what LIMIT 500"""


def shown_until(session: Session, row: Listing) -> date:
    """The last day on which the market shows what is published: of its publication, or of a sale on it that runs."""
    asked = select(func.exchange.shown_until(row.county, row.listing_id, type_=Date))
    return session.scalars(asked).one()


def households_of(session: Session, county: str, issuer: str) -> int:
    """How many households with a member a collective has, by the code of its issuing party."""
    return session.scalars(select(func.exchange.households_of(county, issuer, type_=Integer))).one()
