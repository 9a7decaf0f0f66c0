"""DOC-7: a proof is of what the register says still, in all that is printed on it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from landreg.registry.issued.proofs import said
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
    [{"right_id": UUID(int=3)}, {"rank": 1}, {"party_code": "93610902MA0000001B"}, {"amount": Decimal("2.00")}],
)
def test_what_is_printed_otherwise_is_said_otherwise(otherwise: dict[str, Any]) -> None:
    session = Session()
    assert said(session, Restriction(**LOAN)) == said(session, Restriction(**LOAN | {"row_id": UUID(int=9)}))
    assert said(session, Restriction(**LOAN)) != said(session, Restriction(**LOAN | otherwise))
