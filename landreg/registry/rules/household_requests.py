"""What an application for an act on households asks for, as it is kept on its case: codes, ids, days, new heads' names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from landreg.registry.rules.identified_requests import QUOTED

SIGN = "Q"
"""Ends the code of a contract by other means, as J ends that of household contracting. NY/T 2539."""


def of_other_means(right_kind: str, code: str) -> bool:
    """Whether a right is a land-operation right that a collective gave out: no household has its land under contract.

    The database holds the sign and the contract row of the right to be one fact (lo_11_code_says_who_gave_the_land).
    """
    return right_kind == "land_operation" and code.endswith(SIGN)


@dataclass(frozen=True)
class Placed:
    """A member, and the relation to the representative of the household in which they are from then on. NY/T 2539 code C.8."""

    member_id: UUID
    relation: str


@dataclass(frozen=True)
class Branch:
    """A new household of a division: its code, its members with their representative, and the land that it takes."""

    code: str
    representative: UUID
    name: str
    members: tuple[Placed, ...]
    parcels: tuple[str, ...] = ()
    homestead: bool = False
    address: str = ""

    @property
    def member_ids(self) -> frozenset[UUID]:
        """Who goes to it."""
        return frozenset(placed.member_id for placed in self.members)


@dataclass(frozen=True)
class Division:
    """A household becomes several. reason: division or divorce. signed_on: of the new contracts.

    representative, name: of the household that stays, where its own goes; staying: how those who stay are related to the new one.
    """

    branches: tuple[Branch, ...]
    reason: str
    signed_on: date
    representative: UUID | None = None
    name: str = ""
    staying: tuple[Placed, ...] = ()


@dataclass(frozen=True)
class HouseholdMerge:
    """Another household joins this one: who of it comes as what, and when the contract over all was signed."""

    household_id: UUID
    members: tuple[Placed, ...]
    signed_on: date


@dataclass(frozen=True)
class RepresentativeChange:
    """Another member stands for the household, of whom some have died; how the others are related to them.

    reason: death or agreement.
    """

    representative: UUID
    name: str
    reason: str
    deceased: tuple[UUID, ...] = ()
    members: tuple[Placed, ...] = ()


@dataclass(frozen=True)
class HomesteadInheritance:
    """The person who inherits the house, and with it uses the homestead. basis: of the inheritance. deceased: the members of the
    household whom the papers say dead; of one that has died out, all of them. others: there are further heirs, who agreed that
    this one takes it.
    """

    person_id: UUID
    name: str
    basis: str = field(metadata=QUOTED)
    address: str = ""
    deceased: tuple[UUID, ...] = ()
    others: bool = False


@dataclass(frozen=True)
class Exchange:
    """Parcels of this right against parcels of another. signed_on: of the agreement."""

    right_id: UUID
    give: tuple[str, ...]
    take: tuple[str, ...]
    signed_on: date


@dataclass(frozen=True)
class Operator:
    """Who holds a land-operation right: a household of the register, an organisation by its code, or a person.

    kind: household, organization or person. holder_id: under which the register has it, from this act on or before.
    too_young: what the person's identity number says, which is kept nowhere, on the day of the application.
    """

    kind: str
    holder_id: UUID
    name: str = ""
    code: str = ""
    person_id: UUID | None = None
    address: str = ""
    too_young: bool = False


def new_holder(county: str, said: str) -> UUID:
    """The id under which a county's register enters an organisation, by its code, or a person, by their id: the same for every case
    that names them, so that nobody is entered twice.
    """
    return uuid5(NAMESPACE_OID, f"holder:{county}:{said}")


@dataclass(frozen=True)
class LandOperation:
    """A land-operation right out of this contract right. mode: of the transfer. basis: its contract by number."""

    code: str
    operator: Operator
    mode: str
    basis: str
    signed_on: date
    starts_on: date
    last_day: date
    parcels: tuple[str, ...]


@dataclass(frozen=True)
class OtherMeans:
    """A land-operation right in land that a collective gave out itself: by what means, under which contract, to whom.

    code: of the contract and of the right. means: tender, auction or consultation. basis: the contract by number. by: member of
    the collective or outsider.
    """

    code: str
    operator: Operator
    means: str
    basis: str
    signed_on: date
    starts_on: date
    last_day: date
    parcels: tuple[str, ...]
    by: str


@dataclass(frozen=True)
class LandOperationChange:
    """A land-operation right goes on otherwise: with another last day, on fewer parcels, or with another holder. reason: of fewer
    parcels alone, operation_land_lost where the others were expropriated or lost; '' by agreement.
    """

    basis: str
    last_day: date | None = None
    parcels: tuple[str, ...] = ()
    operator: Operator | None = None
    reason: str = ""


@dataclass(frozen=True)
class LandOperationEnd:
    """Why a land-operation right ends, and on which paper."""

    reason: str
    basis: str


HouseholdRequest = (
    Division
    | HouseholdMerge
    | RepresentativeChange
    | HomesteadInheritance
    | Exchange
    | LandOperation
    | OtherMeans
    | LandOperationChange
    | LandOperationEnd
)
HOUSEHOLD_REQUESTS: Mapping[str, Any] = {
    "division": Division,
    "household_merge": HouseholdMerge,
    "representative_change": RepresentativeChange,
    "homestead_inheritance": HomesteadInheritance,
    "exchange": Exchange,
    "land_operation": LandOperation,
    "other_means": OtherMeans,
    "land_operation_change": LandOperationChange,
    "land_operation_end": LandOperationEnd,
}
"""By kind of act: the shape of its request."""
