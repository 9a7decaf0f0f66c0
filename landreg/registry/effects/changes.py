"""What an act does to the register: the rows that it opens and closes, and the certificates that it ends. Pure.

Nothing registered is changed: a row that no longer holds is closed, said anew with its last day, and followed by the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from uuid import UUID

Ending = Literal["replaced", "cancelled"]


@dataclass(frozen=True)
class Opened:
    """A row to open: table name and facts. since: where it holds from another day than the act's. until: exclusive."""

    table: str
    row: Mapping[str, Any]
    since: date | None = None
    until: date | None = None
    always: bool = False


@dataclass(frozen=True)
class Standing:
    """A row of the register that is in force: its table, what names it there, its facts, and since when it holds.

    since: None for a row that holds from the beginning.
    """

    table: str
    key: Mapping[str, Any]
    row: Mapping[str, Any]
    since: date | None

    def until(self, day: date, **changed: Any) -> tuple[Opened, ...]:
        """The row said anew as it held until a day; nothing where it began on that day or after. changed: new ids."""
        if self.since is not None and self.since >= day:
            return ()
        return (Opened(self.table, {**self.row, **changed}, self.since, day, always=self.since is None),)

    def from_day(self, day: date, **changed: Any) -> Opened:
        """The row as it holds from a day on."""
        return Opened(self.table, {**self.row, **changed}, day)


@dataclass(frozen=True)
class Changes:
    """What an act does: rows that it opens and closes, the day from which it holds, and how the certificate of a right ends."""

    opens: tuple[Opened, ...]
    valid_from: date
    closes: tuple[Standing, ...] = ()
    ends: Mapping[UUID, Ending] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A line of the difference that a reviewer sees: what, which fact of it, before and after; None where there is none."""

    table: str
    named: str
    fact: str
    before: Any
    after: Any


@dataclass(frozen=True)
class RightBundle:
    """A right in force with what hangs on its row: holders, parcels, and the contract it rests on."""

    right: Standing
    holders: tuple[Standing, ...]
    parcels: tuple[Standing, ...]
    contract: Standing | None = None
    codes: Mapping[Any, str] = field(default_factory=dict)
    """Code by id of parcel."""

    @property
    def right_id(self) -> UUID:
        """The same through all rows of the right."""
        found: UUID = self.right.row["right_id"]
        return found

    @property
    def rows(self) -> tuple[Standing, ...]:
        """Everything that closes with the right."""
        return (self.right, *self.holders, *self.parcels, *(() if self.contract is None else (self.contract,)))

    @property
    def hanging(self) -> tuple[Standing, ...]:
        """The rows that name the right's row."""
        return (*self.holders, *self.parcels)


def difference(changes: Changes) -> tuple[Line, ...]:
    """What changes, fact by fact: a row that closes beside the one that follows it under the same name."""
    before = {_name(row.table, row.row): row.row for row in changes.closes}
    after = {_name(row.table, row.row): row.row for row in changes.opens if row.until is None}
    lines: list[Line] = []
    for table, name in (*before, *(key for key in after if key not in before)):
        was, is_ = before.get((table, name)), after.get((table, name))
        for fact in _facts(table, was, is_):
            old, new = (None if row is None else _said(row.get(fact)) for row in (was, is_))
            if old != new:
                lines.append(Line(table, name, fact, old, new))
    return tuple(lines)


def _said(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


_NAMES: Mapping[str, Sequence[str]] = {
    "contract": ("code",),
    "right": ("right_id",),
    "right_holder": ("household_id", "kind"),
    "right_parcel": ("parcel_id", "kind"),
    "restriction": ("restriction_id",),
    "household": ("household_id",),
    "member": ("member_id",),
    "parcel": ("parcel_id",),
    "parcel_origin": ("parcel_id", "origin_id"),
    "holder": ("holder_id",),
    "collective": ("collective_id",),
}
_TECHNICAL = frozenset(
    (
        "row_id",
        "right_row",
        "contract_id",
        "collective_id",
        "right_id",
        "restriction_id",
        "member_id",
        "holder_id",
        "village",
        "geom",
        "package_id",
    )
)


def _name(table: str, row: Mapping[str, Any]) -> tuple[str, str]:
    return table, " ".join(str(row[column]) for column in _NAMES[table])


def _facts(table: str, was: Mapping[str, Any] | None, is_: Mapping[str, Any] | None) -> list[str]:
    unsaid = _TECHNICAL - {"right_id"} if table == "restriction" else _TECHNICAL
    return [fact for fact in {**(was or {}), **(is_ or {})} if fact not in unsaid]
