"""To whom what an exit gives back belongs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from landreg.exit.model import Exit
from landreg.exit.queries import Whole
from landreg.party.model import Member

SHARES, DOES_NOT = Member(member_id=uuid4(), holds_right=True), Member(member_id=uuid4(), holds_right=False)


@pytest.mark.parametrize(
    ("rights", "contracted", "holders"),
    [(1, True, [SHARES]), (1, False, [SHARES, DOES_NOT]), (2, True, [SHARES, DOES_NOT])],
)
def test_land_is_paid_for_to_who_shares_it_and_a_homestead_to_any_of_the_household(
    rights: int, contracted: bool, holders: list[Member]
) -> None:
    given_back = Exit(right_ids=[uuid4() for _ in range(rights)], contracted=contracted)
    nothing: Any = None
    found = Whole(given_back, nothing, [SHARES, DOES_NOT], {}, (), (), (), nothing, (), (), (), (), {})
    assert found.holders == holders
