"""Reads of accounts, sessions and counters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as DatabaseSession

from landreg.access.model import (
    Account,
    ExternalIdentity,
    SecondFactor,
    Session,
)


@dataclass(frozen=True)
class Resumed:
    """The account behind a session that still holds. now: of the server; clock: of the register."""

    account_id: UUID
    login: str
    name: str
    desk: str
    roles: frozenset[str]
    jurisdiction: str
    password_temporary: bool
    method: str
    code_due: bool
    second_factor: bool
    demo: bool
    seen_at: datetime
    now: datetime
    clock: datetime


@dataclass(frozen=True)
class AccountState:
    """What an account may do, and since when it is locked."""

    account_id: UUID
    name: str
    roles: list[str]
    jurisdiction: str
    locked_at: datetime | None


def resume(session: DatabaseSession | sa.Connection, token_digest: bytes, *, idle: timedelta) -> Resumed | None:
    """The account of a session that has not ended, not lain idle and is not locked. Instants are the server's own."""
    row = session.execute(_resume(), {"digest": token_digest, "idle": idle}).one_or_none()
    return None if row is None else Resumed(**{**row._asdict(), "roles": frozenset(row.roles)})


@cache
def _resume() -> Any:
    """Built once: every page asks it first."""
    now = sa.func.clock_timestamp()
    return (
        sa.select(
            Account.account_id,
            Account.login,
            Account.name,
            Account.desk,
            Account.roles,
            Account.jurisdiction,
            Account.password_temporary,
            Session.method,
            Session.code_due,
            _confirmed(Account.account_id).label("second_factor"),
            sa.func.system.is_demo().label("demo"),
            Session.seen_at,
            now.label("now"),
            sa.func.system.clock().label("clock"),
        )
        .join(Session, Session.account_id == Account.account_id)
        .where(
            Session.token_digest == sa.bindparam("digest"),
            Session.ended_at.is_(None),
            Session.ends_at > now,
            Session.seen_at > now - sa.bindparam("idle", type_=sa.Interval()),
            Account.locked_at.is_(None),
        )
    )


def demo_clocks(session: DatabaseSession) -> tuple[datetime, datetime] | None:
    """The register's clock and the server's own on a database of demonstration; None on one in service."""
    system = sa.func.system
    demo, clock, now = session.execute(sa.select(system.is_demo(), system.clock(), sa.func.clock_timestamp())).one()
    return (clock, now) if demo else None


def real_clock(session: DatabaseSession) -> datetime:
    """The server's own clock, which a demonstration does not move."""
    now: datetime = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return now


def second_factor(session: DatabaseSession, account_id: UUID, *, lock: bool = False) -> SecondFactor | None:
    """An account's authenticator. lock: hold it until the end, so that one code is not taken twice."""
    return session.get(SecondFactor, account_id, with_for_update=lock, populate_existing=lock)


def has_second_factor(session: DatabaseSession, account_id: UUID) -> bool:
    """Whether an account has an authenticator that a code has confirmed."""
    return bool(session.execute(sa.select(_confirmed(sa.literal(account_id)))).scalar_one())


def _confirmed(account_id: Any) -> sa.Exists:
    return sa.exists().where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))


def account_of_identity(session: DatabaseSession, issuer: str, subject: str) -> UUID | None:
    """The account, not locked, to which an identity of a provider is bound now."""
    return session.execute(
        sa.select(Account.account_id)
        .join(ExternalIdentity, ExternalIdentity.account_id == Account.account_id)
        .where(
            ExternalIdentity.issuer == issuer,
            ExternalIdentity.subject == subject,
            ExternalIdentity.ended_at.is_(None),
            Account.locked_at.is_(None),
        )
    ).scalar_one_or_none()


def identity_of_account(session: DatabaseSession, issuer: str, account_id: UUID) -> ExternalIdentity | None:
    """The identity at a provider to which an account is bound now."""
    return session.scalars(
        sa.select(ExternalIdentity).where(
            ExternalIdentity.issuer == issuer,
            ExternalIdentity.account_id == account_id,
            ExternalIdentity.ended_at.is_(None),
        )
    ).one_or_none()


def identities_of_account(session: DatabaseSession, account_id: UUID) -> Sequence[ExternalIdentity]:
    """The identities at any provider to which an account is bound now."""
    found = sa.select(ExternalIdentity).where(
        ExternalIdentity.account_id == account_id, ExternalIdentity.ended_at.is_(None)
    )
    return session.scalars(found.order_by(ExternalIdentity.bound_at)).all()


def account_by_login(session: DatabaseSession, login: str) -> Account | None:
    """The account of a login name."""
    return session.scalars(sa.select(Account).where(Account.login == login)).one_or_none()


def open_account_by_login(session: DatabaseSession, login: str) -> AccountState | None:
    """What the account of a login name may do, where it is not locked; at every desk, as `account_by_id`."""
    columns = (Account.account_id, Account.name, Account.roles, Account.jurisdiction, Account.locked_at)
    found = sa.select(*columns).where(Account.login == login, Account.locked_at.is_(None))
    row = session.execute(found).one_or_none()
    return None if row is None else AccountState(*row)


def account_by_id(session: DatabaseSession, account_id: UUID) -> AccountState | None:
    """What an account may do now; at every desk, the worker's too, which reads no password."""
    columns = (Account.account_id, Account.name, Account.roles, Account.jurisdiction, Account.locked_at)
    row = session.execute(sa.select(*columns).where(Account.account_id == account_id)).one_or_none()
    return None if row is None else AccountState(*row)


def account_within(session: DatabaseSession, account_id: UUID, jurisdiction: str) -> Account | None:
    """An account whose jurisdiction lies in another; None as well when it lies outside."""
    found: Account | None = session.scalars(
        accounts_within(jurisdiction).where(Account.account_id == account_id)
    ).one_or_none()
    return found


def accounts_within(jurisdiction: str, text: str = "", role: str = "", *, locked: bool = False) -> sa.Select[Any]:
    """The accounts whose jurisdiction lies in another, by login name.

    text: part of the login or the name. role: one of the account's roles. locked: only those that are shut.
    """
    statement = (
        sa.select(Account)
        .where(Account.jurisdiction >= jurisdiction, Account.jurisdiction <= jurisdiction + "~")
        .order_by(Account.login)
    )
    if text:
        statement = statement.where(
            Account.login.contains(text, autoescape=True) | Account.name.contains(text, autoescape=True)
        )
    if role:
        statement = statement.where(sa.literal(role) == sa.any_(Account.roles))
    return statement.where(Account.locked_at.is_not(None)) if locked else statement


def accounts_by_role(session: DatabaseSession, jurisdiction: str) -> Mapping[str, int]:
    """How many accounts within a jurisdiction have each role; an account of two roles counts for both."""
    within = accounts_within(jurisdiction).order_by(None).subquery()
    role = sa.func.unnest(within.c.roles).label("role")
    roles = sa.select(role).select_from(within).subquery()
    rows = session.execute(sa.select(roles.c.role, sa.func.count()).group_by(roles.c.role))
    return {row.role: row[1] for row in rows}


def names_of(session: DatabaseSession, account_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The names of officers, as case pages show them."""
    if not account_ids:
        return {}
    return {row.account_id: row.name for row in session.execute(_names(), {"ids": list(account_ids)})}


@cache
def _names() -> Any:
    ids: Any = sa.bindparam("ids", expanding=True)
    return sa.select(Account.account_id, Account.name).where(Account.account_id.in_(ids))


def count_attempt(session: DatabaseSession, name: str, seconds: int, amount: int = 1) -> int:
    """Add to a counter of a fixed window and tell what it holds now; one statement, so that no two count as one."""
    question = sa.text("SELECT access.count_attempt(:name, :seconds, :amount)")
    return int(session.execute(question, {"name": name, "seconds": seconds, "amount": amount}).scalar_one())


def attempts(session: DatabaseSession, name: str) -> tuple[int, datetime | None]:
    """What a counter holds, and until when; 0 and None when its window is over."""
    row = session.execute(sa.text("SELECT count, until FROM access.attempts(:name)"), {"name": name}).one()
    return (row[0] or 0, row[1])


def forget_attempts(session: DatabaseSession, name: str) -> None:
    """Take a counter away, and some whose windows are over."""
    session.execute(sa.text("SELECT access.forget_attempts(:name)"), {"name": name})
