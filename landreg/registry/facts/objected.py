"""Objections that were upheld: to a case, or to an earlier one on the same subject by the same survey."""

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
        AND v.at > o.settled_at) AS met
    FROM registry."case" AS c
    JOIN registry."case" AS w ON w.county = c.county AND w.subject_code = c.subject_code AND w.act_kind = c.act_kind
        AND (w.case_id = c.case_id OR w.package_id = c.package_id)
    JOIN registry.objection AS o ON o.county = w.county AND o.case_id = w.case_id AND o.outcome = 'upheld'
    WHERE c.county = :county AND c.case_id = ANY (:ids)
"""


class Upheld(NamedTuple):
    """When an objection was upheld, and whether it was written down since how it was met."""

    at: datetime
    met: bool


def upheld(session: Session, cases: Sequence[Case]) -> Mapping[UUID, list[Upheld]]:
    """By case: the upheld objections to what it asks for."""
    found: dict[UUID, list[Upheld]] = defaultdict(list)
    if cases:
        asked = {"county": cases[0].county, "ids": [case.case_id for case in cases]}
        for row in session.execute(text(_UPHELD), asked):
            found[row.case_id].append(Upheld(row.settled_at, row.met))
    return found
