"""How households stand before and after an act, side by side: members and land, from the same changes that are booked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.registry.effects.changes import Changes, RightBundle, Standing

Row = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class MemberLine:
    """A member of a household: person, relation, and whether they hold its right."""

    person_id: UUID
    relation: str
    holds_right: bool


@dataclass(frozen=True)
class ParcelLine:
    """A parcel under a right of a household, in m² and mu."""

    parcel_id: UUID
    kind: str
    area_m2: Decimal
    mu: Decimal


@dataclass
class Side:
    """A household with its members and land. mu: of its contracted land."""

    household_id: UUID
    code: str
    name: str
    address: str
    members: list[MemberLine] = field(default_factory=list)
    parcels: list[ParcelLine] = field(default_factory=list)

    @property
    def mu(self) -> Decimal:
        """Its contracted land, in mu."""
        return sum((one.mu for one in self.parcels if one.kind == "contract_management"), Decimal(0))


def before(rows: Iterable[Standing]) -> list[Side]:
    """The households of these rows as they stand."""
    return _sides([(row.table, row.row) for row in rows])


def after(rows: Iterable[Standing], changes: Changes) -> list[Side]:
    """The same when the act is done."""
    closed = {_key(row) for row in changes.closes}
    kept: list[Row] = [(row.table, row.row) for row in rows if _key(row) not in closed]
    return _sides([*kept, *((row.table, row.row) for row in changes.opens if row.until is None)])


def rows_of(
    households: Iterable[tuple[Standing, Sequence[Standing]]], bundles: Iterable[RightBundle]
) -> list[Standing]:
    """All rows of households with their members, and of rights with their parcels."""
    return [
        *(row for household, members in households for row in (household, *members)),
        *(row for bundle in bundles for row in bundle.rows),
    ]


def _key(row: Standing) -> tuple[str, ...]:
    return (row.table, *(str(value) for value in row.key.values()))


def _sides(rows: Sequence[Row]) -> list[Side]:
    found = {
        row["household_id"]: Side(row["household_id"], row["code"], row["name"], row["address"])
        for table, row in rows
        if table == "household"
    }
    rights = {row["row_id"]: row for table, row in rows if table == "right"}
    for table, row in sorted(rows, key=lambda line: int(line[1].get("position", 0) or 0)):
        if table == "member" and row["household_id"] in found:
            found[row["household_id"]].members.append(MemberLine(row["person_id"], row["relation"], row["holds_right"]))
        if table == "right_parcel":
            holder = rights.get(row["right_row"], {}).get("household_id")
            if holder in found:
                found[holder].parcels.append(ParcelLine(row["parcel_id"], row["kind"], row["area_m2"], row["mu"]))
    return list(found.values())
