"""Applications that a household brings by itself or through its agent, as rows; and what the log says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from landreg.core.tables import Base, CountyKey
from landreg.log.leaf import canonical

Instant = DateTime(timezone=True)
Restated = tuple[str, Mapping[str, Any], Mapping[str, str]]


class Application(CountyKey, Base):
    """What a household asks the office for, before a case is opened.

    agent_act_id: the agent's act by which it was brought; none: the household's own. request: ids and codes;
    typed_sealed: names and numbers as they were typed.
    """

    __tablename__ = "application"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    household_id: Mapped[UUID]
    household_code: Mapped[str]
    applicant: Mapped[str]
    act_kind: Mapped[str]
    right_id: Mapped[UUID | None]
    subject_code: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    typed_sealed: Mapped[bytes]
    by_account: Mapped[UUID]
    by_name: Mapped[str]
    agent_act_id: Mapped[UUID | None]
    made_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str]
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_by: Mapped[UUID | None]
    case_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[UUID | None]
    reason: Mapped[str]

    @property
    def by_agent(self) -> bool:
        """Whether an agent brought it."""
        return self.agent_act_id is not None


def made_facts(row: Application) -> tuple[dict[str, Any], dict[str, str]]:
    """Who asked for what, for which household, and under which agent's act; personal: the household's name."""
    facts = {
        "application": row.number,
        "kind": row.act_kind,
        "household": row.household_code,
        "subject": row.subject_code,
        "right": row.right_id,
        "request_sha256": hashlib.sha256(canonical(row.request)).hexdigest(),
        "by": row.by_account,
        "agent_act": row.agent_act_id,
        "made_at": row.made_at,
    }
    return facts, {"applicant": row.applicant, "by_name": row.by_name}


def taken_facts(row: Application) -> tuple[dict[str, Any], dict[str, str]]:
    """Who opened which case on it, when."""
    facts = {"application": row.number, "by": row.taken_by, "taken_at": row.taken_at, "case": row.case_id}
    return facts, {}


def ended_facts(row: Application) -> tuple[dict[str, Any], dict[str, str]]:
    """Who withdrew or declined it, when; personal: why."""
    facts = {"application": row.number, "state": row.state, "by": row.ended_by, "ended_at": row.ended_at}
    return facts, {"reason": row.reason}


def _restated(
    facts: Callable[[Application], tuple[dict[str, Any], dict[str, str]]], since: Any
) -> Callable[[Session], Iterator[Restated]]:
    def read(session: Session) -> Iterator[Restated]:
        for row in session.scalars(select(Application).options(defer(Application.typed_sealed)).where(since)):
            yield row.number, *facts(row)

    return read


SOURCES = {
    "application.made": _restated(made_facts, Application.made_at.is_not(None)),
    "application.taken": _restated(taken_facts, Application.taken_at.is_not(None)),
    "application.ended": _restated(ended_facts, Application.ended_at.is_not(None)),
}
"""By kind of entry: what the table says of it now."""
TABLES: Mapping[str, Mapping[str, str]] = {kind: {"": "registry.application"} for kind in SOURCES}
