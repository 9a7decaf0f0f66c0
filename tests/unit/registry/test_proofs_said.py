"""DOC-7: a proof is of what the register says still."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.registry.issued.proofs import moved, said
from landreg.registry.model import Restriction

LOAN: dict[str, Any] = {
    "county": "610902",
    "row_id": UUID(int=1),
    "right_id": UUID(int=2),
    "rank": 2,
    "party": "样本农村信用社",
    "party_code": "91610902MA0000009A",
    "basis": "抵押合同",
    "amount": Decimal("1000.00"),
    "until": date(2027, 6, 30),
}


@pytest.mark.parametrize(
    "otherwise",
    [
        {"until": date(2028, 6, 30)},
        {"basis": "补充协议"},
        {"party_code": "93610902MA0000001B"},
        {"amount": Decimal("2.00")},
    ],
)
def test_what_was_changed_is_said_otherwise_and_what_moved_with_its_land_is_not(otherwise: dict[str, Any]) -> None:
    moved = {"row_id": UUID(int=9), "right_id": UUID(int=3), "rank": 1, "parcels": [UUID(int=4)]}
    assert said(Restriction(**LOAN)) == said(Restriction(**LOAN | moved))
    assert said(Restriction(**LOAN)) != said(Restriction(**LOAN | otherwise))


def test_land_that_is_no_more_under_it_is_named_beside_what_came_of_it() -> None:
    told = moved(("A1", "A2"), ["A1", "A3"])
    assert told == "登记当日所及的 A2 现不在内；A3 为登记以后所及；上列为出具当日登记簿的记载"
    assert moved(("A1", "A2"), ["A1"]) == "登记当日所及的 A2 现不在内；上列为出具当日登记簿的记载"
