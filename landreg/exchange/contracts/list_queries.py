"""The list of contracts, by where each is on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.contracts.model import Contract
from landreg.exchange.listings.rules.land import MOVING


def listed(stage: str, today: date, text: str = "") -> sa.Select[Any]:
    """The contracts of the jurisdiction, newest first: those at a stage on a day, '' for all, whose number, household or taker
    holds a text.
    """
    found = sa.select(Contract).order_by(Contract.drawn_at.desc(), Contract.number.desc())
    if stage:
        found = found.where(*_at(stage, today))
    if text:
        found = found.where(
            sa.or_(
                Contract.number.startswith(text, autoescape=True),
                Contract.household_code == text,
                Contract.household_name.contains(text, autoescape=True),
                Contract.taker_name.contains(text, autoescape=True),
            )
        )
    return found


def _at(stage: str, today: date) -> tuple[sa.ColumnElement[bool], ...]:
    """The rows that `whole.stands` says are at a stage on a day."""
    signed = (Contract.state == "signed", Contract.ends_on.is_(None))
    match stage:
        case "void":
            return (Contract.void.is_(True),)
        case "ended":
            return (Contract.ends_on <= today, Contract.void.is_(False))
        case "ending":
            return (Contract.ends_on > today,)
        case "signed":
            return (*signed, Contract.from_on > today)
        case "running":
            return (*signed, Contract.from_on <= today, sa.or_(Contract.until_on > today, Contract.kind.in_(MOVING)))
        case "over":
            return (*signed, Contract.until_on <= today, Contract.kind.not_in(MOVING))
    return (Contract.state == stage, Contract.ends_on.is_(None))


def ending_ahead(session: Session, found: Sequence[Contract]) -> frozenset[UUID]:
    """Those of these contracts whose end is set for a day to come."""
    if not any(row.ends_on for row in found):
        return frozenset()
    today: date = session.scalars(sa.text("SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")).one()
    return frozenset(row.contract_id for row in found if row.ends_on is not None and row.ends_on > today)
