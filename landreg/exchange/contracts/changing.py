"""What becomes in the register of the land-operation right of a contract that was changed or renewed: it is changed to what the
contract says now, or struck out where that is too short to be registered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.db import UnitOfWork
from landreg.core.periods import DAY
from landreg.exchange.contracts import cancelling, land_queries, queries
from landreg.exchange.contracts.model import Contract, ContractPaper
from landreg.exchange.contracts.rules.terms import may_be_registered
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law
from landreg.registry.rules.household_requests import LandOperationChange, LandOperationEnd
from landreg.registry.rules.requests import Request


def act_of(uow: UnitOfWork, found: Whole, law: Law) -> tuple[UUID, str, Request] | None:
    """The right, the kind of act and what is asked of the register for a contract that changes or renews another; None of one that
    does neither, or whose right is not registered.
    """
    row = found.contract
    rights = rights_of(uow.session, found)
    land = land_queries.land(uow.session, row.county, rights[0].right_id) if rights else None
    if land is None:
        return None
    right: UUID = rights[0].right_id
    term, years = land.right.term, law.days("TR-8.least_years")
    if row.right_id is not None and term is not None and not may_be_registered(term.lower, row.until_on, years):
        return right, "land_operation_end", LandOperationEnd("agreed", row.number)
    codes = tuple(sorted(one.parcel_code for one in found.parcels))
    less = () if set(codes) == set(land.parcels) else codes
    return right, "land_operation_change", LandOperationChange(row.number, row.until_on - DAY, less)


def rights_of(session: Session, found: Whole) -> Sequence[Any]:
    """The registered rights that are to follow what a contract made of the one before it: right_id, code. A renewal has them for
    longer, until the register followed it.
    """
    row = found.contract
    if row.relation == "renewal":
        return land_queries.rights_prolonged(session, row.county, row.contract_id)
    return cancelling.registered(session, found).rights if row.relation == "change" else ()


def renewals(session: Session, below: Sequence[Contract]) -> list[Contract]:
    """Of the contracts that follow one those by which its registered right is to be had for longer."""
    signed = [one for one in below if one.relation == "renewal" and one.state == "signed"]
    return [one for one in signed if land_queries.rights_prolonged(session, one.county, one.contract_id)]


def consents(uow: UnitOfWork, found: Whole) -> list[ContractPaper]:
    """The creditors' consents with which the contract below was changed, or is renewed: they are to what its right becomes."""
    row = found.contract
    below = queries.one(uow.session, row.county, row.previous_id) if row.previous_id is not None else None
    if below is None:
        return []
    return cancelling.consents(queries.whole(uow.session, below), "change")
