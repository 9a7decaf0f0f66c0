"""Reads of parties: households and their members, collectives."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from landreg.party.model import Collective, Household, Member


def household(session: Session, county: str, household_id: UUID) -> Household | None:
    """A household as the register has it now."""
    found = select(Household).where(Household.county == county, Household.household_id == household_id)
    return session.scalars(found.where(func.upper_inf(Household.recorded))).one_or_none()


def household_by_code(session: Session, code: str) -> Household | None:
    """A household of the actor's jurisdiction by its code."""
    found = select(Household).where(Household.code == code, func.upper_inf(Household.recorded))
    return session.scalars(found).one_or_none()


def members(session: Session, county: str, household_id: UUID) -> Sequence[Member]:
    """The members of a household in the order of its list."""
    found = select(Member).where(Member.county == county, Member.household_id == household_id)
    return session.scalars(found.where(func.upper_inf(Member.recorded)).order_by(Member.position)).all()


def collective(session: Session, county: str, collective_id: UUID) -> Collective | None:
    """A collective as the register has it now."""
    found = select(Collective).where(Collective.county == county, Collective.collective_id == collective_id)
    return session.scalars(found.where(func.upper_inf(Collective.recorded))).one_or_none()
