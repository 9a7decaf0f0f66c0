"""Who may call a route, and who is calling."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, current_app, g, request, session

from landreg.access import client_queries, household_queries, queries, rules
from landreg.access.model import Session
from landreg.config import Settings
from landreg.core.actor import NOBODY, Actor, Desk, Role
from landreg.core.db import Unavailable, looked_up, unit_of_work
from landreg.core.errors import Finding, LandregError, NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
SESSION_KEY = "token"
STRANGERS_MOST = 4 * 1024 * 1024
_ALLOWED = "_landreg_allowed"
_SEEN_EVERY_S = 60
REMEMBERED_S = 5.0
_SESSIONS: dict[bytes, tuple[float, queries.Resumed | None]] = {}
_SESSIONS_MOST = 1_000


class NotSignedIn(LandregError):
    """Nobody is logged in, or the session has ended."""

    status = 401


class PasswordDue(LandregError):
    """The account still has the password that an administrator gave it."""

    status = 403


class SecondFactorDue(LandregError):
    """The account is of staff and has no authenticator yet."""

    status = 403


def allow(
    *roles: Role, temporary_password: bool = False, without_factor: bool = False, remembered: bool = False
) -> Callable[[View], View]:
    """Let a route be called by these roles only; Role.PUBLIC: by anyone, without logging in.

    temporary_password: also by an account that must first choose its own password. without_factor: also by one of staff
    that must first set up its authenticator. remembered: a session that was looked up within REMEMBERED_S is not looked up
    again, for what a browser asks for by the dozen and keeps for longer anyway.

    Raises NotSignedIn, NotAllowed, PasswordDue, SecondFactorDue.
    """
    if not roles:
        raise ValueError("a route is allowed to somebody")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if remembered and "resumed" not in g:
                g.resumed = g.remembered = _remembered()
            if Role.PUBLIC not in roles:
                _require(roles, temporary_password, without_factor or temporary_password)
            return view(*args, **kwargs)

        setattr(guarded, _ALLOWED, frozenset(roles))
        return cast(View, guarded)

    return decorate


def allow_clients(scope: str) -> Callable[[View], View]:
    """Let a route be called by programs of offices only, with a token for this scope. A session counts for nothing here, so
    that no page of another site can make a browser call it.

    Raises NotSignedIn (API-3), NotAllowed (API-11).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            kind, _, token = request.headers.get("Authorization", "").partition(" ")
            found = None
            if kind.lower() == "bearer" and token.strip():
                with looked_up(door().desk) as connection:
                    found = client_queries.bearer(connection, digest_of(token.strip()))
            if found is None:
                raise NotSignedIn(Finding("API-3"))
            if scope not in found.scopes:
                raise NotAllowed(Finding("API-11", values={"scope": scope}))
            g.client = Actor(found.client_id, found.name, Desk.EXCHANGE, frozenset(), found.jurisdiction)
            return view(*args, **kwargs)

        # Nobody who logs in has a role that opens it.
        setattr(guarded, _ALLOWED, frozenset())
        return cast(View, guarded)

    return decorate


def current_client() -> Actor:
    """The program that calls, of a route of `allow_clients`: it has no role, and sees as far as its jurisdiction."""
    return cast(Actor, g.client)


ANYONE = tuple(role for role in Role if role is not Role.PUBLIC)
STAFF = (Role.SURVEYOR, Role.REGISTRAR, Role.REVIEWER)


def roles_of(view: Callable[..., Any]) -> frozenset[Role] | None:
    """The roles a view is allowed to; None when nobody has said."""
    return cast("frozenset[Role] | None", getattr(view, _ALLOWED, None))


def current_actor() -> Actor:
    """Who calls: the account of the session, at its own desk; the public when there is none.

    Raises Unavailable when a session cannot be looked up.
    """
    found = signed_in()
    if found is None:
        return NOBODY
    if "actor" not in g:
        roles = frozenset(Role(role) for role in found.roles)
        g.actor = Actor(found.account_id, found.name, Desk(found.desk), roles, found.jurisdiction)
        if roles & {Role.FARMER, Role.TAKER}:
            with unit_of_work(door()) as uow:
                bound = household_queries.bound_household(uow.session, found.account_id)
            # Bound, an account sees as far as its household's village and there, by the database, its household alone. That of an
            # organisation which holds land by the register stands for it, and sees its county's market as before.
            household, village = bound or (None, "")
            place = village if Role.FARMER in roles else found.jurisdiction
            g.actor = replace(g.actor, jurisdiction=place, household=household)
    return cast(Actor, g.actor)


def signed_in() -> queries.Resumed | None:
    """The account of this request's session, looked up once a request.

    None when there is none, it has ended, or its code is still due.
    """
    if "resumed" not in g:
        token = session.get(SESSION_KEY)
        g.resumed = _resume(token) if isinstance(token, str) else None
    found = cast("queries.Resumed | None", g.resumed)
    return None if found is None or found.code_due else found


def code_due() -> bool:
    """Whether this request's session waits for its code."""
    found = signed_in()
    return found is None and g.resumed is not None


def own_affairs() -> Actor:
    """The account of this session at the process's own desk, which alone reads accounts. Raises NotSignedIn."""
    found = signed_in()
    if found is None:
        raise NotSignedIn(Finding("ACC-4"))
    return Actor(found.account_id, found.name, door().desk, frozenset(), found.jurisdiction)


def digest_of(token: str) -> bytes:
    """What the database keeps of a session's token."""
    return hashlib.sha256(token.encode()).digest()


def door() -> Actor:
    """The process itself, before it knows who calls: it sees accounts and sessions, and no land (no jurisdiction)."""
    return Actor(UUID(int=0), "", current_app.extensions["landreg"].desk)


def register(app: Flask, settings: Settings) -> None:
    """Keep the settings, and tell templates who is there."""
    app.extensions["landreg"] = settings
    app.before_request(_little_from_strangers)
    app.context_processor(lambda: {"me": known_actor()})


def known_actor() -> Actor:
    """For the frame of a page, which must also show that the database is gone."""
    try:
        return current_actor()
    except (Unavailable, sa.exc.DBAPIError):
        g.resumed = None
        return NOBODY


def known_instant() -> datetime | None:
    """The instant, by the register's clock, at which this request's session was looked up: for a page that only reads.

    None where it writes, or nobody has been looked up for it.
    """
    found = cast("queries.Resumed | None", g.get("resumed"))
    return found.clock if found is not None and request.method in ("GET", "HEAD") and "remembered" not in g else None


def _little_from_strangers() -> None:
    """Only who is logged in may fill the disk with a file; asked before anything of the body is read."""
    if request.method in ("GET", "HEAD", "OPTIONS") or signed_in() is not None:
        return
    if SESSION_KEY in session and (request.content_length or 0) > STRANGERS_MOST:
        raise NotSignedIn(Finding("ACC-4"))
    request.max_content_length = min(STRANGERS_MOST, current_app.config["MAX_CONTENT_LENGTH"])


def _remembered() -> queries.Resumed | None:
    """The account of this request's session as this process last saw it, at most REMEMBERED_S ago."""
    token = session.get(SESSION_KEY)
    if not isinstance(token, str):
        return None
    now, digest = time.monotonic(), digest_of(token)
    since, found = _SESSIONS.get(digest, (0.0, None))
    if found is None or now - since > REMEMBERED_S:
        if len(_SESSIONS) >= _SESSIONS_MOST:
            _SESSIONS.clear()
        found = _resume(token)
        _SESSIONS[digest] = (now, found)
    return found


def _resume(token: str) -> queries.Resumed | None:
    digest = digest_of(token)
    with looked_up(door().desk) as connection:
        found = queries.resume(connection, digest, idle=rules.IDLE)
    if found is not None and (found.now - found.seen_at).total_seconds() > _SEEN_EVERY_S:
        with unit_of_work(door()) as uow:
            uow.session.execute(
                sa.update(Session).where(Session.token_digest == digest).values(seen_at=sa.func.clock_timestamp())
            )
    return found


def require_own_password() -> None:
    """Raises PasswordDue (ACC-16) where somebody is signed in under a password that another gave them."""
    found = signed_in()
    if found is not None and found.password_temporary:
        raise PasswordDue(Finding("ACC-16"))


def require_sign_on() -> None:
    """Raises PasswordDue (ACC-16), or SecondFactorDue (ACC-20), where somebody is signed in who has to choose a password of their
    own, or to set up an authenticator, before anything opens.
    """
    require_own_password()
    found = signed_in()
    if found is not None and (missing := factor_missing(found)) is not None:
        raise SecondFactorDue(missing)


def _require(roles: tuple[Role, ...], temporary_password: bool, without_factor: bool) -> None:
    found = signed_in()
    if found is None:
        raise NotSignedIn(Finding("ACC-4"))
    actor = current_actor()
    if not temporary_password:
        require_own_password()
    if not without_factor and (missing := factor_missing(found)) is not None:
        raise SecondFactorDue(missing)
    if not actor.has(*roles):
        raise NotAllowed(Finding("ACC-3", values={"roles": sorted(roles)}))


def factor_missing(found: queries.Resumed) -> Finding | None:
    """ACC-20, where this account has to sign on with an authenticator first and has none."""
    settings: Settings = current_app.extensions["landreg"]
    required = settings.second_factor and not (found.demo and settings.demo)
    roles = frozenset(Role(role) for role in found.roles)
    return rules.acc_20_staff_sign_on_with_a_second_factor(
        rules.SignOnFacts(roles, found.method, found.second_factor, required)
    )
