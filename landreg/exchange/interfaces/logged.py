"""What the log says of webhooks: staged when they are set and ended, read again by recheck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.interfaces.model import Webhook


def webhook_facts(row: Webhook) -> dict[str, Any]:
    """Which client is told of what, and where."""
    return {"webhook": row.webhook_id, "client": row.client_id, "client_name": row.client_name, "url": row.url,
            "kinds": row.kinds, "set_at": row.set_at}  # fmt: skip


def webhook_ended_facts(row: Webhook) -> dict[str, Any]:
    """Who ended it when."""
    return {"webhook": row.webhook_id, "by": row.ended_by, "ended_at": row.ended_at}


def _set(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    for row in session.scalars(sa.select(Webhook)):
        yield str(row.webhook_id), webhook_facts(row), {}


def _ended(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    for row in session.scalars(sa.select(Webhook).where(Webhook.ended_at.is_not(None))):
        yield str(row.webhook_id), webhook_ended_facts(row), {}


SOURCES = {"exchange.webhook_set": _set, "exchange.webhook_ended": _ended}
TABLES: Mapping[str, Mapping[str, str]] = {kind: {"": "exchange.webhook"} for kind in SOURCES}
