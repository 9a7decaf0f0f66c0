"""The register held against its log, both ways: what the tables say now, and what their leaves say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.log import queries
from landreg.log.erasure import Erased, erasures
from landreg.log.leaf import Json, hashed, plain
from landreg.log.queries import WholeEntry
from landreg.log.recheck_tree import read_json

# What the register says of one of its entries: key and facts, and, where its leaf has any, the personal facts.
Restated = tuple[str, Mapping[str, Json]] | tuple[str, Mapping[str, Json], Mapping[str, str]]
Source = Callable[[Session], Iterable[Restated]]
Tables = Mapping[str, Mapping[str, str]]
# A row that was closed: its table, its key there, and the number of the act that is said to have closed it, if any.
Closed = tuple[str, str, str | None]
Closings = Callable[[Session], Iterable[Closed]]
# A row of which no leaf can tell: its table and its key.
Strays = Callable[[Session], Iterable[tuple[str, str]]]
# What a thing is now, by its id, of which the last entry of these kinds (`id:instant`) tells.
States = Mapping[str, tuple[Sequence[str], Source]]
Told = Callable[[str, int, int], None]
BATCH = 1000
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Register:
    """What a register has to be held against its log.

    sources: by kind of entry, what the tables say now. tables: by kind, the table behind a fact's name, and under "" the
    kind's own table, so that a finding names the table and the key. closings: the rows that are closed, each to be named
    by the leaf of the act that closed it. strays: rows of which no leaf can tell. states: by table, what may change, with
    the kinds of entries of which the last one tells what it is now.
    """

    sources: Mapping[str, Source]
    tables: Tables = field(default_factory=dict)
    closings: Closings | None = None
    strays: Strays | None = None
    states: States = field(default_factory=dict)


def register_differs(
    session: Session, register: Register, first: int = 0, told: Told = lambda _stage, _done, _of: None
) -> Iterator[Finding]:
    """LOG-16 to LOG-18, LOG-22: the register lacks, changed or added something.

    first: sources give what was written since the entry of this number. told: stage, rows done, and of how many.
    """
    gone = erasures(session)
    for kind, source in register.sources.items():
        expected = queries.keys_of(session, kind, first)
        names = register.tables.get(kind, {})
        seen: set[str] = set()
        for batch in _batches(source(session)):
            logged = queries.entries_of(session, kind, [row[0] for row in batch])
            for row in batch:
                if row[0] in seen:
                    yield _unlogged(row[0], names.get(""))
                seen.add(row[0])
                yield from _row_differs(row, logged.get(row[0]), names, gone)
            told(kind, len(seen), len(expected))
        for key in expected:
            if key not in seen:
                yield _missing(key, names.get(""))
    for table, (kinds, source) in register.states.items():
        yield from _states_differ(session, table, kinds, source, gone)
    if register.closings is not None:
        yield from _closings_differ(session, register.closings)
    if register.strays is not None:
        for table, key in register.strays(session):
            yield _unlogged(key, table)


def _missing(key: str, table: str | None) -> Finding:
    return Finding("LOG-16", values={"key": key, "table": table}, layer=table, subject=key)


def _unlogged(key: str, table: str | None) -> Finding:
    return Finding("LOG-18", values={"key": key, "table": table}, layer=table, subject=key)


def _states_differ(
    session: Session, table: str, kinds: Sequence[str], source: Source, gone: Mapping[tuple[str, str], Erased]
) -> Iterator[Finding]:
    last = queries.last_of(session, kinds)
    for row in source(session):
        entry = last.pop(row[0], None)
        yield from _row_differs(row, entry, {"": table}, gone, only=set(row[1]))
    for key in last:
        yield _missing(key, table)


def _closings_differ(session: Session, closings: Closings) -> Iterator[Finding]:
    """LOG-22: a row was closed, and no leaf of an act names it among those that the act closed."""
    for batch in _batches(closings(session)):
        logged = queries.entries_of(session, "act", sorted({number for _, _, number in batch if number}))
        named = {number: set(_facts(entry).get("closed", ())) for number, entry in logged.items()}
        for table, key, number in batch:
            if f"{table} {key}" not in named.get(number or "", ()):
                values = {"key": key, "table": table, "act": number or "—"}
                yield Finding("LOG-22", values=values, layer=table, subject=key)


def _facts(entry: WholeEntry) -> dict[str, Any]:
    leaf = read_json(entry.leaf)
    facts = (read_json(entry.detail) if "detail" in leaf else leaf).get("facts")
    return facts if isinstance(facts, dict) else {}


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _row_differs(
    row: Restated,
    entry: WholeEntry | None,
    names: Mapping[str, str],
    gone: Mapping[tuple[str, str], Erased],
    only: set[str] | None = None,
) -> Iterator[Finding]:
    """only: the names of the facts that are compared, where the leaf tells of more."""
    key, facts = row[0], row[1]
    if entry is None:
        yield _unlogged(key, names.get(""))
        return
    leaf = read_json(entry.leaf)
    said = read_json(entry.detail) if "detail" in leaf else leaf
    then = said.get("facts")
    if only is not None and isinstance(then, dict):
        then = {name: value for name, value in then.items() if name in only}
    now = plain(facts)
    yield from _reopened(key, now, then)
    differences = [one for one in _differences(now, then, "") if not one[0].startswith("closed")]
    if len(row) == 3:
        erased = gone.get((entry.kind, entry.key), Erased())
        differences += _personal_differs(row[2], entry, said.get("personal"), erased)
    for path, now, before in differences:
        table = names.get(path.split(".")[0].split("[")[0]) or names.get("")
        values = {"key": key, "table": table, "fact": path, "now": _short(now), "then": _short(before)}
        yield Finding("LOG-17", values=values, layer=table, subject=key, field=path)


def _reopened(number: str, now: Any, then: Any) -> Iterator[Finding]:
    """LOG-17: a row that the act closed is open again; of one that it did not close, LOG-22 tells."""
    was, is_ = (set(facts.get("closed", ())) if isinstance(facts, dict) else set() for facts in (then, now))
    for table, _, row in (line.partition(" ") for line in sorted(was - is_)):
        values = {"key": row, "table": table, "fact": "recorded", "now": "—", "then": number}
        yield Finding("LOG-17", values=values, layer=table, subject=row, field="recorded")


def _personal_differs(
    now: Mapping[str, str], entry: WholeEntry, then: Any, erased: Erased
) -> Iterator[tuple[str, Any, Any]]:
    """Personal facts against their salted hashes; of what the log says is erased only that it is erased is compared.

    A fact whose salt is gone, and no leaf says so, cannot be held against its hash: that is a difference too.
    """
    salted = {name: value for name, value in now.items() if _is_salt(entry.salts.get(name))}
    restated = {**dict.fromkeys(now, ""), **hashed(salted, entry.salts)}
    for path, one, other in _differences(restated, then, ""):
        if path not in erased.names or entry.salts.get(path) is not None:
            yield path, one, other
    # A salt for which there is no fact was slipped in.
    known = then if isinstance(then, dict) else {}
    for name in sorted({*entry.salts} - {*known}):
        yield name, "salt", None


def _is_salt(salt: object) -> bool:
    try:
        return isinstance(salt, str) and bool(bytes.fromhex(salt))
    except ValueError:
        return False


def _differences(now: Any, then: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Where two JSON values differ: the path, and both values there."""
    if isinstance(now, dict) and isinstance(then, dict):
        for name in sorted({*now, *then}):
            yield from _differences(now.get(name), then.get(name), f"{path}.{name}" if path else name)
    elif isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        for place, (one, other) in enumerate(zip(now, then, strict=True)):
            yield from _differences(one, other, f"{path}[{place}]")
    elif type(now) is not type(then) or now != then:
        yield path, now, then


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
