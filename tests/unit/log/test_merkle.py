"""The tree against RFC 9162's own definition, and against the published roots of Certificate Transparency's test tree."""

from __future__ import annotations

import hashlib

import pytest

from landreg.log.merkle import (
    EMPTY_ROOT,
    TileHashes,
    consistency_ranges,
    edge_of,
    grow,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    tiles_of,
)
from tests.log_kit import tile_path

# The leaves and roots with which certificate-transparency's implementations are tested.
CT_LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def mth(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_that_other_logs_compute(size: int) -> None:
    grown = grow(0, {}, map(leaf_hash, CT_LEAVES[:size]))
    assert grown.root.hex() == CT_ROOTS[size - 1]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 700])
def test_the_root_from_tiles_is_the_root_over_all_leaves(size: int) -> None:
    leaves = [str(number).encode() for number in range(size)]
    assert grow(0, {}, map(leaf_hash, leaves)).root == mth(leaves)


def test_a_log_grown_by_pieces_is_the_log_grown_at_once() -> None:
    hashes = [leaf_hash(str(number).encode()) for number in range(70_000)]
    tiles, size = {}, 0
    for more in (1, 254, 1, 1, 255, 256, 257, 65_000, 3975):
        edge = {tile: tiles[tile] for tile in edge_of(size)}
        grown = grow(size, edge, hashes[size : size + more])
        tiles.update(grown.tiles)
        size = grown.size
    whole = grow(0, {}, hashes)
    assert (size, tiles, grown.root) == (70_000, whole.tiles, whole.root)


def test_growing_reads_and_writes_only_the_edge_of_the_tree() -> None:
    size = 65_536 + 256 + 3
    assert edge_of(size) == ((0, 257), (1, 1), (2, 0))
    tiles = grow(0, {}, (leaf_hash(str(number).encode()) for number in range(size))).tiles
    assert set(grow(size, {tile: tiles[tile] for tile in edge_of(size)}, [leaf_hash(b"new")]).tiles) == {(0, 257)}


def test_an_edge_that_does_not_end_the_tree_is_refused_rather_than_built_on() -> None:
    with pytest.raises(ValueError, match="does not end a tree of 3"):
        grow(3, {(0, 0): bytes(64)}, [leaf_hash(b"x")])


def test_an_empty_log_has_the_hash_of_nothing_as_its_root() -> None:
    assert TileHashes({}).root(0) == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_a_proof_needs_a_handful_of_tiles_of_a_log_of_a_billion() -> None:
    assert len(tiles_of(inclusion_ranges(123_456_789, 10**9))) <= 8
    assert len(tiles_of(consistency_ranges(123_456_789, 10**9))) <= 8


def test_there_is_no_path_to_an_entry_beyond_the_log_and_none_back_from_a_longer_one() -> None:
    with pytest.raises(ValueError, match="no leaf 3"):
        inclusion_ranges(3, 3)
    with pytest.raises(ValueError, match="does not grow"):
        consistency_ranges(4, 3)


@pytest.mark.parametrize(
    ("level", "position", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 5, 256, "tile/0/005"),
        (1, 1234067, 256, "tile/1/x001/x234/067"),
        (0, 273, 112, "tile/0/273.p/112"),
        (None, 1000, 3, "tile/entries/x001/000.p/3"),
    ],
)
def test_tiles_lie_where_c2sp_tlog_tiles_puts_them(level: int | None, position: int, width: int, path: str) -> None:
    assert tile_path(level, position, width) == path
