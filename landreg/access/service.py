"""Logging in and out, and the accounts of those who may."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from landreg.access import queries, rules
from landreg.access.model import Account, Session
from landreg.access.policy import digest_of
from landreg.core.actor import PREFECTURE, WORKER, Actor, Desk, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, NotAllowed, NotFound, Refused
from landreg.law.book import Law, RuleFunction, examine, national_law
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage

# The register's own hand, for accounts that are opened at its machine before there is an administrator.
SYSTEM = Actor(WORKER.account_id, WORKER.name, Desk.REGISTRY, frozenset({Role.ADMINISTRATOR}), PREFECTURE)
# OWASP Password Storage, argon2id: 19 MiB and two passes on one lane, so that sixteen log-ins at once fit in memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODYS_HASH = _HASHER.hash(secrets.token_urlsafe())
_TEMPORARY_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


class LoginFailed(Refused):
    """Login name or password is wrong; which of them is not said."""

    status = 401


class TooManyAttempts(Refused):
    """Guessing is slowed down."""

    status = 429


@dataclass(frozen=True)
class NewAccount:
    """An account to open. roles: of one desk. jurisdiction: 4, 6, 9 or 12 digits of the division code."""

    login: str
    name: str
    roles: frozenset[Role]
    jurisdiction: str


def log_in(door: Actor, login: str, password: str, address: str) -> str:
    """Begin a session; its token, of which the database keeps the digest only.

    door: the process's own desk. address: where the request comes from. Raises LoginFailed, whatever was wrong, and
    TooManyAttempts when this account or address has failed too often.
    """
    login = login.strip().lower()
    counters = _count(door, login, address)
    with unit_of_work(door) as uow:
        account = queries.account_by_login(uow.session, login)
    # An unknown name costs the same time as a known one.
    good = _verified(_NOBODYS_HASH if account is None else account.password_hash, password)
    if account is None or not good or account.locked_at is not None:
        raise LoginFailed(Finding("ACC-1"))
    token = secrets.token_urlsafe(32)
    with unit_of_work(door) as uow:
        _open_session(uow, account.account_id, token)
        if _HASHER.check_needs_rehash(account.password_hash):
            _set_password(uow, account.account_id, _HASHER.hash(password), temporary=account.password_temporary)
        for name in counters:
            queries.count_attempt(uow.session, name, _window_s(), -1)
        queries.forget_attempts(uow.session, counters[0])
    return token


def log_out(door: Actor, token: str) -> None:
    """End a session; one that has ended stays ended."""
    with unit_of_work(door) as uow:
        uow.session.execute(
            sa.update(Session)
            .where(Session.token_digest == digest_of(token), Session.ended_at.is_(None))
            .values(ended_at=sa.func.clock_timestamp())
        )


def open_account(actor: Actor, new: NewAccount, password: str, *, temporary: bool = True) -> UUID:
    """Open an account, by an administrator or SYSTEM. temporary: its owner must choose a password of their own first.

    Raises Refused with every ACC-* finding, NotAllowed for anyone else.
    """
    _needs_administrator(actor)
    login = new.login.strip().lower()
    _refuse(
        rules.AccountFacts(login, new.roles, new.jurisdiction, actor.jurisdiction),
        rules.PasswordFacts(password, login),
    )
    hashed = _HASHER.hash(password)
    with unit_of_work(actor) as uow:
        account = Account(
            account_id=uuid4(),
            login=login,
            name=new.name,
            desk=rules.desk_of(new.roles).value,
            roles=sorted(new.roles),
            jurisdiction=new.jurisdiction,
            password_hash=hashed,
            password_temporary=temporary,
            opened_at=uow.now,
            opened_by=actor.account_id,
            locked_at=None,
            locked_by=None,
        )
        uow.session.add(account)
        uow.session.flush()
        _stage(uow, "account.opened", account)
    return account.account_id


def change_roles(actor: Actor, account_id: UUID, roles: frozenset[Role], jurisdiction: str) -> None:
    """Give an account other roles or another jurisdiction; its sessions end. Raises Refused, NotFound."""
    with unit_of_work(actor) as uow:
        account = _administered(uow, account_id)
        own = account_id == actor.account_id
        _refuse(rules.AccountFacts(account.login, roles, jurisdiction, actor.jurisdiction, own))
        account.roles, account.jurisdiction = sorted(roles), jurisdiction
        account.desk = rules.desk_of(roles).value
        _end_sessions(uow, account_id)
        uow.session.flush()
        _stage(uow, "account.changed", account)


def lock(actor: Actor, account_id: UUID) -> None:
    """Shut an account; its sessions end at once. Raises Refused for one's own (ACC-13), NotFound."""
    with unit_of_work(actor) as uow:
        account = _administered(uow, account_id)
        if account_id == actor.account_id:
            raise Refused(Finding("ACC-13", values={"login": account.login}))
        if account.locked_at is None:
            account.locked_at, account.locked_by = uow.now, actor.account_id
            _end_sessions(uow, account_id)
            uow.session.flush()
            _stage(uow, "account.locked", account)


def unlock(actor: Actor, account_id: UUID) -> None:
    """Open a shut account again. Raises NotFound."""
    with unit_of_work(actor) as uow:
        account = _administered(uow, account_id)
        if account.locked_at is not None:
            account.locked_at = account.locked_by = None
            uow.session.flush()
            _stage(uow, "account.unlocked", account)


def reset_password(actor: Actor, account_id: UUID) -> str:
    """Give an account a temporary password, told once; its sessions end. Raises Refused for one's own, NotFound."""
    password = temporary_password()
    hashed = _HASHER.hash(password)
    with unit_of_work(actor) as uow:
        account = _administered(uow, account_id)
        if account_id == actor.account_id:
            raise Refused(Finding("ACC-13", values={"login": account.login}))
        _set_password(uow, account_id, hashed, temporary=True)
        _end_sessions(uow, account_id)
        _stage(uow, "account.password_reset", account)
    return password


def temporary_password() -> str:
    """Sixteen signs that can be read out and not mistaken for others; 79 bits."""
    return "-".join("".join(secrets.choice(_TEMPORARY_SIGNS) for _ in range(4)) for _ in range(4))


def change_password(door: Actor, login: str, old: str, new: str, token: str) -> None:
    """Choose another password; every other session of the account ends.

    Raises LoginFailed (ACC-14) when the old one is wrong, Refused with every finding about the new one.
    """
    with unit_of_work(door) as uow:
        account = queries.account_by_login(uow.session, login)
    if account is None or not _verified(account.password_hash, old):
        raise Refused(Finding("ACC-14", "old"))
    findings = list(examine(rules.PASSWORD_RULES, rules.PasswordFacts(new, login), _law()))
    if old == new:
        findings.append(Finding("ACC-8", "password"))
    if findings:
        raise Refused(findings)
    hashed = _HASHER.hash(new)
    with unit_of_work(door) as uow:
        _set_password(uow, account.account_id, hashed, temporary=False)
        _end_sessions(uow, account.account_id, but=token)


def _count(door: Actor, login: str, address: str) -> tuple[str, ...]:
    """Counted before the password is looked at, so that many guesses at once are not all the first."""
    limits = {
        f"login:{login[:64]}:{address}": rules.ATTEMPTS_PER_ACCOUNT,
        f"login:{login[:64]}": rules.ATTEMPTS_PER_ACCOUNT * 6,
        f"address:{address}": rules.ATTEMPTS_PER_ADDRESS,
    }
    with unit_of_work(door) as uow:
        counts = {name: queries.count_attempt(uow.session, name, _window_s()) for name in limits}
    if any(counts[name] > most for name, most in limits.items()):
        raise TooManyAttempts(Finding("ACC-2", values={"minutes": _window_s() // 60}))
    return tuple(limits)


def _window_s() -> int:
    return int(rules.ATTEMPT_WINDOW.total_seconds())


def _verified(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password[: rules.LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


def _open_session(uow: UnitOfWork, account_id: UUID, token: str) -> None:
    # Sessions are of the real clock: a demonstration that moves its days on does not log anyone out.
    now = uow.session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    uow.session.execute(sa.delete(Session).where(Session.ends_at < now - 30 * rules.LONGEST))
    uow.session.add(
        Session(
            token_digest=digest_of(token),
            account_id=account_id,
            opened_at=now,
            seen_at=now,
            ends_at=now + rules.LONGEST,
            ended_at=None,
        )
    )


def _end_sessions(uow: UnitOfWork, account_id: UUID, but: str = "") -> None:
    uow.session.execute(
        sa.update(Session)
        .where(Session.account_id == account_id, Session.ended_at.is_(None), Session.token_digest != digest_of(but))
        .values(ended_at=sa.func.clock_timestamp())
    )


def _set_password(uow: UnitOfWork, account_id: UUID, hashed: str, *, temporary: bool) -> None:
    uow.session.execute(
        sa.update(Account)
        .where(Account.account_id == account_id)
        .values(password_hash=hashed, password_temporary=temporary)
    )


def _needs_administrator(actor: Actor) -> None:
    if not actor.has(Role.ADMINISTRATOR):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.ADMINISTRATOR.value]}))


def _administered(uow: UnitOfWork, account_id: UUID) -> Account:
    _needs_administrator(uow.actor)
    account = queries.account_within(uow.session, account_id, uow.actor.jurisdiction)
    if account is None:
        raise NotFound(Finding("ACC-17"))
    return account


def _refuse(*facts: rules.AccountFacts | rules.PasswordFacts) -> None:
    findings: list[Finding] = []
    for fact in facts:
        asked: Collection[RuleFunction] = (
            rules.ACCOUNT_RULES if isinstance(fact, rules.AccountFacts) else rules.PASSWORD_RULES
        )
        findings += examine(asked, fact, _law())
    if findings:
        raise Refused(findings)


def _law() -> Law:
    """These rules ask for no figure, so any day's book will do."""
    return national_law("", date.min)


def _stage(uow: UnitOfWork, kind: str, account: Account) -> None:
    """Who may do what is part of what an auditor can prove; the password is not."""
    facts: dict[str, Json] = {
        "account": str(account.account_id),
        "by": str(uow.actor.account_id),
        "desk": account.desk,
        "jurisdiction": account.jurisdiction,
        "locked": account.locked_at is not None,
        "roles": ",".join(account.roles),
    }
    county = account.jurisdiction[:6].ljust(6, "0")
    key = f"{account.account_id}:{uow.now.isoformat()}"
    stage(uow, Entry(kind, county, account.jurisdiction, key, facts, {"login": account.login, "name": account.name}))
