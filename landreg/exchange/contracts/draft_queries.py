"""Reads of drafts: contracts that are drawn and not signed by both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from landreg.exchange.contracts.model import Contract, ContractEvent, ContractParcel
from landreg.exchange.contracts.rules.course import UNSIGNED
from landreg.exchange.contracts.rules.service import SERVICE


def unsigned(session: Session) -> int:
    """How many contracts of the jurisdiction are drawn and not signed by both."""
    return session.scalar(sa.select(sa.func.count()).where(Contract.state.in_(UNSIGNED))) or 0


def following(session: Session, found: Contract) -> Sequence[Contract]:
    """The drafts that would change or renew a contract and wait for a signature, or are to be dropped since their day is over."""
    return session.scalars(
        sa.select(Contract)
        .where(Contract.county == found.county, Contract.previous_id == found.contract_id)
        .where(Contract.relation.in_(("change", "renewal")), Contract.state.in_(UNSIGNED))
        .order_by(Contract.number)
    ).all()


def overtaken(session: Session, previous: UUID | None = None) -> Sequence[Contract]:
    """Drafts that follow a contract, this one or any, and can be concluded no more."""
    asked = sa.select(Contract).where(
        Contract.state.in_(UNSIGNED),
        Contract.previous_id.is_not(None) if previous is None else Contract.previous_id == previous,
        sa.func.exchange.draft_is_overtaken(Contract.county, Contract.contract_id),
    )
    return session.scalars(asked.order_by(Contract.number)).all()


def beside(session: Session, row: Contract, today: date) -> dict[str, str]:
    """By parcel of a contract: the number of another draft for the same days, of those that may be seen and can be signed. Two that
    are each over a part of a parcel are none.
    """
    if row.kind == SERVICE:
        return {}
    own, other = aliased(ContractParcel), aliased(ContractParcel)
    found = session.execute(
        sa.select(other.parcel_code, Contract.number)
        .join(other, sa.and_(other.county == Contract.county, other.contract_id == Contract.contract_id))
        .join(own, sa.and_(own.county == other.county, own.parcel_code == other.parcel_code))
        .where(own.county == row.county, own.contract_id == row.contract_id, Contract.contract_id != row.contract_id)
        .where(Contract.state.in_(UNSIGNED), sa.or_(Contract.sign_until.is_(None), Contract.sign_until >= today))
        .where(Contract.kind != SERVICE, (Contract.relation == "retransfer") == (row.relation == "retransfer"))
        .where(Contract.from_on < row.until_on, Contract.until_on > row.from_on)
        .where(sa.or_(own.part.is_(None), other.part.is_(None)))
        .order_by(other.parcel_code, Contract.number)
    )
    return {row.parcel_code: row.number for row in found}


def over(session: Session, today: date) -> Sequence[Contract]:
    """Drafts whose last day is over."""
    return session.scalars(sa.select(Contract).where(Contract.state.in_(UNSIGNED), Contract.sign_until < today)).all()


def own(session: Session, today: date) -> Sequence[Contract]:
    """What waits for a signature of a farmer's household, or of what an account takes, and can be signed: its last day is not over,
    nor what it follows.
    """
    late = sa.func.exchange.draft_is_overtaken(Contract.county, Contract.contract_id)
    return session.scalars(
        sa.select(Contract)
        .where(Contract.state.in_(UNSIGNED), ~late)
        .where(sa.or_(Contract.sign_until.is_(None), Contract.sign_until >= today))
        .order_by(Contract.drawn_at.desc())
    ).all()


def lapsed(session: Session, since: date) -> Sequence[Contract]:
    """Drafts that a party saw and that were dropped since a day, because their last day was over."""
    said = sa.select(ContractEvent.event_id).where(
        ContractEvent.county == Contract.county, ContractEvent.contract_id == Contract.contract_id,
        ContractEvent.kind == "withdrawn", ContractEvent.facts["how"].astext == "lapsed", ContractEvent.on_day >= since,
    )  # fmt: skip
    return session.scalars(sa.select(Contract).where(Contract.state == "withdrawn", said.exists())).all()


def numbers(session: Session) -> set[str]:
    """The numbers of the drafts that the actor sees."""
    return set(session.scalars(sa.select(Contract.number).where(Contract.state.in_(UNSIGNED))))
