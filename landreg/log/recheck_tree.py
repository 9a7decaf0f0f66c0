"""The log held against itself: leaves, tiles, checkpoints, and the checkpoints' copies outside the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from landreg.core.errors import Finding
from landreg.log import copies
from landreg.log.cosignature import WitnessKey, cosigned_at
from landreg.log.leaf import FORMAT, instant
from landreg.log.merkle import HASH_BYTES, WIDTH, Tile, TileHashes, grow, leaf_hash
from landreg.log.note import Checkpoint, NoteFault, open_checkpoint
from landreg.log.queries import Cosignature, SignedCheckpoint
from landreg.log.recheck_queries import WholeEntry


class Leaves:
    """The leaves as they stand in the database, and the tree over them made again.

    found: by part (the number of its first leaf), the hashes of its leaves as they were read, None where one is missing. Of
    parts that were not read, and of leaves that are missing, the hash that was sealed is taken: so one loss is told of once.
    """

    def __init__(self, stored: Mapping[Tile, bytes], size: int, found: Mapping[int, Sequence[bytes | None]]) -> None:
        self.stored = stored
        self.size = size
        self._found = found

    @cached_property
    def tiles(self) -> Mapping[Tile, bytes]:
        """The tiles of the tree over the leaves."""
        hashes = [sealed_hash(self.stored.get((0, index // WIDTH)), index) for index in range(self.size)]
        for first, found in self._found.items():
            hashes[first : first + len(found)] = [
                one or sealed for one, sealed in zip(found, hashes[first : first + len(found)], strict=True)
            ]
        return grow(0, {}, hashes).tiles

    @cached_property
    def known(self) -> TileHashes:
        """Hashes of the tree, from the tiles made again."""
        return TileHashes(self.tiles)

    def root(self, size: int) -> str:
        """The root over the first so many leaves, in hexadecimal; '—' where there are fewer."""
        return "" if not size else self.known.root(size).hex() if size <= self.size else "—"


def sealed_hash(tile: bytes | None, index: int) -> bytes:
    """The hash of a leaf as its tile has it; zeros where it has none."""
    place = index % WIDTH * HASH_BYTES
    return (tile or b"")[place : place + HASH_BYTES].ljust(HASH_BYTES, b"\0")


def read_leaves(
    entries: Iterable[WholeEntry], first: int, past: int, sealed: Mapping[int, bytes]
) -> tuple[list[bytes | None], list[Finding]]:
    """Of the entries from `first` up to `past`: the hashes of their leaves; LOG-10 to LOG-12: leaves that are not what was
    sealed, or are missing.

    sealed: the tiles of their hashes, by position.
    """
    hashes: list[bytes | None] = [None] * (past - first)
    findings = []
    for entry in entries:
        if entry.index is None:
            continue
        if misplaced(entry):
            findings.append(Finding("LOG-10", values={"key": entry.key}, layer="log.entry", subject=entry.key))
        found = leaf_hash(entry.leaf)
        if sealed_hash(sealed.get(entry.index // WIDTH), entry.index) != found:
            values = {"key": entry.key, "index": entry.index}
            findings.append(Finding("LOG-12", values=values, layer="log.entry", subject=entry.key))
        if hashes[entry.index - first] is None:
            hashes[entry.index - first] = found
    for index in range(first, past):
        if hashes[index - first] is None:
            findings.append(Finding("LOG-11", values={"index": index}, layer="log.entry", subject=str(index)))
    return hashes, findings


def misplaced(entry: WholeEntry) -> bool:
    """Whether an entry's columns or detail say other than its leaf."""
    leaf = read_json(entry.leaf)
    if (None if entry.detail is None else hashlib.sha256(entry.detail).hexdigest()) != leaf.get("detail"):
        return True
    said = (leaf.get("format"), leaf.get("kind"), leaf.get("key"), leaf.get("at"))
    return said != (FORMAT, entry.kind, entry.key, instant(entry.staged_at))


def read_json(text: bytes | None) -> dict[str, Any]:
    """The object in a leaf or its detail; an empty one where it was damaged."""
    try:
        value = json.loads(text or b"")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def tree_differs(leaves: Leaves, signed: Iterable[SignedCheckpoint], verifier: str) -> Iterator[Finding]:
    """LOG-11, LOG-13 to LOG-15: tiles or checkpoints that are not those of the leaves."""
    made = leaves.tiles
    for tile in sorted({*made, *leaves.stored}):
        if made.get(tile) != leaves.stored.get(tile):
            name = f"{tile[0]}/{tile[1]}"
            yield Finding("LOG-13", values={"tile": name}, layer="log.tile", subject=name)
    size = 0
    for checkpoint in signed:
        size, named = checkpoint.size, str(checkpoint.size)
        try:
            note = open_checkpoint(checkpoint.note, verifier)
        except NoteFault:
            yield Finding("LOG-15", values={"size": size}, layer="log.checkpoint", subject=named)
            continue
        fits = size <= leaves.size and leaves.known.root(size) == checkpoint.root
        if not fits or note != Checkpoint(note.origin, size, checkpoint.root):
            yield Finding("LOG-14", values={"size": size}, layer="log.checkpoint", subject=named)
    for index in range(leaves.size, size):
        yield Finding("LOG-11", values={"index": index}, layer="log.entry", subject=str(index))
    if leaves.size > size:
        yield Finding("LOG-14", values={"size": leaves.size}, layer="log.checkpoint", subject=str(size))


def copies_differ(
    leaves: Leaves, signed: Iterable[SignedCheckpoint], files: Iterable[tuple[int, Path]], verifier: str
) -> Iterator[Finding]:
    """LOG-19 to LOG-21, LOG-23: a checkpoint outside the database tells of another, or of a longer log, or is the only one."""
    kept = {checkpoint.size for checkpoint in signed}
    for size, file in files:
        try:
            copy = copies.read(file, verifier)
        except NoteFault:
            yield Finding("LOG-21", values={"file": file.name}, subject=file.name)
            continue
        if copy.size > leaves.size:
            values = {"file": file.name, "copied": size, "size": leaves.size}
            yield Finding("LOG-20", values=values, layer="log.checkpoint", subject=file.name)
        elif copy.root != leaves.known.root(copy.size):
            yield Finding("LOG-19", values={"file": file.name}, layer="log.checkpoint", subject=file.name)
        elif copy.size not in kept:
            values = {"file": file.name, "size": copy.size}
            yield Finding("LOG-23", values=values, layer="log.checkpoint", subject=str(copy.size))


def cosignatures_differ(
    in_database: Iterable[Cosignature], notes: Mapping[int, str], outside: Iterable[tuple[int, str, str]]
) -> Iterator[Finding]:
    """LOG-30: a witness's line is not that witness's, is of no checkpoint, or is outside the database only."""
    kept: set[tuple[int, str]] = set()
    for line in in_database:
        kept.add((line.size, line.line))
        if not _is_cosigned(line, notes):
            yield _not_cosigned(line.witness, line.size)
    for size, witness, text in outside:
        if (size, text) not in kept:
            yield _not_cosigned(witness, size)


def _is_cosigned(line: Cosignature, notes: Mapping[int, str]) -> bool:
    try:
        key = WitnessKey.read(line.key)
    except NoteFault:
        return False
    return line.witness == key.name and cosigned_at(notes.get(line.size, ""), line.line, key) is not None


def _not_cosigned(witness: str, size: int) -> Finding:
    return Finding("LOG-30", values={"witness": witness, "size": size}, layer="log.cosignature", subject=witness)
