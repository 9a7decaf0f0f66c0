"""The second factor of staff: codes of an authenticator (RFC 6238) and recovery codes.

The secret is sealed with the identity key. A code is taken once: the step of the last one is stored, and only a later step
counts. Steps are of the real clock, as sessions are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyotp
import sqlalchemy as sa

from landreg.access import passwords, queries
from landreg.access.model import SecondFactor
from landreg.access.sealing import open_sealed, seal
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage

ISSUER = "安康农村土地登记"
STEP_S = 30
RECOVERY_CODES = 10
# A phone's clock may be off by one step, either way.
_OFF = (0, -1, 1)


@dataclass(frozen=True)
class Enrolment:
    """An authenticator that waits for its first code. uri: what its QR says."""

    secret: str
    uri: str


@dataclass(frozen=True)
class State:
    """Whether an account has an authenticator, since when, and how many recovery codes are left."""

    since: datetime | None
    recovery: int
    pending: Enrolment | None


def state(door: Actor, account_id: UUID, login: str) -> State:
    """How an account's second factor stands; a secret is told only while it waits for its first code."""
    with unit_of_work(door) as uow:
        row = queries.second_factor(uow.session, account_id)
    if row is None:
        return State(None, 0, None)
    pending = None if row.pending_sealed is None else _enrolment(open_sealed(row.pending_sealed), login)
    return State(row.confirmed_at, len(row.recovery), pending)


def begin(door: Actor, code: str) -> None:
    """Make a secret for an authenticator of one's own; it counts once a code confirms it.

    door: the account, at the process's own desk (`policy.own_affairs`).
    code: of the present authenticator, where there is one. Raises Refused (ACC-19) without it.
    """
    account_id = door.account_id
    with unit_of_work(door) as uow:
        if queries.has_second_factor(uow.session, account_id) and not take_code(uow, account_id, code):
            raise Refused(Finding("ACC-19", "code"))
        now = queries.real_clock(uow.session)
        row = queries.second_factor(uow.session, account_id)
        if row is None:
            row = SecondFactor(account_id=account_id, last_step=0, recovery=[])
            uow.session.add(row)
        row.pending_sealed, row.pending_at = seal(pyotp.random_base32()), now


def confirm(door: Actor, code: str) -> tuple[str, ...]:
    """Let the new authenticator count, since a code shows that it was set up; its recovery codes, told once.

    Raises Refused (ACC-19) for another code.
    """
    account_id = door.account_id
    told = tuple(passwords.spoken(3) for _ in range(RECOVERY_CODES))
    stored = [passwords.hashed(one) for one in told]
    with unit_of_work(door) as uow:
        row = queries.second_factor(uow.session, account_id, lock=True)
        account = queries.account_by_id(uow.session, account_id)
        now = queries.real_clock(uow.session)
        step = (
            None if row is None or row.pending_sealed is None else _step(open_sealed(row.pending_sealed), code, now, 0)
        )
        if row is None or step is None or account is None:
            raise Refused(Finding("ACC-19", "code"))
        row.secret_sealed, row.confirmed_at, row.last_step = row.pending_sealed, now, step
        row.pending_sealed = row.pending_at = None
        row.recovery = stored
        _stage(uow, "account.second_factor_set", account, account_id)
    return told


def take_code(uow: UnitOfWork, account_id: UUID, code: str) -> bool:
    """Whether this is a code of the account now; if so it is used up.

    The row is locked: of two requests with one code, one is refused.
    """
    row = queries.second_factor(uow.session, account_id, lock=True)
    if row is None or row.secret_sealed is None:
        return False
    step = _step(open_sealed(row.secret_sealed), code, queries.real_clock(uow.session), row.last_step)
    if step is not None:
        row.last_step = step
        return True
    return _take_recovery(uow, row, code)


def reset(uow: UnitOfWork, account: queries.AccountState) -> None:
    """Take an account's authenticator and recovery codes away, for one who has lost them."""
    uow.session.execute(
        sa.update(SecondFactor)
        .where(SecondFactor.account_id == account.account_id)
        .values(secret_sealed=None, confirmed_at=None, pending_sealed=None, pending_at=None, recovery=[])
    )
    _stage(uow, "account.second_factor_reset", account, uow.actor.account_id)


def _take_recovery(uow: UnitOfWork, row: SecondFactor, code: str) -> bool:
    given = passwords.plain(code)
    if len(given) != len(passwords.spoken(3)):
        return False
    for stored in row.recovery:
        if passwords.verified(stored, given):
            row.recovery = [other for other in row.recovery if other != stored]
            account = queries.account_by_id(uow.session, row.account_id)
            if account is not None:
                _stage(uow, "account.recovery_code_used", account, row.account_id)
            return True
    return False


def _step(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The step of a code, later than `after`; None when it is a code of none near now."""
    typed = code.replace(" ", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_S)
    here = int(now.timestamp()) // STEP_S
    steps = (here + off for off in _OFF if here + off > after)
    return next((step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), typed)), None)


def _enrolment(secret: str, login: str) -> Enrolment:
    return Enrolment(secret, pyotp.TOTP(secret, name=login, issuer=ISSUER, interval=STEP_S).provisioning_uri())


def _stage(uow: UnitOfWork, kind: str, account: queries.AccountState, by: UUID) -> None:
    """Who lost or got a second factor is part of what an auditor can prove."""
    county = account.jurisdiction[:6].ljust(6, "0")
    facts: dict[str, Json] = {"account": str(account.account_id), "by": str(by)}
    key = f"{account.account_id}:{uow.now.isoformat()}"
    stage(uow, Entry(kind, county, account.jurisdiction, key, facts))
