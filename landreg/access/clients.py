"""Programs of offices that call the interface: registered by an administrator, known by a secret, let in by short-lived tokens.

Of secrets and tokens the database keeps digests: both are 256 random bits, which a digest without salt keeps as well as one
that is slow to make.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import sqlalchemy as sa

from landreg.access import client_queries, logged
from landreg.access.client_model import Client, ClientToken
from landreg.access.client_rules import CLIENT_RULES, SECRET_BYTES, TOKEN_HOLDS, ClientFacts
from landreg.access.policy import digest_of
from landreg.access.queries import real_clock
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding, NotAllowed, NotFound, Refused
from landreg.law.book import examine, national_law
from landreg.log.leaf import Entry
from landreg.log.store import stage


@dataclass(frozen=True)
class NewClient:
    """A client to register. scopes: values of Scope. jurisdiction: 4, 6, 9 or 12 digits of the division code."""

    name: str
    scopes: tuple[str, ...]
    jurisdiction: str


@dataclass(frozen=True)
class Registered:
    """A client, and its secret, which is told this once."""

    client_id: UUID
    secret: str


def register(actor: Actor, new: NewClient) -> Registered:
    """Register a client, by an administrator. Raises Refused with every API-1, ACC-11, ACC-12 finding, NotAllowed."""
    _needs_administrator(actor)
    name = new.name.strip()
    facts = ClientFacts(name, new.scopes, new.jurisdiction, actor.jurisdiction)
    if findings := examine(CLIENT_RULES, facts, national_law("", date.min)):
        raise Refused(findings)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with unit_of_work(actor) as uow:
        made = Client(
            client_id=uuid4(), name=name, scopes=sorted(set(new.scopes)), jurisdiction=new.jurisdiction,
            secret_digest=digest_of(secret), opened_by=actor.account_id, opened_by_name=actor.name, opened_at=uow.now,
            ended_at=None, ended_by=None,
        )  # fmt: skip
        uow.session.add(made)
        uow.session.flush()
        facts_told, personal = logged.client_facts(made)
        stage(uow, Entry("client.registered", *_where(made), str(made.client_id), facts_told, personal))
        return Registered(made.client_id, secret)


def end(actor: Actor, client_id: UUID) -> None:
    """Shut a client out, with its tokens, at once. Raises NotFound, Conflict (API-2) when it is out already, NotAllowed."""
    _needs_administrator(actor)
    with unit_of_work(actor) as uow:
        found = client_queries.within(uow.session, client_id, actor.jurisdiction, lock=True)
        if found is None:
            raise NotFound()
        if found.ended_at is not None:
            raise Conflict(Finding("API-2", values={"client": found.name}))
        found.ended_at, found.ended_by = uow.now, actor.account_id
        uow.session.flush()
        stage(uow, Entry("client.ended", *_where(found), str(found.client_id), logged.client_ended_facts(found)))


def known(door: Actor, client_id: str, secret: str) -> Client | None:
    """The client that this is the secret of; None for an unknown one, a wrong secret, or one that was shut out."""
    try:
        asked = UUID(client_id)
    except ValueError:
        return None
    with unit_of_work(door) as uow:
        found = client_queries.standing(uow.session, asked)
    if found is None or not hmac.compare_digest(found.secret_digest, digest_of(secret)):
        return None
    return found


def issue(door: Actor, client_id: UUID, token: str, scopes: Sequence[str]) -> None:
    """Let in who bears this token until TOKEN_HOLDS has passed by the server's own clock; tokens that have ended are cleared."""
    with unit_of_work(door) as uow:
        now = real_clock(uow.session)
        uow.session.execute(sa.delete(ClientToken).where(ClientToken.ends_at < now - TOKEN_HOLDS))
        uow.session.add(
            ClientToken(
                token_digest=digest_of(token), client_id=client_id, scopes=list(scopes), issued_at=now,
                ends_at=now + TOKEN_HOLDS,
            )
        )  # fmt: skip


def _where(client: Client) -> tuple[str, str]:
    return client.jurisdiction[:6].ljust(6, "0"), client.jurisdiction


def _needs_administrator(actor: Actor) -> None:
    if not actor.has(Role.ADMINISTRATOR):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.ADMINISTRATOR.value]}))
