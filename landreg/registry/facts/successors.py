"""What came in the place of a case that ended: opened anew by the office from a later survey, or applied for again; and what ended
before a first registration that is opened again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from landreg.registry.casebook import Case, CaseEvent

AGAIN = "register_again"
"""The step by which an officer writes down why a first registration is taken up that had been refused or taken back."""

REBUILD = "rebuild"
"""The step by which the office ends a case that it opens anew; nobody took an application back."""
WAS_REBUILT = sa.exists().where(
    CaseEvent.county == Case.county, CaseEvent.case_id == Case.case_id, CaseEvent.step == REBUILD
)


class Ended(NamedTuple):
    """An earlier first registration of the same subject that was refused, or taken back once it had been accepted, with the words
    of that; answered: an officer wrote down since why it is taken up again, here or in a case that this one carries on.
    """

    case_id: UUID
    number: str
    state: str
    reason: str
    answered: bool


def ended_earlier(session: Session, cases: Sequence[Case]) -> Mapping[UUID, list[Ended]]:
    """By first registration that rests on a survey: what was refused or taken back of the same subject. What the office opened anew
    from a later survey is none.
    """
    found: dict[UUID, list[Ended]] = defaultdict(list)
    asked = [case.case_id for case in cases if case.package_id is not None and case.act_kind == "first_registration"]
    if asked:
        for row in session.execute(text(_ENDED), {"county": cases[0].county, "ids": asked}):
            found[row.of_case].append(Ended(*row[1:]))
    return found


_ENDED = f"""
    SELECT c.case_id AS of_case, w.case_id, w.number, w.state, l.reason, EXISTS (
        SELECT FROM registry."case" AS x
        JOIN registry.case_event AS a ON a.county = x.county AND a.case_id = x.case_id AND a.step = '{AGAIN}' AND a.at > l.at
        WHERE x.county = c.county AND x.subject_code = c.subject_code AND x.act_kind = c.act_kind)
    FROM registry."case" AS c
    JOIN registry."case" AS w ON w.county = c.county AND w.subject_code = c.subject_code AND w.act_kind = c.act_kind
        AND w.case_id <> c.case_id AND (w.state = 'refused' OR w.state = 'withdrawn' AND w.accepted_at IS NOT NULL)
    CROSS JOIN LATERAL (
        SELECT e.at, e.step, e.reason FROM registry.case_event AS e
        WHERE e.county = w.county AND e.case_id = w.case_id AND e.step IN ('refuse', 'withdraw', 'rebuild')
        ORDER BY e.at DESC LIMIT 1) AS l
    WHERE c.county = :county AND c.case_id = ANY (:ids) AND l.step <> 'rebuild'
    ORDER BY l.at
"""


class Before(NamedTuple):
    """The case that the office ended for a later survey when it opened another in its place, and the survey which that one had."""

    case_id: UUID
    number: str
    package_id: UUID


def came_from(session: Session, cases: Sequence[Case]) -> dict[UUID, Before]:
    """By case that the office opened anew from a later survey: in whose place."""
    if not cases:
        return {}
    asked = {"county": cases[0].county, "ids": [case.case_id for case in cases]}
    return {row.of_case: Before(*row[1:]) for row in session.execute(text(_CAME_FROM), asked)}


_CAME_FROM = """
    SELECT c.case_id AS of_case, w.case_id, w.number, w.package_id
    FROM registry."case" AS c
    JOIN registry."case" AS w ON w.county = c.county AND w.subject_code = c.subject_code AND w.act_kind = c.act_kind
        AND w.case_id <> c.case_id AND w.package_id IS NOT NULL
    JOIN registry.case_event AS e ON e.county = w.county AND e.case_id = w.case_id AND e.step = 'rebuild'
        AND e.at = (SELECT min(x.at) FROM registry.case_event AS x WHERE x.county = c.county AND x.case_id = c.case_id)
    WHERE c.county = :county AND c.case_id = ANY (:ids) AND c.act_kind = 'first_registration'
"""


def rebuilt(session: Session, cases: Sequence[Case]) -> frozenset[UUID]:
    """Of some cases those that the office opened anew from a later survey: lists call them that, and not withdrawn."""
    ids = [case.case_id for case in cases if case.state == "withdrawn"]
    asked = select(Case.case_id).where(
        Case.county.in_({case.county for case in cases}), Case.case_id.in_(ids), WAS_REBUILT
    )
    return frozenset(session.scalars(asked)) if ids else frozenset()


def went_on_in(session: Session, case: Case) -> Sequence[Row[Any]]:
    """The cases that one that ended goes on in, the first first: opened by the office in its place (rebuilt), or another first
    registration of its subject. What somebody applied for later on the same right is none.
    """
    asked = {"county": case.county, "case": case.case_id}
    return session.execute(text("SELECT * FROM registry.went_on_in(:county, :case)"), asked).all()


def ending(session: Session, case: Case) -> dict[str, Any]:
    """The case that an ended one goes on in, and its state: `rebuilt` where the office opened it anew."""
    following = went_on_in(session, case) if case.act_id is None else ()
    anew = case.state == "withdrawn" and any(one.rebuilt for one in following)
    return {"successor": following[0] if following else None, "shown_state": "rebuilt" if anew else case.state}


def ended_before(session: Session, case: Case, event: CaseEvent) -> bool:
    """Whether a case had left the office's hands before a step was taken on it: returned, ended or opened anew."""
    told = session.scalars(
        select(CaseEvent.step)
        .where(CaseEvent.county == case.county, CaseEvent.case_id == case.case_id, CaseEvent.at < event.at)
        .where(CaseEvent.step.in_(("accept", "return", "withdraw", "refuse", "rebuild")))
        .order_by(CaseEvent.at.desc())
    )
    return told.first() not in (None, "accept")
