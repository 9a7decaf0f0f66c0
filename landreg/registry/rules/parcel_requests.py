"""What an application for an act on a parcel asks for, as it is kept on its case. Shapes are WKB in hexadecimal, in their zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.registry.rules.identified_requests import QUOTED, Identified


@dataclass(frozen=True)
class ParcelSplit:
    """A parcel cut along a line; codes: of the parts, from west to east."""

    parcels: tuple[str, ...]
    line: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ParcelMerge:
    """Parcels that become one; codes: its code alone."""

    parcels: tuple[str, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BoundaryCorrection:
    """A parcel's boundary as it truly runs; signed: codes of the neighbouring parcels whose holders signed for it."""

    parcels: tuple[str, ...]
    shape: str
    signed: tuple[str, ...] = ()


@dataclass(frozen=True)
class AreaChange:
    """A parcel measured anew inside the same boundary, in m²."""

    parcels: tuple[str, ...]
    area_m2: Decimal


@dataclass(frozen=True)
class PartLoss:
    """A part of a parcel that is lost, a face in its zone; codes: of the parts, from west to east. reason: of the list.

    noticed_on: of land that is given back, when the issuing party had the written notice.
    """

    parcels: tuple[str, ...]
    shape: str
    reason: str
    codes: tuple[str, ...] = ()
    noticed_on: date | None = None


@dataclass(frozen=True)
class Corrected:
    """A fact that was wrong, and what is right, as text."""

    fact: str
    value: str


SUBSTANCE = frozenset((
    "registered_area_m2", "footprint_m2", "floor_area_m2", "neighbour_east", "neighbour_south", "neighbour_west",
    "neighbour_north", "term", "holds_right", "belongs", "parcels_added", "parcels_off", "holder", "exchanged",
))  # fmt: skip
"""Facts by which others measure their own rights: the land, its area and boundary, the term, and who holds. The rest are slips."""
HOLDING = frozenset(("parcels_added", "parcels_off", "holder", "exchanged"))
"""Those of them by which land is said to be another's than the register has it."""


@dataclass(frozen=True)
class Correction:
    """Facts of a parcel, a household, one of its members, a right, its land or the person who holds it, wrong from the first day.

    of: parcel, household, member, right, land, holder (the person), held (by which household), or restriction. by: who found it,
    the holder, an interested party or the office. why: what shows it. member_id: of a member, which one; name: theirs, where their
    identity number is corrected, or that of the household which held the right. party, whose, interest: of an interested party,
    their name, who that is, and what the correction is to them. proved_on: the day of the paper that shows who held the right from
    the start, or how a restriction was. limit_id, limit: of a restriction, which one, and its kind.
    """

    of: str
    by: str
    why: str = field(metadata=QUOTED)
    facts: tuple[Corrected, ...] = ()
    parcels: tuple[str, ...] = ()
    member_id: UUID | None = None
    name: str = ""
    party: str = ""
    whose: Identified | None = None
    interest: str = ""
    proved_on: date | None = None
    limit_id: UUID | None = None
    limit: str = ""

    def said(self, fact: str) -> str | None:
        """What is said to be right of a fact; None where it is not corrected."""
        return next((one.value for one in self.facts if one.fact == fact), None)

    def codes(self, fact: str) -> tuple[str, ...]:
        """The parcels that a fact names: `parcels_added`, left out of a right, or `parcels_off`, under it by error."""
        return tuple((self.said(fact) or "").split())

    @property
    def touches(self) -> str:
        """What it touches of rights that others have had entered since: "holding" where land becomes another's, "substance", the
        kind of a restriction, or "" where it mends a slip.
        """
        if self.of == "restriction":
            return f"limit_{self.limit}"
        if any(one.fact in HOLDING for one in self.facts):
            return "holding"
        return "substance" if any(one.fact in SUBSTANCE for one in self.facts) else ""

    @property
    def act_kind(self) -> str:
        """The kind of its act: what the office found itself is put right by one of its own, after a public notice."""
        return "office_correction" if self.by == "office" else "correction"


CORRECTIONS = ("correction", "office_correction")
"""The kinds of act that put right what was wrong from the first day."""
ParcelRequest = ParcelSplit | ParcelMerge | BoundaryCorrection | AreaChange | PartLoss | Correction
PARCEL_REQUESTS: Mapping[str, Any] = {
    "parcel_split": ParcelSplit,
    "parcel_merge": ParcelMerge,
    "boundary_correction": BoundaryCorrection,
    "area_change": AreaChange,
    "part_loss": PartLoss,
    **dict.fromkeys(CORRECTIONS, Correction),
}
"""By kind of act: the shape of its request."""
