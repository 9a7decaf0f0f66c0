"""What the row of a day does not say of itself: the term that runs until a renewed one begins, and when a restriction was first
entered, whose rank or sum changed since.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from landreg.core.asof import AsOf


def running_term(session: Session, right: Any, asked: AsOf) -> Range[date] | None:
    """The term that runs on a day on which the renewed one is still to begin, as said at an instant; None where the right's own
    runs, or follows none. right: a row with county, right_id and term.
    """
    if right.term is None or right.term.lower is None or right.term.lower <= asked.valid:
        return None
    keys = {"county": right.county, "right": right.right_id, "ends": right.term.lower, "said": asked.said}
    return cast("Range[date] | None", session.execute(text(_BEFORE), keys).scalar())


_BEFORE = """
    SELECT o.term FROM registry."right" AS o
    WHERE o.county = :county AND o.right_id = :right AND o.recorded @> CAST(:said AS timestamptz)
      AND upper(o.term) = CAST(:ends AS date)
    ORDER BY lower(o.valid) DESC LIMIT 1
"""


def first_entered(session: Session, county: str, right_id: UUID) -> dict[UUID, datetime]:
    """By restriction of a right: the instant at which it was first entered."""
    rows = session.execute(text(_ENTERED), {"county": county, "right": right_id})
    return {row.restriction_id: row.at for row in rows}


_ENTERED = """
    SELECT s.restriction_id, min(lower(s.recorded)) AS at FROM registry.restriction AS s
    WHERE s.county = :county AND s.right_id = :right GROUP BY s.restriction_id
"""
