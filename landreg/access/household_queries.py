"""Reads of a household before the office's counter: its codes, bindings, agents and consents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as DatabaseSession

from landreg.access.model import (
    Account,
    AgentAct,
    Binding,
    Consent,
    HouseholdCode,
)


@dataclass(frozen=True)
class MemberFound:
    """A member as an officer tells one from another: masked name and number, and the relation to the head."""

    person_id: UUID
    name: str
    relation: str
    number: str


@dataclass(frozen=True)
class HouseholdFound:
    """A household as the register has it now, and its members."""

    county: str
    village: str
    household_id: UUID
    code: str
    name: str
    members: tuple[MemberFound, ...]


@dataclass(frozen=True)
class OpenCode:
    """A one-time code of a household that was not used yet."""

    county: str
    code_id: UUID
    village: str
    code_hash: str
    attempts: int
    expires_at: datetime


def household_by_code(session: DatabaseSession, code: str) -> HouseholdFound | None:
    """A household of the actor's jurisdiction by its registered code."""
    question = sa.text(
        """SELECT county, village, household_id, code, name FROM party.household
           WHERE code = :code AND upper_inf(recorded) AND upper_inf(valid)"""
    )
    row = session.execute(question, {"code": code}).first()
    if row is None:
        return None
    members = session.execute(
        sa.text(
            """SELECT m.person_id, p.name_masked, m.relation, p.id_masked FROM party.member AS m
               JOIN identity.person AS p USING (person_id)
               WHERE m.county = :county AND m.household_id = :household AND upper_inf(m.recorded) AND upper_inf(m.valid)
               ORDER BY m.position"""
        ),
        {"county": row.county, "household": row.household_id},
    )
    people = tuple(MemberFound(*member) for member in members)
    return HouseholdFound(row.county, row.village, row.household_id, row.code, row.name, people)


def own_household(session: DatabaseSession, household_id: UUID) -> tuple[str, str, str, str] | None:
    """County, village, code and name of the actor's household, at the farmers' desk."""
    question = sa.text(
        """SELECT county, village, code, name FROM party.household
           WHERE household_id = :household AND upper_inf(recorded) AND upper_inf(valid)"""
    )
    row = session.execute(question, {"household": household_id}).first()
    return None if row is None else (row.county, row.village, row.code, row.name)


def open_codes(session: DatabaseSession, household_code: str) -> tuple[OpenCode, ...]:
    """The codes of a household that wait to be used; for the door, which has no jurisdiction."""
    question = sa.text("SELECT * FROM access.open_codes(:code)")
    return tuple(OpenCode(*row) for row in session.execute(question, {"code": household_code}))


def code_by_id(session: DatabaseSession, county: str, code_id: UUID) -> HouseholdCode | None:
    """A one-time code, locked until the end, so that it is used once."""
    return session.get(
        HouseholdCode, {"county": county, "code_id": code_id}, with_for_update=True, populate_existing=True
    )


def bound_household(session: DatabaseSession, account_id: UUID) -> tuple[UUID, str] | None:
    """Household and village to which an account is bound now; for the door."""
    row = session.execute(
        sa.text("SELECT household_id, village FROM access.household_of(:account)"), {"account": account_id}
    ).first()
    return None if row is None else (row.household_id, row.village)


def bindings_of(session: DatabaseSession, county: str, household_id: UUID) -> tuple[Any, ...]:
    """Bindings of a household, the newest first, with login and name of the account."""
    statement = (
        sa.select(Binding, Account.login, Account.name)
        .join(Account, Account.account_id == Binding.account_id)
        .where(Binding.county == county, Binding.household_id == household_id)
        .order_by(Binding.bound_at.desc())
    )
    return tuple(session.execute(statement).all())


def binding(session: DatabaseSession, county: str, binding_id: UUID) -> Binding | None:
    """One binding, locked until the end."""
    return session.get(
        Binding, {"county": county, "binding_id": binding_id}, with_for_update=True, populate_existing=True
    )


def homes_of_members(session: DatabaseSession, county: str, members: Sequence[UUID]) -> tuple[tuple[UUID, UUID], ...]:
    """The households of which these members are or were members, each with the person as which the register had them there: where
    an account was bound to one of them, it was to one of these pairs.
    """
    question = sa.text(
        """SELECT DISTINCT m.household_id, m.person_id FROM party.same_members(:county, :members) AS s (member_id)
           JOIN party.member AS m ON m.county = :county AND m.member_id = s.member_id ORDER BY 1, 2"""
    )
    rows = session.execute(question, {"county": county, "members": list(members)})
    return tuple((row.household_id, row.person_id) for row in rows)


def bindings_of_homes(session: DatabaseSession, county: str, homes: Sequence[tuple[UUID, UUID]]) -> tuple[Binding, ...]:
    """What binds accounts to these persons of these households still, locked until the end."""
    statement = sa.select(Binding).where(
        Binding.county == county,
        sa.tuple_(Binding.household_id, Binding.person_id).in_(homes),
        Binding.ended_at.is_(None),
    )
    return tuple(session.scalars(statement.order_by(Binding.binding_id).with_for_update()))


def members_bound(session: DatabaseSession, bound: Sequence[Binding]) -> frozenset[UUID]:
    """Those of some bindings whose account stands for the household still."""
    question = sa.text("SELECT household_id FROM access.member_of(:account)")
    return frozenset(
        one.binding_id
        for one in bound
        if one.ended_at is None and session.scalar(question, {"account": one.account_id}) == one.household_id
    )


def agents(session: DatabaseSession) -> tuple[Any, ...]:
    """Accounts of agents that are open: id, name, jurisdiction."""
    columns = (Account.account_id, Account.name, Account.jurisdiction)
    agent = sa.literal("agent") == sa.any_(Account.roles)
    return tuple(session.execute(sa.select(*columns).where(agent, Account.locked_at.is_(None)).order_by(Account.name)))


def consents_of(session: DatabaseSession, household_id: UUID) -> tuple[Any, ...]:
    """Consents of a household, the newest first, with the agent's name."""
    statement = (
        sa.select(Consent, Account.name)
        .join(Account, Account.account_id == Consent.agent_id)
        .where(Consent.household_id == household_id)
        .order_by(Consent.given_at.desc())
    )
    return tuple(session.execute(statement).all())


def consents_to(session: DatabaseSession, agent_id: UUID, at: datetime) -> tuple[Consent, ...]:
    """Consents that an agent has at an instant, the next to end first."""
    statement = sa.select(Consent).where(
        Consent.agent_id == agent_id, Consent.revoked_at.is_(None), Consent.from_at <= at, Consent.until_at > at
    )
    return tuple(session.scalars(statement.order_by(Consent.until_at)))


def consent_to_end(session: DatabaseSession, county: str, consent_id: UUID) -> Consent | None:
    """One that stands, of the clerk's jurisdiction, locked until the end."""
    statement = sa.select(Consent).filter_by(county=county, consent_id=consent_id, revoked_at=None)
    return session.scalars(statement.with_for_update()).one_or_none()


def consent(session: DatabaseSession, county: str, consent_id: UUID) -> Consent | None:
    """One consent that the actor may see."""
    return session.get(Consent, {"county": county, "consent_id": consent_id})


def acts_of_agents(session: DatabaseSession, household_id: UUID) -> tuple[Any, ...]:
    """What agents did for a household, the newest first, with the agent's name."""
    statement = (
        sa.select(AgentAct, Account.name)
        .join(Account, Account.account_id == AgentAct.agent_id)
        .where(AgentAct.household_id == household_id)
        .order_by(AgentAct.done_at.desc())
        .limit(100)
    )
    return tuple(session.execute(statement).all())
