"""CON: who holds the land of a contract today, and what part of what falls due is theirs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.core.units import half_up


@dataclass(frozen=True)
class Held:
    """Land of a contract that another than who signed it holds, or who signed it under another name. parcels: of the contract.
    since: the first day of their right, of who signed that of the name. share: of the price, of one. case, kind: by which case.
    """

    household_id: UUID
    code: str
    name: str
    parcels: tuple[str, ...]
    since: date | None
    share: Decimal
    case: str = ""
    kind: str = ""

    @property
    def percent(self) -> str:
        """Its share of a hundred, without zeros behind."""
        said = f"{half_up(self.share * 100):f}"
        return said.rstrip("0").rstrip(".")

    def of(self, sum_: Decimal) -> Decimal:
        """Its part of a sum, in yuan."""
        return half_up(self.share * sum_)


def held_otherwise(signed: tuple[UUID, str], ground: Sequence[Any], worth: Mapping[str, Decimal]) -> list[Held]:
    """Of the ground of today what is not its signer's under their name; those of several households in the order of their codes.

    signed: the household that signed, its name. worth: of each parcel of the contract, by code; a piece of one that was cut has
    part of it as its area is of all the pieces.
    """
    whole, cut = sum(worth.values(), Decimal(0)), dict.fromkeys(worth, Decimal(0))
    for row in ground:
        cut[row.parcel_code] += row.area_m2
    found: dict[UUID, list[Any]] = {}
    for row in ground:
        if (row.household_id, row.name) != signed:
            found.setdefault(row.household_id, []).append(row)
    return sorted((_held(rows, worth, cut, whole) for rows in found.values()), key=lambda one: one.code)


def _held(rows: Sequence[Any], worth: Mapping[str, Decimal], cut: Mapping[str, Decimal], whole: Decimal) -> Held:
    """Of one household's pieces, as the first that came to it did."""
    first = min(rows, key=lambda row: row.since or date.max)
    parcels = tuple(dict.fromkeys(row.parcel_code for row in rows))
    share = sum((worth[row.parcel_code] * row.area_m2 / cut[row.parcel_code] for row in rows), Decimal(0)) / whole
    return Held(
        first.household_id, first.household_code, first.name, parcels, first.since, share, first.by_case, first.by_kind
    )
