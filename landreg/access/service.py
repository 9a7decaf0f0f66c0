"""The accounts of those who may sign in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

from landreg.access import factors, passwords, queries, rules
from landreg.access.model import Account
from landreg.access.sessions import count, end_sessions, forgive, set_password
from landreg.core.actor import PREFECTURE, WORKER, Actor, Desk, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotAllowed, NotFound, Refused
from landreg.law.book import Law, RuleFunction, examine, national_law
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage

# The register's own hand, for accounts that are opened at its machine before there is an administrator.
SYSTEM = Actor(WORKER.account_id, WORKER.name, Desk.REGISTRY, frozenset({Role.ADMINISTRATOR}), PREFECTURE)


@dataclass(frozen=True)
class NewAccount:
    """An account to open. roles: of one desk. jurisdiction: 4, 6, 9 or 12 digits of the division code."""

    login: str
    name: str
    roles: frozenset[Role]
    jurisdiction: str


def open_account(actor: Actor, new: NewAccount, password: str, *, temporary: bool = True) -> UUID:
    """Open an account, by an administrator or SYSTEM. temporary: its owner must choose a password of their own first.

    Raises Refused with every ACC-* finding, NotAllowed for anyone else.
    """
    _needs_administrator(actor)
    login = new.login.strip().lower()
    refuse(
        rules.AccountFacts(login, new.roles, new.jurisdiction, actor.jurisdiction),
        rules.PasswordFacts(password, login),
    )
    hashed = passwords.hashed(password)
    try:
        with unit_of_work(actor) as uow:
            return add_account(uow, replace(new, login=login), hashed, temporary=temporary, by=actor.account_id)
    except Refused as refused:
        beside = {"ACC-6": "login"}
        raise Refused(replace(one, field=beside.get(one.code)) for one in refused.findings) from refused


def add_account(uow: UnitOfWork, new: NewAccount, hashed: str, *, temporary: bool, by: UUID) -> UUID:
    """Write an account that the rules have passed, and its entry for the log."""
    account = Account(
        account_id=uuid4(),
        login=new.login,
        name=new.name,
        desk=rules.desk_of(new.roles).value,
        roles=sorted(new.roles),
        jurisdiction=new.jurisdiction,
        password_hash=hashed,
        password_temporary=temporary,
        opened_at=uow.now,
        opened_by=by,
        locked_at=None,
        locked_by=None,
    )
    uow.session.add(account)
    uow.session.flush()
    _stage(uow, "account.opened", account)
    return account.account_id


def tell_opened(uow: UnitOfWork, account: Account) -> None:
    """Tell the log of an account that the database opened, for a desk that writes none itself."""
    _stage(uow, "account.opened", account)


def change_roles(actor: Actor, account_id: UUID, roles: frozenset[Role], jurisdiction: str) -> None:
    """Give an account other roles or another jurisdiction; its sessions end. Raises Refused, NotFound."""
    with unit_of_work(actor) as uow:
        account = _administered(uow, account_id)
        own = account_id == actor.account_id
        refuse(rules.AccountFacts(account.login, roles, jurisdiction, actor.jurisdiction, own))
        account.roles, account.jurisdiction = sorted(roles), jurisdiction
        account.desk = rules.desk_of(roles).value
        end_sessions(uow, account_id)
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
            end_sessions(uow, account_id)
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
    hashed = passwords.hashed(password)
    with unit_of_work(actor) as uow:
        account = _administered(uow, account_id)
        if account_id == actor.account_id:
            raise Refused(Finding("ACC-13", values={"login": account.login}))
        set_password(uow, account_id, hashed, temporary=True)
        end_sessions(uow, account_id)
        _stage(uow, "account.password_reset", account)
    return password


def reset_second_factor(actor: Actor, account_id: UUID) -> None:
    """Take away the authenticator of an account that has lost it; its sessions end.

    Raises Refused for one's own (ACC-13), NotFound.
    """
    with unit_of_work(actor) as uow:
        account = _administered(uow, account_id)
        if account_id == actor.account_id:
            raise Refused(Finding("ACC-13", values={"login": account.login}))
        state = queries.account_by_id(uow.session, account_id)
        if state is not None and queries.has_second_factor(uow.session, account_id):
            factors.reset(uow, state)
            end_sessions(uow, account_id)


def temporary_password() -> str:
    """Sixteen signs that can be read out and not mistaken for others; 79 bits."""
    return passwords.spoken(4)


def change_password(door: Actor, login: str, old: str, new: str, token: str) -> None:
    """Choose another password; every other session of the account ends.

    Raises Refused (ACC-14) when the old one is wrong, Refused with every finding about the new one, TooManyAttempts when
    the old one was guessed at too often, as at a machine that was left open.
    """
    limits = {f"password:{login}": rules.ATTEMPTS_PER_ACCOUNT}
    count(door, limits)
    with unit_of_work(door) as uow:
        account = queries.account_by_login(uow.session, login)
    if account is None or not passwords.verified(account.password_hash, old):
        raise Refused(Finding("ACC-14", "old"))
    findings = list(examine(rules.PASSWORD_RULES, rules.PasswordFacts(new, login), _law()))
    if old == new:
        findings.append(Finding("ACC-8", "password"))
    if findings:
        raise Refused(findings)
    hashed = passwords.hashed(new)
    with unit_of_work(door) as uow:
        set_password(uow, account.account_id, hashed, temporary=False)
        end_sessions(uow, account.account_id, but=token)
        forgive(uow, limits)


def _needs_administrator(actor: Actor) -> None:
    if not actor.has(Role.ADMINISTRATOR):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.ADMINISTRATOR.value]}))


def _administered(uow: UnitOfWork, account_id: UUID) -> Account:
    _needs_administrator(uow.actor)
    account = queries.account_within(uow.session, account_id, uow.actor.jurisdiction)
    if account is None:
        raise NotFound(Finding("ACC-17"))
    return account


def refuse(*facts: rules.AccountFacts | rules.PasswordFacts) -> None:
    """Ask the rules of accounts and passwords. Raises Refused with every finding."""
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


def deliverer(login: str) -> Actor:
    """Who delivers a package by the command line, at the register's own machine. Raises BadInput (ACC-33) for no open account of a
    surveyor or registrar.
    """
    with unit_of_work(SYSTEM) as uow:
        row = queries.open_account_by_login(uow.session, login.strip().lower())
    roles = frozenset() if row is None else frozenset(map(Role, row.roles)) & {Role.SURVEYOR, Role.REGISTRAR}
    if row is None or not roles:
        raise BadInput(Finding("ACC-33", "login", {"login": login}))
    return Actor(row.account_id, row.name, SYSTEM.desk, roles, row.jurisdiction)
