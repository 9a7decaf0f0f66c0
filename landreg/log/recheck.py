"""Recheck the log from the ground: leaves, tiles, checkpoints, their copies outside, and the register's own tables.

What a superuser of the database changed shows here: a leaf no longer leads to a signed root, the register no longer says
what its leaf says, or a copy outside the database was signed over another tree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding
from landreg.log import copies, queries
from landreg.log.leaf import FORMAT, Json, hashed, instant, plain
from landreg.log.merkle import HASH_BYTES, WIDTH, Tile, TileHashes, grow, leaf_hash
from landreg.log.note import Checkpoint, NoteFault, open_checkpoint
from landreg.log.queries import SignedCheckpoint, WholeEntry
from landreg.log.store import verifier_of

# What the register says of one of its entries: key and facts, and, where its leaf has any, the personal facts.
Restated = tuple[str, Mapping[str, Json]] | tuple[str, Mapping[str, Json], Mapping[str, str]]
Source = Callable[[Session], Iterable[Restated]]
Tables = Mapping[str, Mapping[str, str]]
# A row that was closed: its table, its key there, and the number of the act that is said to have closed it, if any.
Closed = tuple[str, str, str | None]
Closings = Callable[[Session], Iterable[Closed]]
MOST_FINDINGS = 1000
_BATCH = 1000
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Rechecked:
    """entries: leaves read, sealed or staged. size: of the log. findings: LOG-10 to LOG-22, none when all is well."""

    entries: int
    size: int
    checkpoints: int
    findings: tuple[Finding, ...]


def recheck(
    actor: Actor,
    settings: Settings,
    sources: Mapping[str, Source],
    tables: Tables | None = None,
    closings: Closings | None = None,
) -> Rechecked:
    """Recheck everything, in one snapshot. As the worker or the auditor; memory grows by a hash and a key an entry.

    sources: by kind of entry, what the register's tables say now. tables: by kind, the table behind a fact's name, and
    under "" the kind's own table, so that a finding names the table and the key. closings: the rows that are closed,
    each to be named by the leaf of the act that closed it. At most `MOST_FINDINGS` of each sort. Needs the log's public
    key only; raises BadInput (LOG-3) without it.
    """
    verifier = verifier_of(settings)
    with unit_of_work(actor) as uow:
        queries.hold_snapshot(uow.session)
        signed = queries.all_checkpoints(uow.session)
        leaves = _Leaves(queries.all_tiles(uow.session))
        findings = list(islice(leaves.read(queries.all_entries(uow.session)), MOST_FINDINGS))
        findings += islice(_tree_differs(leaves, signed, verifier), MOST_FINDINGS)
        findings += islice(_copies_differ(leaves, settings, verifier), MOST_FINDINGS)
        findings += islice(_register_differs(uow.session, sources, tables or {}), MOST_FINDINGS)
        if closings is not None:
            findings += islice(_closings_differ(uow.session, closings), MOST_FINDINGS)
    return Rechecked(leaves.entries, len(leaves.hashes), len(signed), tuple(findings))


class _Leaves:
    """The leaves as they stand in the database, and the tree over them made again."""

    def __init__(self, stored: Mapping[Tile, bytes]) -> None:
        self.stored = stored
        self.entries = 0
        self.hashes: list[bytes] = []

    def read(self, entries: Iterable[WholeEntry]) -> Iterator[Finding]:
        """LOG-10 to LOG-12: a leaf that is not what was sealed, or is missing."""
        for entry in entries:
            self.entries += 1
            if _misplaced(entry):
                yield Finding("LOG-10", values={"key": entry.key}, layer="log.entry", subject=entry.key)
            if entry.index is None:
                continue
            found = leaf_hash(entry.leaf)
            while len(self.hashes) < entry.index:
                missing = len(self.hashes)
                yield Finding("LOG-11", values={"index": missing}, layer="log.entry", subject=str(missing))
                # The tree goes on with the hash that was sealed, so that one loss is told of once.
                self.hashes.append(self._sealed(missing))
            if self._sealed(entry.index) != found:
                values = {"key": entry.key, "index": entry.index}
                yield Finding("LOG-12", values=values, layer="log.entry", subject=entry.key)
            self.hashes.append(found)

    @cached_property
    def tiles(self) -> Mapping[Tile, bytes]:
        """The tiles of the tree over what was read."""
        return grow(0, {}, self.hashes).tiles

    def _sealed(self, index: int) -> bytes:
        place = index % WIDTH * HASH_BYTES
        found = self.stored.get((0, index // WIDTH), b"")[place : place + HASH_BYTES]
        return found.ljust(HASH_BYTES, b"\0")


def _misplaced(entry: WholeEntry) -> bool:
    """Whether an entry's columns or detail say other than its leaf."""
    leaf = _read(entry.leaf)
    if "detail" in leaf and hashlib.sha256(entry.detail or b"").hexdigest() != leaf["detail"]:
        return True
    said = (leaf.get("format"), leaf.get("kind"), leaf.get("key"), leaf.get("at"))
    return said != (FORMAT, entry.kind, entry.key, instant(entry.staged_at))


def _read(text: bytes | None) -> dict[str, Any]:
    try:
        value = json.loads(text or b"")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _tree_differs(leaves: _Leaves, signed: Iterable[SignedCheckpoint], verifier: str) -> Iterator[Finding]:
    """LOG-11, LOG-13 to LOG-15: tiles or checkpoints that are not those of the leaves."""
    made = leaves.tiles
    for tile in sorted({*made, *leaves.stored}):
        if made.get(tile) != leaves.stored.get(tile):
            name = f"{tile[0]}/{tile[1]}"
            yield Finding("LOG-13", values={"tile": name}, layer="log.tile", subject=name)
    hashes, size = TileHashes(made), 0
    for checkpoint in signed:
        size, named = checkpoint.size, str(checkpoint.size)
        try:
            note = open_checkpoint(checkpoint.note, verifier)
        except NoteFault:
            yield Finding("LOG-15", values={"size": size}, layer="log.checkpoint", subject=named)
            continue
        fits = size <= len(leaves.hashes) and hashes.root(size) == checkpoint.root
        if not fits or note != Checkpoint(note.origin, size, checkpoint.root):
            yield Finding("LOG-14", values={"size": size}, layer="log.checkpoint", subject=named)
    for index in range(len(leaves.hashes), size):
        yield Finding("LOG-11", values={"index": index}, layer="log.entry", subject=str(index))
    if len(leaves.hashes) > size:
        yield Finding("LOG-14", values={"size": len(leaves.hashes)}, layer="log.checkpoint", subject=str(size))


def _copies_differ(leaves: _Leaves, settings: Settings, verifier: str) -> Iterator[Finding]:
    """LOG-19 to LOG-21: a checkpoint outside the database tells of another, or of a longer log."""
    hashes = TileHashes(leaves.tiles)
    for size, file in copies.files(settings.checkpoints):
        try:
            copy = copies.read(file, verifier)
        except NoteFault:
            yield Finding("LOG-21", values={"file": file.name}, subject=file.name)
            continue
        if copy.size > len(leaves.hashes):
            values = {"file": file.name, "copied": size, "size": len(leaves.hashes)}
            yield Finding("LOG-20", values=values, layer="log.checkpoint", subject=file.name)
        elif copy.root != hashes.root(copy.size):
            yield Finding("LOG-19", values={"file": file.name}, layer="log.checkpoint", subject=file.name)


def _register_differs(session: Session, sources: Mapping[str, Source], tables: Tables) -> Iterator[Finding]:
    """LOG-16 to LOG-18: the register lacks, changed or added something, kind by kind."""
    for kind, source in sources.items():
        names = tables.get(kind, {})
        seen: set[str] = set()
        for batch in _batches(source(session)):
            logged = queries.entries_of(session, kind, [row[0] for row in batch])
            for row in batch:
                seen.add(row[0])
                yield from _row_differs(row, logged.get(row[0]), names)
        for key in queries.keys_of(session, kind):
            if key not in seen:
                table = names.get("")
                yield Finding("LOG-16", values={"key": key, "table": table}, layer=table, subject=key)


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
    leaf = _read(entry.leaf)
    facts = (_read(entry.detail) if "detail" in leaf else leaf).get("facts")
    return facts if isinstance(facts, dict) else {}


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


def _row_differs(row: Restated, entry: WholeEntry | None, names: Mapping[str, str]) -> Iterator[Finding]:
    key, facts = row[0], row[1]
    if entry is None:
        table = names.get("")
        yield Finding("LOG-18", values={"key": key, "table": table}, layer=table, subject=key)
        return
    leaf = _read(entry.leaf)
    said = _read(entry.detail) if "detail" in leaf else leaf
    differences = list(_differences(plain(facts), said.get("facts"), ""))
    if len(row) == 3:
        # A fact whose salt is gone cannot be held against its hash: that is a difference too.
        salted = {name: value for name, value in row[2].items() if name in entry.salts}
        restated = {**dict.fromkeys(row[2], ""), **hashed(salted, entry.salts)}
        differences += _differences(restated, said.get("personal"), "")
    for path, now, then in differences:
        table = names.get(path.split(".")[0].split("[")[0]) or names.get("")
        values = {"key": key, "table": table, "fact": path, "now": _short(now), "then": _short(then)}
        yield Finding("LOG-17", values=values, layer=table, subject=key, field=path)


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
