"""Contracts of transfer as programs read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from landreg.core.periods import beijing_day
from landreg.exchange.contracts.model import Contract as Row
from landreg.exchange.contracts.model import ContractEvent, ContractParcel
from landreg.exchange.contracts.rules import instalments
from landreg.exchange.contracts.rules.course import VOID
from landreg.exchange.contracts.rules.terms import codes_in
from landreg.exchange.contracts.taking import SIDES
from landreg.exchange.interfaces.queries import moment, moment_of
from landreg.exchange.interfaces.shapes.contracts import Contract, ContractsAsked, Given, Instalment
from landreg.exchange.interfaces.shapes.land import ListedParcel
from landreg.exchange.model import Deal, Listing, Taker

_PREVIOUS = aliased(Row)
_SAME = (
    "county", "village", "number", "kind", "relation", "state", "from_on", "until_on", "unit", "grain", "price",
    "escalator_percent", "paid_every", "paid_before", "area_m2", "ends_on",
)  # fmt: skip


def contracts(session: Session, asked: ContractsAsked) -> list[tuple[str, Contract]]:
    """One more than a page of contracts that were signed, each with its place in the order of time."""
    where: sa.ColumnElement[bool] = Row.village.startswith(asked.within)
    if asked.after:
        after = sa.tuple_(*map(sa.literal, moment_of(asked.after)))
        where = sa.and_(where, sa.tuple_(ContractEvent.at, Row.contract_id) > after)
    return _signed(session, where, asked.limit + 1)


def contract(session: Session, county: str, number: str) -> Contract | None:
    """One contract that was signed."""
    found = _signed(session, sa.and_(Row.county == county, Row.number == number), 1)
    return found[0][1] if found else None


def contract_id(session: Session, county: str, number: str) -> UUID | None:
    """The id of a contract, signed or not."""
    return session.scalar(sa.select(Row.contract_id).where(Row.county == county, Row.number == number))


def _signed(session: Session, where: sa.ColumnElement[bool], most: int) -> list[tuple[str, Contract]]:
    signed = sa.and_(
        ContractEvent.county == Row.county, ContractEvent.contract_id == Row.contract_id, ContractEvent.kind == "signed"
    )
    asked = (
        sa.select(Row, ContractEvent.on_day, ContractEvent.at, Taker.kind, _PREVIOUS.number, Listing.number)
        .join(ContractEvent, signed)
        .outerjoin(_PREVIOUS, sa.and_(_PREVIOUS.county == Row.county, _PREVIOUS.contract_id == Row.previous_id))
        .outerjoin(Deal, sa.and_(Deal.county == Row.county, Deal.deal_id == Row.deal_id))
        .outerjoin(Listing, sa.and_(Listing.county == Deal.county, Listing.listing_id == Deal.listing_id))
        .join(Taker, sa.and_(Taker.county == Row.county, Taker.taker_id == Row.taker_id))
        .where(where)
        .order_by(ContractEvent.at, Row.contract_id)
        .limit(most)
    )
    rows = session.execute(asked).all()
    ids = [row.contract_id for row, *_ in rows]
    today = beijing_day(session.execute(sa.text("SELECT system.clock()")).scalar_one())
    parts, filed = _parcels(session, ids), _filed(session, ids)
    return [
        (moment(at, row.contract_id), _told(
            row, today, taker=taker, parcels=parts.get(row.contract_id, ()), signed_on=day, filed_on=filed.get(row.contract_id),
            previous=previous, listing=listing,
        ))
        for row, day, at, taker, previous, listing in rows
    ]  # fmt: skip


def _told(row: Row, today: date, **of: Any) -> Contract:
    same: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    if row.void:
        same["state"] = VOID
    elif row.state == "ended" and row.ends_on is not None and row.ends_on <= row.from_on:
        # Ended before its term: it never runs, and its first day is the first without it.
        same["ends_on"] = row.from_on
    elif row.state == "ended" and row.ends_on is not None and row.ends_on > today:
        same["state"] = "ending"
    plan = tuple(Instalment(one.due_on, one.yuan) for one in instalments.read(row.instalments))
    return Contract(**same, **of, instalments=plan, given=_given(row))


def _given(row: Row) -> tuple[Given, ...]:
    """What its taker gives in an exchange: of each parcel the mu that the text gives, where it has both sides' parcels."""
    lines = [line.split("\t") for line in str(row.clauses.get("swapped") or "").splitlines()]
    mu = {code: Decimal(said) for side, code, _name, said, *_rest in lines if side == SIDES[1]}
    return tuple(Given(code, mu.get(code)) for code in codes_in(str(row.clauses.get("other_parcels") or "")))


def _parcels(session: Session, ids: Iterable[UUID]) -> dict[UUID, tuple[ListedParcel, ...]]:
    found: dict[UUID, tuple[ListedParcel, ...]] = {}
    asked = sa.select(ContractParcel).where(ContractParcel.contract_id.in_(ids)).order_by(ContractParcel.parcel_code)
    for one in session.scalars(asked):
        found[one.contract_id] = (*found.get(one.contract_id, ()), ListedParcel(one.parcel_code, one.area_m2))
    return found


def _filed(session: Session, ids: Iterable[UUID]) -> dict[UUID, date]:
    asked = sa.select(ContractEvent.contract_id, ContractEvent.on_day).where(
        ContractEvent.contract_id.in_(ids), ContractEvent.kind == "filed"
    )
    return dict(session.execute(asked).all())
