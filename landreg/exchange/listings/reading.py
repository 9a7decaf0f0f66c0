"""What a listing is judged by: the offer as it was given, beside what the register says of the land."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import shapely
from geoalchemy2.shape import to_shape
from shapely import Polygon
from sqlalchemy import Row
from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Desk
from landreg.core.codes import ISSUER
from landreg.exchange.listings import listing_queries as queries
from landreg.exchange.listings.papers import PROOFS
from landreg.exchange.listings.rules.facts import Chosen, Ground, Index, Offered, OnLand
from landreg.exchange.listings.rules.offer import is_a_number
from landreg.exchange.model import Listing, ListingParcel
from landreg.law.transfers import transfers
from landreg.registry.facts import drawn
from landreg.registry.facts.drawn import Undrawable
from landreg.registry.guarded import Attached

_RESOLVED = re.compile(
    r"成员（代表）会议 ([0-9]{4}-[0-9]{2}-[0-9]{2}) 决议：应到 ([0-9]{1,9}) 人，同意 ([0-9]{1,9}) 人。"
    r"(?:乡（镇）批准：(.*?)。)?(?:用地证明：(.*?)。)?"
)
"""How a listing says what was resolved: `Resolution.words`."""


@dataclass(frozen=True)
class Resolution:
    """What the members' meeting of a collective decided: of how many, how many agreed; approval: the township's, by its number;
    proof: what proves which land it is, by its number.
    """

    day: date
    members: int
    in_favour: int
    approval: str = ""
    proof: str = ""

    @property
    def words(self) -> str:
        """The same as a listing says it."""
        told = f"成员（代表）会议 {self.day.isoformat()} 决议：应到 {self.members} 人，同意 {self.in_favour} 人。"
        numbers = (("乡（镇）批准", self.approval), ("用地证明", self.proof))
        return told + "".join(f"{name}：{number}。" for name, number in numbers if number)

    @property
    def papers(self) -> frozenset[str]:
        """The kinds of paper that its numbers stand for."""
        return PROOFS if self.proof else frozenset()


def resolved_of(row: Listing) -> tuple[str, Resolution | None]:
    """What a lister wrote, and what the members of the collective decided, also where a collective's listing has it among these
    words; a household resolves nothing, whatever it writes.
    """
    said = row.said.splitlines()
    if row.resolution is not None or row.source != "collective":
        return "\n".join(said), _read(row.resolution or "")
    found = {line: one for line in said if (one := _read(line)) is not None}
    return "\n".join(line for line in said if line not in found), next(iter(found.values()), None)


def _read(line: str) -> Resolution | None:
    """What a line says was resolved; None where it says nothing of it, or names no day of the calendar."""
    found = _RESOLVED.fullmatch(line)
    if found is None:
        return None
    day, members, in_favour, approval, proof = found.groups(default="")
    try:
        return Resolution(date.fromisoformat(day), int(members), int(in_favour), approval, proof)
    except ValueError:
        return None


@dataclass(frozen=True)
class Offer:
    """What an offerer asks for. parcels: whole ones by their codes; part: of the only one of these, corners as they were drawn.

    first_day, until_on: half-open. closes_on: the last day of publication. water, road, slope: words of `terms.toml`.
    papers: kinds of paper that are there beside those handed in.
    """

    kind: str
    parcels: tuple[str, ...]
    first_day: date
    until_on: date
    closes_on: date
    price: Decimal
    right_id: UUID | None = None
    unit: str = "yuan_mu_year"
    grain: str = ""
    floor: Decimal | None = None
    floor_shown: bool = False
    escalator_percent: Decimal = Decimal(0)
    paid_every: str = "year"
    paid_before: bool = True
    to_whom: str = "members_first"
    way: str = "negotiation"
    crop: str = ""
    water: str = ""
    road: str = ""
    slope: str = ""
    said: str = ""
    part: str = ""
    instead_of: UUID | None = None
    papers: frozenset[str] = frozenset()
    handed: Mapping[str, Attached] = field(default_factory=dict)
    resolution: Resolution | None = None


@dataclass(frozen=True)
class Land:
    """The land of an offer as the register has it. right: None of a collective's. cut: what was drawn, by parcel, sound alone.
    households: of the collective, where its members resolved.
    """

    right: Row[Any] | None
    parcels: Mapping[str, Row[Any]]
    chosen: tuple[Chosen, ...]
    cut: Mapping[str, Polygon]
    standing: Sequence[Row[Any]]
    households: int = 0

    @property
    def area_m2(self) -> Decimal:
        """The area that is offered."""
        return sum((one.area_m2 for one in self.chosen), Decimal("0.00"))

    def with_parts(self, parts: Sequence[ListingParcel]) -> Land:
        """The same of a listing that stands, with the areas and parts that it has."""
        chosen = tuple(Chosen(one.parcel_code, one.area_m2, one.part is not None) for one in parts)
        cut: dict[str, Any] = {one.parcel_code: to_shape(one.part) for one in parts if one.part is not None}
        return replace(self, chosen=chosen, cut=cut)

    @property
    def soil(self) -> str:
        """The soil grades of what is offered, as the register has them."""
        grades = {self.parcels[one.code].soil_grade for one in self.chosen if one.code in self.parcels}
        return "、".join(sorted(grade for grade in grades if grade))

    def village(self, otherwise: str) -> str:
        """Where it lies."""
        first = next((self.parcels[one.code].village for one in self.chosen if one.code in self.parcels), otherwise)
        return str(self.right.village) if self.right is not None else str(first)


def land_of(session: Session, actor: Actor, county: str, offer: Offer, but: UUID | None = None) -> Land:
    """The land of an offer, in four queries, of a collective's in five."""
    own = actor.desk is Desk.CITIZEN
    right = queries.right_said(session, county, offer.right_id, own=own) if offer.right_id is not None else None
    found = queries.parcels_said(session, county, offer.right_id, offer.parcels, own=own)
    parcels = {row.parcel_code: row for row in found}
    standing = queries.standing_on(session, county, offer.right_id, list(parcels), but, own=own)
    passed_on = right is not None and right.right_kind == "land_operation"
    under = queries.contracts_on(session, county, offer.right_id, list(parcels), passed_on=passed_on, own=own)
    standing = [*standing, *under]
    chosen, cut = [], {}
    for code in dict.fromkeys(offer.parcels):
        row = parcels.get(code)
        one, shape = _chosen(code, row, offer.part if len(offer.parcels) == 1 else "")
        chosen.append(one)
        if shape is not None:
            cut[code] = shape
    of = next(iter(offer.parcels), "")[:ISSUER] if offer.resolution is not None else ""
    return Land(right, parcels, tuple(chosen), cut, standing, queries.households_of(session, county, of) if of else 0)


def _chosen(code: str, row: Row[Any] | None, part: str) -> tuple[Chosen, Polygon | None]:
    if row is None:
        return Chosen(code, Decimal("0.01")), None
    if not part:
        return Chosen(code, row.area_m2), None
    parcel = drawn.shape_of(row.shape)
    try:
        face = drawn.read_face(part, parcel)
        inside = [piece for piece in drawn.cut_face(parcel, face, row.area_m2) if piece.lost]
        if len(inside) != 1:
            raise Undrawable("not_sound")
    except Undrawable as fault:
        return Chosen(code, row.area_m2, partly=True, fault=fault.word), None
    shape = shapely.set_srid(inside[0].shape, row.srid)
    return Chosen(code, inside[0].area_m2, partly=True), shape


def facts_of(
    offer: Offer,
    land: Land,
    today: date,
    *,
    source: str = "household",
    photos: int = 0,
    number: str = "",
    index: Index | None = None,
) -> Offered:
    """An offer as the rules take it."""
    right = land.right
    term = None if right is None or right.term is None else (right.term.lower, right.term.upper)
    return Offered(
        transfer=transfers(today).get(offer.kind),
        kind=offer.kind,
        source=source,
        right_kind=None if right is None else right.right_kind,
        term=term if term is not None and term[1] is not None else None,
        ground={
            code: Ground(code, row.kind, row.area_m2, bool(row.basic_farmland), row.land_class)
            for code, row in land.parcels.items()
        },
        chosen=land.chosen,
        to_whom=offer.to_whom,
        way=offer.way,
        unit=offer.unit,
        grain=offer.grain,
        price=offer.price,
        floor=offer.floor,
        floor_shown=offer.floor_shown,
        escalator_percent=offer.escalator_percent,
        from_on=offer.first_day,
        until_on=offer.until_on,
        today=today,
        closes_on=offer.closes_on,
        taken=tuple(_taken(offer, land)),
        standing=tuple(
            OnLand(row.what, row.kind, row.number, row.named, row.parcel_code, row.from_on, row.until_on)
            for row in land.standing
        ),
        papers=offer.papers | frozenset(offer.handed),
        words=f"{offer.said}\n{offer.crop}",
        photos=photos,
        number=number,
        paid_every=offer.paid_every,
        index=index,
        resolved=None if offer.resolution is None else (offer.resolution.members, offer.resolution.in_favour),
        households=land.households,
        approved=offer.resolution is None or is_a_number(offer.resolution.approval),
    )


def _taken(offer: Offer, land: Land) -> list[str]:
    """The parcels that another open listing has for some of the same days, whole or where the parts meet."""
    codes = {one.code for one in land.chosen if not one.fault}
    taken = []
    for row in land.standing:
        if row.what != "listing" or row.parcel_code not in codes:
            continue
        if row.from_on >= offer.until_on or row.until_on <= offer.first_day:
            continue
        own = land.cut.get(row.parcel_code)
        if own is None or row.part is None or own.relate_pattern(shapely.from_wkb(row.part), "T********"):
            taken.append(row.parcel_code)
    return taken
