"""The log held against itself: leaves, tiles, checkpoints, and the checkpoints' copies outside the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from landreg.core.errors import Finding
from landreg.log import copies
from landreg.log.cosignature import WitnessKey, cosigned_at
from landreg.log.leaf import FORMAT, instant
from landreg.log.merkle import HASH_BYTES, WIDTH, Tile, TileHashes, grow, leaf_hash
from landreg.log.note import Checkpoint, NoteFault, open_checkpoint
from landreg.log.queries import Cosignature, SignedCheckpoint, WholeEntry


class Leaves:
    """The leaves as they stand in the database, and the tree over them made again.

    first, edge: where leaves before `first` were rechecked before, and the unfilled tiles of the tree over them.
    """

    def __init__(self, stored: Mapping[Tile, bytes], first: int = 0, edge: Mapping[Tile, bytes] | None = None) -> None:
        self.stored = stored
        self.first = first
        self.entries = 0
        self.hashes: list[bytes] = []
        self._edge = edge or {}

    @property
    def size(self) -> int:
        """How many leaves the log has, those rechecked before among them."""
        return self.first + len(self.hashes)

    def read(self, entries: Iterable[WholeEntry]) -> Iterator[Finding]:
        """LOG-10 to LOG-12: a leaf that is not what was sealed, or is missing."""
        for entry in entries:
            self.entries += 1
            if _misplaced(entry):
                yield Finding("LOG-10", values={"key": entry.key}, layer="log.entry", subject=entry.key)
            if entry.index is None:
                continue
            found = leaf_hash(entry.leaf)
            while self.size < entry.index:
                missing = self.size
                yield Finding("LOG-11", values={"index": missing}, layer="log.entry", subject=str(missing))
                # The tree goes on with the hash that was sealed, so that one loss is told of once.
                self.hashes.append(self._sealed(missing))
            if self._sealed(entry.index) != found:
                values = {"key": entry.key, "index": entry.index}
                yield Finding("LOG-12", values=values, layer="log.entry", subject=entry.key)
            if self.size == entry.index:
                self.hashes.append(found)

    @cached_property
    def tiles(self) -> Mapping[Tile, bytes]:
        """The tiles of the tree over what was read."""
        return {**self._edge, **grow(self.first, self._edge, self.hashes).tiles}

    @cached_property
    def known(self) -> TileHashes:
        """Hashes of the tree from the tiles made again, and, of what was rechecked before, from its unfilled tiles."""
        return TileHashes(self.tiles)

    def _sealed(self, index: int) -> bytes:
        place = index % WIDTH * HASH_BYTES
        found = self.stored.get((0, index // WIDTH), b"")[place : place + HASH_BYTES]
        return found.ljust(HASH_BYTES, b"\0")


def _misplaced(entry: WholeEntry) -> bool:
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
    size = leaves.first
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


def copies_differ(leaves: Leaves, signed: Iterable[SignedCheckpoint], folder: Path, verifier: str) -> Iterator[Finding]:
    """LOG-19 to LOG-21, LOG-23: a checkpoint outside the database tells of another, or of a longer log, or is the only one."""
    kept = {checkpoint.size for checkpoint in signed}
    for size, file in copies.files(folder):
        if size < leaves.first:
            continue
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
        elif copy.size not in kept and copy.size > leaves.first:
            values = {"file": file.name, "size": copy.size}
            yield Finding("LOG-23", values=values, layer="log.checkpoint", subject=str(copy.size))


def cosignatures_differ(
    leaves: Leaves, session_kept: Iterable[Cosignature], notes: Mapping[int, str], folder: Path
) -> Iterator[Finding]:
    """LOG-30: a witness's line is not that witness's, is of no checkpoint, or is outside the database only."""
    kept: set[tuple[int, str]] = set()
    for line in session_kept:
        kept.add((line.size, line.line))
        if line.size > leaves.first and not _is_cosigned(line, notes):
            yield _not_cosigned(line.witness, line.size)
    for size, witness, text in copies.cosignatures(folder):
        if size > leaves.first and (size, text) not in kept:
            yield _not_cosigned(witness, size)


def _is_cosigned(line: Cosignature, notes: Mapping[int, str]) -> bool:
    try:
        key = WitnessKey.read(line.key)
    except NoteFault:
        return False
    return line.witness == key.name and cosigned_at(notes.get(line.size, ""), line.line, key) is not None


def _not_cosigned(witness: str, size: int) -> Finding:
    return Finding("LOG-30", values={"witness": witness, "size": size}, layer="log.cosignature", subject=witness)
