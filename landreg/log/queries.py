"""Reading the log: checkpoint, tiles, entries, health, and proofs.

Every desk, the public too, reads through the functions of schema log; they answer what anyone may know.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.errors import Conflict, Finding, NotFound
from landreg.log.merkle import (
    HASH_BYTES,
    WIDTH,
    Range,
    Tile,
    TileHashes,
    consistency_ranges,
    inclusion_ranges,
    tiles_of,
)

PROOF_FORMAT = "landreg-proof/1"
GROWTH_FORMAT = "landreg-consistency/1"
PROOF_NAME = "landreg-proof.json"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint as the log keeps it. note: the signed text."""

    size: int
    root: bytes
    note: str
    signed_at: datetime

    @property
    def origin(self) -> str:
        """The log's name: the note's first line."""
        return self.note.split("\n", 1)[0]

    @property
    def root_text(self) -> str:
        """The root as the note writes it."""
        return _base64(self.root)


@dataclass(frozen=True)
class LoggedLeaf:
    """A leaf of the log; not sealed yet while `index` is None. index: as the protocol counts, from 0."""

    kind: str
    key: str
    staged_at: datetime
    leaf: bytes
    index: int | None

    @property
    def place(self) -> int | None:
        """Which entry of the log it is, as people count: the first is 1."""
        return None if self.index is None else self.index + 1


@dataclass(frozen=True)
class Proof:
    """That a leaf is in the log of a signed checkpoint: all that `landreg.log.verify` needs beside the public key."""

    kind: str
    key: str
    origin: str
    leaf: bytes
    index: int
    size: int
    path: tuple[bytes, ...]
    checkpoint: str

    def to_json(self) -> bytes:
        """The file that a certificate carries, named `PROOF_NAME`."""
        return _json(
            {
                "format": PROOF_FORMAT,
                "origin": self.origin,
                "leaf": _base64(self.leaf),
                "index": self.index,
                "size": self.size,
                "path": [_base64(step) for step in self.path],
                "checkpoint": self.checkpoint,
            }
        )


@dataclass(frozen=True)
class Growth:
    """That the log of `new` entries began with the log of `old` entries."""

    origin: str
    old: int
    new: int
    path: tuple[bytes, ...]

    def to_json(self) -> bytes:
        """The file that `landreg.log.verify --proof` reads."""
        path = [_base64(step) for step in self.path]
        return _json({"format": GROWTH_FORMAT, "origin": self.origin, "old": self.old, "new": self.new, "path": path})


@dataclass(frozen=True)
class Health:
    """The log at a glance. waiting: entries staged and not sealed, the oldest since `waiting_since`."""

    size: int
    signed_at: datetime | None
    checkpoints: int
    waiting: int
    waiting_since: datetime | None


@dataclass(frozen=True)
class RecentEntry:
    """A line of the log's page. index: as the protocol counts, from 0."""

    kind: str
    key: str
    staged_at: datetime
    index: int
    leaf_hash: bytes

    @property
    def place(self) -> int:
        """Which entry of the log it is, as people count: the first is 1."""
        return self.index + 1


@dataclass(frozen=True)
class Cosignature:
    """What a witness has signed on a checkpoint. key: the witness's public key. line: of the note."""

    size: int
    witness: str
    key: str
    line: str


@dataclass(frozen=True)
class Weekly:
    """The last checkpoint of a week, as the notice board prints it. week: its Monday. witnesses: who cosigned it."""

    week: date
    checkpoint: SignedCheckpoint
    witnesses: tuple[str, ...]


def checkpoint(session: Session, size: int | None = None) -> SignedCheckpoint:
    """The last checkpoint, or the one of a size. Raises NotFound (LOG-5)."""
    row = session.execute(sa.text("SELECT * FROM log.read_checkpoint(:size)"), {"size": size}).first()
    if row is None:
        raise NotFound(Finding("LOG-5", values={"size": "—" if size is None else size}))
    return SignedCheckpoint(row.size, bytes(row.root), row.note, row.signed_at)


def cosigned(session: Session, size: int | None = None) -> SignedCheckpoint | None:
    """The last checkpoint that a witness has cosigned, or that of a size, its note with the witnesses' lines."""
    row = session.execute(sa.text("SELECT * FROM log.read_cosigned(:size)"), {"size": size}).first()
    return None if row is None else SignedCheckpoint(row.size, bytes(row.root), row.note, row.signed_at)


def weekly(session: Session, weeks: int = 8) -> tuple[Weekly, ...]:
    """The last checkpoint of each of the last weeks that had any, newest first."""
    rows = session.execute(sa.text("SELECT * FROM log.read_weekly(:weeks)"), {"weeks": weeks})
    return tuple(
        Weekly(row.week, SignedCheckpoint(row.size, bytes(row.root), row.note, row.signed_at), tuple(row.witnesses))
        for row in rows
    )


def last_cosigned(session: Session, key: str) -> tuple[int, datetime] | None:
    """The size of the largest checkpoint that a witness's key has cosigned, and when; None before the first."""
    question = "SELECT size, signed_at FROM log.cosignature WHERE key = :key ORDER BY size DESC LIMIT 1"
    row = session.execute(sa.text(question), {"key": key}).first()
    return None if row is None else (row.size, row.signed_at)


def health(session: Session) -> Health:
    """The log at a glance."""
    row = session.execute(sa.text("SELECT * FROM log.read_health()")).one()
    return Health(row.size, row.signed_at, row.checkpoints, row.waiting, row.waiting_since)


def recent(session: Session, before: int, count: int) -> tuple[RecentEntry, ...]:
    """Up to `count` sealed entries with a smaller index, newest first."""
    rows = session.execute(
        sa.text("SELECT * FROM log.read_recent(:before, :count)"), {"before": before, "count": count}
    )
    return tuple(RecentEntry(row.kind, row.key, row.staged_at, row.leaf_index, bytes(row.leaf_hash)) for row in rows)


def tile(session: Session, level: int, position: int, width: int = WIDTH) -> bytes:
    """The hashes of a tile, or the first `width` of them. Raises NotFound (LOG-6) when the log has not grown so far."""
    hashes = tiles(session, [(level, position)]).get((level, position), b"")
    if not 0 < width <= len(hashes) // HASH_BYTES:
        raise NotFound(Finding("LOG-6", values={"tile": f"{level}/{position}", "width": width}))
    return hashes[: width * HASH_BYTES]


def bundle(session: Session, position: int, width: int = WIDTH) -> bytes:
    """The leaves below a tile of level 0, each after its length in two bytes. Raises NotFound (LOG-6)."""
    first = position * WIDTH
    rows = session.execute(
        sa.text("SELECT leaf FROM log.read_entries(:first, :past)"), {"first": first, "past": first + width}
    )
    leaves = [bytes(row.leaf) for row in rows]
    if not 0 < width <= WIDTH or len(leaves) < width:
        raise NotFound(Finding("LOG-6", values={"tile": f"entries/{position}", "width": width}))
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def tiles(session: Session, asked: Iterable[Tile]) -> Mapping[Tile, bytes]:
    """The tiles that there are of those asked for, in one read."""
    wanted = list(asked)
    if not wanted:
        return {}
    rows = session.execute(
        sa.text("SELECT level, position, hashes FROM log.read_tiles(:levels, :positions)"),
        {"levels": [level for level, _ in wanted], "positions": [position for _, position in wanted]},
    )
    return {(row.level, row.position): bytes(row.hashes) for row in rows}


def leaves(session: Session, key: str) -> tuple[LoggedLeaf, ...]:
    """What the log holds under a key, or of a leaf hash in hexadecimal: in the order of the log, staged ones last."""
    if _HASH.fullmatch(key):
        found = session.execute(sa.text("SELECT * FROM log.read_leaf_of_hash(:hash)"), {"hash": bytes.fromhex(key)})
    else:
        found = session.execute(sa.text("SELECT * FROM log.read_leaves(:keys)"), {"keys": [key]})
    return tuple(_logged(row) for row in found)


def prove(session: Session, key: str, kind: str | None = None) -> Proof:
    """The proof of an entry by its key (an act's number) or its leaf hash in hexadecimal.

    kind: where a key names entries of several kinds; without it the first in the log. Raises NotFound (LOG-7) when there
    is none, Conflict (LOG-8) while it is staged and not sealed.
    """
    found = [leaf for leaf in leaves(session, key) if kind in (None, leaf.kind)]
    if not found:
        raise NotFound(Finding("LOG-7", values={"key": key}))
    return _proofs(session, found[:1])[0]


def prove_many(session: Session, keys: Sequence[str], kind: str = "act") -> dict[str, Proof]:
    """The proofs of many entries of a kind by their keys, under one checkpoint, in three reads however many they are.

    Raises NotFound (LOG-7) or Conflict (LOG-8) with a finding for each key that has none yet.
    """
    if not keys:
        return {}
    rows = session.execute(sa.text("SELECT * FROM log.read_leaves(:keys)"), {"keys": list(keys)})
    found = {row.key: _logged(row) for row in rows if row.kind == kind}
    missing = [Finding("LOG-7", values={"key": key}) for key in keys if key not in found]
    if missing:
        raise NotFound(missing)
    return {proof.key: proof for proof in _proofs(session, list(found.values()))}


def prove_growth(session: Session, old: int, new: int) -> Growth:
    """The proof that the log of `new` entries began as that of `old`. Raises NotFound (LOG-5) beyond the log's size."""
    last = checkpoint(session)
    if not 0 < old <= new <= last.size:
        raise NotFound(Finding("LOG-5", values={"size": new if 0 < old <= new else old}))
    ranges = consistency_ranges(old, new)
    return Growth(last.origin, old, new, _hashes(session, [ranges])[0])


def _proofs(session: Session, found: Sequence[LoggedLeaf]) -> list[Proof]:
    """The checkpoint is read after the leaves and before the tiles: the log only grows, so that each holds the former."""
    staged = [Finding("LOG-8", values={"key": leaf.key}) for leaf in found if leaf.index is None]
    if staged:
        raise Conflict(staged)
    last = checkpoint(session)
    numbered = [(leaf, leaf.index) for leaf in found if leaf.index is not None]
    paths = _hashes(session, [inclusion_ranges(index, last.size) for _, index in numbered])
    return [
        Proof(leaf.kind, leaf.key, last.origin, leaf.leaf, index, last.size, path, last.note)
        for (leaf, index), path in zip(numbered, paths, strict=True)
    ]


def _hashes(session: Session, paths: Sequence[Sequence[Range]]) -> list[tuple[bytes, ...]]:
    needed: set[Tile] = set()
    for path in paths:
        needed |= tiles_of(path)
    hashes = TileHashes(tiles(session, needed))
    return [tuple(hashes.range(low, high) for low, high in path) for path in paths]


def _logged(row: Any) -> LoggedLeaf:
    return LoggedLeaf(row.kind, row.key, row.staged_at, bytes(row.leaf), row.leaf_index)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
