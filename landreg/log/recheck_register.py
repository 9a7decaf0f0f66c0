"""The register held against its log, both ways: what the tables say now, and what their leaves say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.log import recheck_queries as queries
from landreg.log.recheck_queries import WholeEntry
from landreg.log.recheck_rows import Gone, Restated, missing, row_differs, unlogged
from landreg.log.recheck_tree import read_json

Source = Callable[[Session], Iterable[Restated]]
Tables = Mapping[str, Mapping[str, str]]


class Closed(NamedTuple):
    """A row that was closed: its table, its key there, the number of the act that is said to have closed it, if any; when the
    row says that it ended, and when that act was registered, of which the act's leaf tells.
    """

    table: str
    key: str
    act: str | None
    ended_at: str | None = None
    registered_at: str | None = None


class Placed(NamedTuple):
    """A row that stands in another village than what it hangs on: its table, its key there, and both villages."""

    table: str
    key: str
    village: str
    said: str


class Copied(NamedTuple):
    """A row of a table that a trigger keeps from others, which says otherwise than they do: its table, its key, which fact, what it
    says and what follows from them.
    """

    table: str
    key: str
    fact: str
    now: str
    then: str


Closings = Callable[[Session], Iterable[Closed]]
Places = Callable[[Session], Iterable[Placed]]
Copies = Callable[[Session], Iterable[Copied]]
# A row of which no leaf can tell: its table and its key.
Strays = Callable[[Session], Iterable[tuple[str, str]]]
# What a thing is now, by its id, of which the last entry of these kinds (`id:instant`) tells.
States = Mapping[str, tuple[Sequence[str], Source]]
Told = Callable[[str, int, int], None]
BATCH = 1000
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Keyed:
    """A kind with many entries, which are read by their keys, a part of the log at a time.

    restate: what the tables say now of these keys. rows: a question for `county` and `key` of every row of the kind, so
    that those without an entry, and entries without one, are found without reading more of them.
    """

    restate: Callable[[Session, Sequence[str]], Iterable[Restated]]
    rows: str

    def __call__(self, session: Session) -> Iterator[Restated]:
        """All of the kind, as any source gives it."""
        for batch in batches(session.execute(text(self.rows)).all()):
            yield from self.restate(session, [row.key for row in batch])


@dataclass(frozen=True)
class Register:
    """What a register has to be held against its log. What is read by key is told to other processes by name: functions of a
    module.

    sources: by kind of entry, what the tables say now. tables: by kind, the table behind a fact's name, and under "" the
    kind's own table, so that a finding names the table and the key. closings: the rows that are closed, each to be named
    by the leaf of the act that closed it. strays: rows of which no leaf can tell. placed: rows in a village that is none of
    theirs. states: by table, what may change, with the kinds of entries of which the last one tells what it is now. copies:
    what a table kept by a trigger says otherwise than the rows, told by leaves, from which it follows.
    """

    sources: Mapping[str, Source | Keyed]
    tables: Tables = field(default_factory=dict)
    closings: Closings | None = None
    strays: Strays | None = None
    placed: Places | None = None
    states: States = field(default_factory=dict)
    copies: Copies | None = None
    alone: frozenset[str] | None = None

    @property
    def keyed(self) -> dict[str, Keyed]:
        """The kinds that are read by key."""
        return {kind: source for kind, source in self.sources.items() if isinstance(source, Keyed)}

    def kinds(self) -> list[str]:
        """Every kind of entry that is known."""
        changing = (kind for kinds, _ in self.states.values() for kind in kinds)
        return sorted({*self.sources, *changing, *(self.alone or ())})

    @property
    def steps(self) -> list[tuple[str, str]]:
        """All that is held against the log beside its entries read by key: what to do, and of which kind or table."""
        return [
            *(("keys" if isinstance(source, Keyed) else "source", kind) for kind, source in self.sources.items()),
            *(("state", table) for table in self.states),
            *([("closings", "")] if self.closings else []),
            *([("strays", "")] if self.strays else []),
            *([("placed", "")] if self.placed else []),
            *([("copies", "")] if self.copies else []),
            *([("kinds", "")] if self.alone is not None else []),
        ]


def step_differs(session: Session, register: Register, what: str, name: str, gone: Gone) -> Iterator[Finding]:
    """LOG-16 to LOG-18, LOG-22, LOG-32: what one of `Register.steps` finds."""
    match what:
        case "keys":
            yield from _keys_differ(session, name, register)
        case "source":
            yield from _source_differs(session, name, register, gone)
        case "state":
            yield from _states_differ(session, name, *register.states[name], gone)
        case "closings" if register.closings:
            yield from _closings_differ(session, register.closings, register.tables.get("act", {}))
        case "strays" if register.strays:
            for table, key in register.strays(session):
                yield unlogged(key, table)
        case "placed" if register.placed:
            for row in register.placed(session):
                values = {"key": row.key, "table": row.table, "fact": "village", "now": row.village, "then": row.said}
                yield Finding("LOG-17", "village", values, row.table, row.key)
        case "copies" if register.copies:
            for copy in register.copies(session):
                values = {"key": copy.key, "table": copy.table, "fact": copy.fact, "now": copy.now, "then": copy.then}
                yield Finding("LOG-17", copy.fact, values, copy.table, copy.key)
        case "kinds":
            for kind, key in queries.entries_of_other_kinds(session, register.kinds()):
                yield Finding("LOG-32", None, {"kind": kind, "key": key}, "log.entry", f"{kind} {key}")


def entries_differ(
    session: Session, register: Register, entries: Iterable[WholeEntry], gone: Gone
) -> Iterator[Finding]:
    """LOG-16 to LOG-18: of entries of the kinds that are read by key, what the tables say otherwise."""
    by_kind: dict[str, dict[str, WholeEntry]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, {})[entry.key] = entry
    for kind, keyed in register.keyed.items():
        logged, names = by_kind.get(kind, {}), register.tables.get(kind, {})
        seen: set[str] = set()
        for keys in batches(logged):
            for row in keyed.restate(session, keys):
                if row[0] in seen:
                    yield unlogged(row[0], names.get(""))
                seen.add(row[0])
                yield from row_differs(row, logged.get(row[0]), names, gone)
        for key in logged:
            if key not in seen:
                yield missing(key, names.get(""))


def _keys_differ(session: Session, kind: str, register: Register) -> Iterator[Finding]:
    """Of a kind that is read by key: rows that have no entry, or are there twice, and entries that have no row."""
    table, rows = register.tables.get(kind, {}).get(""), register.keyed[kind].rows
    for key in queries.rows_without_entry(session, kind, rows):
        yield unlogged(key, table)
    for key in queries.entries_without_row(session, kind, rows):
        yield missing(key, table)


def _source_differs(session: Session, kind: str, register: Register, gone: Gone) -> Iterator[Finding]:
    expected = queries.keys_of(session, kind)
    names = register.tables.get(kind, {})
    seen: set[str] = set()
    for batch in batches(register.sources[kind](session)):
        logged = queries.entries_of(session, kind, [row[0] for row in batch])
        for row in batch:
            if row[0] in seen:
                yield unlogged(row[0], names.get(""))
            seen.add(row[0])
            yield from row_differs(row, logged.get(row[0]), names, gone)
    for key in expected:
        if key not in seen:
            yield missing(key, names.get(""))


def _states_differ(session: Session, table: str, kinds: Sequence[str], source: Source, gone: Gone) -> Iterator[Finding]:
    last = queries.last_of(session, kinds)
    for row in source(session):
        entry = last.pop(row[0], None)
        yield from row_differs(row, entry, {"": table}, gone, only=set(row[1]))
    for key in last:
        yield missing(key, table)


def _closings_differ(session: Session, closings: Closings, names: Mapping[str, str]) -> Iterator[Finding]:
    """LOG-22: a row was closed, and no leaf of an act names it among those that the act closed. LOG-17: it ended at another
    instant than its act, so that another register is told of the time between.

    names: the table behind a fact's name; certificates are listed under a fact of their own (`ended`).
    """
    for batch in batches(closings(session)):
        logged = queries.entries_of(session, "act", sorted({row.act for row in batch if row.act}))
        named = {number: _named(_facts(entry), names) for number, entry in logged.items()}
        for row in batch:
            values = {"key": row.key, "table": row.table}
            if f"{row.table} {row.key}" not in named.get(row.act or "", ()):
                yield Finding("LOG-22", values={**values, "act": row.act or "—"}, layer=row.table, subject=row.key)
            elif row.ended_at != row.registered_at:
                instants = {"fact": "recorded", "now": row.ended_at, "then": row.registered_at}
                yield Finding("LOG-17", "recorded", {**values, **instants}, row.table, row.key)


def _named(facts: Mapping[str, Any], names: Mapping[str, str]) -> set[str]:
    return {*facts.get("closed", ()), *(f"{names.get('ended')} {key}" for key in facts.get("ended", ()))}


def _facts(entry: WholeEntry) -> dict[str, Any]:
    leaf = read_json(entry.leaf)
    facts = (read_json(entry.detail) if "detail" in leaf else leaf).get("facts")
    return facts if isinstance(facts, dict) else {}


def batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        yield batch
