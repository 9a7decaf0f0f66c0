"""Signing in and out: sessions of the server, guesses counted before they are looked at."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa

from landreg.access import factors, passwords, queries, rules
from landreg.access.model import Account, Session
from landreg.access.policy import digest_of
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, Refused


class LoginFailed(Refused):
    """Login name, password or code is wrong; which of them is not said."""

    status = 401


class TooManyAttempts(Refused):
    """Guessing is slowed down."""

    status = 429


@dataclass(frozen=True)
class SignedIn:
    """A session. token: the database keeps its digest only. code_due: it opens nothing until `give_code`."""

    token: str
    code_due: bool


def log_in(door: Actor, login: str, password: str, address: str) -> SignedIn:
    """Begin a session with a password.

    door: the process's own desk. address: where the request comes from. Raises LoginFailed, whatever was wrong, and
    TooManyAttempts when this account or address has failed too often.
    """
    login = login.strip().lower()
    limits = {
        f"login:{login[:64]}:{address}": rules.ATTEMPTS_PER_ACCOUNT,
        f"login:{login[:64]}": rules.ATTEMPTS_PER_ACCOUNT * 6,
        f"address:{address}": rules.ATTEMPTS_PER_ADDRESS,
    }
    count(door, limits)
    with unit_of_work(door) as uow:
        account = queries.account_by_login(uow.session, login)
    # An unknown name costs the same time as a known one.
    good = passwords.verified(None if account is None else account.password_hash, password)
    if account is None or not good or account.locked_at is not None:
        raise LoginFailed(Finding("ACC-1"))
    with unit_of_work(door) as uow:
        code_due = queries.has_second_factor(uow.session, account.account_id)
        token = open_session(uow, account.account_id, code_due=code_due)
        if passwords.stale(account.password_hash):
            set_password(uow, account.account_id, passwords.hashed(password), temporary=account.password_temporary)
        forgive(uow, limits)
    return SignedIn(token, code_due)


def give_code(door: Actor, token: str, code: str, address: str) -> str:
    """Complete a session whose code is due, by a code of the authenticator or a recovery code; its new token.

    Raises LoginFailed: ACC-4 when there is no such session any more, ACC-19 for a wrong or used code; TooManyAttempts.
    """
    with unit_of_work(door) as uow:
        found = queries.resume(uow.session, digest_of(token), idle=rules.CODE_WAITS)
    if found is None or not found.code_due:
        raise LoginFailed(Finding("ACC-4"))
    limits = {
        f"code:{found.account_id}": rules.ATTEMPTS_PER_ACCOUNT,
        f"address:{address}": rules.ATTEMPTS_PER_ADDRESS,
    }
    count(door, limits)
    with unit_of_work(replace(door, account_id=found.account_id, jurisdiction=found.jurisdiction)) as uow:
        if not factors.take_code(uow, found.account_id, code):
            raise LoginFailed(Finding("ACC-19", "code"))
        end_session(uow, token)
        completed = open_session(uow, found.account_id)
        forgive(uow, limits)
    return completed


def log_out(door: Actor, token: str) -> None:
    """End a session; one that has ended stays ended."""
    with unit_of_work(door) as uow:
        end_session(uow, token)


def count(door: Actor, limits: Mapping[str, int]) -> None:
    """Count an attempt on each of these counters, before what was typed is looked at: many guesses at once are not all
    the first. Raises TooManyAttempts when one holds more than its limit.
    """
    with unit_of_work(door) as uow:
        counts = {name: queries.count_attempt(uow.session, name, _window_s()) for name in limits}
    if any(counts[name] > most for name, most in limits.items()):
        raise TooManyAttempts(Finding("ACC-2", values={"minutes": _window_s() // 60}))


def forgive(uow: UnitOfWork, limits: Mapping[str, int]) -> None:
    """Take an attempt that was right off its counters; the first of them, the caller's own, begins anew."""
    for name in limits:
        queries.count_attempt(uow.session, name, _window_s(), -1)
    queries.forget_attempts(uow.session, next(iter(limits)))


def open_session(uow: UnitOfWork, account_id: UUID, *, code_due: bool = False, method: str = "password") -> str:
    """Open a session of an account; its token. method: 'password' or 'oidc'."""
    token = secrets.token_urlsafe(32)
    # Sessions are of the real clock: a demonstration that moves its days on does not log anyone out.
    now = queries.real_clock(uow.session)
    uow.session.execute(sa.delete(Session).where(Session.ends_at < now - 30 * rules.LONGEST))
    uow.session.add(
        Session(
            token_digest=digest_of(token),
            account_id=account_id,
            opened_at=now,
            seen_at=now,
            ends_at=now + (rules.CODE_WAITS if code_due else rules.LONGEST),
            ended_at=None,
            method=method,
            code_due=code_due,
        )
    )
    return token


def end_session(uow: UnitOfWork, token: str) -> None:
    """End one session."""
    uow.session.execute(
        sa.update(Session)
        .where(Session.token_digest == digest_of(token), Session.ended_at.is_(None))
        .values(ended_at=sa.func.clock_timestamp())
    )


def end_sessions(uow: UnitOfWork, account_id: UUID, but: str = "") -> None:
    """End every session of an account, but the one of this token."""
    uow.session.execute(
        sa.update(Session)
        .where(Session.account_id == account_id, Session.ended_at.is_(None), Session.token_digest != digest_of(but))
        .values(ended_at=sa.func.clock_timestamp())
    )


def set_password(uow: UnitOfWork, account_id: UUID, stored: str, *, temporary: bool) -> None:
    """Store another password's hash."""
    uow.session.execute(
        sa.update(Account)
        .where(Account.account_id == account_id)
        .values(password_hash=stored, password_temporary=temporary)
    )


def _window_s() -> int:
    return int(rules.ATTEMPT_WINDOW.total_seconds())
