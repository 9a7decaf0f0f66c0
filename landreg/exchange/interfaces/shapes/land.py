"""Parcels as they stand in the register."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from landreg.exchange.interfaces.shapes.walking import PARCEL, VILLAGE, Walk, ended_at


@dataclass(frozen=True, kw_only=True)
class ParcelsAsked(Walk):
    """The parcels of one village."""

    village: str = field(metadata={"pattern": VILLAGE, "form": "village", "en": "code of the village, 12 digits"})
    after: str = field(default="", metadata=ended_at(PARCEL))


@dataclass(frozen=True)
class ParcelRight:
    """A right on a parcel: its kind, and its term where it has one. until_on is the first day on which it is over."""

    kind: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True)
class Parcel:
    """How a parcel stands in the register today. listing: the number under which it is on the market."""

    county: str
    village: str
    code: str
    kind: str
    area_m2: Decimal
    mu: Decimal
    land_class: str
    basic_farmland: bool | None
    rights: tuple[ParcelRight, ...]
    restrictions: tuple[str, ...]
    listing: str | None


@dataclass(frozen=True)
class Parcels:
    """A page of parcels, by code."""

    items: tuple[Parcel, ...]
    next: str | None = field(metadata={"en": "address of the next page"})


@dataclass(frozen=True)
class ListedParcel:
    """What is listed of a parcel."""

    code: str
    area_m2: Decimal
