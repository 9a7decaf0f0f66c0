"""The sample's two packages are the given ones, byte for byte: whoever measures or checks by them elsewhere has the same."""

from __future__ import annotations

import hashlib

import pytest

from landreg.config import CHECKOUT

GIVEN = {
    "hanbin.zip": "117496f0a8819baf8d7fb83dd2e4a87d8b47d311df5e9b5a160aee431aede6cb",
    "hanbin-faults.zip": "b387b697baa667caa51cb1074280f098b3765990334a1cf3eb97c944e0c6ca66",
}


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_a_given_package_is_as_it_was_given(name: str) -> None:
    assert hashlib.sha256((CHECKOUT / "data" / "sample" / name).read_bytes()).hexdigest() == GIVEN[name]
