"""Trees, keys and proofs for the log's tests, made without the database."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from landreg.log.merkle import (
    WIDTH,
    Tile,
    TileHashes,
    consistency_ranges,
    grow,
    inclusion_ranges,
    leaf_hash,
)
from landreg.log.note import Checkpoint, Signer

SIGNER = Signer("landreg.test/log", bytes(range(32)))


def leaf_bytes(number: int) -> bytes:
    """A leaf as the register writes it, of the day 2026-11-24 in Beijing."""
    leaf = {
        "at": "2026-11-23T16:30:00.000000Z",
        "facts": {"act": f"610902-{number}", "area_m2": "1234.50"},
        "format": "landreg-leaf/1",
        "key": f"610902-{number}",
        "kind": "act",
        "personal": {},
    }
    return json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()


def tree(size: int) -> dict[Tile, bytes]:
    """The tiles of a log of this size."""
    return dict(grow(0, {}, (leaf_hash(leaf_bytes(number)) for number in range(size))).tiles)


def checkpoint(tiles: dict[Tile, bytes], size: int, signer: Signer = SIGNER) -> str:
    """A signed checkpoint of the log's first entries."""
    return signer.sign(Checkpoint(signer.name, size, TileHashes(tiles).root(size)))


def inclusion(tiles: dict[Tile, bytes], index: int, size: int, **changed: Any) -> bytes:
    """The proof of an entry, with fields changed."""
    proof = {
        "format": "landreg-proof/1",
        "origin": SIGNER.name,
        "leaf": _base64(leaf_bytes(index)),
        "index": index,
        "size": size,
        "path": [_base64(step) for step in hashes(tiles, inclusion_ranges(index, size))],
        "checkpoint": checkpoint(tiles, size),
    }
    return json.dumps({**proof, **changed}).encode()


def growth(tiles: dict[Tile, bytes], old: int, new: int) -> bytes:
    """The proof that the log only grew."""
    path = [_base64(step) for step in hashes(tiles, consistency_ranges(old, new))]
    return json.dumps({"format": "landreg-consistency/1", "old": old, "new": new, "path": path}).encode()


def tile_path(level: int | None, position: int, width: int = WIDTH) -> str:
    """Where a tile lies in the layout of C2SP tlog-tiles, `tile/0/x001/067`; `level` None for a bundle of entries."""
    digits = f"{position:03d}"
    groups = [digits[max(0, end - 3) : end].zfill(3) for end in range(len(digits), 0, -3)]
    number = "/".join([*(f"x{group}" for group in reversed(groups[1:])), groups[0]])
    name = "entries" if level is None else str(level)
    return f"tile/{name}/{number}" if width == WIDTH else f"tile/{name}/{number}.p/{width}"


def hashes(tiles: dict[Tile, bytes], ranges: Iterable[tuple[int, int]]) -> list[bytes]:
    """The hashes of ranges of leaves."""
    reader = TileHashes(tiles)
    return [reader.range(low, high) for low, high in ranges]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
