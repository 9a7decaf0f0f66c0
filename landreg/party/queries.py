"""Reads of parties: households and their members, collectives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from landreg.core.asof import AsOf
from landreg.core.tables import in_force, standing, standing_then
from landreg.party.model import Collective, Holder, Household, Member
from landreg.party.rules import SHARED


def household(session: Session, county: str, household_id: UUID, asked: AsOf | None = None) -> Household | None:
    """A household as of a day (none: the row that is open)."""
    return session.scalars(*_of(Household, "household_id", county, household_id, asked)).one_or_none()


def household_by_code(session: Session, code: str, asked: AsOf | None = None) -> Household | None:
    """A household of the actor's jurisdiction by its code, as of a day (none: the row that is open)."""
    found = select(Household).where(Household.code == code, _in_force(Household, asked))
    return session.scalars(found).one_or_none()


def last_row(session: Session, code: str) -> Household | None:
    """The newest row that a household's code ever had."""
    return session.scalars(_last_row(), {"code": code}).first()


@cache
def _last_row() -> Select[Any]:
    newest = (func.lower(Household.recorded).desc(), func.lower(Household.valid).desc().nulls_last())
    return select(Household).where(Household.code == bindparam("code")).order_by(*newest).limit(1)


def members(session: Session, county: str, household_id: UUID, asked: AsOf | None = None) -> Sequence[Member]:
    """The members of a household as of a day (none: the open rows), in the order of its list."""
    return session.scalars(*_of(Member, "household_id", county, household_id, asked)).all()


def holders_among(kind: str, members: Sequence[Member]) -> list[Member]:
    """Of a household's members those who hold a right of this kind: of a contract right who shares it, of every other one all.
    农村土地承包法 第二十四条 (RLCL-24), 土地管理法 第六十二条 (LAL-62).
    """
    return [one for one in members if kind != SHARED or one.holds_right]


def collective(session: Session, county: str, collective_id: UUID, asked: AsOf | None = None) -> Collective | None:
    """A collective as of a day (none: the row that is open)."""
    return session.scalars(*_of(Collective, "collective_id", county, collective_id, asked)).one_or_none()


@dataclass(frozen=True)
class Named:
    """Who holds a right: a household, an organisation or a person, by kind, with code and name."""

    kind: str
    code: str
    name: str


def named(session: Session, county: str, holder_id: UUID) -> Named | None:
    """The household or other holder of an id as it is in force."""
    if found := household(session, county, holder_id):
        return Named("household", found.code, found.name)
    other = select(Holder).where(Holder.county == county, Holder.holder_id == holder_id, in_force(Holder))
    row = session.scalars(other).one_or_none()
    return None if row is None else Named(row.kind, row.code, row.name)


def _of(table: Any, key: str, county: str, wanted: UUID, asked: AsOf | None) -> tuple[Select[Any], dict[str, Any]]:
    """The rows of an id as of a day, as a statement that is built once, and its parameters."""
    return _built(table, key, asked is None), {"county": county, "id": wanted, **(asked.values if asked else {})}


@cache
def _built(table: Any, key: str, today: bool) -> Select[Any]:
    found = select(table).where(table.county == bindparam("county"), getattr(table, key) == bindparam("id"))
    found = found.where(in_force(table) if today else standing_then(table))
    return found.order_by(Member.position) if table is Member else found


def _in_force(table: Any, asked: AsOf | None) -> ColumnElement[bool]:
    return in_force(table) if asked is None else standing(table, asked)


def household_codes(session: Session, county: str, household_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The codes of these households as they stand today, and of other holders their codes or names."""
    found = select(Household.household_id, Household.code).where(
        Household.county == county, Household.household_id.in_(household_ids), in_force(Household)
    )
    others = select(Holder.holder_id, func.coalesce(func.nullif(Holder.code, ""), Holder.name)).where(
        Holder.county == county, Holder.holder_id.in_(household_ids), in_force(Holder)
    )
    return dict(session.execute(found).all()) | dict(session.execute(others).all())
