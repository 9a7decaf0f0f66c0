"""What a listing is held against: what is offered, what the register says of the land, and what stands on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from landreg.law.transfers import Transfer

FREEZING = ("seizure", "dispute", "exit")
"""Restrictions under which land is not on the market; an exit that is asked for is one."""

Index = tuple[Decimal, int]
"""The middle of a county's deals in yuan a mu and year, and their number."""


MINUTES, APPROVAL = "assembly_minutes", "township_approval"
"""Papers of what a collective lists: what its members resolved; that its farmland may go to others than members. Scans."""


@dataclass(frozen=True)
class Ground:
    """A parcel as the register has it. kind: contracted, homestead or collective. land_class: '' where none is known."""

    code: str
    kind: str
    area_m2: Decimal
    basic: bool = False
    land_class: str = ""


@dataclass(frozen=True)
class Chosen:
    """What is listed of a parcel. fault: a word of `terms.toml` where the part drawn is none, '' where it is sound."""

    code: str
    area_m2: Decimal
    partly: bool = False
    fault: str = ""


@dataclass(frozen=True)
class OnLand:
    """What stands on the right or a parcel. what: restriction, exit, case, operation, listing, contract. parcel_code: '' on all."""

    what: str
    kind: str
    number: str = ""
    named: str = ""
    parcel_code: str = ""
    from_on: date | None = None
    until_on: date | None = None

    def in_days(self, from_on: date, until_on: date) -> bool:
        """Whether it stands on one of these days, half-open; open where it names none."""
        return (self.from_on is None or self.from_on < until_on) and (self.until_on is None or self.until_on > from_on)


@dataclass(frozen=True)
class Offered:
    """A listing as it is to be judged on a day.

    transfer: its kind, None for one that does not hold. right_kind, term: of the right in force, None where there is none; term is
    half-open. ground: the right's parcels, or the collective's. taken: parcels of another open listing or deal in the same
    days. standing: what stands on the land. papers: kinds of paper that are there. closes_on: the last day of publication.
    resolved: how many the members' meeting has, and how many of them agreed; None where it is not asked again. households: of
    the collective, by the register. approved: the township agreed. index: None where too few deals were made.
    """

    transfer: Transfer | None
    kind: str
    source: str
    right_kind: str | None
    term: tuple[date, date] | None
    ground: Mapping[str, Ground]
    chosen: tuple[Chosen, ...]
    to_whom: str
    way: str
    unit: str
    grain: str
    price: Decimal
    floor: Decimal | None
    escalator_percent: Decimal
    from_on: date
    until_on: date
    today: date
    closes_on: date
    taken: tuple[str, ...] = ()
    standing: tuple[OnLand, ...] = ()
    papers: frozenset[str] = frozenset()
    words: str = ""
    photos: int = 0
    resolved: tuple[int, int] | None = None
    households: int = 0
    approved: bool = True
    number: str = ""
    paid_every: str = "year"
    floor_shown: bool = False
    index: Index | None = None
    codes: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", tuple(one.code for one in self.chosen))

    def on_chosen(self, *whats: str) -> list[OnLand]:
        """What of these kinds stands on what is listed."""
        return [one for one in self.standing if one.what in whats and one.parcel_code in ("", *self.codes)]
