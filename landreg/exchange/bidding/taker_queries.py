"""Reads of takers: as whom an account may act, who is known by a code, and what land each has by its deals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.tables import in_force
from landreg.exchange.bidding.row_queries import row_of
from landreg.exchange.model import Taker
from landreg.party.model import Household


def taker(session: Session, county: str, taker_id: UUID) -> Taker | None:
    """A taker whom the actor sees."""
    return row_of(session, Taker, county, taker_id=taker_id)


def takers(session: Session, county: str, ids: Sequence[UUID]) -> dict[UUID, Taker]:
    """Takers by id."""
    found = session.scalars(sa.select(Taker).where(Taker.county == county, Taker.taker_id.in_(ids)))
    return {one.taker_id: one for one in found}


def own_takers(session: Session) -> Sequence[Taker]:
    """As whom the actor may bid: the household's, and those of its account. The desk's policy leaves no other."""
    return session.scalars(sa.select(Taker).order_by(Taker.opened_at)).all()


def taker_of_household(session: Session, county: str, household_id: UUID) -> Taker | None:
    """The taker that a household is."""
    return row_of(session, Taker, county, household_id=household_id)


def holder_named(session: Session, county: str, code: str) -> str | None:
    """By what name the register has the organisation of a code; None where it has none."""
    asked = sa.text("SELECT exchange.holder_named(:county, :code)")
    name: str | None = session.scalar(asked, {"county": county, "code": code})
    return name


def taker_of_code(session: Session, county: str, code: str) -> Taker | None:
    """The household or organisation of a code, as a taker."""
    return row_of(session, Taker, county, code=code)


def taker_of_person(session: Session, county: str, numbers: Sequence[bytes]) -> Taker | None:
    """The person of one of these digests of a number, as a taker."""
    asked = sa.select(Taker).where(Taker.county == county, Taker.kind == "person", Taker.id_digest.in_(numbers))
    return session.scalars(asked).first()


def home_of(session: Session, county: str, numbers: Sequence[bytes]) -> str:
    """The code of the household in force whose member bears one of these digests of a number; '' of nobody's."""
    asked = sa.text("SELECT code FROM exchange.home_of(:county, CAST(:numbers AS bytea[]))")
    return str(session.scalar(asked, {"county": county, "numbers": list(numbers)}) or "")


def own_household(session: Session, county: str, household_id: UUID) -> Household | None:
    """The household that the actor stands for, as it is registered."""
    asked = sa.select(Household).where(
        Household.county == county, Household.household_id == household_id, in_force(Household)
    )
    return session.scalars(asked).one_or_none()


@dataclass(frozen=True)
class Said:
    """A household as it is registered."""

    household_id: UUID
    code: str
    name: str
    village: str


def household_said(session: Session, county: str, code: str) -> Said | None:
    """A household by its code."""
    asked = sa.text("SELECT * FROM exchange.household_said(:county, :code)")
    found = session.execute(asked, {"county": county, "code": code}).first()
    return None if found is None else Said(found.household_id, code, found.name, found.village)


def would_take(session: Session, county: str, priority_id: UUID) -> sa.Row[Any] | None:
    """Who would take the land of a window, as a household that was told of it reads it: kind and name, masked but of an
    organisation; None for another reader.
    """
    asked = sa.text("SELECT * FROM exchange.would_take(:county, :priority)")
    return session.execute(asked, {"county": county, "priority": priority_id}).first()


def all_takers() -> sa.Select[Taker]:
    """The takers of the jurisdiction, newest first."""
    return sa.select(Taker).order_by(Taker.opened_at.desc())


def code_known(session: Session, county: str, code: str, digests: Sequence[bytes]) -> bool:
    """Whether a taker of this code, or of one of this person's digests, is there."""
    same = Taker.code == code if code else Taker.id_digest.in_(digests)
    return session.scalar(sa.select(Taker.taker_id).where(Taker.county == county, same)) is not None


def area_held(session: Session, county: str, taker_id: UUID) -> Decimal:
    """What a taker has by deals that stand, in m²."""
    asked = sa.text("SELECT exchange.area_held(:county, :taker)")
    return Decimal(session.execute(asked, {"county": county, "taker": taker_id}).scalar_one())


def open_account(session: Session, account_id: UUID, login: str, name: str, jurisdiction: str, hashed: str) -> datetime:
    """An account of a taker, at the counter; the instant."""
    asked = sa.text("SELECT access.open_taker(:account, :login, :name, :jurisdiction, :hash)")
    values = {"account": account_id, "login": login, "name": name, "jurisdiction": jurisdiction, "hash": hashed}
    at: datetime = session.execute(asked, values).scalar_one()
    return at
