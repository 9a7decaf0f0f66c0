"""A NUL byte in an address or a question is answered, not stumbled over."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/c/%00", 404),
        ("/notices/%00", 404),
        ("/log/proofs/%00", 404),
        ("/check?number=%00", 400),
        ("/login?next=%00", 400),
    ],
)
def test_a_nul_byte_is_a_fault_of_the_question_and_never_of_ours(client: Any, address: str, status: int) -> None:
    assert client.get(address).status_code == status
