"""What the rules of acts on households are asked of: members, land and rights on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from landreg.registry.rules.act_facts import ActFacts


@dataclass(frozen=True)
class MemberFacts:
    """A member as the register has them: the masked name, whether they hold the household's right, their relation, and their sex by
    the identity number (GB/T 2261.1), "" where that tells none.
    """

    name: str
    holds_right: bool = True
    relation: str = ""
    sex: str = ""


@dataclass(frozen=True)
class OtherHousehold:
    """The household on the other side: members, homesteads and land of its own. term: of its contract right, None without.
    noticed: codes of the rights on which an advance notice is for it.
    """

    code: str
    collective: str
    members: Mapping[UUID, MemberFacts]
    parcels: tuple[str, ...] = ()
    homesteads: tuple[str, ...] = ()
    term: tuple[Any, Any] | None = None
    noticed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gone:
    """What became of a parcel that stands no more: since which day, and the codes of the parcels of today that came of it."""

    since: date | None
    heirs: tuple[str, ...]


@dataclass(frozen=True)
class HouseholdActFacts(ActFacts):
    """What an act on households is about. people: the members of this household; head: who stands for it now.

    household: its code. homesteads: codes of its homesteads. shared: codes of its rights that it shares with another household.
    filed: the issuing party was told. heir_member: the heir is a member of the collective. misnamed_of: in a division the new
    households, by number, whose representative is misnamed; 0 is the old one. gone: by code, of the parcels that an exchange names
    and neither side has.
    """

    people: Mapping[UUID, MemberFacts] = field(default_factory=dict)
    head: UUID | None = None
    household: str = ""
    homesteads: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    filed: bool = True
    heir_member: bool = True
    misnamed_of: tuple[int, ...] = ()
    other: OtherHousehold | None = None
    gone: Mapping[str, Gone] = field(default_factory=dict)
