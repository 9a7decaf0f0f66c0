"""What an application for an act of change asks for, as it is kept on its case: codes, ids and days, never a person's name.

`read` and `plain` are each other's inverse: a case keeps `plain(request)` as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from landreg.registry.rules.exit_requests import EXIT_REQUESTS, ExitRequest
from landreg.registry.rules.household_requests import HOUSEHOLD_REQUESTS, HouseholdRequest
from landreg.registry.rules.identified_requests import QUOTED
from landreg.registry.rules.identified_requests import Identified as Identified
from landreg.registry.rules.parcel_requests import PARCEL_REQUESTS, ParcelRequest
from landreg.registry.rules.renewal_requests import RENEWAL_REQUESTS, RenewalRequest

RESTRICTIONS = {
    "mortgage": "mortgage",
    "seizure": "seizure",
    "objection_entry": "objection",
    "advance_notice": "advance_notice",
    "dispute_entry": "dispute",
}
"""The restriction that an act of a kind lays on a right."""
AGREED = ("mortgage", "advance_notice")
"""Those that their parties agree on; a court, an office or who disputes says the others."""
RELEASES = {
    "mortgage_release": "mortgage",
    "seizure_release": "seizure",
    "objection_release": "objection",
    "advance_notice_release": "advance_notice",
    "dispute_release": "dispute",
}
"""The restriction that an act of a kind takes off a right."""
SEVERAL = frozenset(
    (
        "seizure",
        "seizure_release",
        "seizure_renewal",
        "objection_entry",
        "objection_release",
        "objection_suit",
        "dispute_entry",
        "dispute_release",
    )
)
"""What others than the holder ask for, each for themselves: several may wait on one right, in the order of acceptance."""
MOST_YUAN = Decimal("99999999999999.99")
"""The largest sum that a restriction can secure."""


@dataclass(frozen=True)
class Joining:
    """A person who joins a household. relation: NY/T 2539 code C.8. reason: of the closed list.

    unlike: what of the identity number does not go with the rest, "reason", "relation" or "age" (`unlike`); the number is kept
    nowhere.
    """

    person_id: UUID
    relation: str
    holds_right: bool
    reason: str
    unlike: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leaving:
    """A member who leaves a household. reason: of the closed list."""

    member_id: UUID
    reason: str


@dataclass(frozen=True)
class Relating:
    """A member who stays, and the relation to the representative from a day on. reason: of the closed list."""

    member_id: UUID
    relation: str
    reason: str
    on: date


@dataclass(frozen=True)
class HouseholdChange:
    """Members who join and leave, and who are related otherwise; a new name of the household's representative, or address, where
    given.
    """

    joins: tuple[Joining, ...] = ()
    leaves: tuple[Leaving, ...] = ()
    name: str = ""
    address: str = ""
    relates: tuple[Relating, ...] = ()

    @property
    def leaving(self) -> frozenset[UUID]:
        """The members who leave."""
        return frozenset(leaving.member_id for leaving in self.leaves)


@dataclass(frozen=True)
class Assignment:
    """The household that takes the right over, the code of its new contract, and when that was signed. parcels: where only
    some of the right's go over; none named: all.
    """

    household_id: UUID
    contract_code: str
    signed_on: date
    parcels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cancellation:
    """Why the right ends, and the parcels that it ends on; none named: all. noticed_on: of land that is given back, when the
    issuing party had the written notice.
    """

    reason: str
    parcels: tuple[str, ...] = ()
    noticed_on: date | None = None


@dataclass(frozen=True)
class RestrictionAsked:
    """A restriction: for whom, on which paper it rests, what it secures in yuan, and its last day.

    lapse_days: so long after it was entered, or after its transfer can be registered, it ends by itself. bars_transfer: of a
    mortgage, it was agreed that the right is not transferred while it stands. whose: who the party is; an office has none.
    """

    kind: str
    party: str
    basis: str = field(metadata=QUOTED)
    amount: Decimal | None = None
    until: date | None = None
    lapse_days: int | None = None
    registrable_on: date | None = None
    bars_transfer: bool = False
    whose: Identified | None = None

    @property
    def taker(self) -> UUID | None:
        """The household for which an advance notice keeps the right."""
        of_household = self.kind == "advance_notice" and self.whose is not None and self.whose.kind == "household"
        return self.whose.party_id if of_household and self.whose else None

    def last_day(self, on: date) -> date | None:
        """The last day of one that is entered on a day; None where it has none."""
        since = self.registrable_on if self.kind == "advance_notice" else on
        if self.lapse_days is None or since is None:
            return self.until
        return since + timedelta(days=self.lapse_days)


@dataclass(frozen=True)
class Release:
    """The restriction that ends, and on which paper."""

    restriction_id: UUID
    basis: str = field(metadata=QUOTED)


@dataclass(frozen=True)
class Reissue:
    """Where and how the certificate was lost, in the holder's words. numbers: of those in force when it was applied for."""

    lost: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class CertificateExchange:
    """Why a certificate is exchanged, and the number of the one that is taken in. reason: of the closed list."""

    reason: str
    number: str


@dataclass(frozen=True)
class NameChange:
    """A member, the person of the same number under the new name, that name, and why. reason: of the closed list."""

    member_id: UUID
    person_id: UUID
    name: str
    reason: str


@dataclass(frozen=True)
class OrganizationNameChange:
    """An organisation's new name, its social credit code, which stays, and the paper that shows the change."""

    name: str
    code: str
    basis: str


Request: TypeAlias = (
    HouseholdChange
    | Assignment
    | Cancellation
    | RestrictionAsked
    | Release
    | Reissue
    | CertificateExchange
    | NameChange
    | OrganizationNameChange
    | ParcelRequest
    | RenewalRequest
    | HouseholdRequest
    | ExitRequest
)
REQUESTS: Mapping[str, Any] = {
    "household_change": HouseholdChange,
    "assignment": Assignment,
    "cancellation": Cancellation,
    "reissue": Reissue,
    "certificate_exchange": CertificateExchange,
    "name_change": NameChange,
    "organization_name_change": OrganizationNameChange,
    **dict.fromkeys(RESTRICTIONS, RestrictionAsked),
    **dict.fromkeys(RELEASES, Release),
    **HOUSEHOLD_REQUESTS,
    **PARCEL_REQUESTS,
    **RENEWAL_REQUESTS,
    **EXIT_REQUESTS,
}
"""By kind of act: the shape of its request."""


def plain(request: Request) -> dict[str, Any]:
    """The request as JSON keeps it."""
    return {one.name: _plain(getattr(request, one.name)) for one in fields(request)}


def written(request: Request) -> dict[str, str]:
    """What a request says in words of its own, by field, a line each where a field has several; not what it quotes. A mortgage and
    an advance notice rest on what their parties agreed, which is their own.
    """
    agreed = isinstance(request, RestrictionAsked) and request.kind in AGREED
    own = (one.name for one in fields(request) if agreed or not one.metadata.get("quoted"))
    return {name: "\n".join(_words(_plain(getattr(request, name)))) for name in own}


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words(inner)


def read(kind: str, kept: Mapping[str, Any]) -> Request:
    """The request of a case whose act is of a kind. KeyError for a kind without one."""
    request: Request = _read(REQUESTS[kind], kept)
    return request


def _read(kind: Any, kept: Any) -> Any:
    """A value of a type as it was before `_plain`; a field that a case of older days does not keep has its default."""
    shape, parse = _types(kind), _PARSED.get(kind, kind)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], one) for one in kept)
    if get_origin(kind) in (Union, UnionType):
        return None if kept is None else _read(get_args(kind)[0], kept)
    return (
        parse(**{name: _read(of, kept[name]) for name, of in shape.items() if name in kept}) if shape else parse(kept)
    )


_PARSED: Mapping[Any, Any] = {date: date.fromisoformat}


@cache
def _types(kind: Any) -> dict[str, Any]:
    """The fields of a dataclass with their types; none of another type."""
    hints = get_type_hints(kind) if is_dataclass(kind) else {}
    return {field.name: hints[field.name] for field in fields(kind)} if hints else {}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, (UUID, date, Decimal)) else value
