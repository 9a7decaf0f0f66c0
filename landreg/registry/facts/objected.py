"""Objections that stand in the way of a case: raised to it or to an earlier one on the same subject, unsettled or upheld."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.casebook import Case

MEET = "meet_objection"
"""The step by which an officer writes down how an upheld objection was met."""
_UPHELD = f"""
    SELECT c.case_id, o.settled_at, EXISTS (
        SELECT FROM registry.case_event AS v WHERE v.county = c.county AND v.case_id = c.case_id AND v.step = '{MEET}'
        AND v.at > o.settled_at) AS met, w.case_id AS of_case, w.number, w.package_id, o.raised_by, o.reason, o.settlement
    FROM registry."case" AS c
    JOIN registry."case" AS w ON w.county = c.county AND w.subject_code = c.subject_code AND w.act_kind = c.act_kind
    JOIN registry.objection AS o ON o.county = w.county AND o.case_id = w.case_id AND o.outcome = 'upheld'
    WHERE c.county = :county AND c.case_id = ANY (:ids) AND (
        w.case_id = c.case_id OR w.package_id IS NOT NULL AND c.package_id IS NOT NULL
        OR c.package_id IS NULL AND w.request = c.request)
    ORDER BY o.settled_at
"""
_PENDING = """
    SELECT c.case_id, w.case_id AS of_case, w.number
    FROM registry.objection AS o
    JOIN registry."case" AS w ON w.county = o.county AND w.case_id = o.case_id
    JOIN registry."case" AS c ON c.county = w.county AND c.subject_code = w.subject_code AND c.act_kind = w.act_kind
    WHERE o.county = :county AND o.outcome IS NULL AND c.case_id = ANY (:ids)
    ORDER BY w.number
"""


class Upheld(NamedTuple):
    """An objection that was upheld: when, and whether it was written down since how it was met; the case that it was raised to,
    which may be an earlier one on the same subject, with the package that one rested on; who said what, and how it was settled.
    """

    at: datetime
    met: bool
    of_case: UUID
    number: str
    package_id: UUID | None
    raised_by: str
    reason: str
    settlement: str


class Pending(NamedTuple):
    """An unsettled objection: the case that it was raised to, which may be an earlier one on the same subject."""

    of_case: UUID
    number: str


def pending(session: Session, cases: Sequence[Case]) -> Mapping[UUID, list[Pending]]:
    """By case: the unsettled objections to it, and to earlier cases on its subject that ended before they were settled."""
    found: dict[UUID, list[Pending]] = defaultdict(list)
    if cases:
        asked = {"county": cases[0].county, "ids": [case.case_id for case in cases]}
        for row in session.execute(text(_PENDING), asked):
            found[row.case_id].append(Pending(row.of_case, row.number))
    return found


def upheld(session: Session, cases: Sequence[Case]) -> Mapping[UUID, list[Upheld]]:
    """By case: the upheld objections to what it asks for, by whatever survey: whether a later one meets them an officer says."""
    found: dict[UUID, list[Upheld]] = defaultdict(list)
    if cases:
        asked = {"county": cases[0].county, "ids": [case.case_id for case in cases]}
        for row in session.execute(text(_UPHELD), asked):
            found[row.case_id].append(Upheld(*row[1:]))
    return found
