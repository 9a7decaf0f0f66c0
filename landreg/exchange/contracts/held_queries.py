"""Reads of who holds the ground of contracts today, as functions of the exchange's schema say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session


def held_now(session: Session, county: str, contract_id: UUID, *, own: bool) -> Sequence[Any]:
    """The ground of a contract as it stands today, each piece with who holds it by the register: the contract's parcel_code, code,
    area_m2, household_id, household_code, name, since, by_case, by_kind. own: asked by a party of the contract.
    """
    if own:
        return held_now_of_own(session, county, [contract_id]).get(contract_id, [])
    asked = sa.text("SELECT * FROM exchange.held_now(:county, :contract)")
    return session.execute(asked, {"county": county, "contract": contract_id}).all()


def held_now_of_own(session: Session, county: str, contracts: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """The same to a party of several contracts, by contract."""
    asked = sa.text("SELECT * FROM exchange.held_now_of_own(:county, CAST(:contracts AS uuid[]))")
    found: dict[UUID, list[Any]] = {}
    for row in session.execute(asked, {"county": county, "contracts": list(contracts)}):
        found.setdefault(row.contract_id, []).append(row)
    return found
