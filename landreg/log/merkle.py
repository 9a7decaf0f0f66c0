"""Merkle tree hashes and proofs (RFC 9162, 2.1), and the tiles in which a tree is kept (C2SP tlog-tiles).

A node (level, index) is the hash over the leaves from index * 2**level to (index + 1) * 2**level. A tile (level,
position) holds up to 256 nodes of level 8 * level, from node 256 * position on. Any hash that a proof needs follows
from the tiles of a few levels, so that a log of any size is extended and proven in a handful of reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

HASH_BYTES = 32
HEIGHT = 8
WIDTH = 1 << HEIGHT
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = tuple[int, int]
Tile = tuple[int, int]
Range = tuple[int, int]


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees: SHA-256 of 0x01 and both."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def inclusion_ranges(index: int, size: int) -> tuple[Range, ...]:
    """The ranges of leaves whose hashes are the inclusion path of a leaf, from the leaf upwards (RFC 9162, 2.1.3.1).

    Raises ValueError when the tree of that size has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    low, high = 0, size
    path: list[Range] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return tuple(reversed(path))


def consistency_ranges(old: int, new: int) -> tuple[Range, ...]:
    """The ranges of leaves whose hashes prove that the tree of size `new` began as that of `old` (RFC 9162, 2.1.4.1).

    Empty for equal sizes and for an empty old tree. Raises ValueError when the tree would have shrunk.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} does not grow to {new}")
    if old in (0, new):
        return ()
    low, high = 0, new
    path: list[Range] = []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    # The old root itself is known to whoever checks; an inner subtree of it is not.
    return ((low, high), *reversed(path)) if low else tuple(reversed(path))


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def cover(low: int, high: int) -> Iterator[Node]:
    """The nodes of full subtrees that make up the leaves from `low` to `high`, as a proof's range has them."""
    while low < high:
        level = (high - low).bit_length() - 1
        yield level, low >> level
        low += 1 << level


def tile_of(node: Node) -> Tile:
    """The tile from which a node's hash can be had."""
    level, index = node
    return level // HEIGHT, index << level % HEIGHT >> HEIGHT


def tiles_of(ranges: Iterable[Range]) -> set[Tile]:
    """The tiles from which the hashes of these ranges can be had."""
    return {tile_of(node) for low, high in ranges for node in cover(low, high)}


class TileHashes:
    """Hashes of nodes and ranges from tiles, each worked out once."""

    def __init__(self, tiles: Mapping[Tile, bytes]) -> None:
        self._tiles = tiles
        self._nodes: dict[Node, bytes] = {}
        self._ranges: dict[Range, bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash of a node. Raises KeyError when its tile is not there, or too short."""
        found = self._nodes.get((level, index))
        if found is None:
            found = self._nodes[level, index] = self._work_out(level, index)
        return found

    def _work_out(self, level: int, index: int) -> bytes:
        if level % HEIGHT:
            return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))
        place = index % WIDTH * HASH_BYTES
        found = self._tiles[level // HEIGHT, index // WIDTH][place : place + HASH_BYTES]
        if len(found) < HASH_BYTES:
            raise KeyError((level, index))
        return found

    def range(self, low: int, high: int) -> bytes:
        """The tree hash over the leaves from `low` to `high`, a range that RFC 9162's splitting makes."""
        found = self._ranges.get((low, high))
        if found is None:
            hashes = [self.node(level, index) for level, index in cover(low, high)]
            found = hashes.pop() if hashes else EMPTY_ROOT
            for left in reversed(hashes):
                found = node_hash(left, found)
            self._ranges[low, high] = found
        return found

    def root(self, size: int) -> bytes:
        """The root of the tree over the first `size` leaves."""
        return self.range(0, size)


@dataclass(frozen=True)
class Grown:
    """A tree after leaves were added: its size and root, and the tiles that are new or longer."""

    size: int
    root: bytes
    tiles: Mapping[Tile, bytes]


def edge_of(size: int) -> tuple[Tile, ...]:
    """The tiles, one a level at most, that a tree of this size has begun and not filled."""
    levels = range((size.bit_length() + HEIGHT - 1) // HEIGHT)
    return tuple((level, size >> HEIGHT * (level + 1)) for level in levels if size >> HEIGHT * level & (WIDTH - 1))


def grow(size: int, edge: Mapping[Tile, bytes], leaf_hashes: Iterable[bytes]) -> Grown:
    """Add leaves to a tree of which only the unfilled tiles are known (`edge_of`); work as the leaves are many.

    Raises ValueError when a tile of the edge does not hold what the size asks for.
    """
    known = dict(edge)
    for level, position in edge_of(size):
        wanted = (size >> HEIGHT * level & (WIDTH - 1)) * HASH_BYTES
        if len(known.get((level, position), b"")) != wanted:
            raise ValueError(f"tile {level}/{position} does not end a tree of {size}")
    changed: dict[Tile, bytes] = {}
    level, first, added = 0, size, list(leaf_hashes)
    grown = size + len(added)
    while added:
        filled: list[bytes] = []
        for position, hashes in _lengthened(level, first, added, known):
            changed[level, position] = hashes
            if len(hashes) == WIDTH * HASH_BYTES:
                filled.append(_full_root(hashes))
        level, first, added = level + 1, first // WIDTH, filled
    root = TileHashes({**known, **changed}).root(grown)
    return Grown(grown, root, changed)


def _lengthened(level: int, first: int, added: list[bytes], known: Mapping[Tile, bytes]) -> Iterator[tuple[int, bytes]]:
    """The tiles of a level, with their position, that the nodes from number `first` on begin or lengthen."""
    start = 0
    while start < len(added):
        position, place = divmod(first + start, WIDTH)
        part = added[start : start + WIDTH - place]
        before = known.get((level, position), b"") if place else b""
        yield position, before + b"".join(part)
        start += len(part)


def _full_root(hashes: bytes) -> bytes:
    """The hash over a full tile."""
    nodes = [hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)]
    while len(nodes) > 1:
        nodes = [node_hash(nodes[i], nodes[i + 1]) for i in range(0, len(nodes), 2)]
    return nodes[0]
