"""Reads of programs of offices and of their tokens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.access.client_model import Client, ClientToken


@dataclass(frozen=True)
class Caller:
    """The client that a token lets in, and what this token lets it do."""

    client_id: UUID
    name: str
    jurisdiction: str
    scopes: frozenset[str]


def standing(session: Session, client_id: UUID) -> Client | None:
    """A client that was not shut out."""
    return session.scalar(sa.select(Client).where(Client.client_id == client_id, Client.ended_at.is_(None)))


def within(session: Session, client_id: UUID, jurisdiction: str, *, lock: bool = False) -> Client | None:
    """A client of a division, shut out or not. lock: it is held until the end."""
    asked = sa.select(Client).where(Client.client_id == client_id, Client.jurisdiction.startswith(jurisdiction))
    return session.scalar(asked.with_for_update() if lock else asked)


def clients_of(jurisdiction: str) -> sa.Select[Client]:
    """The clients of a division, the newest first."""
    inside = Client.jurisdiction.startswith(jurisdiction)
    return sa.select(Client).where(inside).order_by(Client.ended_at.is_not(None), Client.opened_at.desc())


def bearer(connection: sa.Connection, digest: bytes) -> Caller | None:
    """Whom the token of a digest lets in by the server's own clock."""
    row = connection.execute(_bearer(), {"digest": digest}).one_or_none()
    if row is None:
        return None
    # What was taken from a client is not left to it by a token of before.
    return Caller(row.client_id, row.name, row.jurisdiction, frozenset(row.scopes) & frozenset(row.granted))


@cache
def _bearer() -> Any:
    """Built once: every call asks it first."""
    return (
        sa.select(
            Client.client_id, Client.name, Client.jurisdiction, ClientToken.scopes, Client.scopes.label("granted")
        )
        .join(ClientToken, ClientToken.client_id == Client.client_id)
        .where(
            ClientToken.token_digest == sa.bindparam("digest"),
            ClientToken.ends_at > sa.func.clock_timestamp(),
            Client.ended_at.is_(None),
        )
    )
