"""What an application for an act of change asks for, as it is kept on its case: codes, ids and days, never a person's name.

`read` and `plain` are each other's inverse: a case keeps `plain(request)` as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

RESTRICTIONS = {
    "mortgage": "mortgage",
    "seizure": "seizure",
    "objection_entry": "objection",
    "advance_notice": "advance_notice",
}
"""The restriction that an act of a kind lays on a right."""
RELEASES = {
    "mortgage_release": "mortgage",
    "seizure_release": "seizure",
    "objection_release": "objection",
    "advance_notice_release": "advance_notice",
}
"""The restriction that an act of a kind takes off a right."""


@dataclass(frozen=True)
class Joining:
    """A person who joins a household. relation: NY/T 2539 code C.8. reason: of the closed list."""

    person_id: UUID
    relation: str
    holds_right: bool
    reason: str


@dataclass(frozen=True)
class Leaving:
    """A member who leaves a household. reason: of the closed list."""

    member_id: UUID
    reason: str


@dataclass(frozen=True)
class HouseholdChange:
    """Members who join and leave; a new name of the household's representative, or address, where given."""

    joins: tuple[Joining, ...] = ()
    leaves: tuple[Leaving, ...] = ()
    name: str = ""
    address: str = ""

    @property
    def leaving(self) -> frozenset[UUID]:
        """The members who leave."""
        return frozenset(leaving.member_id for leaving in self.leaves)


@dataclass(frozen=True)
class Assignment:
    """The household that takes the right over, the code of its new contract, and when that was signed."""

    household_id: UUID
    contract_code: str
    signed_on: date


@dataclass(frozen=True)
class Cancellation:
    """Why the right ends, and the parcels that it ends on; none named: all."""

    reason: str
    parcels: tuple[str, ...] = ()


@dataclass(frozen=True)
class RestrictionAsked:
    """A restriction: for whom, on which paper it rests, what it secures in yuan, and its last day."""

    kind: str
    party: str
    basis: str
    amount: Decimal | None = None
    until: date | None = None


@dataclass(frozen=True)
class Release:
    """The restriction that ends, and on which paper."""

    restriction_id: UUID
    basis: str


@dataclass(frozen=True)
class Reissue:
    """Where and how the certificate was lost, in the holder's words."""

    lost: str


Request: TypeAlias = HouseholdChange | Assignment | Cancellation | RestrictionAsked | Release | Reissue


def plain(request: Request) -> dict[str, Any]:
    """The request as JSON keeps it."""
    return {field.name: _plain(getattr(request, field.name)) for field in fields(request)}


def read(kind: str, kept: Mapping[str, Any]) -> Request:
    """The request of a case whose act is of a kind. KeyError for a kind without one."""
    match kind:
        case "household_change":
            return HouseholdChange(
                tuple(
                    Joining(UUID(j["person_id"]), j["relation"], j["holds_right"], j["reason"]) for j in kept["joins"]
                ),
                tuple(Leaving(UUID(leaving["member_id"]), leaving["reason"]) for leaving in kept["leaves"]),
                kept["name"],
                kept["address"],
            )
        case "assignment":
            return Assignment(UUID(kept["household_id"]), kept["contract_code"], date.fromisoformat(kept["signed_on"]))
        case "cancellation":
            return Cancellation(kept["reason"], tuple(kept["parcels"]))
        case "reissue":
            return Reissue(kept["lost"])
    if kind in RELEASES:
        return Release(UUID(kept["restriction_id"]), kept["basis"])
    amount, until = kept["amount"], kept["until"]
    return RestrictionAsked(
        RESTRICTIONS[kind],
        kept["party"],
        kept["basis"],
        None if amount is None else Decimal(amount),
        None if until is None else date.fromisoformat(until),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, (Joining, Leaving)):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return str(value) if isinstance(value, (UUID, date, Decimal)) else value
