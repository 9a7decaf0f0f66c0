"""What came in the place of a case that ended: opened anew by the office from a later survey, or applied for again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from landreg.registry.casebook import Case, CaseEvent


def went_on_in(session: Session, case: Case) -> Sequence[Row[Any]]:
    """The cases that one that ended goes on in, the first first: opened by the office in its place (rebuilt), or another first
    registration of its subject. What somebody applied for later on the same right is none.
    """
    asked = {"county": case.county, "case": case.case_id}
    return session.execute(text("SELECT * FROM registry.went_on_in(:county, :case)"), asked).all()


def ending(session: Session, case: Case) -> dict[str, Any]:
    """The case that an ended one goes on in, and its state: `rebuilt` where the office opened it anew."""
    following = went_on_in(session, case) if case.act_id is None else ()
    rebuilt = case.state == "withdrawn" and any(one.rebuilt for one in following)
    return {"successor": following[0] if following else None, "shown_state": "rebuilt" if rebuilt else case.state}


def ended_before(session: Session, case: Case, event: CaseEvent) -> bool:
    """Whether a case had left the office's hands before a step was taken on it: returned, ended or opened anew."""
    told = session.scalars(
        select(CaseEvent.step)
        .where(CaseEvent.county == case.county, CaseEvent.case_id == case.case_id, CaseEvent.at < event.at)
        .where(CaseEvent.step.in_(("accept", "return", "withdraw", "refuse", "rebuild")))
        .order_by(CaseEvent.at.desc())
    )
    return told.first() not in (None, "accept")
