"""What the rules of an act of change are asked of: the register as it stands behind an application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from landreg.registry.rules.requests import Request


@dataclass(frozen=True)
class OnRight:
    """The right on which a restriction lies: its kind and code, and whose it is, a person behind the mask."""

    kind: str
    code: str
    holder: str


@dataclass(frozen=True)
class Restricted:
    """A restriction on a right: kind, for whom, and its place among its kind. no_transfer: of a mortgage, it was agreed that the
    right is not transferred. right_id, on: the right on which it lies. amount: what it secures, in yuan; until: its last day.
    code: by which whom it stands for is told from others of the name; a person's number behind its mask. person_id: who that is.
    parcels: on which of the right's it lies; None where it lies on all.
    """

    restriction_id: UUID
    kind: str
    party: str
    rank: int
    no_transfer: bool = False
    right_id: UUID | None = None
    on: OnRight | None = None
    amount: Decimal | None = None
    until: date | None = None
    code: str = ""
    person_id: UUID | None = None
    parcels: frozenset[UUID] | None = None

    def meets(self, other: Restricted) -> bool:
        """Whether it lies on some of the land of another of the same right."""
        return self.parcels is None or other.parcels is None or not self.parcels.isdisjoint(other.parcels)

    @property
    def named(self) -> str:
        """For whom it stands, with what tells them from others of the name."""
        return f"{self.party}（{self.code}）" if self.code else self.party


@dataclass(frozen=True)
class Laid:
    """A restriction on the right of the kind that is applied for, and for the same party: the number of its case, its paper,
    whether that is the one applied with, and whether it stands; else it lapsed.
    """

    number: str
    basis: str
    same_basis: bool
    stands: bool


@dataclass(frozen=True)
class Taker:
    """The household that would take a right over. term, right_id: of its own contract right, None without one. joined: codes of
    the households that went into it.
    """

    code: str
    collective: str
    members: int
    term: tuple[date, date] | None = None
    right_id: UUID | None = None
    joined: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PaidBelow:
    """What is owed of a contract until it ends, and what is settled of that: in yuan, and in kg of grain (handed: or paid for)."""

    number: str
    owed: Decimal
    paid: Decimal
    kg: Decimal
    handed: Decimal


@dataclass(frozen=True)
class Running:
    """A transfer contract that runs on land of an act; from_on, until_on: half-open days, until_on None where it goes for good.
    taker, code, household_id: of who takes the land by it, as far as each has them. parcels: of the act's land those that it
    binds. own: the act names it as its ground. by_holder: who takes the land by it holds the land-operation right that the act
    is on.
    """

    number: str
    kind: str
    from_on: date
    until_on: date | None
    taker: str
    code: str = ""
    household_id: UUID | None = None
    parcels: frozenset[str] = frozenset()
    own: bool = False
    by_holder: bool = False


@dataclass(frozen=True)
class ActFacts:
    """What an act of change is about, as the register has it now.

    code: of the right or household. in_force: it still is. kind: of right, '' where the act is on a household. missing: kinds
    of document that the folder lacks. members: ids of the household's members, to whether they hold its right. elsewhere:
    masked name of a member who joins to the household that lists them. collective: of the holder. operated: code of a parcel to
    the registered land-operation right that stands on it. heads: the members who stand for the household. today: where a day is
    asked for. passed_on: code of a right that changed its holder since the application, to who held it then. gained: codes of
    rights that a household in it came by since. papers: kinds of document in the folder. misnamed: masked names that are not
    those of the persons whom they are said to name. ends_below: the number of the contract under a land-operation right and the
    first day without it, where that ended or is to end before its term. paid_below: of the contract from which the case came.
    running: on its land. along: land-operation rights that go with the ground that it takes. consenting: the restrictions whose
    creditors consent to it in writing. merging: codes of land-operation rights whose operator comes to hold the land by
    contract. by_holder: who objects is who holds the right. died_out: codes of its contract rights whose household has no
    member. laid: those of its kind and party on the right. laid_elsewhere: codes of other rights on which what it releases lies.
    land_gained, land_lost: parcels that the right came by, and lost, since an act over all of it was applied for. dead: masked
    name of who joins to the number of the act that registered their death. taken_in: masked name
    of who goes on elsewhere to the other households that the register has them in. spouses: the members who are married to who
    stands for the household; head_sex: of that one (GB/T 2261.1), "" where their number tells none. relations: of the members, to
    that one; since: the day from which each holds, where there is one; sexes: of those whose relation is said anew.
    """

    act_kind: str
    code: str
    asked: Request
    in_force: bool = True
    right_kind: str = ""
    missing: tuple[str, ...] = ()
    restrictions: tuple[Restricted, ...] = ()
    members: Mapping[UUID, bool] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    dead: Mapping[str, str] = field(default_factory=dict)
    taken_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    abroad: Mapping[str, str] = field(default_factory=dict)
    parcels: tuple[str, ...] = ()
    collective: str = ""
    holder: UUID | None = None
    term: tuple[date, date] | None = None
    taker: Taker | None = None
    operated: Mapping[str, str] = field(default_factory=dict)
    heads: frozenset[UUID] = frozenset()
    spouses: frozenset[UUID] = frozenset()
    head_sex: str = ""
    relations: Mapping[UUID, str] = field(default_factory=dict)
    since: Mapping[UUID, date] = field(default_factory=dict)
    sexes: Mapping[UUID, str] = field(default_factory=dict)
    misnamed: tuple[str, ...] = ()
    today: date | None = None
    passed_on: Mapping[str, str] = field(default_factory=dict)
    gained: tuple[str, ...] = ()
    land_gained: tuple[str, ...] = ()
    land_lost: tuple[str, ...] = ()
    papers: frozenset[str] = frozenset()
    ends_below: tuple[str, date] | None = None
    paid_below: PaidBelow | None = None
    running: tuple[Running, ...] = ()
    along: tuple[OnRight, ...] = ()
    merging: tuple[str, ...] = ()
    consenting: frozenset[UUID] = frozenset()
    by_holder: bool = False
    died_out: tuple[str, ...] = ()
    laid: tuple[Laid, ...] = ()
    laid_elsewhere: tuple[str, ...] = ()
