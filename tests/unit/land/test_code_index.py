"""Codes are found where they stand first, however their mixes lie."""

from __future__ import annotations

import numpy as np
import pytest

from landreg.land.rules.index import MULTIPLIER, STEPS, Bytes, CodeIndex, mix


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100, 5000])
def test_each_code_is_found_where_it_stands_first(count: int) -> None:
    numbers = np.random.default_rng(count).integers(0, count + 1, count).tolist()
    codes = np.array([b"" if number % 7 == 1 else b"%019d" % number for number in numbers], dtype="S19")
    wanted = np.array([b"%019d" % number for number in range(count + 3)] + [b"", b"x"], dtype="S19")
    first = {code: row for row, code in reversed(list(enumerate(codes.tolist())))}
    expected = [first.get(code, -1) if code else -1 for code in wanted.tolist()]
    assert CodeIndex(codes).find(wanted).tolist() == expected


def test_codes_whose_mixes_begin_alike_are_told_apart() -> None:
    codes = _mixed_to(np.arange(40 * STEPS, dtype=np.uint64) << np.uint64(8) | np.uint64(0xABCDEF << 40))
    assert len(np.unique(mix(codes) >> np.uint64(32))) == 1
    assert CodeIndex(codes[::2]).find(codes).tolist() == [row // 2 if row % 2 == 0 else -1 for row in range(len(codes))]


def _mixed_to(mixes: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> Bytes:
    """Codes of eight signs that have these mixes, but for those that would end with NUL."""
    back = np.uint64(pow(int(MULTIPLIER), -1, 1 << 64))
    stirred = mixes ^ (mixes >> np.uint64(29)) ^ (mixes >> np.uint64(58))
    words = stirred * back
    return np.asarray(words[words >> np.uint64(56) != 0].view("S8"))
