"""Reads of kept searches: the public's by the digest of its link alone, an account's own, and what the worker has to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Row
from sqlalchemy.orm import Session, undefer

from landreg.exchange.market.model import Found, Message, SavedSearch

_SAVE = """SELECT exchange.save_search(:id, :division, :channel, :address, :digest, :token, :code, :language,
    CAST(:query AS jsonb), :letter)"""


def save(session: Session, **said: Any) -> bool:
    """Keep a search of an address until its word comes; False where the address has as many as it may."""
    return bool(session.scalar(sa.text(_SAVE), {**said, "query": json.dumps(said["query"], ensure_ascii=False)}))


def by_code(session: Session, code: bytes) -> Row[Any] | None:
    """query, channel and state ('waits', 'late', 'on', 'ended') of the search that a link is of."""
    return session.execute(
        sa.text("SELECT query, channel, state FROM exchange.search_of(:code)"), {"code": code}
    ).one_or_none()


def confirm(session: Session, code: bytes) -> bool:
    """The word of the address; False where nothing waits for it."""
    return bool(session.scalar(sa.text("SELECT exchange.confirm_search(:code)"), {"code": code}))


def end(session: Session, code: bytes) -> bool:
    """End a search; False where it had ended."""
    return bool(session.scalar(sa.text("SELECT exchange.end_search(:code)"), {"code": code}))


def end_unconfirmed(session: Session) -> int:
    """End what nobody confirmed in time; how many."""
    return int(session.scalar(sa.text("SELECT exchange.end_unconfirmed()")) or 0)


def own(session: Session, account_id: UUID) -> Sequence[SavedSearch]:
    """The searches that an account keeps, newest first."""
    found = sa.select(SavedSearch).where(SavedSearch.account_id == account_id, SavedSearch.ended_at.is_(None))
    return session.scalars(found.order_by(SavedSearch.made_at.desc())).all()


def found_of(session: Session, searches: Sequence[UUID], most: int) -> Mapping[UUID, list[Found]]:
    """By search: what it found, newest first."""
    rows = session.scalars(
        sa.select(Found).where(Found.search_id.in_(searches)).order_by(Found.found_at.desc(), Found.number).limit(most)
    )
    told: dict[UUID, list[Found]] = {}
    for row in rows:
        told.setdefault(row.search_id, []).append(row)
    return told


def running(session: Session, before: datetime, most: int) -> Sequence[SavedSearch]:
    """Searches that were last looked at before an instant, the longest ago first; held until the end."""
    found = sa.select(SavedSearch).where(
        SavedSearch.ended_at.is_(None), SavedSearch.confirmed_at.is_not(None), SavedSearch.looked_until < before
    )
    sealed = (undefer(SavedSearch.address_sealed), undefer(SavedSearch.token_sealed))
    return session.scalars(
        found.order_by(SavedSearch.looked_until).limit(most).options(*sealed).with_for_update(skip_locked=True)
    ).all()


def newest(session: Session, query: Mapping[str, Any], since: datetime, most: int, skip: int = 0) -> list[str]:
    """Numbers of open listings that came since an instant and fit, the newest first; those after the first `skip`."""
    asked = json.dumps({**query, "since": since.isoformat()}, ensure_ascii=False)
    statement = sa.text("SELECT number FROM exchange.market_page(CAST(:asked AS jsonb), 'newest', true, :most, :skip)")
    return list(session.scalars(statement, {"asked": asked, "most": most, "skip": skip}))


def due(session: Session, now: datetime, most: int) -> Sequence[Message]:
    """Messages whose time has come; held until the end."""
    waiting = sa.select(Message).where(Message.sent_at.is_(None), Message.given_up_at.is_(None), Message.due_at <= now)
    return session.scalars(waiting.order_by(Message.due_at).limit(most).with_for_update(skip_locked=True)).all()


def message(session: Session, county: str, message_id: UUID) -> Message | None:
    """One of them again."""
    return session.get(Message, {"county": county, "message_id": message_id})
