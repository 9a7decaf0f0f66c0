"""Who is found by name or number: members of households, and those who hold a right and are no household, with their rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from landreg.access import person_queries
from landreg.core.db import UnitOfWork
from landreg.core.tables import in_force
from landreg.land.queries import prefixed
from landreg.party.model import Holder, Household, Member
from landreg.registry.casebook import Act, Case
from landreg.registry.model import Right


class PersonFound(NamedTuple):
    """A member of a household, by masked name and number. left: of one who is none any more, since when; reason: of the closed
    list, where the case that ended it names one.
    """

    name: str
    id_number: str
    household: Household
    left: date | None = None
    reason: str = ""


def members(uow: UnitOfWork, person_ids: Sequence[Any], most: int) -> list[PersonFound]:
    """The households of persons; those that lie outside the jurisdiction are not seen."""
    if not person_ids:
        return []
    same = sa.and_(Member.county == Household.county, Member.household_id == Household.household_id)
    found = (
        sa.select(Member.person_id, Household)
        .join(Household, same)
        .where(Member.person_id.in_(person_ids), in_force(Member), in_force(Household))
        .order_by(Household.code)
        .limit(most)
    )
    rows = uow.session.execute(found).all()
    masked = person_queries.masked_persons(uow.session, {row.person_id for row in rows})
    return [PersonFound(*masked[row.person_id], row.Household) for row in rows]


def left_by(uow: UnitOfWork, person: UUID, most: int) -> list[PersonFound]:
    """The households, as they are now, of which a person was a member and is none any more."""
    now = aliased(Member)
    stays = sa.exists().where(
        now.county == Member.county, now.household_id == Member.household_id, now.person_id == person, in_force(now)
    )
    found = (
        sa.select(Household, Member.member_id, sa.func.upper(Member.valid).label("left"), Case.request)
        .join(Household, sa.and_(Member.county == Household.county, Member.household_id == Household.household_id))
        .outerjoin(Act, sa.and_(Act.county == Member.county, Act.act_id == Member.act_id))
        .outerjoin(Case, sa.and_(Case.county == Act.county, Case.case_id == Act.case_id))
        .where(Member.person_id == person, sa.func.upper_inf(Member.recorded), in_force(Household), ~stays)
        .order_by(Household.code, sa.func.upper(Member.valid))
        .limit(most)
    )
    rows = uow.session.execute(found).all()
    masked = person_queries.masked_persons(uow.session, [person])
    last = {row.Household.household_id: row for row in rows}
    return [PersonFound(*masked[person], row.Household, row.left, _reason(row)) for row in last.values()]


def held_by_person(session: Session, within: str, person: UUID, most: int) -> Sequence[Right]:
    """The rights in force that a person holds in a jurisdiction, by code."""
    return _held(session, within, Holder.person_id == person, most)


def held_by_code(session: Session, within: str, code: str, most: int) -> Sequence[Right]:
    """The same of the organisation of a social credit code."""
    return _held(session, within, Holder.code == code, most)


def held_by_name(session: Session, within: str, name: str, most: int) -> Sequence[Right]:
    """The same of whoever's name begins so."""
    return _held(session, within, prefixed(Holder.name.collate("C"), name), most)


def _held(session: Session, within: str, whose: Any, most: int) -> Sequence[Right]:
    same = sa.and_(Right.county == Holder.county, Right.household_id == Holder.holder_id)
    found = sa.select(Right).join(Holder, same).where(whose, prefixed(Right.village, within), in_force(Right))
    return session.scalars(found.where(in_force(Holder)).order_by(Right.code).limit(most)).all()


def _reason(row: Any) -> str:
    leaves = row.request.get("leaves", ()) if row.request else ()
    return next((one["reason"] for one in leaves if one.get("member_id") == str(row.member_id)), "")
