"""What each act changed, as a difference that a person reads: before and after, worked out from rows that were said. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

VALID = "valid"
PARTS = (
    "parcel",
    "origin",
    "descendant",
    "household",
    "member",
    "right",
    "contract",
    "holder",
    "parcel_of_right",
    "restriction",
)


@dataclass(frozen=True)
class Said:
    """A row that the register once said.

    part: one of PARTS. key: the same through all rows of its subject. name: how people call it. facts: what it said, by
    field. valid_from, valid_to: the days it held, half-open, None without an end. closed_by: the act that took it back.
    """

    part: str
    key: str
    name: str
    facts: Mapping[str, Any]
    valid_from: date | None
    valid_to: date | None
    opened_by: UUID
    closed_by: UUID | None

    @property
    def span(self) -> tuple[date | None, date | None]:
        """The days it held."""
        return self.valid_from, self.valid_to


@dataclass(frozen=True)
class Line:
    """One field that an act changed. before, after: None where there was, or is, nothing.

    since: the day from which it is so, where the days before stay as they were; None for a change for all time.
    """

    part: str
    name: str
    field: str
    before: Any
    after: Any
    since: date | None = None


@dataclass
class _Touched:
    closed: list[Said] = field(default_factory=list)
    opened: list[Said] = field(default_factory=list)


def differences(rows: Iterable[Said]) -> dict[UUID, tuple[Line, ...]]:
    """By act: what it changed of the subject whose rows these are, part by part in the order of PARTS.

    An act that said everything again as it was has no line.
    """
    acts: dict[UUID, dict[tuple[str, str], _Touched]] = {}
    for row in rows:
        acts.setdefault(row.opened_by, {}).setdefault((row.part, row.key), _Touched()).opened.append(row)
        if row.closed_by is not None:
            acts.setdefault(row.closed_by, {}).setdefault((row.part, row.key), _Touched()).closed.append(row)
    return {act: tuple(_lines(touched)) for act, touched in acts.items()}


def _lines(touched: Mapping[tuple[str, str], _Touched]) -> Iterator[Line]:
    named = sorted(touched, key=lambda key: (PARTS.index(key[0]), _name(touched[key]), key[1]))
    for key in named:
        yield from _changed(*_unlike(touched[key].closed, touched[key].opened))


def _name(touched: _Touched) -> str:
    return (touched.opened or touched.closed)[-1].name


def _unlike(closed: Sequence[Said], opened: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """Both without the rows that were only said again, about the same days."""

    def told(row: Said) -> tuple[Any, ...]:
        return row.span, sorted(row.facts.items(), key=lambda fact: fact[0])

    return (
        [row for row in closed if told(row) not in [told(other) for other in opened]],
        [row for row in opened if told(row) not in [told(other) for other in closed]],
    )


def _changed(closed: Sequence[Said], opened: Sequence[Said]) -> Iterator[Line]:
    """The last days of both held against each other: earlier days that stay as they were need no line."""
    old, new = _last(closed), _last(opened)
    shown = new or old
    if shown is None:
        return
    stays = old is not None and any(row is not new and row.facts == old.facts for row in opened)
    since = new.valid_from if new is not None and stays else None
    before = {} if old is None else dict(old.facts)
    after = {} if new is None else dict(new.facts)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Line(shown.part, shown.name, name, before.get(name), after.get(name), since)
    spans = (old.span if old else None, new.span if new else None)
    if not stays and spans[0] != spans[1]:
        yield Line(shown.part, shown.name, VALID, *spans)


def _last(rows: Sequence[Said]) -> Said | None:
    return max(rows, key=lambda row: (row.valid_from or date.min, row.valid_to or date.max), default=None)
