"""Complaints as the auditor reads them, as the farmer looks up the answer, and as the log is held against them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.audit.model import Complaint, ComplaintEvent

STATES = ("received", "read", "answered", "closed")
_RANK = {"read": 1, "answer": 2, "close": 3}


def statement(state: str = "") -> Any:
    """Rows of complaint and its rank among STATES, those that wait longest first; closed ones last."""
    ranks = sa.case(_RANK, value=ComplaintEvent.step, else_=0)
    reached = (
        sa.select(sa.func.coalesce(sa.func.max(ranks), 0))
        .where(ComplaintEvent.county == Complaint.county, ComplaintEvent.complaint_id == Complaint.complaint_id)
        .scalar_subquery()
    )
    found: Any = sa.select(Complaint, reached.label("reached"))
    if state in STATES:
        found = found.where(reached == STATES.index(state))
    return found.order_by((reached == _RANK["close"]), Complaint.received_at, Complaint.number)


def counted(session: Session) -> dict[str, int]:
    """How many complaints of the jurisdiction stand in each state."""
    rows = statement().order_by(None).subquery()
    counts = dict.fromkeys(STATES, 0)
    for reached, count in session.execute(sa.select(rows.c.reached, sa.func.count()).group_by(rows.c.reached)):
        counts[STATES[reached]] += count
    return counts


def one(session: Session, number: str) -> Complaint | None:
    """A complaint of the jurisdiction by its number."""
    return session.scalars(sa.select(Complaint).where(Complaint.number == number)).first()


def events_of(session: Session, complaint: Complaint) -> Sequence[ComplaintEvent]:
    """What was done with it, in order."""
    of_it = sa.and_(ComplaintEvent.county == complaint.county, ComplaintEvent.complaint_id == complaint.complaint_id)
    return session.scalars(sa.select(ComplaintEvent).where(of_it).order_by(ComplaintEvent.position)).all()


def state_of(events: Sequence[ComplaintEvent]) -> str:
    """Its state by what was done with it."""
    return STATES[max((_RANK.get(event.step, 0) for event in events), default=0)]


# The public's desk


def complain(
    session: Session,
    complaint_id: UUID,
    code_digest: bytes,
    division: str,
    office: str,
    office_name: str,
    said: str,
    happened_on: date | None,
    contact: bytes | None,
    about: str,
) -> str | None:
    """Hand a complaint in; its number, None where another was handed in under this id."""
    asked = sa.func.audit.complain(
        complaint_id, code_digest, division, office, office_name, said, sa.cast(happened_on, sa.Date),
        sa.cast(contact, sa.LargeBinary), about,
    )  # fmt: skip
    number: str | None = session.scalars(sa.select(asked)).one()
    return number


def answer(session: Session, code_digest: bytes) -> Sequence[sa.Row[Any]]:
    """number, received_at, state, and a row an answer with its instant and words; nothing for an unknown code."""
    return session.execute(sa.text("SELECT * FROM audit.complaint_answer(:code)"), {"code": code_digest}).all()


# The log


def told(session: Session) -> Sequence[sa.Row[Any]]:
    """key, complaint, step, at and digest of every complaint and every step: no word of them."""
    return session.execute(sa.text("SELECT key, complaint, step, at, digest FROM audit.complaints_told()")).all()
