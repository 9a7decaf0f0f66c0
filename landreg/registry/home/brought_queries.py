"""Reads about applications of households: at the farmers' desk of one household alone, at the office of the jurisdiction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.orm import Session

from landreg.core.tables import in_force
from landreg.registry.casework.cases import FINISHED
from landreg.registry.leaves.applied import Application
from landreg.registry.model import Right


def application(session: Session, county: str, application_id: UUID, *, lock: bool = False) -> Application | None:
    """One application that the actor may see; lock: held until the end of the transaction."""
    key = {"county": county, "application_id": application_id}
    return session.get(Application, key, with_for_update=lock or None)


def application_of_case(session: Session, county: str, case_id: UUID) -> Application | None:
    """The application on which a case was opened; none for one that was opened at the window."""
    found = select(Application).where(Application.county == county, Application.case_id == case_id)
    return session.scalars(found).one_or_none()


def statement(state: str) -> Select[Any]:
    """Applications of the jurisdiction in a state, those that wait longest first."""
    return select(Application).where(Application.state == state).order_by(Application.made_at, Application.number)


def waiting(session: Session) -> int:
    """How many wait to be taken up."""
    return session.scalar(select(func.count()).select_from(Application).where(Application.state == "open")) or 0


def of_household(session: Session, household_id: UUID) -> Sequence[Application]:
    """The applications of a household, the newest first."""
    found = select(Application).where(Application.household_id == household_id)
    return session.scalars(found.order_by(Application.made_at.desc()).limit(50)).all()


def waits(session: Session, household_id: UUID, subject: str, kind: str) -> bool:
    """Whether the household's application for the same is not taken up yet."""
    found = select(Application.application_id).where(
        Application.household_id == household_id,
        Application.subject_code == subject,
        Application.act_kind == kind,
        Application.state == "open",
    )
    return session.scalars(found.limit(1)).one_or_none() is not None


def own_rights(session: Session, household_id: UUID) -> Sequence[Right]:
    """The rights that a household holds now, as the farmers' desk sees them."""
    found = select(Right).where(Right.household_id == household_id, in_force(Right))
    return session.scalars(found.order_by(Right.kind, Right.code)).all()


def own_right_ids(session: Session, household_id: UUID) -> Collection[UUID]:
    """Their ids."""
    return {right.right_id for right in own_rights(session, household_id)}


def subject_code(session: Session, household_id: UUID, right_id: UUID | None) -> str | None:
    """The code of a right of the household; None for none of its own."""
    found = select(Right.code).where(Right.household_id == household_id, Right.right_id == right_id, in_force(Right))
    return session.scalars(found).one_or_none() if right_id else None


def own_members(session: Session) -> Sequence[Row[Any]]:
    """The members of the actor's one household by masked name: member_id, name_masked, relation, holds_right."""
    return session.execute(text("SELECT * FROM party.own_members()")).all()


def own_cases(session: Session) -> Sequence[Row[Any]]:
    """How the cases of the actor's one household stand, the newest first."""
    return session.execute(text("SELECT * FROM registry.own_cases()")).all()


def case_under_way(session: Session, household_id: UUID, right_id: UUID | None, kind: str) -> str:
    """The number of the household's case of a kind that is not at its end; '' for none. Of a right it is told by the right's kind,
    where the household holds no other of that.
    """
    of = {right.right_id: right.kind for right in own_rights(session, household_id)}
    if right_id is not None and list(of.values()).count(of.get(right_id, "")) != 1:
        return ""
    found = (
        str(case.number)
        for case in own_cases(session)
        if case.act_kind == kind
        and case.state not in FINISHED
        and (right_id is None or case.right_kind == of[right_id])
    )
    return next(found, "")


def withdraw_taken(session: Session, county: str, application_id: UUID, named: str, why: str) -> None:
    """Withdraw an application on which a case is open, and the case. The database refuses by APP-3 what is at its end."""
    asked = {"county": county, "application": application_id, "named": named, "why": why}
    session.execute(text("SELECT registry.withdraw_taken(:county, :application, :named, :why)"), asked)


def left_own_household(session: Session, since: datetime) -> Sequence[Row[Any]]:
    """Who is a member of the actor's household no more, by acts since an instant: name_masked, left_on, died."""
    return session.execute(text("SELECT * FROM party.left_own_household(:since)"), {"since": since}).all()
