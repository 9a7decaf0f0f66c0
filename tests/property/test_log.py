"""Proofs for trees of any size: what is true is proven, what is not true is not."""

from __future__ import annotations

import json
from functools import cache

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from landreg.log.leaf import canonical
from landreg.log.merkle import TileHashes, consistency_ranges, edge_of, grow, inclusion_ranges, leaf_hash
from landreg.log.verify import is_consistent, root_from_inclusion
from tests.log_kit import hashes

LARGEST = 1500
SIZES = st.integers(1, LARGEST)


def _leaf(number: int) -> bytes:
    return leaf_hash(str(number).encode())


@cache
def _tiles() -> dict[tuple[int, int], bytes]:
    return dict(grow(0, {}, map(_leaf, range(LARGEST))).tiles)


@given(SIZES, st.data())
def test_every_entry_of_every_log_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = hashes(_tiles(), inclusion_ranges(index, size))
    assert root_from_inclusion(_leaf(index), index, size, path) == TileHashes(_tiles()).root(size)


@given(SIZES, st.data())
def test_an_entry_is_proven_at_its_own_place_only(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size + 3))
    assume(index != other)
    path = hashes(_tiles(), inclusion_ranges(index, size))
    root = TileHashes(_tiles()).root(size)
    assert root_from_inclusion(_leaf(index), other, size, path) != root
    assert root_from_inclusion(_leaf(other), index, size, path) != root


@given(SIZES, st.data())
def test_a_path_with_a_step_more_a_step_less_or_a_changed_step_proves_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = hashes(_tiles(), inclusion_ranges(index, size))
    root = TileHashes(_tiles()).root(size)
    assert root_from_inclusion(_leaf(index), index, size, [*path, bytes(32)]) != root
    for place in range(len(path)):
        assert root_from_inclusion(_leaf(index), index, size, path[:place] + path[place + 1 :]) != root
        assert root_from_inclusion(_leaf(index), index, size, [*path[:place], bytes(32), *path[place + 1 :]]) != root


@given(SIZES, SIZES)
def test_a_log_that_grew_is_consistent_with_what_it_was(one: int, other: int) -> None:
    old, new = sorted((one, other))
    roots = [TileHashes(_tiles()).root(size) for size in (old, new)]
    path = hashes(_tiles(), consistency_ranges(old, new))
    assert is_consistent(old, new, roots[0], roots[1], path)
    assert not is_consistent(old, new, bytes(32), roots[1], path)
    assert not is_consistent(old, new, roots[0], bytes(32), path)
    assert not is_consistent(old, new, roots[0], roots[1], [*path, bytes(32)])


@settings(max_examples=40)
@given(st.integers(2, 600), st.data())
def test_a_log_with_one_entry_rewritten_is_consistent_with_nothing_before(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    rewritten = data.draw(st.integers(0, old - 1))
    forged = grow(0, {}, (_leaf(-1 if number == rewritten else number) for number in range(new)))
    path = hashes(dict(forged.tiles), consistency_ranges(old, new))
    assert not is_consistent(old, new, TileHashes(_tiles()).root(old), forged.root, path)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=5))
def test_the_log_is_the_same_in_whatever_pieces_it_was_sealed(pieces: list[int]) -> None:
    tiles: dict[tuple[int, int], bytes] = {}
    size, root = 0, b""
    for piece in pieces:
        edge = {tile: tiles[tile] for tile in edge_of(size)}
        grown = grow(size, edge, map(_leaf, range(size, size + piece)))
        tiles, size, root = {**tiles, **grown.tiles}, grown.size, grown.root
    assert root == grow(0, {}, map(_leaf, range(size))).root


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_a_leaf_read_and_written_again_is_the_same_bytes(value: object) -> None:
    once = canonical(value)  # type: ignore[arg-type]
    assert canonical(json.loads(once)) == once
